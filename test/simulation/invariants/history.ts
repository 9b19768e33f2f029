import type { PaymentStatus } from '#purchase/reserve-first/events.js';

import type { Departure } from '../world/seqr-line.js';
import type { SeqrOperation } from '../world/seqr.js';

/** What was seen of one purchase, kept apart from its record: the rules are judged from this. */
export class History {
  /** Calls that left and may have reached SEQR. */
  readonly left = new Map<SeqrOperation, { at: number; count: number }>();
  /** The last answer of getPaymentStatus that is durable. */
  lastStatus: { readonly status: PaymentStatus; readonly at: number } | null = null;
  highestVersion = 0;
  /** A durable answer said RESERVED, and named no other amount. */
  wasReserved = false;
  /** The boots of the machine that its grants were sent to. */
  readonly grantedBoots = new Set<string>();
  frozenMinor: bigint | null = null;
  /** When the machine was not waited for any longer. */
  frozenAt = 0;
  /** The first amount that left in an update or commit. */
  sentMinor: bigint | null = null;
  commitAnswered = false;
  /** Vends by number, as the first durable word about each says. */
  readonly vends = new Map<number, { readonly priceMinor: bigint; result: 'selected' | 'denied' | VendResult }>();
  /** Of the record that the last act was begun with: another server may have moved the purchase on since. */
  performedVersion = 0;

  leaves({ operation }: Departure, at: number): void {
    const before = this.left.get(operation)?.count ?? 0;
    this.left.set(operation, { at, count: before + 1 });
  }

  /** SEQR said that it was not done: it may leave again as if for the first time. */
  refused(operation: SeqrOperation): void {
    this.left.delete(operation);
  }

  leftAt(operation: SeqrOperation): number | null {
    return this.left.get(operation)?.at ?? null;
  }

  dispensedMinor(): bigint {
    let total = 0n;
    for (const { priceMinor, result } of this.vends.values()) if (result === 'dispensed') total += priceMinor;
    return total;
  }
}

export type VendResult = 'dispensed' | 'failed' | 'uncertain';
