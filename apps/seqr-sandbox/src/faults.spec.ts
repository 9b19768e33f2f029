import { ManualClock } from './clock.js';
import { FaultError, Faults, type FaultOrder } from './faults.js';
import { startSandbox, type RunningSandbox } from './sandbox.js';
import { postSoap } from './testing/merchant.js';
import * as requests from './testing/requests.js';

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

  it.each<[string, FaultOrder]>([
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
