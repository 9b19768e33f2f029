import type { Currency } from '../money.js';

/**
 * One payer's visit to a machine, paid by reservation: reserve, unlock, choose, update, commit.
 *
 * Everything the lifecycle decides on stands in this record, so that the same record and the same event always lead to
 * the same next record. Times are milliseconds since 1970 of the database's clock; amounts are smallest units of
 * `currency`.
 */
export interface Purchase {
  readonly id: string;
  readonly machineId: string;
  /** Rises by one with every step; a writer with an old one is refused. */
  readonly version: number;
  readonly startedAt: number;
  readonly currency: Currency;
  /** What the payer's app offered at most. */
  readonly offeredMinor: bigint;
  /** What is asked of SEQR, and all that can ever be committed. */
  readonly reservedMinor: bigint;
  readonly planogramId: string;
  readonly priceListId: string;
  readonly priceListVersion: number;
  /** Selection → price, from the price list in force at the scan. Later lists do not matter to this purchase. */
  readonly prices: ReadonlyMap<number, bigint>;
  readonly terms: Terms;

  readonly state: State;
  readonly invoiceReference: string | null;
  /** The last `version` that getPaymentStatus gave: sending it back acknowledges the change. */
  readonly invoiceVersion: number;
  /** When SEQR last called the notificationUrl. A hint: only getPaymentStatus decides. */
  readonly notifiedAt: number | null;
  /** When getPaymentStatus first said RESERVED. */
  readonly reservedAt: number | null;
  /** Drawn when the purchase starts, larger than that of every earlier purchase of the machine. */
  readonly grantNumber: number;
  readonly grant: GrantGiven | null;
  readonly vends: readonly Vend[];
  readonly closing: ClosingReport | null;
  /** Frozen before the first updateInvoice: every attempt bears this amount and no other. */
  readonly settlement: Settlement | null;
  /** A cancelInvoice left whose effect is not ruled out: this purchase may never unlock any more. */
  readonly cancelSent: boolean;
  readonly ersReference: string | null;
  /** How often the present kind of act has failed in a row: spaces the repeats. */
  readonly failures: number;
  /** The one thing to do next outside, or null when nothing is left to do. */
  readonly next: Act | null;
  readonly end: { readonly at: number; readonly reason: EndReason } | null;
}

/** Set by configuration, fixed for a purchase when it starts. Milliseconds. */
export interface Terms {
  readonly paymentMode: 'RESERVATION_REQUIRED' | 'RESERVATION_REQUIRED_PRELIMINARY_AMOUNT';
  /** A purchase that the payer has not confirmed by then is cancelled and the machine freed. */
  readonly confirmWithinMs: number;
  /** getPaymentStatus is asked this often while waiting: finds confirmations whose notification never came. */
  readonly pollEveryMs: number;
  /** The machine must have answered the grant by then. */
  readonly unlockWithinMs: number;
  /** The machine ends the session when the payer has not chosen for this long. */
  readonly selectionWindowMs: number;
  /** The grant is void this long after the machine received it, whatever happened. */
  readonly grantLifetimeMs: number;
  /** commitReservationTimeout: SEQR drops the reservation this long after it was made. */
  readonly reservationLifetimeMs: number;
  /** What is known this long before the reservation ends is settled. */
  readonly settleMarginMs: number;
}

export type State =
  /** sendInvoice was decided; its outcome is not known yet. */
  | 'NEW'
  /** The invoice exists; the payer has not confirmed. */
  | 'INVOICED'
  /** Nobody confirmed in time: the invoice is being cancelled. */
  | 'CANCELLING'
  /** The money is reserved; the machine has the grant, or is about to. */
  | 'UNLOCKING'
  /** The machine lets the payer choose. */
  | 'UNLOCKED'
  /** The machine was asked to lock and to say what came out. */
  | 'CLOSING'
  /** The amount is frozen: update, commit, look. */
  | 'SETTLING'
  /** Nothing came out: the reservation is being given back. */
  | 'RELEASING'
  | FinalState;

export type FinalState =
  /** Charged with exactly what was dispensed. */
  | 'COMMITTED'
  /** Was reserved, nothing was charged. */
  | 'RELEASED'
  /** Was never reserved, nothing was charged. */
  | 'CANCELLED'
  /** SEQR gave no invoice. */
  | 'REFUSED'
  /** Money and goods may disagree: a person decides. */
  | 'REVIEW';

export type EndReason =
  | 'committed'
  | 'nothing-dispensed'
  | 'not-unlocked'
  | 'payer-declined'
  | 'not-confirmed'
  | 'payment-failed'
  | 'invoice-expired'
  | 'invoice-refused'
  | 'invoice-not-sent'
  | 'invoice-unknown'
  | 'reservation-lost'
  | 'unexpected-payment'
  | 'other-amount'
  | 'not-settled'
  | 'reservation-left-to-lapse';

export interface GrantGiven {
  readonly decidedAt: number;
  /** The boot of the machine's bridge it was last sent to; null while it certainly never left. */
  readonly bootId: string | null;
  readonly unlockedAt: number | null;
}

export interface Vend {
  readonly number: number;
  readonly selection: number;
  /** From the price list; 0 for a selection that is not on it. */
  readonly priceMinor: bigint;
  readonly machinePriceMinor: bigint;
  readonly result: 'selected' | 'denied' | 'dispensed' | 'failed' | 'uncertain';
  readonly selectedAt: number;
  /** Its result came when it could not be charged: before a grant, or after the amount was frozen. */
  readonly late?: true;
  /** The machine said two things of it; the first counts, a case was opened. */
  readonly disputed?: true;
}

export interface ClosingReport {
  readonly at: number;
  readonly reason: string;
  readonly selections: number;
  readonly dispensed: number;
  readonly dispensedMinor: bigint;
}

export interface Settlement {
  readonly amountMinor: bigint;
  readonly frozenAt: number;
  /** updateInvoice was accepted, or SEQR refuses its rows for good and the commit goes without. */
  readonly updated: boolean;
  /** `answered`: SEQR said 0, so it is never sent again blindly. `unknown`: look before repeating. */
  readonly commit: 'not-sent' | 'unknown' | 'answered';
}

/** Something to be done outside this function, at a time. Its outcome comes back as an event. */
export interface Act {
  readonly kind: ActKind;
  readonly dueAt: number;
}

export type ActKind =
  | 'sendInvoice'
  | 'getPaymentStatus'
  | 'sendGrant'
  | 'awaitMachine'
  | 'closeGrant'
  | 'updateInvoice'
  | 'commitReservation'
  | 'cancelInvoice'
  | 'submitPaymentReceipt';

export interface ReviewCase {
  readonly reason: ReviewReason;
  /** What is at stake, in smallest units; null when that is not known. */
  readonly amountMinor: bigint | null;
  readonly known: string;
  readonly suggestedAction: string;
}

export type ReviewReason =
  | 'uncertain-vend'
  | 'late-vend'
  | 'unpaid-vend'
  | 'unexpected-payment'
  | 'other-amount'
  | 'not-settled'
  | 'report-differs'
  | 'no-closing-report'
  | 'over-reservation'
  | 'update-refused'
  | 'orphan-invoice'
  | 'lying-invoice'
  | 'not-released';

const FINAL: readonly State[] = ['COMMITTED', 'RELEASED', 'CANCELLED', 'REFUSED', 'REVIEW'];

/** Over: holds no machine, and no money moves any more by itself. A receipt may still be on its way. */
export function isOver(purchase: Purchase): boolean {
  return FINAL.includes(purchase.state);
}

/** What certainly came out and was reported in time to be charged. */
function chargeable(purchase: Purchase): Vend[] {
  return purchase.vends.filter(({ result, late }) => result === 'dispensed' && late === undefined);
}

/** V: what was certainly dispensed, in smallest units. */
export function dispensedMinor(purchase: Purchase): bigint {
  return chargeable(purchase).reduce((total, { priceMinor }) => total + priceMinor, 0n);
}

/** What SEQR took in the end. */
export function committedMinor(purchase: Purchase): bigint | null {
  return purchase.state === 'COMMITTED' ? (purchase.settlement?.amountMinor ?? null) : null;
}

/** The rows of the final invoice: one a selection, in order of selection. They sum up to {@link dispensedMinor}. */
export function settlementRows(purchase: Purchase): { selection: number; quantity: number; unitMinor: bigint }[] {
  const rows = new Map<number, { selection: number; quantity: number; unitMinor: bigint }>();
  for (const vend of chargeable(purchase)) {
    const quantity = (rows.get(vend.selection)?.quantity ?? 0) + 1;
    rows.set(vend.selection, { selection: vend.selection, quantity, unitMinor: vend.priceMinor });
  }
  return [...rows.values()].toSorted((a, b) => a.selection - b.selection);
}
