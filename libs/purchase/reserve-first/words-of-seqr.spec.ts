import { cancelled, failed, refused, status, updated } from '../testing/happenings.js';
import { granted, releasing, settling, waitedOut, waiting } from '../testing/stages.js';
import type { Visit } from '../testing/visit.js';
import type { PaymentStatus } from './events.js';

type Row = readonly [word: PaymentStatus, state: string, reason: string | undefined, next: string | undefined];

/** What each word of getPaymentStatus means, by what is being waited for. */
const ENDS_OR_GOES_ON = {
  'the payer': [
    waiting(),
    [
      ['ISSUED', 'INVOICED', undefined, 'getPaymentStatus in 3000'],
      ['PARTIALLY_PAID', 'INVOICED', undefined, 'getPaymentStatus in 3000'],
      ['PENDING_ISSUER_ACKNOWLEDGE', 'INVOICED', undefined, 'getPaymentStatus in 3000'],
      ['UNKNOWN', 'INVOICED', undefined, 'getPaymentStatus in 3000'],
      ['RESERVED', 'UNLOCKING', undefined, 'sendGrant in 0'],
      ['PAID', 'REVIEW', 'unexpected-payment', undefined],
      ['CANCELED', 'CANCELLED', 'payer-declined', undefined],
      ['FAILED', 'CANCELLED', 'payment-failed', undefined],
      ['EXPIRED', 'CANCELLED', 'invoice-expired', undefined],
    ],
  ],
  'the end of an invoice': [
    waitedOut().on(cancelled),
    [
      ['ISSUED', 'CANCELLING', undefined, 'cancelInvoice in 250'],
      ['PARTIALLY_PAID', 'CANCELLING', undefined, 'cancelInvoice in 250'],
      ['PENDING_ISSUER_ACKNOWLEDGE', 'CANCELLING', undefined, 'cancelInvoice in 250'],
      ['UNKNOWN', 'CANCELLING', undefined, 'cancelInvoice in 250'],
      ['RESERVED', 'RELEASING', undefined, 'cancelInvoice in 0'],
      ['PAID', 'REVIEW', 'unexpected-payment', undefined],
      ['CANCELED', 'CANCELLED', 'not-confirmed', undefined],
      ['FAILED', 'CANCELLED', 'payment-failed', undefined],
      ['EXPIRED', 'CANCELLED', 'not-confirmed', undefined],
    ],
  ],
  'the end of a reservation': [
    releasing().on(cancelled),
    [
      ['ISSUED', 'RELEASING', undefined, 'cancelInvoice in 250'],
      ['PARTIALLY_PAID', 'RELEASING', undefined, 'cancelInvoice in 250'],
      ['PENDING_ISSUER_ACKNOWLEDGE', 'RELEASING', undefined, 'cancelInvoice in 250'],
      ['UNKNOWN', 'RELEASING', undefined, 'cancelInvoice in 250'],
      ['RESERVED', 'RELEASING', undefined, 'cancelInvoice in 250'],
      ['PAID', 'REVIEW', 'unexpected-payment', undefined],
      ['CANCELED', 'RELEASED', 'nothing-dispensed', undefined],
      ['FAILED', 'RELEASED', 'nothing-dispensed', undefined],
      ['EXPIRED', 'RELEASED', 'reservation-left-to-lapse', undefined],
    ],
  ],
  'the end of a commit that may not have been heard': [
    settling().on(updated, failed('CommitFailed', 'unknown')),
    [
      ['ISSUED', 'SETTLING', undefined, 'getPaymentStatus in 500'],
      ['PARTIALLY_PAID', 'SETTLING', undefined, 'getPaymentStatus in 500'],
      ['PENDING_ISSUER_ACKNOWLEDGE', 'SETTLING', undefined, 'getPaymentStatus in 500'],
      ['UNKNOWN', 'SETTLING', undefined, 'getPaymentStatus in 500'],
      ['RESERVED', 'SETTLING', undefined, 'commitReservation in 0'],
      ['PAID', 'COMMITTED', 'committed', undefined],
      ['CANCELED', 'REVIEW', 'reservation-lost', undefined],
      ['FAILED', 'REVIEW', 'reservation-lost', undefined],
      ['EXPIRED', 'REVIEW', 'reservation-lost', undefined],
    ],
  ],
} as const satisfies Record<string, readonly [unknown, readonly Row[]]>;

describe.each(Object.entries(ENDS_OR_GOES_ON))('while %s is waited for', (_, [stage, rows]) => {
  it.each<Row>(rows)('%s leads to %s', (word, state, reason, next) => {
    const visit = stage.on(status(word));

    expect(visit.state).toBe(state);
    expect(visit.purchase.end?.reason).toBe(reason);
    expect(visit.next ? `${visit.next.kind} in ${visit.next.inMs}` : undefined).toBe(next);
  });
});

describe('a reservation that was given back', () => {
  const reasonOf = (visit: Visit) => visit.on(cancelled, status('CANCELED')).purchase.end?.reason;

  it('says whether the machine was unlocked at all', () => {
    expect(reasonOf(releasing())).toBe('nothing-dispensed');
    expect(reasonOf(granted().on(refused()))).toBe('not-unlocked');
    expect(reasonOf(waitedOut().on(cancelled, status('RESERVED')))).toBe('not-unlocked');
  });
});
