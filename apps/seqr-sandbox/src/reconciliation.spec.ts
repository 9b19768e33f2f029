import { Bench, OTHER_CONTEXT } from './testing/bench.js';
import * as requests from './testing/requests.js';
import { childrenOf, parseXml, textAt } from './xml.js';

const { contextOf, executeReport, markTransactionPeriod, refundPayment } = requests;

let bench: Bench;
let terminals: readonly string[];

beforeEach(async () => {
  bench = await Bench.start();
  terminals = [await bench.register(), await bench.register()];
});

afterEach(() => bench.stop());

const mark = (terminalId?: string, context?: string) =>
  bench.read(markTransactionPeriod(terminalId, context), 'transactionPeriodId').then((id) => id ?? '');

const entries = (periodId: string, terminalId?: string) => ({
  transactionPeriodId: periodId,
  ...(terminalId !== undefined && { TERMINALID: terminalId }),
});

/** A report's root, its Meta and its rows, as lists of texts. */
async function report(reportId: string, periodId: string, terminalId?: string) {
  const answer = await bench.post(executeReport(reportId, entries(periodId, terminalId)));
  const xml = textAt(answer.message, 'return/report/contentString') ?? '';
  const content = textAt(answer.message, 'return/report/content') ?? '';
  expect(Buffer.from(content, 'base64').toString('utf8')).toBe(xml);
  const root = parseXml(xml);
  const texts = (name: string) => childrenOf(root, name).map(({ children }) => children.map(({ text }) => text));
  return { root: root.name, meta: texts('Meta')[0], rows: texts('Row') };
}

/** Two payments at the first terminal, one of them given back in part, and one at the second. */
async function aDay() {
  const [one, two] = terminals.map((id) => contextOf(id));
  const first = await bench.pay(one);
  const second = await bench.pay(one, { total: '12.50' });
  const third = await bench.pay(two, { total: '1.00' });
  const refund = (await bench.read(refundPayment(first, '10.00', one), 'ersReference')) ?? '';
  return { first, second, third, refund };
}

describe('the reports of a shop', () => {
  it('count and sum what was sold, refunds as negative rows', async () => {
    const { first, second, third, refund } = await aDay();
    const period = await mark();
    bench.clock.advance(3000);
    const [one = '', two = ''] = terminals;
    expect(await report('Shop.xml', period)).toEqual({
      root: 'ResellerTransactionSummary',
      meta: ['vendrail-demo', period, '2026-03-01 12:00'],
      rows: [['4', '33.50000']],
    });
    expect((await report('STD_RECON_002.xml', period)).rows).toEqual([
      [one, '3', '32.50000'],
      [two, '1', '1.00000'],
    ]);
    expect(await report('STD_RECON_003.xml', period)).toMatchObject({
      root: 'TransactionDetails',
      rows: [
        [one, 'cola-1', '30.00000', first],
        [one, 'cola-1', '12.50000', second],
        [two, 'cola-1', '1.00000', third],
        [one, 'cola-1', '-10.00000', refund],
      ],
    });
    expect((await report('STD_RECON_004.xml', period)).rows).toEqual([['cola-1', '4', '33.50000']]);
  });

  it('write NULL for a refund without a cashier', async () => {
    const payment = await bench.pay();
    await bench.post(refundPayment(payment, '1.00').replace(/<cashierId>[^<]*<\/cashierId>/, ''));
    const period = await mark();
    bench.clock.advance(3000);
    expect((await report('STD_RECON_004.xml', period)).rows).toEqual([
      ['cola-1', '1', '30.00000'],
      ['NULL', '1', '-1.00000'],
    ]);
  });

  it('keep currencies apart', async () => {
    await bench.pay();
    const sent = requests.sendInvoice({ mode: 'IMMEDIATE_DEBIT' }).replaceAll('EUR', 'SEK');
    const reference = (await bench.read(sent, 'invoiceReference')) ?? '';
    bench.sandbox.payer.confirm(reference, '1234');
    await bench.post(requests.getPaymentStatus(reference));
    const period = await mark();
    bench.clock.advance(3000);
    expect((await report('Shop.xml', period)).rows).toEqual([
      ['1', '30.00000'],
      ['1', '30.00000'],
    ]);
  });

  it('hold each transaction once, and nothing of another shop', async () => {
    await bench.pay();
    await bench.pay(OTHER_CONTEXT);
    const [yesterday, today] = [await mark(), await mark()];
    await bench.pay();
    const tomorrow = await mark();
    bench.clock.advance(3000);
    const counts = await Promise.all([yesterday, today, tomorrow].map((period) => report('STD_RECON_003.xml', period)));
    expect(counts.map(({ rows }) => rows.length)).toEqual([1, 0, 1]);
  });

  it('leave out what was reversed and what is not collected yet', async () => {
    const reference = await bench.issue(undefined, { mode: 'IMMEDIATE_DEBIT' });
    bench.sandbox.payer.confirm(reference, '1234');
    const early = await mark();
    await bench.post(requests.getPaymentStatus(reference));
    const reversed = await bench.issue(undefined, { mode: 'IMMEDIATE_DEBIT' });
    bench.sandbox.payer.confirm(reversed, '1234');
    bench.clock.advance(20_000);
    const late = await mark();
    bench.clock.advance(3000);
    expect((await report('STD_RECON_003.xml', early)).rows).toEqual([]);
    expect((await report('STD_RECON_003.xml', late)).rows).toHaveLength(1);
  });
});

describe('the reports of one terminal', () => {
  it('hold its own transactions, after a mark that named it', async () => {
    const { first, second, refund } = await aDay();
    const [one = ''] = terminals;
    const period = await mark(one);
    bench.clock.advance(3000);
    expect(await report('STD_RECON_006.xml', period, one)).toEqual({
      root: 'TerminalTransactionSummary',
      meta: ['vendrail-demo', one, period, '2026-03-01 12:00'],
      rows: [['3', '32.50000']],
    });
    expect((await report('STD_RECON_007.xml', period, one)).rows.map((row) => row[3])).toEqual([first, second, refund]);
  });

  it('never become ready after a mark that named no terminal, or another one', async () => {
    const [one = '', two] = terminals;
    const periods = [await mark(), await mark(two)];
    bench.clock.advance(86_400_000);
    for (const period of periods) {
      expect(await bench.code(executeReport('STD_RECON_006.xml', entries(period, one)))).toBe('2');
    }
  });

  it('are apart from those of the shop: neither takes transactions from the other', async () => {
    await aDay();
    const [one = ''] = terminals;
    const [ofTerminal, ofShop] = [await mark(one), await mark()];
    bench.clock.advance(3000);
    expect((await report('STD_RECON_006.xml', ofTerminal, one)).rows).toEqual([['3', '32.50000']]);
    expect((await report('Shop.xml', ofShop)).rows).toEqual([['4', '33.50000']]);
    expect(await bench.code(executeReport('Shop.xml', entries(ofTerminal)))).toBe('2');
  });
});

describe('executeReport', () => {
  it('is not ready until three seconds after the mark', async () => {
    const body = executeReport('Shop.xml', entries(await mark()));
    bench.clock.advance(2999);
    expect(await bench.code(body)).toBe('2');
    bench.clock.advance(1);
    expect(await bench.code(body)).toBe('0');
  });

  it('refuses an unknown report, an unknown period and the period of another shop', async () => {
    const period = await mark();
    const theirs = await mark(undefined, OTHER_CONTEXT);
    bench.clock.advance(3000);
    expect(await bench.code(executeReport('STD_RECON_005.xml', entries(period)))).toBe('90');
    expect(await bench.code(executeReport('Shop.xml', entries('1')))).toBe('90');
    expect(await bench.code(executeReport('Shop.xml', entries(theirs)))).toBe('90');
  });

  it.each<[string, string, Record<string, string>, string]>([
    ['a period', 'Shop.xml', { TERMINALID: 'a' }, 'transactionPeriodId is missing'],
    ['a known key', 'Shop.xml', { TransactionPeriodId: '1' }, 'the key must be one of'],
    ['a value', 'Shop.xml', { transactionPeriodId: ' ' }, 'transactionPeriodId has no value'],
    ['the terminal', 'STD_RECON_006.xml', { transactionPeriodId: '1' }, 'TERMINALID goes with the reports of one'],
    ['a shop', 'Shop.xml', { transactionPeriodId: '1', TERMINALID: 'a' }, 'TERMINALID goes with the reports of one'],
  ])('breaks the contract without %s', async (_, reportId, given, complaint) => {
    expect((await bench.post(executeReport(reportId, given))).faultString).toContain(complaint);
  });
});

it('reconciliation is for resellers only', async () => {
  const context = contextOf(terminals[0] ?? '');
  expect(await bench.code(markTransactionPeriod(undefined, context))).toBe('21');
  expect(await bench.code(executeReport('Shop.xml', entries('1'), context))).toBe('21');
});

it('a terminal of another shop cannot be marked', async () => {
  expect(await bench.code(markTransactionPeriod(terminals[0], OTHER_CONTEXT))).toBe('90');
  expect(await bench.code(markTransactionPeriod('f'.repeat(32)))).toBe('90');
});

it('shows the periods to whoever asks the control interface', async () => {
  const { refund } = await aDay();
  const period = await mark();
  const { json } = await bench.control('GET', 'periods');
  expect(json['periods']).toMatchObject([{ id: period, shop: 'vendrail-demo', terminalId: null }]);
  expect(JSON.stringify(json)).toContain(`"ersReference":"${refund}"`);
  expect(JSON.stringify(json)).toContain('"amount":"-10.00"');
});
