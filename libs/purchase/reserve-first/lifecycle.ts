import type { MachineEvent, PurchaseEvent } from './events.js';
import { afterTheEnd } from './final.js';
import { afterVend, isVendEvent } from './machine.js';
import { isOvertaken } from './outcomes.js';
import type { Purchase } from './purchase.js';
import { cancelling, invoiced, isNew, releasing } from './reserving.js';
import { settling } from './settling.js';
import { type Step, unchanged } from './step.js';
import { closing, unlocked, unlocking } from './unlocking.js';

/**
 * The reserve-first lifecycle: what a purchase becomes when something happens, and what is to be done next.
 *
 * Total, pure and deterministic: every event is answered in every state, nothing outside the arguments is read, and an
 * event that changes nothing gives back the very same purchase. The runner writes the new purchase down before it does
 * `purchase.next`; the outcome of that comes back here as the next event.
 *
 * @param now milliseconds of the database's clock.
 */
export function step(purchase: Purchase, event: PurchaseEvent, now: number): Step {
  if (isMachineEvent(event) && event.grantNumber !== purchase.grantNumber) return unchanged(purchase);
  if (isOvertaken(purchase, event)) return unchanged(purchase);
  if (isVendEvent(event)) return afterVend(purchase, event, now);
  switch (purchase.state) {
    case 'NEW':
      return isNew(purchase, event, now);
    case 'INVOICED':
      return invoiced(purchase, event, now);
    case 'CANCELLING':
      return cancelling(purchase, event, now);
    case 'UNLOCKING':
      return unlocking(purchase, event, now);
    case 'UNLOCKED':
      return unlocked(purchase, event, now);
    case 'CLOSING':
      return closing(purchase, event, now);
    case 'SETTLING':
      return settling(purchase, event, now);
    case 'RELEASING':
      return releasing(purchase, event, now);
    case 'COMMITTED':
    case 'RELEASED':
    case 'CANCELLED':
    case 'REFUSED':
    case 'REVIEW':
      return afterTheEnd(purchase, event, now);
  }
}

/** What `begin` needs to know; the rest of the record starts empty. */
export type Beginning = Pick<
  Purchase,
  | 'id'
  | 'machineId'
  | 'grantNumber'
  | 'currency'
  | 'offeredMinor'
  | 'reservedMinor'
  | 'planogramId'
  | 'priceListId'
  | 'priceListVersion'
  | 'prices'
  | 'terms'
>;

/** A purchase starts with the decision to ask SEQR for an invoice. */
export function begin(beginning: Beginning, now: number): Purchase {
  return {
    ...beginning,
    version: 1,
    startedAt: now,
    state: 'NEW',
    invoiceReference: null,
    invoiceVersion: 0,
    notifiedAt: null,
    reservedAt: null,
    grant: null,
    vends: [],
    closing: null,
    settlement: null,
    cancelSent: false,
    ersReference: null,
    failures: 0,
    next: { kind: 'sendInvoice', dueAt: now },
    end: null,
  };
}

function isMachineEvent(event: PurchaseEvent): event is MachineEvent {
  return 'grantNumber' in event;
}
