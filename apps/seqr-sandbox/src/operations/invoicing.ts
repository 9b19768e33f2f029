import { readAmount } from '../amounts.js';
import { readInvoice, readRefund } from '../read-invoice.js';
import type { Principal } from '../principals.js';
import { SeqrRefusal } from '../result-codes.js';
import { SchemaViolation } from '../schema-violation.js';
import { readTokens } from '../tokens.js';
import { childOf, textAt, type XmlElement } from '../xml.js';
import type { Operation, OperationParts } from './parts.js';
import { paymentStatus } from './payment-status.js';
import { success } from './reply.js';

/** The operations on one invoice and on the payment that comes of it. */
export const INVOICING: Readonly<Record<string, Operation>> = {
  sendInvoice: (message, principal, { book }) => {
    const terms = readInvoice(invoiceIn(message));
    const { reference } = book.send(principal.name, terms, !principal.holdsManyInvoices, readTokens(message));
    return [...success(), ['invoiceQRCode', `HTTP://SEQR.SE/R${reference}`], ['invoiceReference', reference]];
  },

  updateInvoice: (message, { name }, { book }) => {
    book.update(name, referenceIn(message), readInvoice(invoiceIn(message)), readTokens(message));
    return success();
  },

  getPaymentStatus: (message, principal, { book }) => {
    const reference = textAt(message, 'invoiceReference') || currentReference(principal, book);
    return paymentStatus(book.status(principal.name, reference, Number(textAt(message, 'invoiceVersion'))));
  },

  commitReservation: (message, { name }, { book }) => {
    const amount = childOf(message, 'amount');
    const read = amount && readAmount(textAt(amount, 'value') ?? '', textAt(amount, 'currency') ?? '', 'amount');
    book.commit(name, referenceIn(message), read);
    return success();
  },

  cancelInvoice: (message, { name }, { book }) => {
    book.cancel(name, referenceIn(message));
    return success();
  },

  /** Who took the payment gives it back, or the reseller's user for any of its terminals. */
  refundPayment: (message, { type, name, shop }, { book, principals }) => {
    if (!principals.resellers.standing(shop).mayRefund) {
      throw new SeqrRefusal('RESELLER_NOT_ALLOWED_TO_DO_REFUND', "the reseller's agreement has no refunds");
    }
    const isTheirs = (owner: string) =>
      owner === name || (type === 'RESELLERUSER' && principals.shopOf(owner) === shop);
    const terms = readRefund(invoiceIn(message));
    return success(book.refund(name, textAt(message, 'ersReference') ?? '', terms, isTheirs).ersReference);
  },

  submitPaymentReceipt: (message, { name }, { book }) => {
    const document = childOf(message, 'receiptDocument');
    book.submitReceipt(name, textAt(message, 'ersReference') ?? '', {
      receiptType: textAt(document, 'receiptType') ?? '',
      mimeType: textAt(document, 'mimeType') ?? '',
      bytes: Buffer.from(textAt(document, 'receiptData') ?? '', 'base64').length,
    });
    return success();
  },
};

function referenceIn(message: XmlElement): string {
  return textAt(message, 'invoiceReference') ?? '';
}

/** A cash register holds one invoice, so it need not say which (Javadoc of getPaymentStatus). */
function currentReference({ name, holdsManyInvoices }: Principal, book: OperationParts['book']): string {
  const current = holdsManyInvoices ? undefined : book.currentOf(name);
  if (!current) throw new SeqrRefusal('INVALID_INVOICE_REFERENCE', 'the terminal has no current invoice');
  return current.reference;
}

function invoiceIn(message: XmlElement): XmlElement {
  const invoice = childOf(message, 'invoice');
  if (!invoice) throw new SchemaViolation('invoice: is missing');
  return invoice;
}
