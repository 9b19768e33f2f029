import { cancelled, closed, committed, failed, paid, status, updated } from '../testing/happenings.js';
import { charged, commitAnswered, commitUnknown, committing, settling, unlocked } from '../testing/stages.js';
import { committedMinor } from './purchase.js';

const A_DAY_MS = 86_400_000;

describe('charging what was dispensed', () => {
  it('freezes the amount, updates the invoice, commits, and is done when SEQR says PAID', () => {
    expect(settling().next).toEqual({ kind: 'updateInvoice', inMs: 0 });
    expect(committing().next).toEqual({ kind: 'commitReservation', inMs: 0 });
    expect(commitAnswered().next).toEqual({ kind: 'getPaymentStatus', inMs: 0 });
    expect(charged().state).toBe('COMMITTED');
    expect(committedMinor(charged().purchase)).toBe(180n);
    expect(charged().next).toEqual({ kind: 'submitPaymentReceipt', inMs: 0 });
    expect(charged().cases).toEqual([]);
  });

  it('never commits when nothing came out', () => {
    const visit = unlocked().on(closed(0, 0n));

    expect(visit.purchase).toMatchObject({ state: 'RELEASING', settlement: null });
  });

  it('repeats what certainly never left, later each time', () => {
    const visit = settling().on(failed('UpdateFailed', 'not-sent'));

    expect(visit.next).toEqual({ kind: 'updateInvoice', inMs: 250 });
    expect(visit.whenDue().on(failed('UpdateFailed', 'not-sent')).next?.inMs).toBe(500);
    expect(committing().on(failed('CommitFailed', 'not-sent')).next).toEqual({ kind: 'commitReservation', inMs: 250 });
  });

  it.each([11, 49])('commits without the rows when SEQR refuses them for good with %i, and opens a case', (code) => {
    const visit = settling().on(failed('UpdateFailed', code));

    expect(visit.next).toEqual({ kind: 'commitReservation', inMs: 0 });
    expect(visit.cases).toMatchObject([{ reason: 'update-refused', amountMinor: null }]);
  });

  it('commits without the rows when SEQR refuses them again and again, soon enough to find the reservation', () => {
    let visit = settling();
    for (let tries = 0; tries < 6; tries += 1) {
      visit = visit.whenDue().on(failed('UpdateFailed', 90));
      expect(visit.next?.kind).toBe('getPaymentStatus');
      visit = visit.whenDue().on(status('RESERVED'));
      expect(visit.next?.kind).toBe('updateInvoice');
    }
    visit = visit.on(failed('UpdateFailed', 90));

    expect(visit.now - settling().now).toBeLessThan(20_000);
    expect(visit.next).toEqual({ kind: 'commitReservation', inMs: 0 });
    expect(visit.reasons).toEqual(['update-refused']);
  });

  it('never leaves the rows out because SEQR could not be heard', () => {
    let visit = settling();
    for (let tries = 0; tries < 20; tries += 1) {
      visit = visit.whenDue().on(failed('UpdateFailed', 'unknown')).whenDue().on(status('RESERVED'));
    }

    expect(visit.next?.kind).toBe('updateInvoice');
    expect(visit.cases).toEqual([]);
  });

  it('does not come back to the rows that SEQR refused for good', () => {
    const visit = settling().on(failed('UpdateFailed', 49), failed('CommitFailed', 'unknown'), status('RESERVED'));

    expect(visit.next?.kind).toBe('commitReservation');
  });

  it.each([11, 49])('leaves it to a person at once when SEQR refuses the frozen amount with %i', (code) => {
    const visit = committing().on(failed('CommitFailed', code));

    expect(visit.purchase).toMatchObject({ state: 'REVIEW', end: { reason: 'not-settled' } });
    expect(visit.reasons).toEqual(['not-settled']);
  });

  it('looks before it repeats an update of unknown outcome, and sends the same rows', () => {
    const visit = settling().on(failed('UpdateFailed', 'unknown'));

    expect(visit.next).toEqual({ kind: 'getPaymentStatus', inMs: 0 });
    expect(visit.on(status('RESERVED')).next?.kind).toBe('updateInvoice');
  });

  it('looks after a commit of unknown outcome, and repeats the same amount only when it is still reserved', () => {
    expect(commitUnknown().next?.kind).toBe('getPaymentStatus');
    const visit = commitUnknown().on(status('RESERVED'));

    expect(visit.next?.kind).toBe('commitReservation');
    expect(visit.purchase.settlement).toMatchObject({ amountMinor: 180n, commit: 'unknown' });
  });

  it('is done when a commit of unknown outcome turns out to be paid', () => {
    expect(commitUnknown().on(paid(180n)).state).toBe('COMMITTED');
  });

  it('looks when SEQR refuses the commit because it is not reserved any more: usually an earlier one was heard', () => {
    expect(committing().on(failed('CommitFailed', 96), paid(180n)).state).toBe('COMMITTED');
  });

  it('spaces refused commits out', () => {
    const waits: (number | undefined)[] = [];
    for (let visit = committing(), i = 0; i < 5; i += 1) {
      visit = visit.on(failed('CommitFailed', 90));
      expect(visit.next?.kind).toBe('getPaymentStatus');
      waits.push(visit.next?.inMs);
      visit = visit.whenDue().on(status('RESERVED'));
      expect(visit.next?.kind).toBe('commitReservation');
    }

    expect(waits).toEqual([0, 500, 1_000, 2_000, 4_000]);
  });

  it('is done when SEQR took the commit and says PAID without a receipt', () => {
    for (const visit of [commitAnswered(), commitUnknown()]) expect(visit.on(paid(null)).state).toBe('COMMITTED');
  });

  it('leaves it to a person when SEQR refused the commit and says PAID without a receipt', () => {
    const visit = committing().on(failed('CommitFailed', 90), paid(null));

    expect(visit.purchase).toMatchObject({ state: 'REVIEW', end: { reason: 'other-amount' } });
  });

  it('leaves it to a person when SEQR charged another amount', () => {
    const visit = commitAnswered().on(paid(2_000n));

    expect(visit.state).toBe('REVIEW');
    expect(committedMinor(visit.purchase)).toBeNull();
    expect(visit.cases).toMatchObject([{ reason: 'other-amount', amountMinor: 1_820n }]);
  });

  it.each(['CANCELED', 'FAILED', 'EXPIRED'] as const)('leaves it to a person when the reservation is %s', (word) => {
    const visit = commitUnknown().on(status(word));

    expect(visit.purchase).toMatchObject({ state: 'REVIEW', end: { reason: 'reservation-lost' } });
    expect(visit.cases).toMatchObject([{ reason: 'unpaid-vend', amountMinor: 180n }]);
  });

  it('looks three times more when SEQR took the commit and still says RESERVED, and never commits again', () => {
    let visit = commitAnswered();
    for (const inMs of [1_000, 15_000, 15_000]) {
      visit = visit.on(status('RESERVED'));
      expect(visit.next).toEqual({ kind: 'getPaymentStatus', inMs });
      visit = visit.whenDue();
    }

    expect(visit.on(status('RESERVED')).purchase).toMatchObject({ state: 'REVIEW', end: { reason: 'not-settled' } });
  });

  it('does not count a look that failed among those', () => {
    let visit = commitAnswered();
    for (let look = 0; look < 10; look += 1) {
      visit = visit.on(failed('StatusUnread', 'unknown'));
      expect(visit.next).toEqual({ kind: 'getPaymentStatus', inMs: 15_000 });
      visit = visit.whenDue();
    }

    expect(visit.on(status('RESERVED')).state).toBe('SETTLING');
    expect(visit.on(paid(180n)).state).toBe('COMMITTED');
  });

  it.each([
    ['updateInvoice', settling(), failed('UpdateFailed', 'not-sent')],
    ['commitReservation', committing(), failed('CommitFailed', 'not-sent')],
    ['getPaymentStatus', commitUnknown(), failed('StatusUnread', 'unknown')],
    ['an unclear getPaymentStatus', commitUnknown(), status('PENDING_ISSUER_ACKNOWLEDGE')],
    ['a commit that is refused for ever', commitUnknown(), status('RESERVED')],
  ])('gives %s up to a person after a day', (_, stage, event) => {
    expect(stage.later(A_DAY_MS - 1).on(event).state).toBe('SETTLING');
    const visit = stage.later(A_DAY_MS).on(event);

    expect(visit.state).toBe('REVIEW');
    expect(visit.cases).toMatchObject([{ reason: 'not-settled', amountMinor: 180n }]);
  });
});

it('looks soon again when it cannot be seen what became of an unknown commit', () => {
  expect(commitUnknown().on(failed('StatusUnread', 'unknown')).next).toEqual({ kind: 'getPaymentStatus', inMs: 500 });
});

describe('the outcome of an act that another server took over', () => {
  it('starts nothing, when a slow server brings it', () => {
    for (const event of [updated, failed('UpdateFailed', 49), failed('CommitFailed', 'unknown'), cancelled]) {
      const visit = commitUnknown();

      expect(visit.on(event).purchase).toBe(visit.purchase);
    }
  });

  it('is not lost when it says that SEQR took the commit', () => {
    const visit = commitUnknown().on(status('RESERVED'), committed);

    expect(visit.purchase.settlement?.commit).toBe('answered');
    expect(visit.next?.kind).toBe('getPaymentStatus');
  });

  it('commits nothing on an answer that was asked for before the commit left', () => {
    const visit = committing();

    expect(visit.on(status('RESERVED')).purchase).toBe(visit.purchase);
  });
});
