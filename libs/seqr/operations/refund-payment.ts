import type { Money } from '#purchase/money.js';

import { positiveAmountFields } from '../amount.js';
import { rowsFields, type InvoiceRow } from '../invoice.js';
import { checkedText, checkedUrl, LENGTHS } from '../wire-fields.js';

import type { Operation } from './operation.js';
import { checkedReference, readReference } from './reference.js';

export interface Refund {
  /** The payment's, as getPaymentStatus gave it with PAID. */
  readonly ersReference: string;
  /** What the payer reads about it. */
  readonly title: string;
  readonly cashierId: string;
  /** What is given back: above zero, and with earlier refunds at most what was paid (98). May be a part. */
  readonly totalAmount: Money;
  /** When given, their totals add up to `totalAmount`. */
  readonly invoiceRows?: readonly InvoiceRow[];
  readonly notificationUrl?: string;
}

export interface Refunded {
  /** The refund's own reference, not the payment's: receipts and support need it. */
  readonly refundReference?: string;
}

/**
 * SEQR API page, refundPayment. Moves money and has no look-up: after an unknown outcome only a person can find out what
 * happened, and a repeat may refund twice.
 */
export const refundPayment: Operation<Refund, Refunded> = {
  name: 'refundPayment',
  request: ({ ersReference, title, cashierId, totalAmount, invoiceRows, notificationUrl }) => ({
    ersReference: checkedReference('ersReference', ersReference),
    invoice: {
      // The vendor's samples leave it out here, and its own class then says REQUIRE_ACKNOWLEDGMENT.
      acknowledgmentMode: 'NO_ACKNOWLEDGMENT',
      title: checkedText('title', title, LENGTHS.text),
      invoiceRows: invoiceRows && rowsFields(invoiceRows, totalAmount),
      totalAmount: positiveAmountFields('totalAmount', totalAmount),
      cashierId: checkedText('cashierId', cashierId, LENGTHS.id),
      notificationUrl: notificationUrl === undefined ? undefined : checkedUrl('notificationUrl', notificationUrl),
    },
  }),
  answer: (reply) => {
    // The API page calls it the payment's, manual and Javadoc the refund's, and the sample's number is a new one.
    const refundReference = readReference(reply, 'ersReference');
    return refundReference === undefined ? {} : { refundReference };
  },
};
