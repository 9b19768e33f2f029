import { sum, type Money } from '#purchase/money.js';

import { readAmount } from './amounts.js';
import type { InvoiceRow, InvoiceTerms, RefundTerms } from './invoice.js';
import { SeqrRefusal } from './result-codes.js';
import { childOf, childrenOf, textAt, type XmlElement } from './xml.js';

/** Seven days. SEQR publishes no range ("in-store minutes, online possibly days"); zero and less would be no time at all. */
const COMMIT_TIMEOUT_SECONDS_MAX = 7n * 24n * 3600n;

/**
 * Reads an `invoice` element that the validator has passed.
 *
 * @throws SeqrRefusal INVALID_INVOICE_DATA (49) for amounts, sums, quantities and time limits; REJECTED_AMOUNT (11) for
 *   a total of nothing; INVALID_NOTIFICATION_URL (64).
 */
export function readInvoice(invoice: XmlElement): InvoiceTerms {
  const text = (path: string) => textAt(invoice, path) ?? '';
  const currency = text('totalAmount/currency');
  const total = readAmount(text('totalAmount/value'), currency, 'totalAmount');
  const rows = childrenOf(childOf(invoice, 'invoiceRows'), 'invoiceRow').map((row) => readRow(row, currency));
  if (sum(rows.map((row) => row.total)) !== total.minor) {
    throw new SeqrRefusal('INVALID_INVOICE_DATA', 'the rows do not sum to totalAmount');
  }
  if (total.minor <= 0n) throw new SeqrRefusal('REJECTED_AMOUNT', 'totalAmount must be more than nothing');
  return {
    paymentMode: text('paymentMode'),
    acknowledgmentMode: text('acknowledgmentMode'),
    issueDate: text('issueDate'),
    title: text('title'),
    clientInvoiceId: text('clientInvoiceId'),
    rows,
    total,
    cashierId: text('cashierId'),
    footer: text('footer'),
    notificationUrl: readNotificationUrl(textAt(invoice, 'notificationUrl')),
    commitReservationTimeoutSeconds: readTimeout(textAt(invoice, 'commitReservationTimeout')),
  };
}

/**
 * Reads the `invoice` of refundPayment, whose total is what is to be given back.
 *
 * @throws SeqrRefusal REJECTED_AMOUNT (11): code 49 is not documented for refunds; INVALID_NOTIFICATION_URL (64).
 */
export function readRefund(invoice: XmlElement): RefundTerms {
  const text = (path: string) => textAt(invoice, path) ?? '';
  readNotificationUrl(textAt(invoice, 'notificationUrl'));
  const total = readRefundTotal(text('totalAmount/value'), text('totalAmount/currency'));
  if (total.minor <= 0n) throw new SeqrRefusal('REJECTED_AMOUNT', 'totalAmount must be more than nothing');
  return { total, title: text('title'), cashierId: text('cashierId') };
}

function readRefundTotal(value: string, currency: string): Money {
  try {
    return readAmount(value, currency, 'totalAmount');
  } catch (error) {
    if (!(error instanceof SeqrRefusal)) throw error;
    throw new SeqrRefusal('REJECTED_AMOUNT', error.reason);
  }
}

function readRow(row: XmlElement, currency: string): InvoiceRow {
  const quantity = textAt(row, 'itemQuantity') ?? '';
  if (!/^[1-9]\d{0,8}(?:\.\d{1,3})?$/.test(quantity)) {
    throw new SeqrRefusal('INVALID_INVOICE_DATA', 'itemQuantity must be 1 or more');
  }
  if (textAt(row, 'itemTotalAmount/currency') !== currency) {
    throw new SeqrRefusal('INVALID_INVOICE_DATA', 'a row has another currency than totalAmount');
  }
  return {
    description: textAt(row, 'itemDescription') ?? '',
    sku: textAt(row, 'itemSKU') ?? '',
    quantity,
    total: readAmount(textAt(row, 'itemTotalAmount/value') ?? '', currency, 'itemTotalAmount').minor,
  };
}

/** Result code 64's text speaks of http://, the UPS page of HTTPS: both are taken, anything else is not. */
function readNotificationUrl(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  if (!/^https?:\/\/[^\s/]+/i.test(text) || !URL.canParse(text)) {
    throw new SeqrRefusal('INVALID_NOTIFICATION_URL', 'notificationUrl must be an absolute http or https URL');
  }
  return text;
}

function readTimeout(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const seconds = BigInt(text.replace(/^\+/, ''));
  if (seconds < 1n || seconds > COMMIT_TIMEOUT_SECONDS_MAX) {
    throw new SeqrRefusal(
      'INVALID_INVOICE_DATA',
      `commitReservationTimeout must be 1 to ${COMMIT_TIMEOUT_SECONDS_MAX} s`,
    );
  }
  return Number(seconds);
}
