/** When the simulated world begins: any moment does, it is a label. */
const BEGINNING = Date.UTC(2026, 0, 1);

export interface Timer {
  cancel(): void;
}

interface Entry {
  readonly at: number;
  /** Equal times are served in the order in which they were asked for: the seed alone decides what happens. */
  readonly order: number;
  work: (() => void) | null;
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
    const entry: Entry = { at: Math.max(this.now, Math.round(time)), order: (this.orders += 1), work };
    this.push(entry);
    return { cancel: () => void (entry.work = null) };
  }

  after(ms: number, work: () => void): Timer {
    return this.at(this.now + ms, work);
  }

  /** Runs what falls due up to `until`. */
  async run(until: number, isOver: () => boolean): Promise<void> {
    // From here on we are a microtask ourselves, which `drained` needs.
    await Promise.resolve();
    for (let next = this.heap[0]; next !== undefined && next.at <= until; next = this.heap[0]) {
      this.pop();
      if (next.work === null) continue;
      this.now = next.at;
      this.events += 1;
      next.work();
      if (this.entered) {
        this.entered = false;
        await drained();
      }
      if (isOver()) return;
    }
    this.now = Math.max(this.now, until);
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
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}

/**
 * Fulfilled when no microtask is left: Node serves its tick queue only after the microtask queue has run empty. Costs a
 * tenth of a turn of the event loop.
 */
function drained(): Promise<void> {
  return new Promise((resolve) => process.nextTick(resolve));
}
