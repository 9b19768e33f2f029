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

/** The payment of an invoice is its transaction 1, each refund has the next number: they stand behind the reference. */
const NUMBER_LENGTH = 8;

export function ersReferenceOf(invoiceReference: string, transaction: number): string {
  return invoiceReference + String(transaction).padStart(NUMBER_LENGTH, '0');
}

/** The invoice that an ersReference belongs to; of a text that is none, no invoice's reference. */
export function invoiceOf(ersReference: string): string {
  return ersReference.slice(0, -NUMBER_LENGTH);
}
