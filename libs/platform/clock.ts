import { performance } from 'node:perf_hooks';

export interface Timer {
  cancel(): void;
}

/**
 * The time that decisions use. Tests and the simulation bring their own.
 */
export interface Clock {
  /** Milliseconds since 1970, of the database. */
  now(): number;
  /** Runs `work` once, after `delayMs` or at once when that is past. */
  after(delayMs: number, work: () => void): Timer;
}

/** The answer's place within a longer round trip is unknown: the question may have waited for a connection first. */
const ROUND_TRIP_MAX_MS = 250;
/** A computer's clock drifts by milliseconds in this time: from then on a vague answer is the better one. */
const ANCHOR_OLD_MS = 60_000;

/** setTimeout takes 32 bits; a longer wait is woken early and simply waits again. */
const TIMEOUT_MAX_MS = 2_147_483_647;

/**
 * The database's time, carried on by this process's monotonic clock: a step of the computer's wall clock, or a
 * difference between the clocks of two servers, changes no decision (I30).
 */
export class DatabaseClock implements Clock {
  private anchorMs = Date.now();
  private anchoredAt = performance.now();
  private isAnchored = false;
  private latestMs = -Infinity;

  /**
   * Each anchor is off by up to half its round trip, so that the next may lie before what was told. The clock then stands
   * still until it is caught up: an act decided for "now" would else be put off, and its payer be answered without it. A
   * larger step is the database's own.
   */
  now(): number {
    const nowMs = Math.round(this.anchorMs + (performance.now() - this.anchoredAt));
    const isBefore = nowMs < this.latestMs && this.latestMs - nowMs <= ROUND_TRIP_MAX_MS;
    if (!isBefore) this.latestMs = nowMs;
    return this.latestMs;
  }

  /** @param databaseMs what the database said, @param askedAt and @param answeredAt performance.now() around the question. */
  anchor(databaseMs: number, askedAt: number, answeredAt: number): void {
    const isVague = answeredAt - askedAt > ROUND_TRIP_MAX_MS;
    if (this.isAnchored && isVague && answeredAt - this.anchoredAt < ANCHOR_OLD_MS) return;
    this.isAnchored = true;
    this.anchorMs = databaseMs + (answeredAt - askedAt) / 2;
    this.anchoredAt = answeredAt;
  }

  after(delayMs: number, work: () => void): Timer {
    const timeout = setTimeout(work, Math.min(Math.max(0, delayMs), TIMEOUT_MAX_MS));
    return { cancel: () => clearTimeout(timeout) };
  }
}
