import { sum } from '#purchase/money.js';

import type { Refund, SubmittedReceipt } from './invoice.js';
import { ersReferenceOf } from './reference-numbers.js';
import { SeqrRefusal } from './result-codes.js';

export interface KeptRefund extends Refund {
  readonly receipts: SubmittedReceipt[];
}

/** One for each row of an invoice, which has a hundred at most. */
const REFUNDS_MAX = 100;

/** What was given back of one payment. */
export class Refunds {
  readonly #refunds: KeptRefund[] = [];

  get list(): readonly KeptRefund[] {
    return this.#refunds;
  }

  get sum(): bigint {
    return sum(this.#refunds.map(({ minor }) => minor));
  }

  find(ersReference: string): KeptRefund | undefined {
    return this.#refunds.find((refund) => refund.ersReference === ersReference);
  }

  /** @throws SeqrRefusal code 98 when all refunds together would be above what was paid. */
  add(invoiceReference: string, paid: bigint, refund: Omit<Refund, 'ersReference' | 'receipts'>): KeptRefund {
    if (this.#refunds.length >= REFUNDS_MAX) throw new SeqrRefusal('SYSTEM_ERROR', 'too many refunds of one payment');
    if (this.sum + refund.minor > paid) {
      throw new SeqrRefusal(
        'SUM_OF_REFUNDS_CAN_NOT_BE_MORE_THAN_ORIGINAL_TRANSACTION',
        'all refunds together would be above what was paid',
      );
    }
    // The payment itself is number 1.
    const ersReference = ersReferenceOf(invoiceReference, this.#refunds.length + 2);
    const kept = { ...refund, ersReference, receipts: [] };
    this.#refunds.push(kept);
    return kept;
  }
}
