import type { PurchaseEvent } from '#purchase/reserve-first/events.js';
import { settle } from '#purchase/reserve-first/settling.js';
import { act, again, change, end } from '#purchase/reserve-first/step.js';
import { startReleasing } from '#purchase/reserve-first/transitions.js';

import { type Bug, misheard, mistakenStep, twisted, withChanges } from './bug.js';

function isUnknown(event: PurchaseEvent, type: 'UpdateFailed' | 'CommitFailed'): boolean {
  return event.type === type && event.outcome === 'unknown';
}

/** From the last vend to the money. */
export const SETTLING_BUGS: readonly Bug[] = [
  twisted('commit what was reserved instead of what came out', (after, before) => {
    const { settlement, reservedMinor } = after.purchase;
    if (settlement === null || before.settlement !== null) return after;
    return withChanges(after, { settlement: { ...settlement, amountMinor: reservedMinor } });
  }),
  twisted('retry a commit with a new amount', (after, before, event) => {
    const { settlement } = after.purchase;
    if (settlement === null || before.settlement === null || event.type !== 'CommitFailed') return after;
    return withChanges(after, { settlement: { ...settlement, amountMinor: settlement.amountMinor - 1n } });
  }),
  mistakenStep('commit again without a look', (purchase, event, now) =>
    isUnknown(event, 'CommitFailed') && purchase.next?.kind === 'commitReservation'
      ? change(purchase, { next: act('commitReservation', now) })
      : undefined,
  ),
  mistakenStep('update again without a look', (purchase, event, now) =>
    isUnknown(event, 'UpdateFailed') && purchase.next?.kind === 'updateInvoice'
      ? change(purchase, { next: act('updateInvoice', now) })
      : undefined,
  ),
  twisted('commit again after SEQR took the commit', (after, before, event, now) =>
    before.state === 'SETTLING' && event.type === 'ReservationCommitted'
      ? withChanges(after, { next: act('commitReservation', now + 1_000) })
      : after,
  ),
  mistakenStep('take the answer to a commit for the payment', (purchase, event, now) =>
    purchase.state === 'SETTLING' && event.type === 'ReservationCommitted'
      ? end(purchase, 'COMMITTED', 'committed', now)
      : undefined,
  ),
  misheard('never recognise PAID', (event, { state }) =>
    state === 'SETTLING' && event.type === 'StatusRead' && event.status === 'PAID'
      ? { ...event, status: 'UNKNOWN' }
      : event,
  ),
  misheard('take any amount for the right one', (event) =>
    event.type === 'StatusRead' && event.status === 'PAID' ? { ...event, totalMinor: null } : event,
  ),
  misheard('take a lapsed reservation for a payment', (event, { state }) =>
    state === 'SETTLING' && event.type === 'StatusRead' && event.status === 'EXPIRED'
      ? { ...event, status: 'PAID', totalMinor: null }
      : event,
  ),
  mistakenStep('give back what was dispensed for', (purchase, event, now) =>
    purchase.state === 'UNLOCKED' && event.type === 'SessionClosed' ? startReleasing(purchase, now) : undefined,
  ),
  twisted('settle at the first item, while the machine is open', (after, before, event, now) =>
    before.state === 'UNLOCKED' && event.type === 'VendDispensed' && after.purchase !== before
      ? {
          ...settle(after.purchase, now),
          purchase: { ...settle(after.purchase, now).purchase, version: before.version + 1 },
        }
      : after,
  ),
  mistakenStep('stop waiting for the closing report at once', (purchase, event, now) =>
    purchase.state === 'CLOSING' && event.type === 'CloseSent' ? settle(purchase, now) : undefined,
  ),
  twisted('leave the settlement without a next act', (after, before) =>
    before.state !== 'SETTLING' && after.purchase.state === 'SETTLING' ? withChanges(after, { next: null }) : after,
  ),
  mistakenStep('submit the receipt until it is taken', (purchase, event, now) =>
    event.type === 'ReceiptFailed' && purchase.next !== null ? again(purchase, 'submitPaymentReceipt', now) : undefined,
  ),
  mistakenStep('cancel when a commit is refused', (purchase, event, now) =>
    purchase.state === 'SETTLING' && event.type === 'CommitFailed' && event.outcome === 'refused'
      ? startReleasing(purchase, now)
      : undefined,
  ),
];
