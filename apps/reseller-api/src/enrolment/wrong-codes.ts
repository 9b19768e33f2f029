import { Injectable } from '@nestjs/common';

/** A person mistypes twice; a program tries until it is stopped. */
const TRIES = 5;
const WINDOW_MS = 60_000;
/** With more than this many addresses at it, all of them wait. */
const ADDRESSES_MAX = 1_000;

/** Counts wrong enrolment codes by address, in this process. */
@Injectable()
export class WrongCodes {
  private counts = new Map<string, number>();
  private since = -Infinity;

  tooMany(address: string, now = performance.now()): boolean {
    if (now - this.since >= WINDOW_MS) {
      this.counts = new Map();
      this.since = now;
    }
    return (this.counts.get(address) ?? 0) >= TRIES || this.counts.size >= ADDRESSES_MAX;
  }

  add(address: string): void {
    this.counts.set(address, (this.counts.get(address) ?? 0) + 1);
  }
}
