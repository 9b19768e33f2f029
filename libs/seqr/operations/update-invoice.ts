import { tokensFields, type CustomerToken } from '../customer-token.js';
import { invoiceFields, type InvoiceRequest } from '../invoice.js';

import { nothingMore, type Operation } from './operation.js';
import { checkedReference } from './reference.js';

export interface InvoiceUpdate {
  readonly invoiceReference: string;
  /** Replaces the old rows and total as a whole. */
  readonly invoice: InvoiceRequest;
  /** What became of the payer's cards; without it, the invoice's own. */
  readonly tokens?: readonly CustomerToken[];
}

/**
 * SEQR API page, updateInvoice; its table lists the reference after the invoice, the schema before. In loyalty it is also
 * the answer to PENDING_ISSUER_ACKNOWLEDGE.
 */
export const updateInvoice: Operation<InvoiceUpdate, object> = {
  name: 'updateInvoice',
  request: ({ invoiceReference, invoice, tokens }) => ({
    invoiceReference: checkedReference('invoiceReference', invoiceReference),
    invoice: invoiceFields(invoice),
    tokens: tokensFields(tokens ?? invoice.tokens),
  }),
  answer: nothingMore,
};
