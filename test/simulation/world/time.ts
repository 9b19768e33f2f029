/** When the simulated world begins: any moment does, it is a label. */
const BEGINNING = Date.UTC(2026, 0, 1);

export interface Timer {
  cancel(): void;
}

class Entry implements Timer {
  constructor(
    /** Since the beginning: numbers of this size are compared at once, those of a calendar are looked up first. */
    readonly ms: number,
    /** Equal times are served in the order in which they were asked for: the seed alone decides what happens. */
    readonly order: number,
    public work: (() => void) | null,
  ) {}

  cancel(): void {
    this.work = null;
  }
}

/**
 * Virtual time. It stands still while anything runs and jumps to the next thing that is due: half an hour of purchases
 * passes in a few milliseconds, and the same way each time.
 */
export class Time {
  now = BEGINNING;
  /** Code with promises was entered: its microtasks are to be done before time moves on. */
  entered = false;
  /** Things that happened, for the figures. */
  events = 0;
  private readonly heap: Entry[] = [];
  private orders = 0;

  at(time: number, work: () => void): Timer {
    const entry = new Entry(Math.max(this.now, Math.round(time)) - BEGINNING, (this.orders += 1), work);
    this.push(entry);
    return entry;
  }

  after(ms: number, work: () => void): Timer {
    return this.at(this.now + ms, work);
  }

  /** Runs what falls due up to `until`. */
  run(until: number, isOver: () => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      const turn = (): void => {
        try {
          if (this.runToPromises(until, isOver)) resolve();
          else afterMicrotasks(turn);
        } catch (error) {
          reject(error);
        }
      };
      afterMicrotasks(turn);
    });
  }

  /** @returns true when nothing is left to do; false when code with promises was entered, which has to run first. */
  private runToPromises(until: number, isOver: () => boolean): boolean {
    if (isOver()) return true;
    const last = until - BEGINNING;
    for (let next = this.heap[0]; next !== undefined && next.ms <= last; next = this.heap[0]) {
      this.pop();
      if (next.work === null) continue;
      this.now = BEGINNING + next.ms;
      this.events += 1;
      next.work();
      if (this.entered) {
        this.entered = false;
        return false;
      }
      if (isOver()) return true;
    }
    this.now = Math.max(this.now, until);
    return true;
  }

  private push(entry: Entry): void {
    const { heap } = this;
    let index = heap.length;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = heap[parent];
      if (above === undefined || isBefore(above, entry)) break;
      heap[index] = above;
      index = parent;
    }
    heap[index] = entry;
  }

  private pop(): void {
    const { heap } = this;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      let below = heap[child];
      const right = heap[child + 1];
      if (below !== undefined && right !== undefined && isBefore(right, below)) {
        child += 1;
        below = right;
      }
      if (below === undefined || isBefore(last, below)) break;
      heap[index] = below;
      index = child;
    }
    heap[index] = last;
  }
}

function isBefore(a: Entry, b: Entry): boolean {
  return a.ms < b.ms || (a.ms === b.ms && a.order < b.order);
}

const NOW = Promise.resolve();

/**
 * Calls when no microtask is left: Node serves its tick queue only after the microtask queue has run empty, and what is put
 * into it by a microtask is served after all others. Costs a tenth of a turn of the event loop.
 */
function afterMicrotasks(work: () => void): void {
  void NOW.then(() => process.nextTick(work));
}
