import type { OperationName } from '#seqr/operation-name.js';
import type { Principal } from '#seqr/principal.js';
import type { Reply } from '#seqr/reply.js';
import { bill, DAY_S, eur, INVOICES_MAX, RESELLER, Shop, tillOf, USER } from './shop.js';

type Cause = (shop: Shop) => Promise<Reply>;

export interface Example {
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

export const EXAMPLES: Readonly<Record<Exclude<OperationName, 'benchmarkingNop'>, Example>> = {
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
          .toReversed(),
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
