import type { Money } from '#purchase/money.js';

import { amountFields, positiveAmountFields } from './amount.js';
import type { CustomerToken } from './customer-token.js';
import { SeqrRequestError } from './request-error.js';
import { checkedText, checkedUrl, checkedWhole, LENGTHS, type WireFields } from './wire-fields.js';

/** The payer's phone shows each row and our machines hold some sixty products; more rows are a defect of the caller. */
const ROWS_MAX = 200;

/** A year. The vendor's sample says 3600 and publishes no range. */
const COMMIT_TIMEOUT_MAX_SECONDS = 366 * 24 * 3600;

/** SEQR API page, paymentMode; the last since 2015. */
export type PaymentMode =
  | 'IMMEDIATE_DEBIT'
  | 'RESERVATION_DESIRED'
  | 'RESERVATION_REQUIRED'
  /** The total is a maximum that a later commit is sure to get: the mode of unattended payments. */
  | 'RESERVATION_REQUIRED_PRELIMINARY_AMOUNT';

/** One line of a bill. The names are SEQR's. */
export interface InvoiceRow {
  readonly itemDescription: string;
  /** Pieces, at least 1. */
  readonly itemQuantity: number;
  /** Of the whole row; may be negative, to balance (SEQR point of sale page). */
  readonly itemTotalAmount: Money;
  /** ISO 20022, e.g. "EA". */
  readonly itemUnit?: string;
  readonly itemUnitPrice?: Money;
  /** Percent as a decimal text: "24", "25.5". */
  readonly itemTaxRate?: string;
  readonly itemSKU?: string;
  /** Of the whole row: above zero, and already taken off `itemTotalAmount`. */
  readonly itemDiscount?: Money;
  /** The bar code: 8, 12, 13 or 14 digits. */
  readonly itemEAN?: string;
}

/**
 * SEQR API page, acknowledgmentMode: whether SEQR waits for an updateInvoice once it knows the payer: never; when the payer
 * has loyalty cards; always.
 */
export type AcknowledgmentMode = 'NO_ACKNOWLEDGMENT' | 'OPTIONAL_ACKNOWLEDGMENT' | 'REQUIRE_ACKNOWLEDGMENT';

/** A bill. The names are SEQR's. */
export interface InvoiceRequest {
  readonly paymentMode: PaymentMode;
  /** Default NO_ACKNOWLEDGMENT: nobody at a machine answers. */
  readonly acknowledgmentMode?: AcknowledgmentMode;
  readonly issueDate: Date;
  /** On the payer's phone and receipt. */
  readonly title: string;
  readonly clientInvoiceId: string;
  /** At least one; their totals add up to `totalAmount`. */
  readonly invoiceRows: readonly InvoiceRow[];
  /** Above zero. */
  readonly totalAmount: Money;
  /** Comes back in SEQR's reports. */
  readonly cashierId: string;
  readonly footer: string;
  readonly backURL?: string;
  /** Called by SEQR with an empty, unsigned POST: unguessable, one per purchase. */
  readonly notificationUrl?: string;
  /** Seconds to commit in. A preliminary amount must have it. */
  readonly commitReservationTimeout?: number;
  /** The payer's loyalty cards that the merchant knows. They stand behind the invoice, not in it. */
  readonly tokens?: readonly CustomerToken[];
}

/** @throws SeqrRequestError when the invoice must not be sent */
export function invoiceFields(invoice: InvoiceRequest): WireFields {
  return {
    paymentMode: invoice.paymentMode,
    // In every invoice, updates too: left out, SEQR takes REQUIRE_ACKNOWLEDGMENT and the payer waits for ever.
    acknowledgmentMode: invoice.acknowledgmentMode ?? 'NO_ACKNOWLEDGMENT',
    issueDate: dateTime(invoice.issueDate),
    title: checkedText('title', invoice.title, LENGTHS.text),
    clientInvoiceId: checkedText('clientInvoiceId', invoice.clientInvoiceId, LENGTHS.id),
    invoiceRows: rowsFields(invoice.invoiceRows, invoice.totalAmount),
    totalAmount: positiveAmountFields('totalAmount', invoice.totalAmount),
    cashierId: checkedText('cashierId', invoice.cashierId, LENGTHS.id),
    footer: checkedText('footer', invoice.footer, LENGTHS.text),
    backURL: optional(invoice.backURL, (url) => checkedUrl('backURL', url)),
    notificationUrl: optional(invoice.notificationUrl, (url) => checkedUrl('notificationUrl', url)),
    commitReservationTimeout: commitTimeout(invoice),
  };
}

/**
 * Rows that add up to the total.
 *
 * @throws SeqrRequestError EMPTY, TOO_MANY_ROWS, CURRENCY_MISMATCH, ROWS_DO_NOT_ADD_UP
 */
export function rowsFields(rows: readonly InvoiceRow[], total: Money): WireFields {
  checkSum(rows, total);
  return { invoiceRow: rows.map(rowFields) };
}

function rowFields(row: InvoiceRow): WireFields {
  return {
    itemDescription: checkedText('itemDescription', row.itemDescription, LENGTHS.text),
    itemDiscount: optional(row.itemDiscount, (discount) => positiveAmountFields('itemDiscount', discount)),
    itemEAN: optional(row.itemEAN, checkedBarCode),
    itemQuantity: checkedWhole('itemQuantity', row.itemQuantity, 1, 1_000_000),
    itemSKU: optional(row.itemSKU, (sku) => checkedText('itemSKU', sku, LENGTHS.id)),
    itemTaxRate: optional(row.itemTaxRate, checkedPercent),
    itemTotalAmount: amountFields('itemTotalAmount', row.itemTotalAmount),
    itemUnit: optional(row.itemUnit, (unit) => checkedText('itemUnit', unit, LENGTHS.id)),
    itemUnitPrice: optional(row.itemUnitPrice, (price) => amountFields('itemUnitPrice', price)),
  };
}

/** SEQR point of sale page: the rows' total must be the invoice's. */
function checkSum(invoiceRows: readonly InvoiceRow[], totalAmount: Money): void {
  if (invoiceRows.length === 0) throw new SeqrRequestError('EMPTY', 'invoiceRows', 'must hold a row');
  if (invoiceRows.length > ROWS_MAX)
    throw new SeqrRequestError('TOO_MANY_ROWS', 'invoiceRows', `over ${ROWS_MAX} rows`);
  let sum = 0n;
  for (const { itemTotalAmount, itemUnitPrice, itemDiscount } of invoiceRows) {
    const amounts = [itemTotalAmount, itemUnitPrice ?? itemTotalAmount, itemDiscount ?? itemTotalAmount];
    if (amounts.some(({ currency }) => currency !== totalAmount.currency)) {
      throw new SeqrRequestError('CURRENCY_MISMATCH', 'invoiceRows', "not in the total's currency");
    }
    sum += itemTotalAmount.minor;
  }
  if (sum !== totalAmount.minor) {
    throw new SeqrRequestError('ROWS_DO_NOT_ADD_UP', 'invoiceRows', 'their sum is not the total');
  }
}

/** SEQR page on preliminary amounts: such an invoice must say how long the reservation lasts. */
function commitTimeout({ paymentMode, commitReservationTimeout }: InvoiceRequest): string | undefined {
  if (commitReservationTimeout !== undefined) {
    return checkedWhole('commitReservationTimeout', commitReservationTimeout, 1, COMMIT_TIMEOUT_MAX_SECONDS);
  }
  if (paymentMode !== 'RESERVATION_REQUIRED_PRELIMINARY_AMOUNT') return undefined;
  throw new SeqrRequestError('NO_TIMEOUT', 'commitReservationTimeout', 'must be set for a preliminary amount');
}

/** xs:dateTime in UTC, whole seconds. The vendor's samples have no zone; with one nobody can misread it. */
function dateTime(date: Date): string {
  const year = date.getUTCFullYear();
  if (!(year >= 2000 && year <= 9999)) throw new SeqrRequestError('NOT_A_DATE', 'issueDate', 'is no date of our time');
  return `${date.toISOString().slice(0, 19)}Z`;
}

function checkedPercent(text: string): string {
  if (/^(?:100|\d{1,2}(?:\.\d{1,2})?)$/.test(text)) return text;
  throw new SeqrRequestError('NOT_A_NUMBER', 'itemTaxRate', 'must be a percentage like "24" or "25.5"');
}

function checkedBarCode(text: string): string {
  if (/^(?:\d{8}|\d{12,14})$/.test(text)) return text;
  throw new SeqrRequestError('NOT_A_NUMBER', 'itemEAN', 'must be 8, 12, 13 or 14 digits');
}

function optional<T, R>(value: T | undefined, check: (value: T) => R): R | undefined {
  return value === undefined ? undefined : check(value);
}
