import type { PaymentStatus, PurchaseEvent } from '#purchase/reserve-first/events.js';
import { act, change, end } from '#purchase/reserve-first/step.js';
import { startReleasing, startUnlocking } from '#purchase/reserve-first/transitions.js';

import { type Bug, misheard, mistakenStep, twisted, withChanges } from './bug.js';

function asStatus(event: PurchaseEvent, from: PaymentStatus, to: PaymentStatus): PurchaseEvent {
  return event.type === 'StatusRead' && event.status === from ? { ...event, status: to } : event;
}

/** From the scan to the unlocked machine, and back when nobody pays. */
export const RESERVING_BUGS: readonly Bug[] = [
  mistakenStep('unlock on a notification', (purchase, event, now) =>
    purchase.state === 'INVOICED' && event.type === 'NotificationReceived' ? startUnlocking(purchase, now) : undefined,
  ),
  misheard('unlock on ISSUED', (event, { state }) =>
    state === 'INVOICED' ? asStatus(event, 'ISSUED', 'RESERVED') : event,
  ),
  misheard('unlock on a status nobody knows', (event, { state }) =>
    state === 'INVOICED' ? asStatus(event, 'UNKNOWN', 'RESERVED') : event,
  ),
  misheard('unlock on PAID', (event, { state }) =>
    state === 'INVOICED' ? asStatus(event, 'PAID', 'RESERVED') : event,
  ),
  misheard('unlock whatever amount is reserved', (event) =>
    event.type === 'StatusRead' && event.status === 'RESERVED' ? { ...event, totalMinor: null } : event,
  ),
  misheard('never see that the payer declined', (event) => asStatus(event, 'CANCELED', 'ISSUED')),
  misheard('take the loss of a reference for a call that never left', (event) =>
    event.type === 'InvoiceFailed' ? { type: 'InvoiceFailed', outcome: 'not-sent', detail: '' } : event,
  ),
  mistakenStep('send the invoice again when its outcome is unknown', (purchase, event, now) =>
    purchase.state === 'NEW' && event.type === 'InvoiceFailed' && event.outcome === 'unknown'
      ? change(purchase, { next: act('sendInvoice', now) })
      : undefined,
  ),
  twisted('wait for the payer for ever', (after, before, _event, now) =>
    before.state === 'INVOICED' && after.purchase.state === 'CANCELLING'
      ? withChanges(after, { state: 'INVOICED', next: act('getPaymentStatus', now + 5_000) })
      : after,
  ),
  twisted('forget the version that SEQR gave', (after, before) =>
    before.state === 'INVOICED' && after.purchase.state === 'INVOICED' && after.purchase !== before
      ? withChanges(after, { invoiceVersion: before.invoiceVersion })
      : after,
  ),
  twisted('unlock although a cancel may still take effect', (after, before, event, now) =>
    before.state === 'CANCELLING' && after.purchase.state === 'RELEASING' && event.type === 'StatusRead'
      ? startUnlocking(before, now)
      : after,
  ),
  mistakenStep('cancel again without a look', (purchase, event, now) =>
    event.type === 'CancelFailed' && event.outcome === 'unknown' && purchase.next?.kind === 'cancelInvoice'
      ? change(purchase, { cancelSent: true, next: act('cancelInvoice', now) })
      : undefined,
  ),
  twisted('give nothing back when nothing came out', (after, before, event, now) =>
    event.type === 'SessionClosed' && after.purchase.state === 'RELEASING'
      ? end(before, 'RELEASED', 'nothing-dispensed', now, after.cases)
      : after,
  ),
  mistakenStep('release because the payer confirms again', (purchase, event, now) =>
    purchase.state === 'UNLOCKED' && event.type === 'NotificationReceived' ? startReleasing(purchase, now) : undefined,
  ),
  mistakenStep('release while the grant may be under way', (purchase, event, now) =>
    purchase.state === 'UNLOCKING' && event.type === 'GrantSent' && purchase.grant?.bootId !== null
      ? startReleasing(purchase, now)
      : undefined,
  ),
  twisted('send the grant for as long as it takes', (after, before, event) =>
    before.state === 'UNLOCKING' && event.type === 'TimePassed' ? { purchase: before, cases: [] } : after,
  ),
  twisted('lose the timer of an unlocked machine', (after, before) =>
    before.state === 'UNLOCKING' && after.purchase.state === 'UNLOCKED' ? withChanges(after, { next: null }) : after,
  ),
  twisted('open a review case whenever nothing was bought', (after, before) =>
    before.state !== 'RELEASED' && after.purchase.state === 'RELEASED'
      ? {
          ...after,
          cases: [{ reason: 'not-released', amountMinor: before.reservedMinor, known: '', suggestedAction: '' }],
        }
      : after,
  ),
];
