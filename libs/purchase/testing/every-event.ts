import type { Failure, PaymentStatus, PurchaseEvent, PurchaseEventType } from '../reserve-first/events.js';
import {
  accepted,
  cancelled,
  closeSent,
  closed,
  committed,
  denied,
  dispensed,
  failed,
  grantNotSent,
  grantSent,
  issued,
  notified,
  receiptSubmitted,
  refused,
  selected,
  status,
  timePassed,
  updated,
  vendFailed,
  vendUncertain,
} from './happenings.js';
import { STARTED_AT } from './visit.js';

const STATUSES = [
  'ISSUED',
  'PAID',
  'PARTIALLY_PAID',
  'PENDING_ISSUER_ACKNOWLEDGE',
  'CANCELED',
  'FAILED',
  'RESERVED',
  'EXPIRED',
  'UNKNOWN',
] as const satisfies readonly PaymentStatus[];

const outcomes = (type: Parameters<typeof failed>[0], code: number): PurchaseEvent[] =>
  (['not-sent', 'unknown', code] as const satisfies readonly (Failure['outcome'] | number)[]).map((how) =>
    failed(type, how),
  );

/** Every type of event, each in the variants that the lifecycle tells apart. */
const VARIANTS: { readonly [Type in PurchaseEventType]: readonly PurchaseEvent[] } = {
  TimePassed: [timePassed],
  InvoiceIssued: [issued],
  InvoiceFailed: outcomes('InvoiceFailed', 90),
  NotificationReceived: [notified],
  StatusRead: [
    ...STATUSES.map((word) => status(word)),
    status('RESERVED', { totalMinor: 2_000n }),
    status('RESERVED', { totalMinor: 1_900n }),
    status('RESERVED', { totalMinor: -1n }),
    status('RESERVED', { invoiceVersion: -1 }),
    status('ISSUED', { askedAt: STARTED_AT }),
    status('PAID', { totalMinor: 180n, ersReference: '900000000001' }),
    status('PAID', { totalMinor: 2_000n, ersReference: '900000000001' }),
  ],
  StatusUnread: outcomes('StatusUnread', 54),
  InvoiceUpdated: [updated],
  UpdateFailed: [...outcomes('UpdateFailed', 49), failed('UpdateFailed', 90)],
  ReservationCommitted: [committed],
  CommitFailed: outcomes('CommitFailed', 96),
  InvoiceCancelled: [cancelled],
  CancelFailed: outcomes('CancelFailed', 51),
  ReceiptSubmitted: [receiptSubmitted],
  ReceiptFailed: outcomes('ReceiptFailed', 90),
  GrantSent: [grantSent],
  GrantNotSent: [grantNotSent],
  CloseSent: [closeSent],
  CloseNotSent: [{ type: 'CloseNotSent', detail: 'not connected to the broker' }],
  GrantAccepted: [accepted, { type: 'GrantAccepted', grantNumber: 6 }],
  GrantRefused: [refused()],
  VendSelected: [selected(1, 11), selected(1, 34), selected(2, 12), denied(3, 99)],
  VendDispensed: [dispensed(1), dispensed(2), dispensed(3)],
  VendFailed: [vendFailed(1), vendFailed(3)],
  VendUncertain: [vendUncertain(1)],
  SessionClosed: [closed(0, 0n), closed(1, 180n), closed(2, 370n)],
};

export const EVERY_EVENT: readonly PurchaseEvent[] = Object.values(VARIANTS).flat();
