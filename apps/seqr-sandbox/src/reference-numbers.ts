import type { Clock } from './clock.js';

/**
 * Invoice references of 17 digits, as SEQR's newer samples have them: the time in milliseconds, or one more than the
 * last where that is taken. So a sandbox that was restarted does not give an old number again.
 */
export class ReferenceNumbers {
  #last = 0n;

  constructor(private readonly clock: Clock) {}

  next(): string {
    const time = BigInt(this.clock.now().toISOString().replace(/\D/g, ''));
    this.#last = time > this.#last ? time : this.#last + 1n;
    return this.#last.toString();
  }
}
