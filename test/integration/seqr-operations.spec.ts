import { SeqrClient } from '#seqr/client.js';
import type { InvoiceRequest, PaymentMode } from '#seqr/invoice.js';
import type { OperationName } from '#seqr/operation-name.js';
import type { Principal } from '#seqr/principal.js';
import type { Reply } from '#seqr/reply.js';
import { REFUSAL_CODES, resultCodeOf } from '#seqr/result-codes.js';
import { SeqrSessionClient } from '#seqr/session-client.js';
import { ManualClock } from '#seqr-sandbox/clock.js';
import { type RunningSandbox, startSandbox } from '#seqr-sandbox/sandbox.js';

const RESELLER = { id: 'our-shop', userId: '9900', password: 'its-password' };
const OTHER_SHOP = { id: 'other-shop', userId: '9900', password: 'other-password' };
const USER: Principal = { type: 'RESELLERUSER', ...RESELLER };
const INVOICES_MAX = 12;
const DAY_S = 24 * 3600;
const eur = (minor: bigint) => ({ minor, currency: 'EUR' as const });

function bill(minor: bigint, changes: Partial<InvoiceRequest> = {}): InvoiceRequest {
  return {
    paymentMode: 'RESERVATION_REQUIRED_PRELIMINARY_AMOUNT',
    issueDate: new Date('2026-03-01T12:00:00Z'),
    title: 'Machine 7',
    clientInvoiceId: 'purchase-1',
    invoiceRows: [{ itemDescription: 'Cola', itemQuantity: 1, itemTotalAmount: eur(minor) }],
    totalAmount: eur(minor),
    cashierId: 'machine-7',
    footer: 'Thank you',
    notificationUrl: 'http://127.0.0.1:9/nobody-listens',
    commitReservationTimeout: 600,
    ...changes,
  };
}

/** The client of this project against the sandbox: whatever it sends, the sandbox holds against the XSD. */
class Shop {
  private constructor(
    readonly clock: ManualClock,
    readonly sandbox: RunningSandbox,
    readonly seqr: SeqrClient,
    readonly sessions: SeqrSessionClient,
    readonly till: Principal,
  ) {}

  static async open(): Promise<Shop> {
    const clock = new ManualClock();
    const rules = { invoicesMax: INVOICES_MAX };
    const sandbox = await startSandbox({ port: 0, clock, rules, resellers: [RESELLER, OTHER_SHOP] });
    const options = { principal: USER, clientId: 'test' };
    const seqr = await SeqrClient.create({ endpoint: sandbox.soapUrl, ...options });
    const sessions = await SeqrSessionClient.create({ endpoint: sandbox.sessionUrl, ...options });
    return new Shop(clock, sandbox, seqr, sessions, tillOf(sandbox, 'till-password'));
  }

  async close(): Promise<void> {
    await this.seqr.close();
    await this.sessions.close();
    await this.sandbox.stop();
  }

  async sent(paymentMode: PaymentMode = 'RESERVATION_REQUIRED_PRELIMINARY_AMOUNT', as = this.till): Promise<string> {
    const reply = await this.seqr.sendInvoice(bill(500n, { paymentMode }), as);
    if (reply.outcome !== 'answered') throw new Error('the invoice was not taken');
    return reply.invoiceReference;
  }

  async reserved(): Promise<string> {
    const reference = await this.sent();
    this.sandbox.book.confirm(reference);
    await this.seqr.getPaymentStatus({ invoiceReference: reference, invoiceVersion: 0 }, this.till);
    return reference;
  }

  /** Paid at once: 5 EUR. */
  async paid(): Promise<{ reference: string; ersReference: string }> {
    const reference = await this.sent('IMMEDIATE_DEBIT');
    this.sandbox.book.confirm(reference);
    const reply = await this.status(reference);
    if (reply.outcome !== 'answered' || reply.ersReference === undefined) throw new Error('it was not paid');
    return { reference, ersReference: reply.ersReference };
  }

  status(invoiceReference: string) {
    return this.seqr.getPaymentStatus({ invoiceReference, invoiceVersion: 0 }, this.till);
  }

  update(invoiceReference: string, invoice = bill(400n)) {
    return this.seqr.updateInvoice({ invoiceReference, invoice }, this.till);
  }

  commit(invoiceReference: string, minor: bigint) {
    return this.seqr.commitReservation({ invoiceReference, amount: eur(minor) }, this.till);
  }

  cancel(invoiceReference: string) {
    return this.seqr.cancelInvoice({ invoiceReference }, this.till);
  }

  refund(ersReference: string, totalAmount: InvoiceRequest['totalAmount'] = eur(200n)) {
    return this.seqr.refundPayment({ ersReference, title: 'Refund', cashierId: 'c', totalAmount }, this.till);
  }
}

function tillOf(sandbox: RunningSandbox, password: string): Principal {
  const terminal = { externalTerminalId: 'Till', name: 'Till', password };
  return { type: 'TERMINALID', id: sandbox.terminals.register(RESELLER.id, terminal).id, password };
}

/** What is sent is right, and SEQR has a reason to refuse it. */
type Cause = (shop: Shop) => Promise<Reply>;

interface Example {
  /** Whose operation it is. */
  readonly by: 'till' | 'user';
  /** A request that is refused for who asks before anybody looks at what is asked. */
  readonly ask: (shop: Shop, as: Principal) => Promise<Reply>;
  readonly works: (shop: Shop) => Promise<void>;
  readonly causes: Readonly<Record<number, Cause>>;
  /** Documented for this operation, and known by no cause: only to be ordered. */
  readonly onlyOrdered: readonly number[];
}

const receipt = { mimeType: 'text/html', data: '<p>Thank you</p>', receiptType: 'PAYMENT_RECEIPT' } as const;
const report = { reportId: 'Reconciliation/STD_RECON_003.xml', transactionPeriodId: '1' } as const;

async function markedPeriod({ seqr }: Shop): Promise<string> {
  const reply = await seqr.markTransactionPeriod({}, USER);
  if (reply.outcome !== 'answered') throw new Error('there is no period');
  return reply.transactionPeriodId;
}

const EXAMPLES: Readonly<Record<Exclude<OperationName, 'benchmarkingNop'>, Example>> = {
  sendInvoice: {
    by: 'till',
    ask: ({ seqr }, as) => seqr.sendInvoice(bill(500n), as),
    works: async (shop) => {
      const reply = await shop.seqr.sendInvoice(bill(500n), shop.till);
      const [invoice] = shop.sandbox.book.list();
      expect(reply).toMatchObject({
        outcome: 'answered',
        invoiceReference: invoice?.reference,
        invoiceQRCode: `HTTP://SEQR.SE/R${invoice?.reference}`,
      });
    },
    causes: {
      49: ({ seqr, till }) => seqr.sendInvoice(bill(500n, { commitReservationTimeout: 8 * DAY_S }), till),
      93: async (shop) => {
        for (let i = 0; i < INVOICES_MAX; i += 1) await shop.sent(undefined, USER);
        return shop.seqr.sendInvoice(bill(500n), USER);
      },
    },
    // Totals of nothing and addresses that are none do not leave the client.
    onlyOrdered: [11, 64, 90, 91],
  },
  getPaymentStatus: {
    by: 'till',
    ask: ({ seqr }, as) => seqr.getPaymentStatus({ invoiceReference: '1', invoiceVersion: 0 }, as),
    works: async (shop) => {
      const { reference, ersReference } = await shop.paid();
      expect(await shop.status(reference)).toMatchObject({
        outcome: 'answered',
        status: 'PAID',
        ersReference,
        receipt: { invoiceReference: reference, paymentReference: ersReference, totalAmount: eur(500n) },
      });
    },
    causes: { 54: (shop) => shop.status('1') },
    onlyOrdered: [90, 91, 93],
  },
  updateInvoice: {
    by: 'till',
    ask: ({ seqr }, as) => seqr.updateInvoice({ invoiceReference: '1', invoice: bill(500n) }, as),
    works: async (shop) => {
      const reference = await shop.reserved();
      expect(await shop.update(reference)).toMatchObject({ outcome: 'answered' });
      expect(shop.sandbox.book.find(reference)?.terms.total).toEqual(eur(400n));
      // Loyalty: SEQR waits for the merchant's word on the payer's card.
      const invoice = bill(500n, { acknowledgmentMode: 'OPTIONAL_ACKNOWLEDGMENT' });
      const sent = await shop.seqr.sendInvoice(invoice, shop.till);
      const waiting = sent.outcome === 'answered' ? sent.invoiceReference : '';
      shop.sandbox.book.open(waiting, [{ id: 'CARD', value: '77', description: 'Gold' }]);
      expect(await shop.status(waiting)).toMatchObject({
        status: 'PENDING_ISSUER_ACKNOWLEDGE',
        customerTokens: [{ id: 'CARD', value: '77', status: 0, description: 'Gold' }],
      });
      const tokens = [{ id: 'CARD', value: '77', status: 1 }] as const;
      const update = { invoiceReference: waiting, invoice: bill(450n), tokens };
      expect(await shop.seqr.updateInvoice(update, shop.till)).toMatchObject({ outcome: 'answered' });
      expect(await shop.status(waiting)).toMatchObject({ status: 'ISSUED', customerTokens: [{ status: 1 }] });
    },
    causes: {
      11: async (shop) => shop.update(await shop.reserved(), bill(501n)),
      48: async (shop) => {
        const reference = await shop.sent();
        shop.sandbox.book.open(reference);
        return shop.update(reference);
      },
      49: async (shop) => {
        const minor = { minor: 400n, currency: 'SEK' } as const;
        const invoiceRows = [{ itemDescription: 'Cola', itemQuantity: 1, itemTotalAmount: minor }];
        return shop.update(await shop.sent(), bill(400n, { totalAmount: minor, invoiceRows }));
      },
      54: (shop) => shop.update('1'),
      90: async (shop) => shop.update((await shop.paid()).reference),
    },
    onlyOrdered: [64, 91, 93],
  },
  commitReservation: {
    by: 'till',
    ask: ({ seqr }, as) => seqr.commitReservation({ invoiceReference: '1', amount: eur(1n) }, as),
    works: async (shop) => {
      const reference = await shop.reserved();
      await shop.update(reference);
      expect(await shop.commit(reference, 400n)).toMatchObject({ outcome: 'answered' });
      expect(shop.sandbox.book.find(reference)).toMatchObject({ state: 'PAID', committed: 400n, commits: 1 });
    },
    causes: {
      11: async (shop) => shop.commit(await shop.reserved(), 501n),
      49: async (shop) => shop.commit(await shop.reserved(), 499n),
      54: (shop) => shop.commit('1', 500n),
      96: async (shop) => shop.commit(await shop.sent(), 500n),
    },
    onlyOrdered: [90, 91, 93],
  },
  cancelInvoice: {
    by: 'till',
    ask: ({ seqr }, as) => seqr.cancelInvoice({ invoiceReference: '1' }, as),
    works: async (shop) => {
      const reference = await shop.sent();
      expect(await shop.cancel(reference)).toMatchObject({ outcome: 'answered' });
      expect(await shop.status(reference)).toMatchObject({ status: 'CANCELED' });
    },
    causes: {
      50: async (shop) => shop.cancel((await shop.paid()).reference),
      51: async (shop) => {
        const reference = await shop.sent();
        shop.sandbox.book.open(reference);
        return shop.cancel(reference);
      },
      54: (shop) => shop.cancel('1'),
      58: async (shop) => {
        const reference = await shop.sent();
        shop.clock.advance(DAY_S * 1000);
        return shop.cancel(reference);
      },
      90: async (shop) => {
        const reference = await shop.sent();
        for (let pin = 0; pin < 3; pin += 1) shop.sandbox.book.wrongPin(reference);
        return shop.cancel(reference);
      },
      95: async (shop) => {
        const reference = await shop.sent();
        shop.sandbox.payer.decline(reference);
        return shop.cancel(reference);
      },
    },
    // The payer who pays right now is 51 here.
    onlyOrdered: [48, 91, 93],
  },
  refundPayment: {
    by: 'till',
    ask: ({ seqr }, as) =>
      seqr.refundPayment({ ersReference: '1', title: 'Refund', cashierId: 'c', totalAmount: eur(1n) }, as),
    works: async (shop) => {
      const { reference, ersReference } = await shop.paid();
      // A part, and then the rest, each with a reference of its own.
      const replies = [await shop.refund(ersReference), await shop.refund(ersReference, eur(300n))];
      const refunds = shop.sandbox.book.find(reference)?.refunds ?? [];
      expect(refunds.map(({ minor }) => minor)).toEqual([200n, 300n]);
      expect(replies).toMatchObject(
        refunds.map((refund) => ({ outcome: 'answered', refundReference: refund.ersReference })),
      );
      expect(new Set([ersReference, ...refunds.map((refund) => refund.ersReference)]).size).toBe(3);
    },
    causes: {
      11: async (shop) => shop.refund((await shop.paid()).ersReference, { minor: 200n, currency: 'SEK' }),
      23: (shop) => shop.refund('1'),
      48: async (shop) => {
        const reference = await shop.sent('IMMEDIATE_DEBIT');
        return shop.refund(shop.sandbox.book.confirm(reference).ersReference ?? '');
      },
      97: async (shop) => {
        const { ersReference } = await shop.paid();
        shop.sandbox.resellers.change(RESELLER.id, { mayRefund: false });
        return shop.refund(ersReference);
      },
      98: async (shop) => {
        const { ersReference } = await shop.paid();
        await shop.refund(ersReference, eur(301n));
        return shop.refund(ersReference, eur(200n));
      },
      99: async (shop) => {
        const { reference, ersReference } = await shop.paid();
        shop.sandbox.book.setPayerTakesRefunds(reference, false);
        return shop.refund(ersReference);
      },
    },
    onlyOrdered: [64, 90, 91, 93],
  },
  submitPaymentReceipt: {
    by: 'till',
    ask: ({ seqr }, as) => seqr.submitPaymentReceipt({ ersReference: '1', receipt }, as),
    works: async (shop) => {
      const { reference, ersReference } = await shop.paid();
      expect(await shop.seqr.submitPaymentReceipt({ ersReference, receipt }, shop.till)).toMatchObject({
        outcome: 'answered',
      });
      expect(shop.sandbox.book.find(reference)?.receipts).toMatchObject([
        { receiptType: 'PAYMENT_RECEIPT', mimeType: 'text/html', bytes: receipt.data.length },
      ]);
    },
    causes: { 23: ({ seqr, till }) => seqr.submitPaymentReceipt({ ersReference: '1', receipt }, till) },
    onlyOrdered: [90, 91, 93],
  },
  registerTerminal: {
    by: 'user',
    ask: ({ seqr }, as) => seqr.registerTerminal({ externalTerminalId: 'm-7', password: 'chosen', name: 'M 7' }, as),
    works: async (shop) => {
      const reply = await shop.seqr.registerTerminal({ externalTerminalId: 'm-7', password: 'chosen', name: 'M 7' });
      const terminal = shop.sandbox.terminals.list().at(-1);
      expect(reply).toMatchObject({ outcome: 'answered', terminalId: terminal?.id });
      expect(terminal).toMatchObject({ externalTerminalId: 'm-7', name: 'M 7', shop: RESELLER.id });
      expect(shop.sandbox.terminals.hasPassword(terminal?.id ?? '', 'chosen')).toBe(true);
    },
    causes: {
      21: ({ seqr, till }) => seqr.registerTerminal({ externalTerminalId: 'm', password: 'chosen', name: 'M' }, till),
      93: ({ seqr, sandbox }) => {
        for (let i = 1; i < 1_000; i += 1) tillOf(sandbox, 'password');
        return seqr.registerTerminal({ externalTerminalId: 'm', password: 'chosen', name: 'M' });
      },
    },
    onlyOrdered: [90, 91],
  },
  assignSeqrId: {
    by: 'till',
    ask: ({ seqr }, as) => seqr.assignSeqrId({ seqrId: 'OURS7' }, as),
    works: async ({ seqr, sandbox, till }) => {
      expect(await seqr.assignSeqrId({ seqrId: 'OURS7' }, till)).toMatchObject({ outcome: 'answered' });
      expect(sandbox.terminals.labelled('OURS7')?.id).toBe(till.id);
    },
    causes: {
      21: ({ seqr }) => seqr.assignSeqrId({ seqrId: 'OURS7' }, USER),
      53: async ({ seqr, sandbox, till }) => {
        await seqr.assignSeqrId({ seqrId: 'OURS7' }, tillOf(sandbox, 'password'));
        return seqr.assignSeqrId({ seqrId: 'OURS7' }, till);
      },
    },
    onlyOrdered: [90, 91, 93],
  },
  unregisterTerminal: {
    by: 'till',
    ask: ({ seqr }, as) => seqr.unregisterTerminal({}, as),
    works: async (shop) => {
      expect(await shop.seqr.unregisterTerminal({}, shop.till)).toMatchObject({ outcome: 'answered' });
      expect(await shop.status('1')).toMatchObject({ resultName: 'INVALID_INITIATOR_PRINCIPAL_STATE' });
    },
    causes: { 21: ({ seqr }) => seqr.unregisterTerminal({}, USER) },
    onlyOrdered: [90, 91, 93],
  },
  markTransactionPeriod: {
    by: 'user',
    ask: ({ seqr }, as) => seqr.markTransactionPeriod({}, as),
    works: async (shop) => {
      await shop.paid();
      const periods = [
        await shop.seqr.markTransactionPeriod({}),
        await shop.seqr.markTransactionPeriod({ terminalId: shop.till.id }),
      ];
      expect(periods).toMatchObject(
        shop.sandbox.book.ledger
          .periods()
          .map(({ id }) => ({ outcome: 'answered', transactionPeriodId: id }))
          .reverse(),
      );
      expect(shop.sandbox.book.ledger.periods()).toMatchObject([
        { terminalId: shop.till.id, transactions: [{ minor: 500n }] },
        { terminalId: undefined, transactions: [{ minor: 500n }] },
      ]);
    },
    causes: {
      21: ({ seqr, till }) => seqr.markTransactionPeriod({}, till),
      90: ({ seqr }) => seqr.markTransactionPeriod({ terminalId: 'nobody' }),
    },
    onlyOrdered: [91, 93],
  },
  executeReport: {
    by: 'user',
    ask: ({ seqr }, as) => seqr.executeReport(report, as),
    works: async (shop) => {
      const { ersReference } = await shop.paid();
      const transactionPeriodId = await markedPeriod(shop);
      shop.clock.advance(3_000);
      const reply = await shop.seqr.executeReport({ ...report, transactionPeriodId, language: 'en' });
      if (reply.outcome !== 'answered') throw new Error('there is no report');
      expect(reply.report.text).toContain(`<ErsReference>${ersReference}</ErsReference>`);
      expect(reply.report.text).toContain('<SalesAmount>5.00000</SalesAmount>');
    },
    causes: {
      2: async (shop) => {
        const transactionPeriodId = await markedPeriod(shop);
        return shop.seqr.executeReport({ ...report, transactionPeriodId });
      },
      21: ({ seqr, till }) => seqr.executeReport(report, till),
      90: ({ seqr }) => seqr.executeReport(report),
    },
    onlyOrdered: [91, 93],
  },
  creditUser: {
    by: 'till',
    ask: ({ seqr }, as) => seqr.creditUser({ userId: 'u7', amount: eur(100n) }, as),
    works: async (shop) => {
      const reference = await shop.sent();
      const card = { id: 'I_GAMING_INTEGRATION', value: 'u7', description: '' };
      shop.sandbox.book.open(reference, [card]);
      const credit = { userId: 'u7', amount: eur(100n), description: 'You won, 1.00', correlationId: 'c-1' };
      const reply = await shop.seqr.creditUser(credit, shop.till);
      const [kept] = shop.sandbox.book.credits.list();
      expect(reply).toMatchObject({ outcome: 'answered', ersReference: kept?.ersReference, correlationId: 'c-1' });
      expect(kept).toMatchObject({ userId: 'u7', amount: eur(100n), description: 'You won, 1.00' });
    },
    causes: { 52: ({ seqr, till }) => seqr.creditUser({ userId: 'u7', amount: eur(100n) }, till) },
    onlyOrdered: [90, 91, 93],
  },
  getClientSessionInfo: {
    by: 'user',
    ask: ({ sessions }, as) => sessions.getClientSessionInfo({ key: 'no-such-session' }, as),
    works: async ({ sessions, sandbox }) => {
      const { key } = sandbox.sessions.open({ msisdn: '46701234567', parameters: { machine: '7' } });
      sandbox.sessions.decide(key, 'authorized');
      expect(await sessions.getClientSessionInfo({ key })).toMatchObject({
        outcome: 'answered',
        msisdn: '46701234567',
        parameters: new Map([['machine', '7']]),
      });
    },
    causes: {
      60: ({ sessions, sandbox, clock }) => {
        const { key } = sandbox.sessions.open({ msisdn: '46701234567' });
        clock.advance(3600_000);
        return sessions.getClientSessionInfo({ key });
      },
      61: ({ sessions, sandbox }) => {
        const { key } = sandbox.sessions.open({ msisdn: '46701234567' });
        sandbox.sessions.decide(key, 'cancelled');
        return sessions.getClientSessionInfo({ key });
      },
      62: ({ sessions, sandbox }) =>
        sessions.getClientSessionInfo({ key: sandbox.sessions.open({ msisdn: '46701234567' }).key }),
      63: ({ sessions }) => sessions.getClientSessionInfo({ key: 'no-such-session' }),
    },
    onlyOrdered: [90, 91, 93],
  },
};

type Ask = Example['ask'];

/** Who asks is looked at first, whatever is asked. */
const WHO_ASKS: Readonly<Record<number, (shop: Shop, ask: Ask, by: Principal) => Promise<Reply>>> = {
  20: (shop, ask, by) => ask(shop, { ...by, password: 'wrong-password' }),
  21: (shop, ask) => ask(shop, tillOf(shop.sandbox, 'abc')),
  29: (shop, ask) => ask(shop, { type: 'TERMINALID', id: 'nobody', password: 'password' }),
  33: (shop, ask, by) => {
    shop.sandbox.resellers.change(RESELLER.id, { isBlocked: true });
    return ask(shop, by);
  },
  37: (shop, ask) => ask(shop, { ...USER, id: 'nobody' }),
  94: (shop, ask, by) => {
    shop.sandbox.bank.isDown = true;
    return ask(shop, by);
  },
};

let shop: Shop;

beforeEach(async () => {
  shop = await Shop.open();
});

afterEach(async () => {
  const { violations } = shop.sandbox.journal;
  await shop.close();
  expect(violations).toEqual([]);
});

const isRefused = async (reply: Promise<Reply>, resultCode: number) =>
  expect(await reply).toMatchObject({ outcome: 'refused', resultCode, resultName: resultCodeOf(resultCode).name });

describe.each(Object.entries(EXAMPLES))('%s', (name, { by, ask, works, causes, onlyOrdered }) => {
  const operation = name as OperationName;
  const principal = () => (by === 'till' ? shop.till : USER);

  it('does what it is for', () => works(shop));

  it.each(Object.entries(causes))('is refused with %s where there is a reason', async (code, cause) => {
    await isRefused(cause(shop), Number(code));
  });

  it.each(Object.entries(WHO_ASKS))('is refused with %s for who asks', async (code, cause) => {
    await isRefused(cause(shop, ask, principal()), Number(code));
  });

  it('is refused with every code there is, when one is ordered', async () => {
    for (const resultCode of REFUSAL_CODES) {
      shop.sandbox.faults.add({ operation, kind: 'result-code', resultCode, times: 1 });
      await isRefused(ask(shop, principal()), resultCode);
    }
  });

  it('has a reason here for each code that is documented for it, but these', () => {
    const documented = REFUSAL_CODES.filter((code) => {
      const { documentedFor } = resultCodeOf(code);
      return documentedFor === 'all' || documentedFor.includes(operation);
    });
    const caused = new Set([...Object.keys(causes), ...Object.keys(WHO_ASKS)].map(Number));
    expect(documented.filter((code) => !caused.has(code))).toEqual(onlyOrdered);
  });
});

describe('benchmarkingNop', () => {
  it('says that SEQR answers, without credentials, and every code when one is ordered', async () => {
    await expect(shop.seqr.benchmarkingNop()).resolves.toMatchObject({ outcome: 'answered' });
    for (const resultCode of REFUSAL_CODES) {
      shop.sandbox.faults.add({ operation: 'benchmarkingNop', kind: 'result-code', resultCode, times: 1 });
      await isRefused(shop.seqr.benchmarkingNop(), resultCode);
    }
  });
});
