import { tokensFields } from '../customer-token.js';
import { invoiceFields, type InvoiceRequest } from '../invoice.js';
import { UnknownOutcomeError } from '../outcome-errors.js';
import { textOf } from '../xml-element.js';

import type { Operation } from './operation.js';
import { readReference } from './reference.js';

export interface SentInvoice {
  /** SEQR's name for the invoice. Without it nothing could be asked or cancelled: there is no look-up by our own id. */
  readonly invoiceReference: string;
  /** Text of a QR code for web shops, e.g. HTTP://SEQR.SE/R<invoiceReference>. Its letter case matters. */
  readonly invoiceQRCode?: string;
}

/** The vendor prints its QR codes with at most 50 characters. */
const QR_TEXT_MAX = 255;

/** SEQR API page, sendInvoice. */
export const sendInvoice: Operation<InvoiceRequest, SentInvoice> = {
  name: 'sendInvoice',
  request: (invoice) => ({ invoice: invoiceFields(invoice), tokens: tokensFields(invoice.tokens) }),
  answer: (reply) => {
    const invoiceReference = readReference(reply, 'invoiceReference');
    if (invoiceReference === undefined) throw new UnknownOutcomeError('SHAPE', 'success without an invoiceReference');
    const invoiceQRCode = textOf(reply, 'invoiceQRCode');
    if (invoiceQRCode === undefined || invoiceQRCode === '') return { invoiceReference };
    if (invoiceQRCode.length > QR_TEXT_MAX) throw new UnknownOutcomeError('VALUE', 'invoiceQRCode is too long');
    return { invoiceReference, invoiceQRCode };
  },
};
