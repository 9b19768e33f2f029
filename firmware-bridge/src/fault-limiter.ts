import type { Clock } from './clock.js';

/** The bridge has some ten codes of its own; more would be a code made from data. */
const CODES_MAX = 64;

/** Lets a fault of one code through once in a while: a loose plug makes thousands, and an operator needs one. */
export class FaultLimiter {
  private readonly lastAt = new Map<string, number>();

  constructor(
    private readonly pauseMs: number,
    private readonly clock: Pick<Clock, 'monotonicMs'>,
  ) {}

  allows(code: string): boolean {
    const now = this.clock.monotonicMs();
    const last = this.lastAt.get(code);
    if (last !== undefined && now - last < this.pauseMs) return false;
    if (last === undefined && this.lastAt.size >= CODES_MAX) return false;
    this.lastAt.set(code, now);
    return true;
  }
}
