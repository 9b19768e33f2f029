/** At most; the second goes beside one that takes long, or when there is enough for a full one. */
const SIDE_BY_SIDE = 2;
/** A statement and its commit take less. One that takes longer is large, or waits for somebody: nobody waits with it. */
const LONG_MS = 10;
/** A batch's statement compares its rows with one another; beyond this it gains nothing more. */
const BATCH_MAX = 32;
/**
 * Places in a batch that who goes first leaves to the others, lest these never go. A purchase has one step before its invoice
 * and twelve after it: with more than every thirteenth place new ones would begin faster than those under way come to an end.
 */
const LEFT_TO_OTHERS = 1;

/** A fleet of ten thousand that comes back at once waits here; what is more would only wait beyond its time. */
const WAITING_MAX = 20_000;

interface Waiting<Order, Outcome> {
  readonly order: Order;
  readonly resolve: (outcome: Outcome) => void;
  readonly reject: (error: unknown) => void;
}

export interface BatchOptions<Order, Outcome> {
  /** Carries all of them out, or none and throws. An outcome for each, in order; an Error is that one's failure. */
  readonly together: (orders: readonly Order[]) => Promise<readonly (Outcome | Error)[]>;
  /** Whether after this error certainly nothing was done, so that each may be tried by itself. */
  readonly isUndone: (error: unknown) => boolean;
  /** What is carried out before whatever else waits; without it, whoever came first. */
  readonly goesFirst?: (order: Order) => boolean;
  /** Time; tests bring their own. @returns how to call it off. */
  readonly after?: (delayMs: number, work: () => void) => () => void;
}

function timer(delayMs: number, work: () => void): () => void {
  const pending = setTimeout(work, delayMs);
  return () => clearTimeout(pending);
}

/**
 * Does together what comes while something is under way: one statement and one commit for all of it. Nobody waits for
 * company: who comes alone goes at once, and nobody waits long for a batch that is stuck. An order that spoils the batch of
 * others spoils nothing: each is then done by itself.
 */
export class Batches<Order, Outcome> {
  private readonly first: Waiting<Order, Outcome>[] = [];
  private readonly others: Waiting<Order, Outcome>[] = [];
  private underWay = 0;
  /** How many of those under way have taken long. */
  private long = 0;

  constructor(private readonly options: BatchOptions<Order, Outcome>) {}

  do(order: Order): Promise<Outcome> {
    return new Promise((resolve, reject) => {
      if (this.waiting >= WAITING_MAX) return reject(new Error('too many wait for the database'));
      const queue = this.options.goesFirst?.(order) === true ? this.first : this.others;
      queue.push({ order, resolve, reject });
      this.start();
    });
  }

  private get waiting(): number {
    return this.first.length + this.others.length;
  }

  private start(): void {
    if (this.waiting === 0 || this.underWay === SIDE_BY_SIDE) return;
    // A batch that is full already gains nothing by waiting for more.
    if (this.underWay === this.long || this.waiting >= BATCH_MAX) void this.run(this.next());
  }

  private next(): Waiting<Order, Outcome>[] {
    const first = this.first.splice(0, BATCH_MAX - Math.min(this.others.length, LEFT_TO_OTHERS));
    return [...first, ...this.others.splice(0, BATCH_MAX - first.length)];
  }

  private all(): Waiting<Order, Outcome>[] {
    return [...this.first.splice(0), ...this.others.splice(0)];
  }

  private async run(batch: readonly Waiting<Order, Outcome>[]): Promise<void> {
    let isLong = false;
    const callOff = (this.options.after ?? timer)(LONG_MS, () => {
      isLong = true;
      this.long += 1;
      this.start();
    });
    this.underWay += 1;
    await this.finish(batch);
    callOff();
    this.underWay -= 1;
    if (isLong) this.long -= 1;
    this.start();
  }

  private async finish(batch: readonly Waiting<Order, Outcome>[]): Promise<void> {
    try {
      const outcomes = await this.options.together(batch.map(({ order }) => order));
      for (const [i, one] of batch.entries()) settle(one, outcomes[i]);
    } catch (error) {
      if (!this.options.isUndone(error)) return this.fail([...batch, ...this.all()], error);
      if (batch.length === 1) return this.fail(batch, error);
      for (const [i, one] of batch.entries()) {
        try {
          await this.alone(one);
        } catch (away) {
          return this.fail([...batch.slice(i), ...this.all()], away);
        }
      }
    }
  }

  /** @throws what would meet the next one as well. */
  private async alone(one: Waiting<Order, Outcome>): Promise<void> {
    try {
      const [outcome] = await this.options.together([one.order]);
      settle(one, outcome);
    } catch (error) {
      if (!this.options.isUndone(error)) throw error;
      one.reject(error);
    }
  }

  /** Who waits behind what failed would only wait for the same failure, and a payer waits behind each. */
  private fail(all: readonly Waiting<Order, Outcome>[], error: unknown): void {
    for (const { reject } of all) reject(error);
  }
}

function settle<Order, Outcome>(
  { resolve, reject }: Waiting<Order, Outcome>,
  outcome: Outcome | Error | undefined,
): void {
  if (outcome instanceof Error) reject(outcome);
  else resolve(outcome as Outcome);
}
