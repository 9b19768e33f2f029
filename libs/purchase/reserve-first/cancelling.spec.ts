import { cancelled, failed, notified, paid, receiptSubmitted, status } from '../testing/happenings.js';
import { charged, commitAnswered, releasing, waitedOut, waiting } from '../testing/stages.js';

const A_DAY_MS = 86_400_000;

describe('cancelling an invoice that nobody confirmed', () => {
  it('frees the machine when SEQR says that it is cancelled', () => {
    const visit = waitedOut().on(cancelled);

    expect(visit.next).toEqual({ kind: 'getPaymentStatus', inMs: 0 });
    expect(visit.on(status('CANCELED')).purchase).toMatchObject({
      state: 'CANCELLED',
      end: { reason: 'not-confirmed' },
    });
  });

  it.each([
    ['PAID, or in progress', 50],
    ['in progress', 51],
    ['already cancelled', 95],
  ])('looks when SEQR refuses because the invoice is %s', (_, code) => {
    expect(waitedOut().on(failed('CancelFailed', code)).next).toEqual({ kind: 'getPaymentStatus', inMs: 0 });
  });

  it('unlocks after all when the payer was quicker than the cancel that SEQR refused', () => {
    expect(waitedOut().on(failed('CancelFailed', 51), status('RESERVED')).state).toBe('UNLOCKING');
  });

  it('never unlocks when the cancel may still take effect: it releases', () => {
    for (const event of [failed('CancelFailed', 'unknown'), cancelled]) {
      const visit = waitedOut().on(event, status('RESERVED'));

      expect(visit.state).toBe('RELEASING');
      expect(visit.cases).toEqual([]);
    }
  });

  it('asks SEQR again, later each time, when it cannot be asked', () => {
    const once = waitedOut().on(cancelled, failed('StatusUnread', 'unknown'));

    expect(once.next).toEqual({ kind: 'getPaymentStatus', inMs: 250 });
    expect(once.on(failed('StatusUnread', 'unknown')).next).toEqual({ kind: 'getPaymentStatus', inMs: 500 });
  });

  it('does not unlock on an answer that was asked for before the cancel left', () => {
    const visit = waitedOut();

    expect(visit.on(status('RESERVED')).purchase).toBe(visit.purchase);
  });

  it('does not unlock for another amount than was asked for', () => {
    const visit = waitedOut().on(failed('CancelFailed', 51), status('RESERVED', { totalMinor: 5_000n }));

    expect(visit.state).toBe('RELEASING');
    expect(visit.reasons).toEqual(['other-amount']);
  });

  it('leaves it to a person when SEQR was paid meanwhile', () => {
    expect(waitedOut().on(failed('CancelFailed', 50), paid(2_000n)).reasons).toEqual(['unexpected-payment']);
  });

  it('cancels again, later each time, while SEQR says that the invoice is open', () => {
    const once = waitedOut().on(failed('CancelFailed', 90), status('ISSUED'));
    const twice = once.whenDue().on(failed('CancelFailed', 90), status('ISSUED'));

    expect(once.next?.kind).toBe('cancelInvoice');
    expect(twice.next?.kind).toBe('cancelInvoice');
    expect(twice.next?.inMs).toBeGreaterThan(once.next?.inMs ?? 0);
  });

  it('gives it to a person when SEQR cannot be reached for a day', () => {
    const visit = waitedOut().on(failed('CancelFailed', 'not-sent'));

    expect(visit.state).toBe('CANCELLING');
    const dayLater = visit.later(2 * A_DAY_MS).on(failed('CancelFailed', 'not-sent'));
    expect(dayLater.purchase).toMatchObject({ state: 'REVIEW', end: { reason: 'not-settled' } });
    expect(dayLater.reasons).toEqual(['not-released']);
  });
});

describe('giving a reservation back', () => {
  it('is done when SEQR says that it is cancelled', () => {
    expect(releasing().on(cancelled, status('CANCELED')).purchase).toMatchObject({
      state: 'RELEASED',
      end: { reason: 'nothing-dispensed' },
      settlement: null,
    });
  });

  it('is done when the reservation lapsed by itself, where SEQR cancels no reservations', () => {
    const visit = releasing().on(failed('CancelFailed', 50), status('RESERVED'));

    expect(visit.next?.kind).toBe('cancelInvoice');
    expect(visit.whenDue().on(failed('CancelFailed', 50), status('EXPIRED')).purchase).toMatchObject({
      state: 'RELEASED',
      end: { reason: 'reservation-left-to-lapse' },
    });
  });

  it('never commits, whatever SEQR says', () => {
    expect(releasing().on(cancelled, paid(2_000n)).purchase).toMatchObject({ state: 'REVIEW', settlement: null });
  });

  it('becomes a person’s matter when SEQR keeps the reservation for a day longer than it may', () => {
    const visit = releasing();
    const lapsesInMs = (visit.purchase.reservedAt ?? 0) + 900_000 - visit.now;
    const asked = (ms: number) => visit.later(lapsesInMs + ms).on(cancelled, status('RESERVED'));

    expect(asked(A_DAY_MS - 1).reasons).toEqual([]);
    expect(asked(A_DAY_MS).reasons).toEqual(['not-released']);
  });
});

describe('a purchase that is over', () => {
  it('stays what it is when SEQR says something else later', () => {
    for (const visit of [charged(), waiting().on(status('CANCELED'))]) {
      expect(visit.on(status('RESERVED'), paid(1n), cancelled).purchase).toBe(visit.purchase);
    }
  });

  it('sends the receipt five times at the most', () => {
    let visit = charged();
    for (let tries = 1; tries < 5; tries += 1) {
      visit = visit.whenDue().on(failed('ReceiptFailed', 'unknown'));
      expect(visit.next?.kind).toBe('submitPaymentReceipt');
    }

    visit = visit.whenDue().on(failed('ReceiptFailed', 'unknown'));

    expect(visit.next).toBeNull();
    expect(visit.purchase).toMatchObject({ state: 'COMMITTED', next: null });
  });

  it('has nothing left to do when SEQR has the receipt', () => {
    expect(charged().on(receiptSubmitted).purchase).toMatchObject({ state: 'COMMITTED', next: null });
  });

  it('has no receipt to send when SEQR named no payment', () => {
    expect(charged().purchase.next?.kind).toBe('submitPaymentReceipt');
    expect(commitAnswered().on(status('PAID', { totalMinor: 180n })).purchase).toMatchObject({
      state: 'COMMITTED',
      next: null,
    });
    expect(releasing().on(cancelled, status('CANCELED')).next).toBeNull();
  });

  it('is not touched by a notification, unless its invoice was given up', () => {
    for (const visit of [charged(), waiting().on(status('CANCELED')), commitAnswered().on(paid(200n))]) {
      expect(visit.on(notified).purchase).toBe(visit.purchase);
    }
  });
});
