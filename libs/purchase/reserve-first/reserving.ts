import type { Failure, PurchaseEvent } from './events.js';
import { orphanCase } from './final.js';
import type { EndReason, Purchase, ReviewCase } from './purchase.js';
import { type Step, act, again, backoffMs, change, end, unchanged } from './step.js';
import { startReleasing, startUnlocking } from './transitions.js';

/** Notifications cost a call to SEQR each: at most four a second and purchase. */
const NOTIFICATION_SPACING_MS = 250;
/** sendInvoice that certainly did not leave may be tried once more, if it failed so fast that the caller still waits. */
const UNSENT_INVOICE_REPEATS = 1;
const UNSENT_INVOICE_REPEAT_WITHIN_MS = 1_500;
/** Result code of every call about an invoice: SEQR API page. */
const INVALID_INVOICE_REFERENCE = 54;
/** A cancel that SEQR keeps refusing is a person's matter after a day. */
const GIVE_UP_AFTER_MS = 24 * 3_600_000;

/** NEW: the invoice is being asked for. */
export function isNew(purchase: Purchase, event: PurchaseEvent, now: number): Step {
  switch (event.type) {
    case 'InvoiceIssued': {
      // The payer can be faster than our own commit: a notification that came first is answered now.
      const dueAt = purchase.notifiedAt === null ? now + purchase.terms.pollEveryMs : now;
      return change(purchase, {
        state: 'INVOICED',
        invoiceReference: event.invoiceReference,
        failures: 0,
        next: act('getPaymentStatus', dueAt),
      });
    }
    case 'InvoiceFailed':
      if (
        event.outcome === 'not-sent' &&
        purchase.failures < UNSENT_INVOICE_REPEATS &&
        now <= purchase.startedAt + UNSENT_INVOICE_REPEAT_WITHIN_MS
      ) {
        return change(purchase, { failures: purchase.failures + 1, next: act('sendInvoice', now) });
      }
      // The confirmation can come before the loss of the reference is noticed.
      return end(purchase, 'REFUSED', refusal(event), now, [
        ...(purchase.notifiedAt === null ? [] : [orphanCase(purchase)]),
        ...(event.isLie === true ? [lyingInvoice(purchase)] : []),
      ]);
    case 'NotificationReceived':
      return purchase.notifiedAt === null ? change(purchase, { notifiedAt: now }) : unchanged(purchase);
    default:
      return unchanged(purchase);
  }
}

function lyingInvoice(purchase: Purchase): ReviewCase {
  return {
    reason: 'lying-invoice',
    amountMinor: purchase.reservedMinor,
    known:
      'SEQR answered sendInvoice with the reference of another invoice. The purchase was given up, nothing was dispensed.',
    suggestedAction: 'Tell SEQR; see in its report that nothing was paid for this purchase.',
  };
}

function refusal(failure: Failure): EndReason {
  switch (failure.outcome) {
    case 'not-sent':
      return 'invoice-not-sent';
    case 'refused':
      return 'invoice-refused';
    case 'unknown':
      return 'invoice-unknown';
  }
}

/** INVOICED: waiting for the payer, until the confirmation window ends. */
export function invoiced(purchase: Purchase, event: PurchaseEvent, now: number): Step {
  switch (event.type) {
    case 'NotificationReceived':
      return notified(purchase, now);
    case 'StatusRead':
      // An older version is a reply that was overtaken on its way.
      if (event.invoiceVersion < purchase.invoiceVersion) return stillWaiting(purchase, now, purchase.invoiceVersion);
      switch (event.status) {
        case 'RESERVED':
          return isOtherAmount(purchase, event.totalMinor)
            ? startCancelling({ ...purchase, cancelSent: true }, now, [otherAmountCase(purchase, event.totalMinor)])
            : startUnlocking({ ...purchase, invoiceVersion: event.invoiceVersion }, now);
        case 'PAID':
          return unexpectedlyPaid(purchase, event.ersReference, now);
        case 'CANCELED':
          return end(purchase, 'CANCELLED', 'payer-declined', now);
        case 'FAILED':
          return end(purchase, 'CANCELLED', 'payment-failed', now);
        case 'EXPIRED':
          return end(purchase, 'CANCELLED', 'invoice-expired', now);
        case 'ISSUED':
        case 'PARTIALLY_PAID':
        case 'PENDING_ISSUER_ACKNOWLEDGE':
        case 'UNKNOWN':
          if (event.askedAt <= (purchase.notifiedAt ?? 0) && !windowOver(purchase, now)) {
            // Asked before the notification came: ask again for what it announced.
            const dueAt = Math.max(now, event.askedAt + NOTIFICATION_SPACING_MS);
            return change(purchase, { invoiceVersion: event.invoiceVersion, next: act('getPaymentStatus', dueAt) });
          }
          return stillWaiting(purchase, now, event.invoiceVersion);
      }
    // oxlint-disable-next-line no-fallthrough -- every status above returns
    case 'StatusUnread':
      if (windowOver(purchase, now)) return startCancelling(purchase, now);
      return change(purchase, {
        failures: purchase.failures + 1,
        next: act('getPaymentStatus', now + Math.min(backoffMs(purchase.failures), purchase.terms.pollEveryMs)),
      });
    case 'TimePassed':
      return windowOver(purchase, now) ? startCancelling(purchase, now) : unchanged(purchase);
    default:
      return unchanged(purchase);
  }
}

function notified(purchase: Purchase, now: number): Step {
  const { notifiedAt, next } = purchase;
  const look = (dueAt: number): Step =>
    change(purchase, { notifiedAt: now, failures: 0, next: act('getPaymentStatus', dueAt) });
  if (notifiedAt === null) return look(now);
  // Each may be the one that announces the confirmation, so none is dropped: the last of a burst is looked into too.
  const dueAt = Math.max(now, notifiedAt + NOTIFICATION_SPACING_MS);
  if (next === null || next.dueAt > dueAt) return look(dueAt);
  // A look that is due may have left already, and its answer will be older than this.
  const mayHaveLeft = next.dueAt <= now && now > notifiedAt;
  return mayHaveLeft ? change(purchase, { notifiedAt: now }) : unchanged(purchase);
}

function windowOver(purchase: Purchase, now: number): boolean {
  return now >= purchase.startedAt + purchase.terms.confirmWithinMs;
}

function stillWaiting(purchase: Purchase, now: number, invoiceVersion: number): Step {
  if (windowOver(purchase, now)) return startCancelling(purchase, now);
  const windowEnd = purchase.startedAt + purchase.terms.confirmWithinMs;
  const dueAt = Math.min(now + purchase.terms.pollEveryMs, windowEnd);
  return change(purchase, { invoiceVersion, failures: 0, next: act('getPaymentStatus', dueAt) });
}

function startCancelling(purchase: Purchase, now: number, cases: readonly ReviewCase[] = []): Step {
  return change(purchase, { state: 'CANCELLING', failures: 0, next: act('cancelInvoice', now) }, cases);
}

/** Unlocking needs the very reservation that was asked for (I3), where SEQR says how much it is. */
function isOtherAmount(purchase: Purchase, totalMinor: bigint | null): totalMinor is bigint {
  return totalMinor !== null && totalMinor !== purchase.reservedMinor;
}

function otherAmountCase(purchase: Purchase, totalMinor: bigint): ReviewCase {
  return {
    reason: 'other-amount',
    amountMinor: totalMinor >= 0n ? totalMinor - purchase.reservedMinor : null,
    known: 'SEQR says that another amount was reserved than was asked for. The machine was not unlocked.',
    suggestedAction: 'Ask SEQR what the payer confirmed, and that it was released.',
  };
}

/** CANCELLING: nobody confirmed in time. SEQR's word on the invoice decides whether the payer was quicker after all. */
export function cancelling(purchase: Purchase, event: PurchaseEvent, now: number): Step {
  if (event.type !== 'StatusRead') return whileCancelling(purchase, event, now);
  switch (event.status) {
    case 'CANCELED':
    case 'EXPIRED':
      return end(purchase, 'CANCELLED', 'not-confirmed', now);
    case 'FAILED':
      return end(purchase, 'CANCELLED', 'payment-failed', now);
    case 'RESERVED':
      // A cancel that may still take effect must never race an unlocked machine.
      if (purchase.cancelSent) return startReleasing({ ...purchase, reservedAt: now }, now);
      return isOtherAmount(purchase, event.totalMinor)
        ? startReleasing({ ...purchase, reservedAt: now }, now, [otherAmountCase(purchase, event.totalMinor)])
        : startUnlocking({ ...purchase, invoiceVersion: event.invoiceVersion }, now);
    case 'PAID':
      return unexpectedlyPaid(purchase, event.ersReference, now);
    case 'ISSUED':
    case 'PARTIALLY_PAID':
    case 'PENDING_ISSUER_ACKNOWLEDGE':
    case 'UNKNOWN':
      return givenUp(purchase, purchase.startedAt, now) ?? again(purchase, 'cancelInvoice', now);
  }
}

/** RELEASING: the money was reserved and nothing was dispensed; it must go back. */
export function releasing(purchase: Purchase, event: PurchaseEvent, now: number): Step {
  if (event.type !== 'StatusRead') return whileCancelling(purchase, event, now);
  switch (event.status) {
    case 'CANCELED':
    case 'FAILED':
      return end(purchase, 'RELEASED', releaseReason(purchase), now);
    case 'EXPIRED':
      return end(purchase, 'RELEASED', 'reservation-left-to-lapse', now);
    case 'PAID':
      return unexpectedlyPaid(purchase, event.ersReference, now);
    case 'RESERVED':
    case 'ISSUED':
    case 'PARTIALLY_PAID':
    case 'PENDING_ISSUER_ACKNOWLEDGE':
    case 'UNKNOWN':
      // SEQR documents cancelInvoice for unpaid invoices only: where it refuses, the reservation lapses by itself.
      return givenUp(purchase, lapsesAt(purchase), now) ?? again(purchase, 'cancelInvoice', now);
  }
}

function whileCancelling(purchase: Purchase, event: PurchaseEvent, now: number): Step {
  switch (event.type) {
    case 'InvoiceCancelled':
      return change(purchase, { cancelSent: true, next: act('getPaymentStatus', now) });
    case 'CancelFailed':
      switch (event.outcome) {
        case 'not-sent':
          return givenUp(purchase, lapsesAt(purchase), now) ?? again(purchase, 'cancelInvoice', now);
        case 'refused':
          return change(purchase, { failures: purchase.failures + 1, next: act('getPaymentStatus', now) });
        case 'unknown':
          return change(purchase, { cancelSent: true, next: act('getPaymentStatus', now) });
      }
    // oxlint-disable-next-line no-fallthrough -- every outcome above returns
    case 'StatusUnread':
      if (event.outcome === 'refused' && event.resultCode === INVALID_INVOICE_REFERENCE) return disowned(purchase, now);
      return givenUp(purchase, lapsesAt(purchase), now) ?? again(purchase, 'getPaymentStatus', now);
    default:
      return unchanged(purchase);
  }
}

function releaseReason(purchase: Purchase): EndReason {
  return purchase.grant?.unlockedAt == null ? 'not-unlocked' : 'nothing-dispensed';
}

export function lapsesAt(purchase: Purchase): number {
  return (purchase.reservedAt ?? purchase.startedAt) + purchase.terms.reservationLifetimeMs;
}

function givenUp(purchase: Purchase, since: number, now: number): Step | null {
  if (now < since + GIVE_UP_AFTER_MS) return null;
  return end(purchase, 'REVIEW', 'not-settled', now, [
    {
      reason: 'not-released',
      amountMinor: purchase.reservedMinor,
      known: 'Nothing was dispensed, and SEQR has not confirmed for a day that the payer’s money is free.',
      suggestedAction: 'Ask SEQR whether the reservation is gone; have it released if it is not.',
    },
  ]);
}

/** Asking on for a day would hold the machine for a day, and SEQR cannot release what it does not know. */
function disowned(purchase: Purchase, now: number): Step {
  return end(purchase, 'REVIEW', 'not-settled', now, [
    {
      reason: 'lying-invoice',
      amountMinor: purchase.reservedMinor,
      known: 'SEQR gave this invoice a reference and now says that it knows no such invoice. Nothing was dispensed.',
      suggestedAction: 'Ask SEQR what became of the invoice, and that no money is held for it.',
    },
  ]);
}

/** A reservation was asked for and SEQR took the money instead: nothing is dispensed for it by itself. */
function unexpectedlyPaid(purchase: Purchase, ersReference: string | null, now: number): Step {
  return end({ ...purchase, ersReference }, 'REVIEW', 'unexpected-payment', now, [
    {
      reason: 'unexpected-payment',
      amountMinor: purchase.reservedMinor,
      known: 'SEQR says that the invoice is paid, although only a reservation was asked for. Nothing was dispensed.',
      suggestedAction: 'Refund the payer in full.',
    },
  ]);
}
