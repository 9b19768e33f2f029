import type { PurchaseEvent } from './events.js';
import type { Purchase, ReviewCase } from './purchase.js';
import { type Step, again, change, unchanged } from './step.js';

/** A receipt is a courtesy: after this many tries the payer does without. */
const RECEIPT_TRIES = 5;

/** What still may happen to a purchase that is over: its receipt, and the confirmation of an invoice it gave up. */
export function afterTheEnd(purchase: Purchase, event: PurchaseEvent, now: number): Step {
  switch (event.type) {
    case 'ReceiptSubmitted':
      return change(purchase, { next: null });
    case 'ReceiptFailed':
      return purchase.failures + 1 >= RECEIPT_TRIES
        ? change(purchase, { next: null })
        : again(purchase, 'submitPaymentReceipt', now);
    case 'NotificationReceived':
      return purchase.state === 'REFUSED' ? orphanConfirmed(purchase, now) : unchanged(purchase);
    default:
      return unchanged(purchase);
  }
}

/**
 * The payer confirmed or declined an invoice whose reference never reached us; the notification does not say which. Its
 * status is never asked, so SEQR reverses a payment after 20 seconds (SEQR API page, getPaymentStatus); a person checks
 * that it did.
 */
function orphanConfirmed(purchase: Purchase, now: number): Step {
  if (purchase.notifiedAt !== null) return unchanged(purchase);
  return change(purchase, { notifiedAt: now }, [orphanCase(purchase)]);
}

export function orphanCase(purchase: Purchase): ReviewCase {
  return {
    reason: 'orphan-invoice',
    amountMinor: purchase.reservedMinor,
    known:
      'A payer confirmed or declined an invoice that was given up because its reference never arrived. Nothing was dispensed.',
    suggestedAction: 'See in SEQR’s report that the payment, if there was one, was reversed.',
  };
}
