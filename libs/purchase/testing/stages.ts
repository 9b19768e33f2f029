import {
  accepted,
  cancelled,
  closeSent,
  closed,
  committed,
  dispensed,
  failed,
  grantSent,
  issued,
  notified,
  paid,
  receiptSubmitted,
  refused,
  selected,
  status,
  updated,
  vendUncertain,
} from './happenings.js';
import { Visit } from './visit.js';

/** How far a visit can be: the places from which the tests tell what happens next. */
export const asking = () => Visit.scanned();
export const waiting = () => asking().later(200).on(issued);
export const waitedOut = () => waiting().later(90_000).on({ type: 'TimePassed' });
export const unlocking = () => waiting().later(2_000).on(notified, status('RESERVED'));
export const granted = () => unlocking().on(grantSent).later(300);
export const unlocked = () => granted().on(accepted).later(5_000);
export const oneDispensed = () => unlocked().on(selected(1, 11), dispensed(1));
export const askedToClose = () => unlocked().whenDue();
export const neverAnswered = () => granted().later(15_000).on({ type: 'TimePassed' });
export const settling = () => oneDispensed().on(closed(1, 180n));
export const committing = () => settling().on(updated);
export const commitUnknown = () => committing().on(failed('CommitFailed', 'unknown'));
export const commitAnswered = () => committing().on(committed);
export const releasing = () => unlocked().on(closed(0, 0n));
export const charged = () => commitAnswered().on(paid(180n));

/** At least one purchase in every state, with every act that the state can be waiting for. */
export const STAGES: readonly (readonly [name: string, visit: Visit])[] = [
  ['NEW', asking()],
  ['NEW, notified already', asking().on(notified)],
  ['NEW, asking again', asking().on(failed('InvoiceFailed', 'not-sent'))],
  ['INVOICED', waiting()],
  ['INVOICED, notified', waiting().later(1_000).on(notified)],
  ['CANCELLING', waitedOut()],
  ['CANCELLING, cancel refused', waitedOut().on(failed('CancelFailed', 51))],
  ['CANCELLING, cancel unknown', waitedOut().on(failed('CancelFailed', 'unknown'))],
  ['CANCELLING, cancel answered', waitedOut().on(cancelled)],
  ['UNLOCKING, grant not sent', unlocking()],
  ['UNLOCKING, grant sent', granted()],
  ['UNLOCKING, one dispensed, its acceptance never came', granted().on(selected(1, 11), dispensed(1))],
  ['UNLOCKED', unlocked()],
  ['UNLOCKED, one selected', unlocked().on(selected(1, 11))],
  ['UNLOCKED, one dispensed', oneDispensed()],
  ['UNLOCKED, one uncertain', unlocked().on(selected(1, 11), vendUncertain(1))],
  ['CLOSING', askedToClose()],
  ['CLOSING, close sent', askedToClose().on(closeSent)],
  ['CLOSING, one dispensed', oneDispensed().whenDue()],
  ['CLOSING, never answered', neverAnswered()],
  ['SETTLING', settling()],
  ['SETTLING, update unknown', settling().on(failed('UpdateFailed', 'unknown'))],
  ['SETTLING, updated', committing()],
  ['SETTLING, commit unknown', commitUnknown()],
  ['SETTLING, commit answered', commitAnswered()],
  ['RELEASING', releasing()],
  ['RELEASING, one uncertain', unlocked().on(selected(1, 11), closed(0, 0n))],
  ['RELEASING, cancel answered', releasing().on(cancelled)],
  ['COMMITTED, receipt to send', charged()],
  ['COMMITTED', charged().on(receiptSubmitted)],
  ['RELEASED', releasing().on(cancelled, status('CANCELED'))],
  ['RELEASED, machine refused', granted().on(refused()).on(cancelled, status('CANCELED'))],
  ['CANCELLED', waiting().on(status('CANCELED'))],
  ['REFUSED', asking().on(failed('InvoiceFailed', 'unknown'))],
  ['REVIEW', commitAnswered().on(paid(200n))],
];
