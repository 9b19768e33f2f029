import { readFileSync } from 'node:fs';

import { ManualClock } from './clock.js';
import { FAULT_TARGETS, FaultError, Faults, type FaultOrder, type WrongAnswer } from './faults.js';
import { projectFile } from './project-files.js';
import { RESULT_CODES } from './result-codes.js';
import { startSandbox, type RunningSandbox } from './sandbox.js';
import { checkElement } from './schema.js';
import { Bench } from './testing/bench.js';
import { postSoap } from './testing/merchant.js';
import * as requests from './testing/requests.js';
import { childOf, textAt } from './xml.js';
import { readXsd } from './xsd.js';

describe('an order', () => {
  const order: FaultOrder = { operation: 'sendInvoice', kind: 'fault', times: 1 };

  it('strikes as often as it says, and only its own target', () => {
    const faults = new Faults();
    faults.add({ ...order, times: 2 });
    expect(faults.take('cancelInvoice')).toBeUndefined();
    expect([1, 2, 3].map(() => faults.take('sendInvoice')?.kind)).toEqual(['fault', 'fault', undefined]);
  });

  it('waits for the ones that were ordered before it', () => {
    const faults = new Faults();
    faults.add({ ...order, kind: 'drop-reply' });
    faults.add(order);
    expect([1, 2].map(() => faults.take('sendInvoice')?.kind)).toEqual(['drop-reply', 'fault']);
  });

  it('lets so many calls through first as it says', () => {
    const faults = new Faults();
    faults.add({ ...order, after: 2 });
    expect([1, 2, 3, 4].map(() => faults.take('sendInvoice')?.kind)).toEqual([
      undefined,
      undefined,
      'fault',
      undefined,
    ]);
  });

  it('strikes only the invoice and the terminal that it names', () => {
    const faults = new Faults();
    faults.add({ operation: 'cancelInvoice', kind: 'fault', times: 9, invoiceReference: '1' });
    faults.add({ operation: 'sendInvoice', kind: 'garbage', times: 9, terminalId: 'a' });
    expect(faults.take('cancelInvoice', { invoiceReference: '2' })).toBeUndefined();
    expect(faults.take('cancelInvoice', { invoiceReference: '1' })?.kind).toBe('fault');
    expect(faults.take('sendInvoice', { terminalId: 'b' })).toBeUndefined();
    expect(faults.take('sendInvoice', { terminalId: 'a' })?.kind).toBe('garbage');
  });

  it.each<[string, FaultOrder]>([
    ['an invoice, where the call names none', { ...order, invoiceReference: '1' }],
    [
      'a terminal, where the call names none',
      { ...order, operation: 'createPurchase', kind: 'delay', delayMs: 1, terminalId: 'a' },
    ],
    ['a pause of half a call', { ...order, after: 0.5 }],
    ['a wrong answer that says nothing', { ...order, kind: 'wrong-answer', answer: {} }],
    ['a wrong answer that is missing', { ...order, kind: 'wrong-answer' }],
    ['an answer that goes with no wrong answer', { ...order, answer: { ersReference: '1' } }],
    ['a status where the reply has none', { ...order, kind: 'wrong-answer', answer: { status: 'PAID' } }],
    ['the reply of the same operation', { ...order, kind: 'wrong-answer', answer: { operation: 'sendInvoice' } }],
    ['the reply of a notification', { ...order, kind: 'wrong-answer', answer: { operation: 'notification' } }],
    [
      'two lies that exclude each other',
      { ...order, kind: 'wrong-answer', answer: { operation: 'cancelInvoice', ersReference: '1' } },
    ],
    [
      'an amount with a comma',
      { ...order, operation: 'getPaymentStatus', kind: 'wrong-answer', answer: { amount: '1,00' } },
    ],
    ['a kind that the target does not have', { ...order, kind: 'lose' }],
    [
      'a kind that a notification does not have',
      { ...order, operation: 'notification', kind: 'result-code', resultCode: 1 },
    ],
    ['no stroke', { ...order, times: 0 }],
    ['too many strokes', { ...order, times: 1001 }],
    ['half a stroke', { ...order, times: 0.5 }],
    ['a delay without a time', { ...order, kind: 'delay' }],
    ['a delay beyond every deadline', { ...order, kind: 'delay', delayMs: 60_001 }],
    ['a time without a delay', { ...order, delayMs: 5 }],
    ['a result code without a number', { ...order, kind: 'result-code' }],
    ['a result code of three digits', { ...order, kind: 'result-code', resultCode: 100 }],
    ['a number without a result code', { ...order, resultCode: 90 }],
    ['a lie that is none', { ...order, acted: true }],
  ])('is refused for %s', (_, bad) => {
    expect(() => new Faults().add(bad)).toThrow(FaultError);
  });

  it('is refused when a hundred wait', () => {
    const faults = new Faults();
    for (let count = 0; count < 100; count += 1) faults.add(order);
    expect(() => faults.add(order)).toThrow('at most 100 faults can wait');
  });
});

describe('a fault of the SOAP service', () => {
  const clock = new ManualClock();
  let sandbox: RunningSandbox;
  let reference: string;

  beforeEach(async () => {
    sandbox = await startSandbox({ port: 0, resellers: [requests.RESELLER], clock });
    await postSoap(sandbox.soapUrl, requests.sendInvoice());
    reference = sandbox.book.list()[0]?.reference ?? '';
    sandbox.payer.confirm(reference, '1234');
    await postSoap(sandbox.soapUrl, requests.getPaymentStatus(reference));
  });

  afterEach(() => sandbox.stop());

  const commit = () => postSoap(sandbox.soapUrl, requests.commitReservation(reference, '30.00'));
  const order = (kind: FaultOrder['kind'], more: Partial<FaultOrder> = {}) =>
    sandbox.faults.add({ operation: 'commitReservation', kind, times: 1, ...more });
  const commits = () => sandbox.book.find(reference)?.commits;

  it('drops the request before anything is done', async () => {
    order('drop-request');
    await expect(commit()).rejects.toThrow('fetch failed');
    expect(commits()).toBe(0);
    expect((await commit()).resultCode).toBe('0');
  });

  it('drops the reply after all is done', async () => {
    order('drop-reply');
    await expect(commit()).rejects.toThrow('fetch failed');
    expect(commits()).toBe(1);
    expect((await commit()).resultCode).toBe('96');
  });

  it('answers with a SOAP fault and does nothing', async () => {
    order('fault');
    expect(await commit()).toMatchObject({ status: 500, faultString: 'sandbox: an ordered fault' });
    expect(commits()).toBe(0);
    expect(sandbox.journal.violations).toEqual([]);
  });

  it('answers with a result code and does nothing', async () => {
    order('result-code', { resultCode: 93 });
    expect((await commit()).resultCode).toBe('93');
    expect(commits()).toBe(0);
  });

  it('lies: success where nothing was done, refusal where all was done', async () => {
    order('result-code', { resultCode: 0 });
    order('result-code', { resultCode: 90, acted: true });
    expect([(await commit()).resultCode, commits()]).toEqual(['0', 0]);
    expect([(await commit()).resultCode, commits()]).toEqual(['90', 1]);
  });

  it('answers with a page of some proxy after all is done', async () => {
    order('garbage');
    await expect(commit()).rejects.toThrow('not well-formed XML');
    expect(commits()).toBe(1);
  });

  it('is late with the reply, after all is done at once', async () => {
    order('delay', { delayMs: 5000 });
    const before = clock.waiting;
    const answer = commit();
    while (clock.waiting === before) await new Promise((resolve) => setImmediate(resolve));
    expect(commits()).toBe(1);
    clock.advance(5000);
    expect((await answer).resultCode).toBe('0');
  });

  it('is not used up by a request that breaks the contract', async () => {
    order('fault');
    await postSoap(sandbox.soapUrl, requests.commitReservation(reference, '30,00'));
    expect(sandbox.faults.list()).toHaveLength(1);
  });
});

describe('a wrong answer', () => {
  let bench: Bench;

  beforeEach(async () => {
    bench = await Bench.start();
  });

  afterEach(() => bench.stop());

  const order = (operation: FaultOrder['operation'], answer: WrongAnswer) =>
    bench.control('POST', 'faults', { operation, kind: 'wrong-answer', answer });
  const status = async (reference: string) =>
    childOf((await bench.post(requests.getPaymentStatus(reference))).message, 'return');

  it('tells a status, a version and an amount that are not so, once, and the truth after', async () => {
    const reference = await bench.issue();
    await order('getPaymentStatus', { status: 'PAID', amount: '99.00', version: 7, ersReference: 'never-paid' });
    const lie = await status(reference);
    expect(['ersReference', 'status', 'version'].map((name) => textAt(lie, name))).toEqual(['never-paid', 'PAID', '7']);
    expect(textAt(lie, 'receipt/invoice/totalAmount/value')).toBe('99.00');
    expect(textAt(await status(reference), 'status')).toBe('ISSUED');
    expect(bench.sandbox.book.find(reference)?.state).toBe('ISSUED');
  });

  it('tells a status that nobody knows, and a version that goes back', async () => {
    const reference = await bench.issue();
    await order('getPaymentStatus', { status: 'PARTIALLY_PAID', version: 'stale' });
    const lie = await status(reference);
    expect([textAt(lie, 'status'), textAt(lie, 'version')]).toEqual(['PARTIALLY_PAID', '0']);
  });

  it("tells another invoice's status, and the reference of another invoice", async () => {
    const [reference, other] = [await bench.issue(), await bench.issue()];
    bench.sandbox.payer.decline(other);
    await order('getPaymentStatus', { invoiceReference: other });
    expect(textAt(await status(reference), 'status')).toBe('CANCELED');
    await order('sendInvoice', { invoiceReference: other });
    expect(await bench.issue()).toBe(other);
    expect(bench.sandbox.book.list()).toHaveLength(3);
  });

  it('is the reply of another operation, after all was done', async () => {
    const reference = await bench.issue();
    await order('cancelInvoice', { operation: 'updateInvoice' });
    const { message } = await bench.post(requests.cancelInvoice(reference));
    expect(message.name).toBe('updateInvoiceResponse');
    expect(bench.sandbox.book.find(reference)?.state).toBe('CANCELED');
  });

  it('tells a terminal, a period and a refund of its own making', async () => {
    await order('registerTerminal', { terminalId: 'nobody' });
    await order('markTransactionPeriod', { transactionPeriodId: '0' });
    await order('refundPayment', { ersReference: '1' });
    const payment = await bench.pay();
    expect(await bench.read(requests.registerTerminal(), 'terminalId')).toBe('nobody');
    expect(await bench.read(requests.markTransactionPeriod(), 'transactionPeriodId')).toBe('0');
    expect(await bench.read(requests.refundPayment(payment, '1.00'), 'ersReference')).toBe('1');
  });

  it('keeps to the shape of the schema', async () => {
    const { elements } = readXsd(readFileSync(projectFile('libs/seqr/wsdl/cashregister-2.xsd'), 'utf8'));
    const reference = await bench.issue();
    await order('getPaymentStatus', { status: 'PAID', amount: '1.00', version: 3, ersReference: '1' });
    const { message } = await bench.post(requests.getPaymentStatus(reference));
    const type = elements.get(message.name)?.type();
    expect(() => type && checkElement(message, type, message.name)).not.toThrow();
  });

  it('strikes one invoice after so many calls, as it is ordered', async () => {
    const [one, two] = [await bench.issue(), await bench.issue()];
    const answer = { status: 'FAILED' };
    const order = { operation: 'getPaymentStatus', kind: 'wrong-answer', answer, invoiceReference: one, after: 1 };
    expect((await bench.control('POST', 'faults', order)).status).toBe(200);
    const told: (string | undefined)[] = [];
    for (const reference of [two, one, two, one]) told.push(textAt(await status(reference), 'status'));
    expect(told).toEqual(['ISSUED', 'ISSUED', 'ISSUED', 'FAILED']);
  });

  it('strikes a refund by the invoice it belongs to', async () => {
    const [one, two] = [await bench.pay(), await bench.pay()];
    const invoiceReference = two.slice(0, -8);
    await bench.control('POST', 'faults', {
      operation: 'refundPayment',
      kind: 'result-code',
      resultCode: 93,
      invoiceReference,
    });
    expect(await bench.code(requests.refundPayment(one, '1.00'))).toBe('0');
    expect(await bench.code(requests.refundPayment(two, '1.00'))).toBe('93');
  });
});

it('the list of kinds says what can be ordered where, and every example in it can be', async () => {
  const bench = await Bench.start();
  const { json } = await bench.control('GET', 'faults/kinds');
  const targets = json['targets'] as { operation: string; kinds: string[] }[];
  expect(targets.map(({ operation }) => operation)).toEqual([...FAULT_TARGETS]);
  expect(targets.find(({ operation }) => operation === 'notification')?.kinds).toEqual(['delay', 'duplicate', 'lose']);
  const needs: Record<string, object> = {
    delay: { delayMs: 1 },
    'result-code': { resultCode: 90 },
    'wrong-answer': { answer: { ersReference: '1' } },
  };
  for (const { operation, kinds } of targets) {
    for (const kind of kinds) {
      const answer = await bench.control('POST', 'faults', { operation, kind, ...needs[kind] });
      expect([operation, kind, answer.status]).toEqual([operation, kind, 200]);
      await bench.control('DELETE', 'faults');
    }
  }
  expect((await bench.control('POST', 'faults', json['example'])).status).toBe(200);
  await bench.stop();
});

it('every result code can be ordered, and comes with its name', async () => {
  const bench = await Bench.start();
  for (const [name, resultCode] of Object.entries(RESULT_CODES)) {
    await bench.control('POST', 'faults', { operation: 'cancelInvoice', kind: 'result-code', resultCode });
    const { message } = await bench.post(requests.cancelInvoice('1'));
    expect(textAt(message, 'return/resultDescription')).toBe(name);
  }
  await bench.stop();
});
