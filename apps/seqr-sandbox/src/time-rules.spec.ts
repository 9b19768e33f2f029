import { InvoiceBook } from './book.js';
import type { BookRules } from './book-rules.js';
import { ManualClock } from './clock.js';
import { wireStatus, type InvoiceTerms } from './invoice.js';
import { termsOf } from './testing/terms.js';

const OWNER = 'RESELLERUSER vendrail-demo/9900';

function issued(changes: Partial<InvoiceTerms> = {}, rules: Partial<BookRules> = {}) {
  const clock = new ManualClock();
  const book = new InvoiceBook(clock, rules);
  const { reference } = book.send(OWNER, termsOf(3000n, changes));
  return { clock, book, reference, look: () => book.find(reference) };
}

describe('a confirmation must be collected within 20 seconds', () => {
  it.each(['RESERVATION_REQUIRED_PRELIMINARY_AMOUNT', 'IMMEDIATE_DEBIT'])('or it is reversed (%s)', (paymentMode) => {
    const { clock, book, reference, look } = issued({ paymentMode });
    book.confirm(reference);
    clock.advance(19_999);
    expect(look()?.state).toBe(paymentMode === 'IMMEDIATE_DEBIT' ? 'PAID' : 'RESERVED');
    clock.advance(1);
    expect(look()).toMatchObject({
      state: 'REVERSED',
      reserved: 0n,
      committed: 0n,
      ersReference: undefined,
      version: 3,
    });
    expect(look()?.note).toBe('reversed: no getPaymentStatus within 20 s');
  });

  it('and the reversal is dated to the twentieth second, however late it is looked at', () => {
    const { clock, book, reference, look } = issued();
    book.confirm(reference);
    clock.advance(300_000);
    expect(look()?.history.at(-1)).toMatchObject({ at: new Date('2026-03-01T12:00:20Z'), state: 'REVERSED' });
  });

  it('and shows as CANCELED on the wire', () => {
    expect(wireStatus('REVERSED')).toBe('CANCELED');
  });

  it('by one getPaymentStatus, after which it stands', () => {
    const { clock, book, reference, look } = issued();
    book.confirm(reference);
    clock.advance(19_999);
    book.status(OWNER, reference, 0);
    clock.advance(60_000);
    expect(look()?.state).toBe('RESERVED');
  });

  it('not by one that came before the payer confirmed', () => {
    const { clock, book, reference, look } = issued();
    book.status(OWNER, reference, 0);
    book.confirm(reference);
    clock.advance(20_000);
    expect(look()?.state).toBe('REVERSED');
  });

  it('or by the payment receipt, which says the same', () => {
    const { clock, book, reference, look } = issued({ paymentMode: 'IMMEDIATE_DEBIT' });
    const { ersReference = '' } = book.confirm(reference);
    book.submitReceipt(OWNER, ersReference, { receiptType: 'PAYMENT_RECEIPT', mimeType: 'text/html', bytes: 1 });
    clock.advance(60_000);
    expect(look()?.state).toBe('PAID');
  });

  it('and again after a commit only when the sandbox is told so', () => {
    const states = [false, true].map((collectAfterCommit) => {
      const { clock, book, reference, look } = issued({}, { collectAfterCommit });
      book.confirm(reference);
      book.status(OWNER, reference, 0);
      book.commit(OWNER, reference);
      clock.advance(20_000);
      return look()?.state;
    });
    expect(states).toEqual(['PAID', 'REVERSED']);
  });
});

describe('time runs out', () => {
  it('for a reservation that is not committed, counted from the reservation', () => {
    const { clock, book, reference, look } = issued({ commitReservationTimeoutSeconds: 120 });
    clock.advance(1_000_000);
    book.confirm(reference);
    book.status(OWNER, reference, 0);
    clock.advance(119_999);
    expect(look()?.state).toBe('RESERVED');
    clock.advance(1);
    expect(look()).toMatchObject({ state: 'EXPIRED', reserved: 0n, note: 'the reservation ran out' });
  });

  it('for a reservation of fewer than 20 seconds before the reversal', () => {
    const { clock, book, reference, look } = issued({ commitReservationTimeoutSeconds: 5 });
    book.confirm(reference);
    clock.advance(60_000);
    expect(look()?.state).toBe('EXPIRED');
  });

  it('for an invoice that nobody pays', () => {
    const { clock, look } = issued({}, { invoiceLifetimeSeconds: 60 });
    clock.advance(59_999);
    expect(look()?.state).toBe('ISSUED');
    clock.advance(1);
    expect(look()).toMatchObject({ state: 'EXPIRED', note: 'nobody paid in time' });
  });

  it('but not for what is paid and collected', () => {
    const { clock, book, reference, look } = issued();
    book.confirm(reference);
    book.status(OWNER, reference, 0);
    book.commit(OWNER, reference);
    clock.advance(30 * 24 * 3_600_000);
    expect(look()?.state).toBe('PAID');
  });
});
