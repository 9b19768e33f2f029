import { INVOICE, failed, issued, notified, paid, status, timePassed } from '../testing/happenings.js';
import { asking, waitedOut, waiting } from '../testing/stages.js';
import { STARTED_AT } from '../testing/visit.js';

describe('asking SEQR for the invoice', () => {
  it('waits for the payer when the invoice is there, and looks from time to time', () => {
    const visit = asking().on(issued);

    expect(visit.purchase).toMatchObject({ state: 'INVOICED', invoiceReference: INVOICE });
    expect(visit.next).toEqual({ kind: 'getPaymentStatus', inMs: 3_000 });
  });

  it('asks once more at once when the request certainly never left, and then gives up', () => {
    const again = asking().on(failed('InvoiceFailed', 'not-sent'));

    expect(again.state).toBe('NEW');
    expect(again.next).toEqual({ kind: 'sendInvoice', inMs: 0 });
    expect(again.on(failed('InvoiceFailed', 'not-sent')).purchase).toMatchObject({
      state: 'REFUSED',
      end: { reason: 'invoice-not-sent' },
    });
  });

  it('does not ask once more when the payer has waited too long for that', () => {
    const askedAgain = (ms: number) => asking().later(ms).on(failed('InvoiceFailed', 'not-sent')).state === 'NEW';

    expect(askedAgain(1_500)).toBe(true);
    expect(askedAgain(1_501)).toBe(false);
  });

  it.each([
    ['refused', 90, 'invoice-refused'],
    ['unknown', 'unknown', 'invoice-unknown'],
  ] as const)('never asks again after an outcome that is %s', (_, how, reason) => {
    const visit = asking().on(failed('InvoiceFailed', how));

    expect(visit.purchase).toMatchObject({ state: 'REFUSED', next: null, end: { reason } });
    expect(visit.cases).toEqual([]);
  });

  it('asks for the status at once when the notification came before the invoice’s number', () => {
    const visit = asking().on(notified).later(50).on(issued);

    expect(visit.next).toEqual({ kind: 'getPaymentStatus', inMs: 0 });
  });

  it('needs to be told only once that the invoice, whose number is still to come, was confirmed', () => {
    const once = asking().on(notified);

    expect(once.later(100).on(notified).purchase).toBe(once.purchase);
  });

  it('opens one case, and asks nothing, when a given-up invoice is confirmed', () => {
    const visit = asking().on(failed('InvoiceFailed', 'unknown')).on(notified, notified);

    expect(visit.state).toBe('REFUSED');
    expect(visit.next).toBeNull();
    expect(visit.reasons).toEqual(['orphan-invoice']);
  });

  it('opens that case also when the confirmation came before the invoice was given up', () => {
    const visit = asking().on(notified, failed('InvoiceFailed', 'unknown'), notified);

    expect(visit.reasons).toEqual(['orphan-invoice']);
  });
});

describe('waiting for the payer', () => {
  it('unlocks when SEQR says that the money is reserved', () => {
    const visit = waiting().on(status('RESERVED'));

    expect(visit.state).toBe('UNLOCKING');
    expect(visit.purchase.reservedAt).toBe(visit.now);
    expect(visit.next).toEqual({ kind: 'sendGrant', inMs: 0 });
  });

  it('takes a notification as a hint to look, and unlocks nothing by it', () => {
    const visit = waiting().later(1_000).on(notified);

    expect(visit.state).toBe('INVOICED');
    expect(visit.next).toEqual({ kind: 'getPaymentStatus', inMs: 0 });
  });

  it('looks once for a hundred notifications that come together', () => {
    const once = waiting().later(1_000).on(notified);

    expect(once.on(...Array.from({ length: 100 }, () => notified)).purchase).toBe(once.purchase);
  });

  it('looks four times a second at the most, however many notifications come', () => {
    const looked = waiting().later(1_000).on(notified).later(10).on(status('ISSUED'));

    expect(looked.later(100).on(notified).next).toEqual({ kind: 'getPaymentStatus', inMs: 140 });
    expect(looked.later(240).on(notified).next).toEqual({ kind: 'getPaymentStatus', inMs: 0 });
  });

  it.each([
    ['before the notification came', 1, 229],
    ['in the very moment', 0, 230],
  ])('looks again when the answer was asked for %s', (_, ms, inMs) => {
    const visit = waiting().later(1_000).on(notified);
    const early = status('ISSUED', { invoiceVersion: 1, askedAt: visit.now - ms });

    expect(visit.later(20).on(early).next).toEqual({ kind: 'getPaymentStatus', inMs });
  });

  it('looks again when a later notification came while an answer was under way', () => {
    const underWay = waiting().later(1_000).on(notified).later(400);
    const early = status('ISSUED', { askedAt: underWay.now - 100 });

    expect(underWay.on(notified).later(20).on(early).next).toEqual({ kind: 'getPaymentStatus', inMs: 130 });
  });

  it('keeps looking when the notification was false', () => {
    const visit = waiting().later(1_000).on(notified).later(50).on(status('ISSUED'));

    expect(visit.state).toBe('INVOICED');
    expect(visit.next).toEqual({ kind: 'getPaymentStatus', inMs: 3_000 });
  });

  it.each(['PARTIALLY_PAID', 'PENDING_ISSUER_ACKNOWLEDGE', 'UNKNOWN'] as const)('never unlocks on %s', (word) => {
    expect(waiting().on(status(word)).state).toBe('INVOICED');
  });

  it('ignores an answer with an older version: it was overtaken on its way', () => {
    const visit = waiting()
      .on(status('ISSUED', { invoiceVersion: 3 }))
      .later(3_000);

    expect(visit.on(status('RESERVED', { invoiceVersion: 2 })).state).toBe('INVOICED');
    expect(visit.on(status('RESERVED', { invoiceVersion: 3 })).state).toBe('UNLOCKING');
    expect(visit.on(status('RESERVED', { invoiceVersion: 4 })).state).toBe('UNLOCKING');
  });

  it.each([
    ['CANCELED', 'payer-declined'],
    ['FAILED', 'payment-failed'],
    ['EXPIRED', 'invoice-expired'],
  ] as const)('ends at once when SEQR says %s', (word, reason) => {
    expect(waiting().on(status(word)).purchase).toMatchObject({ state: 'CANCELLED', end: { reason }, next: null });
  });

  it('repeats an unanswered look sooner than it polls, and well within 20 seconds', () => {
    const visit = waiting().on(failed('StatusUnread', 'unknown'));

    expect(visit.next).toEqual({ kind: 'getPaymentStatus', inMs: 250 });
    const tenth = Array.from({ length: 10 }).reduce<typeof visit>(
      (one) => one.whenDue().on(failed('StatusUnread', 'unknown')),
      visit,
    );
    expect(tenth.next).toEqual({ kind: 'getPaymentStatus', inMs: 3_000 });
  });

  it('leaves it to a person when SEQR took the money instead of reserving it', () => {
    const visit = waiting().on(paid(2_000n));

    expect(visit.purchase).toMatchObject({ state: 'REVIEW', end: { reason: 'unexpected-payment' } });
    expect(visit.cases).toMatchObject([{ reason: 'unexpected-payment', amountMinor: 2_000n }]);
  });

  it('does not unlock when another amount was reserved than was asked for', () => {
    const visit = waiting().on(status('RESERVED', { totalMinor: 1_900n }));

    expect(visit.state).toBe('CANCELLING');
    expect(visit.next).toEqual({ kind: 'cancelInvoice', inMs: 0 });
    expect(visit.cases).toMatchObject([{ reason: 'other-amount', amountMinor: -100n }]);
    expect(visit.on(failed('CancelFailed', 51), status('RESERVED')).state).toBe('RELEASING');
  });

  it('cancels when nobody confirmed in time', () => {
    expect(waiting().later(89_799).on(timePassed).state).toBe('INVOICED');
    expect(waitedOut().state).toBe('CANCELLING');
    expect(waitedOut().next).toEqual({ kind: 'cancelInvoice', inMs: 0 });
  });

  it('unlocks when SEQR names the amount that was asked for', () => {
    expect(waiting().on(status('RESERVED', { totalMinor: 2_000n })).state).toBe('UNLOCKING');
  });

  it.each([
    ['says that it is still open', status('ISSUED')],
    ['says something older', status('ISSUED', { invoiceVersion: -1 })],
    ['cannot be asked', failed('StatusUnread', 'unknown')],
  ])('cancels when SEQR %s at the end of the window', (_, event) => {
    expect(waiting().later(89_799).on(event).state).toBe('INVOICED');
    expect(waiting().later(89_800).on(event).state).toBe('CANCELLING');
  });

  it('cancels at the end of the window though a notification has just come', () => {
    const visit = waiting().later(89_799).on(notified).later(1);

    expect(visit.on(status('ISSUED', { askedAt: visit.now - 100 })).state).toBe('CANCELLING');
  });

  it('looks a last time at the end of the window, not after it', () => {
    const visit = waiting().later(88_800).on(status('ISSUED'));

    expect(visit.next).toEqual({ kind: 'getPaymentStatus', inMs: 1_000 });
    expect(visit.whenDue().state).toBe('CANCELLING');
  });
});

describe('a second notification soon after the first', () => {
  it('is looked into a quarter of a second after the first, when that look is over', () => {
    const looked = waiting()
      .later(1_000)
      .on(notified, status('ISSUED', { askedAt: STARTED_AT + 1_201 }));
    const again = looked.later(100).on(notified);

    expect(again.next).toEqual({ kind: 'getPaymentStatus', inMs: 150 });
  });

  it('is looked into again when the look under way was asked before it came', () => {
    const asked = waiting().later(1_000).on(notified).later(100).on(notified).later(10);
    const answered = asked.on(status('ISSUED', { askedAt: asked.now - 60 }));

    expect(answered.next).toEqual({ kind: 'getPaymentStatus', inMs: 190 });
  });

  it('costs no look of its own when one is still to leave', () => {
    const looked = waiting()
      .later(1_000)
      .on(notified, status('ISSUED', { askedAt: STARTED_AT + 1_201 }));
    const again = looked.later(100).on(notified);

    expect(again.later(50).on(notified).purchase).toBe(again.purchase);
  });
});
