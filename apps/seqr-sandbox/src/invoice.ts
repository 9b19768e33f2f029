import type { Currency, Money } from '#purchase/money.js';

import type { CustomerToken } from './tokens.js';

/**
 * The states of an invoice. REVERSED is the sandbox's own word for a payment that was not collected in time: SEQR
 * documents no status for it, on the wire it is CANCELED.
 */
export const INVOICE_STATES = [
  'ISSUED',
  'PENDING_ISSUER_ACKNOWLEDGE',
  'RESERVED',
  'PAID',
  'CANCELED',
  'FAILED',
  'EXPIRED',
  'REVERSED',
] as const;

export type InvoiceState = (typeof INVOICE_STATES)[number];

export interface InvoiceRow {
  readonly description: string;
  readonly sku: string;
  /** As it was sent: "1". */
  readonly quantity: string;
  /** Minor units of the invoice's currency; negative rows may balance a total. */
  readonly total: bigint;
}

/** What a merchant asks for, checked: the rows sum to the total, the total is positive. */
export interface InvoiceTerms {
  readonly paymentMode: string;
  readonly acknowledgmentMode: string;
  readonly issueDate: string;
  readonly title: string;
  readonly clientInvoiceId: string;
  readonly rows: readonly InvoiceRow[];
  readonly total: Money;
  readonly cashierId: string;
  readonly footer: string;
  readonly notificationUrl: string | undefined;
  readonly commitReservationTimeoutSeconds: number | undefined;
}

export interface HistoryEntry {
  readonly at: Date;
  readonly event: string;
  readonly state: InvoiceState;
  readonly version: number;
}

/** One POST of the notification, or the lack of one. */
export interface NotificationAttempt {
  readonly at: Date;
  /** The HTTP status, or why there was none: "timeout", "lost by a fault". */
  readonly outcome: number | string;
}

export interface SubmittedReceipt {
  readonly at: Date;
  readonly receiptType: string;
  readonly mimeType: string;
  readonly bytes: number;
}

/** Money given back: a transaction of its own, with a reference of its own (Javadoc of refundPayment). */
export interface Refund {
  readonly ersReference: string;
  readonly at: Date;
  /** The principal that asked for it. */
  readonly by: string;
  /** Minor units, positive. */
  readonly minor: bigint;
  readonly title: string;
  readonly cashierId: string;
  readonly receipts: readonly SubmittedReceipt[];
}

/** What a merchant asks to be given back, checked: the amount is positive. */
export interface RefundTerms {
  readonly total: Money;
  readonly title: string;
  readonly cashierId: string;
}

export interface Invoice {
  readonly reference: string;
  /** The principal that sent it: only he may see it. */
  readonly owner: string;
  readonly createdAt: Date;
  readonly terms: InvoiceTerms;
  readonly currency: Currency;
  readonly state: InvoiceState;
  /** Rises by one on each change of the state and on new tokens; 1 when issued. */
  readonly version: number;
  /** The highest version a getPaymentStatus has acknowledged. */
  readonly acknowledgedVersion: number;
  /** Minor units held at the payer's; 0 before the confirmation and after an end without payment. */
  readonly reserved: bigint;
  /** Minor units that were paid in the end; 0 until then. */
  readonly committed: bigint;
  /** Successful commits. More than one would be a sandbox that lost its mind: it is counted, not assumed. */
  readonly commits: number;
  readonly wrongPins: number;
  /** The payment's reference, from PAID on. */
  readonly ersReference: string | undefined;
  readonly paidAt: Date | undefined;
  /** By when a getPaymentStatus must collect the confirmation; undefined when none waits. */
  readonly collectBy: Date | undefined;
  /** When the invoice ends by itself: unpaid, or reserved and not committed. */
  readonly endsAt: Date | undefined;
  /** Until when a payer who has opened the invoice holds it; undefined when none does. */
  readonly payingUntil: Date | undefined;
  /** The payer's cards and what the merchant said of them. */
  readonly tokens: readonly CustomerToken[];
  readonly refunds: readonly Refund[];
  /** The sum of all refunds, in minor units. */
  readonly refunded: bigint;
  /** Whether the payer's account takes money back; if not, refundPayment is refused with 99. */
  readonly payerTakesRefunds: boolean;
  /** Why it ended, for people. */
  readonly note: string | undefined;
  readonly receipts: readonly SubmittedReceipt[];
  readonly history: readonly HistoryEntry[];
  readonly notifications: readonly NotificationAttempt[];
}

/** The status as getPaymentStatus says it (schema: CANCELED with one L). */
export function wireStatus(state: InvoiceState): string {
  return state === 'REVERSED' ? 'CANCELED' : state;
}
