import type { Time, Timer } from './time.js';

/**
 * A program that can die at any await, or stand still for a while. Whatever it waits for comes back through here: to a
 * dead program nothing comes back, to one that stands still it comes late.
 */
export class SimProcess {
  alive = true;
  private stalledUntil = 0;

  constructor(private readonly time: Time) {}

  /** A timer or an answer of this program. */
  after(ms: number, work: () => void): Timer {
    let isCancelled = false;
    this.time.after(ms, () => {
      if (!isCancelled) this.enter(() => isCancelled || work());
    });
    return { cancel: () => void (isCancelled = true) };
  }

  /** An answer: as `after`, and never cancelled. */
  later(ms: number, work: () => void): void {
    this.time.after(ms, () => this.enter(work));
  }

  /** As `after`, for work that touches no promise: thousands of heartbeats need no microtasks. */
  quietly(ms: number, work: () => void): void {
    this.time.after(ms, () => {
      if (!this.alive) return;
      if (this.time.now < this.stalledUntil) this.time.at(this.stalledUntil, () => this.enter(work));
      else work();
    });
  }

  enter(work: () => void): void {
    if (!this.alive) return;
    if (this.time.now < this.stalledUntil) {
      this.time.at(this.stalledUntil, () => this.enter(work));
      return;
    }
    this.time.entered = true;
    work();
  }

  stall(ms: number): void {
    this.stalledUntil = Math.max(this.stalledUntil, this.time.now + ms);
  }

  kill(): void {
    this.alive = false;
  }
}
