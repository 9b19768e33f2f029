/** Time as the sandbox sees it. Tests put their own in its place and jump. */
export interface Clock {
  now(): Date;
  /** Runs the action once, after so many milliseconds, unless the returned function is called before. */
  after(milliseconds: number, action: () => void): () => void;
}

export const systemClock: Clock = {
  now: () => new Date(),
  after: (milliseconds, action) => {
    const timer = setTimeout(action, milliseconds);
    return () => clearTimeout(timer);
  },
};

/** A clock that stands still until it is told to move: for tests of time rules, here and in the programs around us. */
export class ManualClock implements Clock {
  #now: number;
  #nextId = 1;
  readonly #timers = new Map<number, { readonly at: number; readonly action: () => void }>();

  constructor(start = new Date('2026-03-01T12:00:00Z')) {
    this.#now = start.getTime();
  }

  now(): Date {
    return new Date(this.#now);
  }

  after(milliseconds: number, action: () => void): () => void {
    const id = this.#nextId;
    this.#nextId += 1;
    this.#timers.set(id, { at: this.#now + milliseconds, action });
    return () => this.#timers.delete(id);
  }

  /** Timers that have not run yet. */
  get waiting(): number {
    return this.#timers.size;
  }

  /** Moves the time forward, running what falls due in the order of its time. */
  advance(milliseconds: number): void {
    const end = this.#now + milliseconds;
    for (;;) {
      const due = [...this.#timers].filter(([, { at }]) => at <= end).sort(([, a], [, b]) => a.at - b.at)[0];
      if (!due) break;
      const [id, { at, action }] = due;
      this.#timers.delete(id);
      this.#now = at;
      action();
    }
    this.#now = end;
  }
}
