import { InvoiceBook } from './book.js';
import { PayerError, type BookRules } from './book-rules.js';
import { ManualClock } from './clock.js';
import { INVOICE_STATES, type Invoice, type InvoiceState } from './invoice.js';
import { SeqrRefusal } from './result-codes.js';
import { termsOf } from './testing/terms.js';

const OWNER = 'RESELLERUSER vendrail-demo/9900';

function open(rules: Partial<BookRules> = {}) {
  const clock = new ManualClock();
  const decided: string[] = [];
  const book = new InvoiceBook(clock, rules, ({ state }) => decided.push(state));
  return { clock, book, decided };
}

/** Leads a fresh invoice over 30.00 EUR to a state. */
function invoiceIn(state: InvoiceState, rules: Partial<BookRules> = {}) {
  const { clock, book } = open(rules);
  const { reference } = book.send(OWNER, termsOf(3000n));
  const collected = () => {
    book.confirm(reference);
    book.status(OWNER, reference, 0);
  };
  const lead: Record<InvoiceState, () => void> = {
    ISSUED: () => undefined,
    PENDING_ISSUER_ACKNOWLEDGE: () => {
      book.update(OWNER, reference, termsOf(3000n, { acknowledgmentMode: 'REQUIRE_ACKNOWLEDGMENT' }));
      book.open(reference);
    },
    RESERVED: collected,
    PAID: () => {
      collected();
      book.commit(OWNER, reference, { minor: 3000n, currency: 'EUR' });
    },
    CANCELED: () => book.decline(reference),
    FAILED: () => [1, 2, 3].forEach(() => book.wrongPin(reference)),
    EXPIRED: () => clock.advance(3_600_000),
    REVERSED: () => {
      book.confirm(reference);
      clock.advance(20_000);
    },
  };
  lead[state]();
  expect(book.find(reference)?.state).toBe(state);
  return { book, clock, reference };
}

/** The result code of an operation, and the state it leaves. */
function outcomeOf(book: InvoiceBook, reference: string, act: () => Invoice): string {
  let code = 0;
  try {
    act();
  } catch (error) {
    if (!(error instanceof SeqrRefusal)) throw error;
    code = error.resultCode;
  }
  return `${code} ${book.find(reference)?.state}`;
}

const OPERATIONS: Record<string, (book: InvoiceBook, reference: string) => Invoice> = {
  updateInvoice: (book, reference) => book.update(OWNER, reference, termsOf(2350n)),
  getPaymentStatus: (book, reference) => book.status(OWNER, reference, 0),
  commitReservation: (book, reference) => book.commit(OWNER, reference, { minor: 3000n, currency: 'EUR' }),
  cancelInvoice: (book, reference) => book.cancel(OWNER, reference),
  submitPaymentReceipt: (book, reference) =>
    book.submitReceipt(OWNER, `${reference}00000001`, {
      receiptType: 'PAYMENT_RECEIPT',
      mimeType: 'text/html',
      bytes: 9,
    }),
};

const EXPECTED: Record<string, Record<InvoiceState, string>> = {
  updateInvoice: {
    ISSUED: '0 ISSUED',
    PENDING_ISSUER_ACKNOWLEDGE: '0 ISSUED',
    RESERVED: '0 RESERVED',
    PAID: '90 PAID',
    CANCELED: '90 CANCELED',
    FAILED: '90 FAILED',
    EXPIRED: '90 EXPIRED',
    REVERSED: '90 REVERSED',
  },
  getPaymentStatus: {
    ISSUED: '0 ISSUED',
    PENDING_ISSUER_ACKNOWLEDGE: '0 PENDING_ISSUER_ACKNOWLEDGE',
    RESERVED: '0 RESERVED',
    PAID: '0 PAID',
    CANCELED: '0 CANCELED',
    FAILED: '0 FAILED',
    EXPIRED: '0 EXPIRED',
    REVERSED: '0 REVERSED',
  },
  commitReservation: {
    ISSUED: '96 ISSUED',
    PENDING_ISSUER_ACKNOWLEDGE: '96 PENDING_ISSUER_ACKNOWLEDGE',
    RESERVED: '0 PAID',
    PAID: '96 PAID',
    CANCELED: '96 CANCELED',
    FAILED: '96 FAILED',
    EXPIRED: '96 EXPIRED',
    REVERSED: '96 REVERSED',
  },
  cancelInvoice: {
    ISSUED: '0 CANCELED',
    PENDING_ISSUER_ACKNOWLEDGE: '0 CANCELED',
    RESERVED: '0 CANCELED',
    PAID: '50 PAID',
    CANCELED: '95 CANCELED',
    FAILED: '90 FAILED',
    EXPIRED: '58 EXPIRED',
    REVERSED: '95 REVERSED',
  },
  submitPaymentReceipt: {
    ISSUED: '23 ISSUED',
    PENDING_ISSUER_ACKNOWLEDGE: '23 PENDING_ISSUER_ACKNOWLEDGE',
    RESERVED: '23 RESERVED',
    PAID: '0 PAID',
    CANCELED: '23 CANCELED',
    FAILED: '23 FAILED',
    EXPIRED: '23 EXPIRED',
    REVERSED: '23 REVERSED',
  },
};

describe('every operation in every state', () => {
  const table = Object.entries(EXPECTED).flatMap(([operation, byState]) =>
    INVOICE_STATES.map((state) => [operation, state, byState[state]] as const),
  );

  it.each(table)('%s on %s gives %s', (operation, state, expected) => {
    const { book, reference } = invoiceIn(state);
    expect(outcomeOf(book, reference, () => OPERATIONS[operation]?.(book, reference) as Invoice)).toBe(expected);
  });

  it.each(INVOICE_STATES.filter((state) => state !== 'ISSUED' && state !== 'PENDING_ISSUER_ACKNOWLEDGE'))(
    'the payer can do nothing with an invoice that is %s',
    (state) => {
      const { book, reference } = invoiceIn(state);
      expect(() => book.confirm(reference)).toThrow(PayerError);
      expect(() => book.decline(reference)).toThrow(PayerError);
      expect(() => book.wrongPin(reference)).toThrow(PayerError);
      expect(book.find(reference)?.state).toBe(state);
    },
  );

  it.each(Object.keys(OPERATIONS))('%s does not know the invoice of another principal', (operation) => {
    const { book, reference } = invoiceIn('PAID');
    const stranger = 'RESELLERUSER somebody/9900';
    const acts: Record<string, () => Invoice> = {
      updateInvoice: () => book.update(stranger, reference, termsOf(100n)),
      getPaymentStatus: () => book.status(stranger, reference, 0),
      commitReservation: () => book.commit(stranger, reference),
      cancelInvoice: () => book.cancel(stranger, reference),
      submitPaymentReceipt: () =>
        book.submitReceipt(stranger, `${reference}00000001`, { receiptType: '', mimeType: '', bytes: 0 }),
    };
    const code = operation === 'submitPaymentReceipt' ? '23 PAID' : '54 PAID';
    expect(outcomeOf(book, reference, acts[operation] as () => Invoice)).toBe(code);
  });
});

describe('the amount that is committed', () => {
  const reserved = () => invoiceIn('RESERVED');
  const commit = (book: InvoiceBook, reference: string, minor: bigint) =>
    outcomeOf(book, reference, () => book.commit(OWNER, reference, { minor, currency: 'EUR' }));

  it('is charged once, and the rest is released', () => {
    const { book, reference } = reserved();
    book.update(OWNER, reference, termsOf(2350n));
    expect(commit(book, reference, 2350n)).toBe('0 PAID');
    expect(commit(book, reference, 2350n)).toBe('96 PAID');
    expect(book.find(reference)).toMatchObject({ reserved: 3000n, committed: 2350n, commits: 1 });
  });

  it('may be left out, and is then the last total', () => {
    const { book, reference } = reserved();
    book.update(OWNER, reference, termsOf(1n));
    expect(book.commit(OWNER, reference)).toMatchObject({ state: 'PAID', committed: 1n });
  });

  it.each([
    ['nothing', 0n, '11 RESERVED'],
    ['less than nothing', -1n, '11 RESERVED'],
    ['more than is reserved', 3001n, '11 RESERVED'],
    ['less than the last total', 2999n, '49 RESERVED'],
  ])('is refused when it is %s', (_, minor, expected) => {
    const { book, reference } = reserved();
    expect(commit(book, reference, minor)).toBe(expected);
  });

  it('is refused in another currency', () => {
    const { book, reference } = reserved();
    const act = () => book.commit(OWNER, reference, { minor: 3000n, currency: 'SEK' });
    expect(outcomeOf(book, reference, act)).toBe('49 RESERVED');
  });
});

describe('an update', () => {
  it('of a reservation may not ask for more than is reserved', () => {
    const { book, reference } = invoiceIn('RESERVED');
    expect(outcomeOf(book, reference, () => book.update(OWNER, reference, termsOf(3001n)))).toBe('11 RESERVED');
    expect(book.find(reference)?.terms.total.minor).toBe(3000n);
  });

  it('before the payer confirms changes what is reserved', () => {
    const { book, reference } = invoiceIn('ISSUED');
    book.update(OWNER, reference, termsOf(4500n));
    expect(book.confirm(reference).reserved).toBe(4500n);
  });

  it('may change neither the currency nor the payment mode of a reservation', () => {
    const { book, reference } = invoiceIn('RESERVED');
    const inKronor = termsOf(2000n, { total: { minor: 2000n, currency: 'SEK' } });
    const atOnce = termsOf(2000n, { paymentMode: 'IMMEDIATE_DEBIT' });
    expect(outcomeOf(book, reference, () => book.update(OWNER, reference, inKronor))).toBe('49 RESERVED');
    expect(outcomeOf(book, reference, () => book.update(OWNER, reference, atOnce))).toBe('49 RESERVED');
  });

  it('without a time limit keeps the one that was sent with the invoice', () => {
    const { book, clock, reference } = invoiceIn('ISSUED');
    book.update(OWNER, reference, termsOf(2000n, { commitReservationTimeoutSeconds: undefined }));
    book.confirm(reference);
    book.status(OWNER, reference, 0);
    clock.advance(599_999);
    expect(book.find(reference)?.state).toBe('RESERVED');
    clock.advance(1);
    expect(book.find(reference)?.state).toBe('EXPIRED');
  });
});

describe('the version', () => {
  it('rises by one on each change of the state, and on nothing else', () => {
    const { book, clock } = open();
    const { reference } = book.send(OWNER, termsOf(3000n));
    const versions = [book.find(reference)?.version];
    const step = (act: () => unknown) => {
      clock.advance(10);
      act();
      versions.push(book.find(reference)?.version);
    };
    step(() => book.update(OWNER, reference, termsOf(2500n)));
    step(() => book.confirm(reference));
    step(() => book.status(OWNER, reference, 1));
    step(() => book.update(OWNER, reference, termsOf(2350n)));
    step(() => book.commit(OWNER, reference));
    step(() => book.status(OWNER, reference, 2));
    expect(versions).toEqual([1, 1, 2, 2, 2, 3, 3]);
  });

  it('is acknowledged by the next getPaymentStatus that names it, and an old one takes nothing back', () => {
    const { book, reference } = invoiceIn('RESERVED');
    expect(book.status(OWNER, reference, 2).acknowledgedVersion).toBe(2);
    expect(book.status(OWNER, reference, 0).acknowledgedVersion).toBe(2);
  });

  it('cannot be acknowledged before it was given out', () => {
    const { book, reference } = invoiceIn('RESERVED');
    expect(() => book.status(OWNER, reference, 3)).toThrow('3 was never given out, the invoice has version 2');
  });
});

describe('the payer', () => {
  it('reserves, pays at once or declines, and each time SEQR has something to notify', () => {
    const { book, decided } = open();
    book.confirm(book.send(OWNER, termsOf(100n)).reference);
    book.confirm(book.send(OWNER, termsOf(100n, { paymentMode: 'RESERVATION_DESIRED' })).reference);
    book.confirm(book.send(OWNER, termsOf(100n, { paymentMode: 'IMMEDIATE_DEBIT' })).reference);
    book.decline(book.send(OWNER, termsOf(100n)).reference);
    expect(decided).toEqual(['RESERVED', 'RESERVED', 'PAID', 'CANCELED']);
  });

  it('waits for a merchant who must acknowledge first, until an update says that he need not', () => {
    const { book } = open();
    const { reference } = book.send(OWNER, termsOf(100n, { acknowledgmentMode: 'REQUIRE_ACKNOWLEDGMENT' }));
    expect(() => book.confirm(reference)).toThrow('the merchant must acknowledge first');
    book.update(OWNER, reference, termsOf(100n));
    expect(book.confirm(reference).state).toBe('RESERVED');
  });

  it('fails with the third wrong PIN, of which nobody is notified', () => {
    const { book, decided } = open();
    const { reference } = book.send(OWNER, termsOf(100n));
    const states = [1, 2, 3].map(() => {
      book.wrongPin(reference);
      return book.find(reference)?.state;
    });
    expect(states).toEqual(['ISSUED', 'ISSUED', 'FAILED']);
    expect(decided).toEqual([]);
  });
});

describe('the book', () => {
  it('gives every invoice a reference of 17 digits that was never given before', () => {
    const { book } = open();
    const references = Array.from({ length: 50 }, () => book.send(OWNER, termsOf(100n)).reference);
    expect(new Set(references).size).toBe(50);
    expect(references.every((reference) => /^\d{17}$/.test(reference))).toBe(true);
  });

  it('lets a cash-register terminal hold one live invoice', () => {
    const { book } = open();
    const first = book.send('TERMINALID one', termsOf(100n), true).reference;
    const elsewhere = book.send('TERMINALID two', termsOf(100n), true).reference;
    book.send('TERMINALID one', termsOf(200n), true);
    expect([book.find(first)?.state, book.find(elsewhere)?.state]).toEqual(['CANCELED', 'ISSUED']);
  });

  it('can be told to refuse the cancelling of a reservation, since SEQR leaves that open', () => {
    const { book, reference } = invoiceIn('RESERVED', { cancelReserved: 'refuse' });
    expect(outcomeOf(book, reference, () => book.cancel(OWNER, reference))).toBe('51 RESERVED');
  });

  it('keeps a history of what changed, with times', () => {
    const { book, clock, reference } = invoiceIn('RESERVED');
    clock.advance(5000);
    book.update(OWNER, reference, termsOf(2350n));
    book.commit(OWNER, reference);
    expect(book.find(reference)?.history.map(({ at, event }) => `${at.toISOString().slice(14, 19)} ${event}`)).toEqual([
      '00:00 sendInvoice 30.00 EUR',
      '00:00 the payer confirmed 30.00 EUR',
      '00:00 getPaymentStatus collected the confirmation',
      '00:05 updateInvoice 23.50 EUR',
      '00:05 commitReservation 23.50 EUR',
    ]);
  });
});
