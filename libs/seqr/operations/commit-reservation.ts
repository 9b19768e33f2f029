import type { Money } from '#purchase/money.js';

import { positiveAmountFields } from '../amount.js';

import { nothingMore, type Operation } from './operation.js';
import { checkedReference } from './reference.js';

export interface Commitment {
  readonly invoiceReference: string;
  /** What is charged: above zero, at most what is reserved. */
  readonly amount: Money;
}

/**
 * SEQR API page, commitReservation, and page on preliminary amounts. The amount is optional in the schema and always sent here, before the reference: what is charged must not depend on
 * whether an update arrived. The reply may lack the ersReference; getPaymentStatus has it once PAID.
 */
export const commitReservation: Operation<Commitment, object> = {
  name: 'commitReservation',
  request: ({ invoiceReference, amount }) => ({
    amount: positiveAmountFields('amount', amount),
    invoiceReference: checkedReference('invoiceReference', invoiceReference),
  }),
  answer: nothingMore,
};
