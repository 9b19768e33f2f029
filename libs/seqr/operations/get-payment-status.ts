import type { Money } from '#purchase/money.js';

import { readAmount } from '../amount.js';
import { readCustomerTokens, type ReceivedToken } from '../customer-token.js';
import { UnknownOutcomeError } from '../outcome-errors.js';
import { statusOf, type InvoiceStatus } from '../status.js';
import { checkedWhole } from '../wire-fields.js';
import { onlyChild, requiredTextOf, textOf, type XmlElement } from '../xml-element.js';

import type { Operation } from './operation.js';
import { checkedReference, readReference } from './reference.js';

/** xs:int */
const VERSION_MAX = 2 ** 31 - 1;

export interface StatusQuestion {
  readonly invoiceReference: string;
  /** 0 at first, then the last version received: that is how SEQR learns what we know. */
  readonly invoiceVersion: number;
}

export interface PaymentStatus {
  /** UNKNOWN for a word we do not know: never final, never money. */
  readonly status: InvoiceStatus | 'UNKNOWN';
  /** The word as it came, at most 64 characters. */
  readonly statusText: string;
  /** Rises with every change; send it with the next question. */
  readonly version: number;
  /** The payment's own reference, only when PAID. Refunds and receipts need it. */
  readonly ersReference?: string;
  /** Documented for PAID only. */
  readonly receipt?: PaymentReceipt;
  /** The payer's loyalty cards and coupons, when there are any. Personal data. */
  readonly customerTokens?: readonly ReceivedToken[];
}

/** What SEQR's receipt says that is of use. Who paid is left out on purpose: payerTerminalId is personal data. */
export interface PaymentReceipt {
  readonly invoiceReference?: string;
  readonly paymentReference?: string;
  readonly clientInvoiceId?: string;
  /** xs:dateTime, with its zone, as it came. */
  readonly paymentDate?: string;
  /** The invoice's total. */
  readonly totalAmount?: Money;
}

/**
 * SEQR API page, getPaymentStatus: must be called within 20 s of a payment, or the payment is reversed. Safe to repeat: it changes nothing
 * but what SEQR knows we know.
 */
export const getPaymentStatus: Operation<StatusQuestion, PaymentStatus> = {
  name: 'getPaymentStatus',
  request: ({ invoiceReference, invoiceVersion }) => ({
    invoiceReference: checkedReference('invoiceReference', invoiceReference),
    invoiceVersion: checkedWhole('invoiceVersion', invoiceVersion, 0, VERSION_MAX),
  }),
  answer: (reply, { invoiceReference }) => {
    const word = requiredTextOf(reply, 'status');
    const ersReference = readReference(reply, 'ersReference');
    const receipt = readReceipt(reply);
    const customerTokens = readCustomerTokens(reply);
    if (receipt?.invoiceReference !== undefined && receipt.invoiceReference !== invoiceReference) {
      throw new UnknownOutcomeError('VALUE', 'the receipt belongs to another invoice');
    }
    return {
      status: statusOf(word),
      statusText: word.slice(0, 64),
      version: readVersion(reply),
      ...(ersReference !== undefined && { ersReference }),
      ...(receipt && { receipt }),
      ...(customerTokens.length > 0 && { customerTokens }),
    };
  },
};

function readVersion(reply: XmlElement): number {
  const text = requiredTextOf(reply, 'version');
  const version = /^(?:0|[1-9]\d{0,9})$/.test(text) ? Number(text) : Number.NaN;
  if (version <= VERSION_MAX) return version;
  throw new UnknownOutcomeError('VALUE', 'version is not a whole number');
}

function readReceipt(reply: XmlElement): PaymentReceipt | undefined {
  const receipt = onlyChild(reply, 'receipt');
  if (!receipt) return undefined;
  const invoiceReference = readReference(receipt, 'invoiceReference');
  const paymentReference = readReference(receipt, 'paymentReference');
  const clientInvoiceId = textOf(receipt, 'clientInvoiceId');
  const paymentDate = textOf(receipt, 'paymentDate');
  const invoice = onlyChild(receipt, 'invoice');
  const totalAmount = invoice && readAmount(invoice, 'totalAmount');
  return {
    ...(invoiceReference !== undefined && { invoiceReference }),
    ...(paymentReference !== undefined && { paymentReference }),
    ...(clientInvoiceId !== undefined && { clientInvoiceId }),
    ...(paymentDate !== undefined && { paymentDate }),
    ...(totalAmount && { totalAmount }),
  };
}
