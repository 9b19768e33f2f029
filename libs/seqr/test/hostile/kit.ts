import type { UnknownReason } from '../../outcome-errors.js';

/** The calls that hostile replies answer. */
export type Question =
  | 'getPaymentStatus'
  | 'sendInvoice'
  | 'commitReservation'
  | 'refundPayment'
  | 'registerTerminal'
  | 'markTransactionPeriod'
  | 'executeReport'
  | 'creditUser'
  | 'getClientSessionInfo';

/** A reply that no honest SEQR sends, and what it must be taken for. What it claims would unlock a machine or move money. */
export interface HostileReply {
  readonly name: string;
  readonly asked: Question;
  readonly bytes: Buffer;
  /** What the other side does after the bytes. */
  readonly afterwards: 'keep' | 'end' | 'reset' | 'drip' | { readonly repeat: Buffer };
  readonly expected: UnknownReason;
}

export const SOAP = 'http://schemas.xmlsoap.org/soap/envelope/';
export const MESSAGES = 'http://external.interfaces.ers.seamless.com/';
export const XML = { 'Content-Type': 'text/xml;charset=UTF-8' };

export function http(status: number, headers: Record<string, string>, body: string | Buffer): Buffer {
  const bytes = Buffer.from(body);
  return Buffer.concat([head(status, { ...headers, 'Content-Length': String(bytes.length) }), bytes]);
}

export function head(status: number, headers: Record<string, string>): Buffer {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(`HTTP/1.1 ${status} X\r\n${lines.join('')}\r\n`);
}

export const inEnvelope = (body: string) => `<s:Envelope xmlns:s="${SOAP}"><s:Body>${body}</s:Body></s:Envelope>`;
export const inWrapper = (content: string, asked: Question = 'getPaymentStatus') =>
  inEnvelope(`<m:${asked}Response xmlns:m="${MESSAGES}">${content}</m:${asked}Response>`);
export const inReturn = (fields: string, asked: Question = 'getPaymentStatus') =>
  inWrapper(`<return>${fields}</return>`, asked);

export const RESERVED = '<status>RESERVED</status><version>1</version>';
export const GOOD = inReturn(`<resultCode>0</resultCode>${RESERVED}`);
export const FAULT = '<s:Fault><faultcode>s:Server</faultcode><faultstring>boom</faultstring></s:Fault>';

/** Sent whole, with status 200 and the right type: only the document is wrong. */
export function documents(
  expected: UnknownReason,
  replies: Record<string, string | Buffer>,
  asked: Question = 'getPaymentStatus',
): HostileReply[] {
  const whole = Object.entries(replies).map(([name, body]) => [name, http(200, XML, body)]);
  return exchanges(expected, Object.fromEntries(whole) as Record<string, Buffer>, 'keep', asked);
}

/** Successes of one operation whose fields are wrong. */
export function successes(asked: Question, expected: UnknownReason, replies: Record<string, string>): HostileReply[] {
  const whole = Object.entries(replies).map(([name, fields]) => [
    `${asked} with ${name}`,
    inReturn(`<resultCode>0</resultCode>${fields}`, asked),
  ]);
  return documents(expected, Object.fromEntries(whole) as Record<string, string>, asked);
}

export function exchanges(
  expected: UnknownReason,
  replies: Record<string, Buffer>,
  afterwards: HostileReply['afterwards'] = 'keep',
  asked: Question = 'getPaymentStatus',
): HostileReply[] {
  return Object.entries(replies).map(([name, bytes]) => ({ name, asked, bytes, afterwards, expected }));
}

/** One reply for each of these places or words. */
export function each<T>(all: readonly T[], one: (item: T) => readonly [string, string]): Record<string, string> {
  return Object.fromEntries(all.map(one));
}
