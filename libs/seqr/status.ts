/**
 * States of an invoice, as getPaymentStatus names them.
 *
 * EXPIRED came into the vendor's client library in 2015 and is missing from the API page; PARTIALLY_PAID is on that page
 * but in no schema. Both directions of drift are why the word is read leniently.
 */
const INVOICE_STATUSES = [
  'ISSUED',
  'PENDING_ISSUER_ACKNOWLEDGE',
  'RESERVED',
  'PAID',
  'CANCELED',
  'FAILED',
  'EXPIRED',
] as const;

export type InvoiceStatus = (typeof INVOICE_STATUSES)[number];

const BY_WORD: ReadonlyMap<string, InvoiceStatus> = new Map<string, InvoiceStatus>([
  ...INVOICE_STATUSES.map((status) => [status, status] as const),
  // The page on unattended payments (2018) spells it with two L, the schema with one.
  ['CANCELLED', 'CANCELED'],
]);

/** Reads a status word. A word we do not know ("PARTIALLY_PAID", "0") is UNKNOWN: never final, never money. */
export function statusOf(word: string): InvoiceStatus | 'UNKNOWN' {
  return BY_WORD.get(word) ?? 'UNKNOWN';
}

/** True when SEQR will not change the status any more. UNKNOWN is not final: keep asking. */
export function isFinal(status: InvoiceStatus | 'UNKNOWN'): boolean {
  return status === 'PAID' || status === 'CANCELED' || status === 'FAILED' || status === 'EXPIRED';
}
