export interface BookRules {
  /** API page, getPaymentStatus: a payment that is not collected within 20 s is reversed. */
  readonly collectWithinSeconds: number;
  /** Whether the same holds again after a commit. SEQR does not say; the reply to the commit has told the merchant. */
  readonly collectAfterCommit: boolean;
  /** How long an invoice waits for its payer. Not documented. */
  readonly invoiceLifetimeSeconds: number;
  /** What cancelInvoice does to a RESERVED invoice, which SEQR leaves open: it releases the amount, or is refused (51). */
  readonly cancelReserved: 'release' | 'refuse';
}

export const DEFAULT_RULES: BookRules = {
  collectWithinSeconds: 20,
  collectAfterCommit: false,
  invoiceLifetimeSeconds: 3600,
  cancelReserved: 'release',
};

export type PayerRefusal = 'UNKNOWN_INVOICE' | 'NOT_WAITING_FOR_PAYER' | 'WAITING_FOR_MERCHANT' | 'WRONG_PIN';

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
