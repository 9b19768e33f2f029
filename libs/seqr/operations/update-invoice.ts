import { invoiceFields, type InvoiceRequest } from '../invoice.js';

import { nothingMore, type Operation } from './operation.js';
import { checkedReference } from './reference.js';

export interface InvoiceUpdate {
  readonly invoiceReference: string;
  /** Replaces the old rows and total as a whole. */
  readonly invoice: InvoiceRequest;
}

/** The reference stands before the invoice, although the API page's table lists it after. */
export const updateInvoice: Operation<InvoiceUpdate, object> = {
  name: 'updateInvoice',
  request: ({ invoiceReference, invoice }) => ({
    invoiceReference: checkedReference('invoiceReference', invoiceReference),
    invoice: invoiceFields(invoice),
  }),
  answer: nothingMore,
};
