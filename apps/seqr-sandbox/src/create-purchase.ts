import { isCurrency, MoneyError, parseMoney, type Money } from '#purchase/money.js';

import { amountText } from './amounts.js';
import type { Invoice } from './invoice.js';
import type { OutgoingReply } from './outgoing.js';

/** The three ways in which SEQR's pages spell the same request (UPS page of 2018, of 2017, and the 2017 page's text). */
export const SPELLINGS = ['2018', '2017', 'purchaseToken'] as const;

export type Spelling = (typeof SPELLINGS)[number];

/** What the payer does: reads a machine's QR code, or names its token, and says how much may be reserved. */
export interface ScanOrder {
  /** `HTTP://SEQR.SE/000/ups?w=<merchant>&t=<token>` */
  readonly qrText?: string | undefined;
  readonly token?: string | undefined;
  /** Digits, no plus. Used for the request and forgotten. */
  readonly msisdn: string;
  /** "20.00": major units. */
  readonly amount: string;
  readonly currency: string;
  readonly spelling?: Spelling | undefined;
}

export class ScanError extends Error {
  override readonly name = 'ScanError';
  constructor(
    readonly code: 'NOT_A_MACHINE' | 'UNKNOWN_MERCHANT' | 'BAD_MSISDN' | 'BAD_AMOUNT' | 'BAD_URL' | 'NO_URL',
    message: string,
  ) {
    super(message);
  }
}

/** The token of a QR text. Nothing but scheme and host may change its case. @throws ScanError */
export function tokenOf({ qrText, token }: ScanOrder, merchants: readonly string[]): string {
  if (qrText === undefined) {
    if (!token || token.length > 64)
      throw new ScanError('NOT_A_MACHINE', 'give a QR text, or a token of 1 to 64 characters');
    return token;
  }
  const match = /^HTTP:\/\/SEQR\.SE\/000\/ups\?([^#\s]{1,100})$/i.exec(qrText);
  const query = new URLSearchParams(match?.[1] ?? '');
  const read = query.get('t');
  if (!read) throw new ScanError('NOT_A_MACHINE', 'the QR text is not HTTP://SEQR.SE/000/ups?w=<merchant>&t=<token>');
  if (!merchants.includes(query.get('w') ?? ''))
    throw new ScanError('UNKNOWN_MERCHANT', 'the QR text names an unknown merchant');
  return read;
}

/** @throws ScanError BAD_AMOUNT */
export function amountOf({ amount, currency }: ScanOrder): Money {
  if (!isCurrency(currency)) throw new ScanError('BAD_AMOUNT', 'the currency is unknown');
  try {
    const money = parseMoney(amount, currency);
    if (money.minor > 0n) return money;
  } catch (error) {
    if (!(error instanceof MoneyError)) throw error;
    throw new ScanError('BAD_AMOUNT', error.message);
  }
  throw new ScanError('BAD_AMOUNT', 'the amount must be more than nothing');
}

/** The request's body. The number of the 2018 spelling is written as text: no float comes near it. @throws ScanError */
export function requestBody(order: ScanOrder, token: string, money: Money): string {
  if (!/^\d{5,15}$/.test(order.msisdn))
    throw new ScanError('BAD_MSISDN', 'the phone number must be 5 to 15 digits, no plus');
  const amount = amountText(money.minor, money.currency);
  const rest = `"currency":"${money.currency}","msisdn":"${order.msisdn}"`;
  switch (order.spelling ?? '2018') {
    case '2018':
      return `{"token":${JSON.stringify(token)},"amount":${amount},${rest}}`;
    case '2017':
      return `{"reservationToken":${JSON.stringify(token)},"reservationAmount":"${amount}",${rest}}`;
    case 'purchaseToken':
      return `{"purchaseToken":${JSON.stringify(token)},"amount":${amount},${rest}}`;
  }
}

const ERROR_CODES = ['INSUFFICIENT_FUNDS', 'DEVICE_IN_USE', 'DEVICE_UNAVAILABLE', 'INVOICING_ERROR', 'SYSTEM_ERROR'];

export type ReadReply =
  | { readonly outcome: 'invoice'; readonly invoiceReference: string }
  | { readonly outcome: 'refused'; readonly errorCode: string }
  | { readonly outcome: 'broken'; readonly reason: string };

/** Holds the answer against the UPS page: HTTP 200 always, and one of two shapes. */
export function readReply(reply: OutgoingReply): ReadReply {
  if (reply.status !== 200) return broken(`HTTP ${reply.status}, it must be 200 for refusals too`);
  if (!/^application\/json\b/i.test(reply.contentType)) return broken('the Content-Type is not application/json');
  const body = parseJson(reply.body);
  if (typeof body !== 'object' || body === null) return broken('the body is not a JSON object');
  const keys = Object.keys(body);
  if (keys.length !== 1) return broken('the body must hold invoiceReferenceId or errorCode, and nothing else');
  if ('invoiceReferenceId' in body && typeof body.invoiceReferenceId === 'string') {
    return { outcome: 'invoice', invoiceReference: body.invoiceReferenceId };
  }
  if ('errorCode' in body && typeof body.errorCode === 'string' && ERROR_CODES.includes(body.errorCode)) {
    return { outcome: 'refused', errorCode: body.errorCode };
  }
  return broken(`the body must hold invoiceReferenceId, or as errorCode one of ${ERROR_CODES.join(', ')}`);
}

/** Whether the invoice is one that an unattended payment may offer its payer; undefined when all is well. */
export function complaintAbout(invoice: Invoice | undefined, wanted: Money): string | undefined {
  if (!invoice) return 'invoiceReferenceId is no invoice of this sandbox';
  if (!invoice.terms.paymentMode.startsWith('RESERVATION_')) {
    return 'the invoice must have a payment mode that reserves';
  }
  if (invoice.currency !== wanted.currency) return 'the invoice has another currency than the request';
  if (invoice.terms.total.minor > wanted.minor) return 'the invoice reserves more than the payer allowed';
  return undefined;
}

function broken(reason: string): ReadReply {
  return { outcome: 'broken', reason };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
