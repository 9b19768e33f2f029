import type { Cancel, Clock } from '#bridge/clock.js';

/** A clock that stands still until a test moves it. */
export class ManualClock implements Clock {
  private now = 1_000;
  private timers: { readonly at: number; readonly action: () => void }[] = [];

  monotonicMs(): number {
    return this.now;
  }

  wallTime(): Date {
    return new Date(Date.UTC(2026, 0, 1) + this.now);
  }

  after(ms: number, action: () => void): Cancel {
    const timer = { at: this.now + ms, action };
    this.timers.push(timer);
    return () => {
      this.timers = this.timers.filter((other) => other !== timer);
    };
  }

  /** Runs every timer that falls due, in order, at its own time. */
  advance(ms: number): void {
    const end = this.now + ms;
    for (;;) {
      const [next] = this.timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at);
      if (next === undefined) break;
      this.timers = this.timers.filter((timer) => timer !== next);
      this.now = next.at;
      next.action();
    }
    this.now = end;
  }
}
