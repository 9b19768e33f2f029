export interface BookRules {
  /** API page, getPaymentStatus: a payment that is not collected within 20 s is reversed. */
  readonly collectWithinSeconds: number;
  /** Whether the same holds again after a commit. SEQR does not say; the reply to the commit has told the merchant. */
  readonly collectAfterCommit: boolean;
  /** How long an invoice waits for its payer. Not documented. */
  readonly invoiceLifetimeSeconds: number;
  /** What cancelInvoice does to a RESERVED invoice, which SEQR leaves open: it releases the amount, or is refused (51). */
  readonly cancelReserved: 'release' | 'refuse';
  /** How long a payer who has opened an invoice holds it: until then it is "in progress" (codes 48, 51). Not documented. */
  readonly payingSeconds: number;
  /** Who may unregister a terminal: itself (API page), or its reseller (certification procedure). See the README. */
  readonly unregisterBy: 'TERMINALID' | 'RESELLERUSER';
  /** Reporting page: about three seconds pass between markTransactionPeriod and a report. */
  readonly reportReadyAfterSeconds: number;
  /** Memory is the limit: an ended invoice is forgotten when so many are held; with only live ones SEQR is "busy" (93). */
  readonly invoicesMax: number;
}

export const DEFAULT_RULES: BookRules = {
  collectWithinSeconds: 20,
  collectAfterCommit: false,
  invoiceLifetimeSeconds: 3600,
  cancelReserved: 'release',
  payingSeconds: 120,
  unregisterBy: 'TERMINALID',
  reportReadyAfterSeconds: 3,
  invoicesMax: 10_000,
};

export type PayerRefusal =
  'UNKNOWN_INVOICE' | 'NOT_WAITING_FOR_PAYER' | 'WAITING_FOR_MERCHANT' | 'WRONG_PIN' | 'BANK_DOWN';

/** The payer's wish was not followed, and why. */
export class PayerError extends Error {
  override readonly name = 'PayerError';
  constructor(
    readonly code: PayerRefusal,
    message: string,
  ) {
    super(message);
  }
}
