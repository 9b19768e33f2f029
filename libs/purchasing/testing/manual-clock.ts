import type { RunnerClock } from '../runner.js';

interface Waiting {
  readonly at: number;
  readonly work: () => void;
}

/** Time that stands still until a test moves it. */
export class ManualClock implements RunnerClock {
  private readonly waiting = new Set<Waiting>();

  constructor(private time: number) {}

  now(): number {
    return this.time;
  }

  after(delayMs: number, work: () => void): { cancel(): void } {
    const entry = { at: this.time + Math.max(0, delayMs), work };
    this.waiting.add(entry);
    return { cancel: () => void this.waiting.delete(entry) };
  }

  /** Moves on, stops at every timer on the way and lets everything follow from it before it goes on. */
  async advance(ms: number): Promise<void> {
    const until = this.time + ms;
    for (let next = this.nextUntil(until); next !== undefined; next = this.nextUntil(until)) {
      this.time = Math.max(this.time, next.at);
      this.waiting.delete(next);
      next.work();
      await settled();
    }
    this.time = until;
    await settled();
  }

  private nextUntil(until: number): Waiting | undefined {
    return [...this.waiting].filter(({ at }) => at <= until).toSorted((a, b) => a.at - b.at)[0];
  }
}

/** When every promise that can be fulfilled without the outside is fulfilled. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
