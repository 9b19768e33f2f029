import { nothingMore, type Operation } from './operation.js';
import { checkedReference } from './reference.js';

export interface Cancellation {
  readonly invoiceReference: string;
}

/**
 * SEQR API page, cancelInvoice. Documented for unpaid invoices; what it does to a reserved one, no page says. Refusal 95 means that the invoice was
 * cancelled before.
 */
export const cancelInvoice: Operation<Cancellation, object> = {
  name: 'cancelInvoice',
  request: ({ invoiceReference }) => ({ invoiceReference: checkedReference('invoiceReference', invoiceReference) }),
  answer: nothingMore,
};
