import { ManualClock } from './clock.js';
import type { ScanOrder } from './create-purchase.js';
import { startSandbox, type RunningSandbox } from './sandbox.js';
import { startMerchant } from './testing/merchant.js';
import { RESELLER } from './testing/requests.js';
import { termsOf } from './testing/terms.js';

const OWNER = 'RESELLERUSER vendrail-demo/9900';
const ORDER: ScanOrder = { token: 'cola-1', msisdn: '358401234567', amount: '30.00', currency: 'EUR' };

let sandbox: RunningSandbox;
let merchant: Awaited<ReturnType<typeof startMerchant>>;
let answer: () => { status: number; body?: string };

beforeEach(async () => {
  answer = () => ({ status: 200, body: JSON.stringify({ invoiceReferenceId: issue() }) });
  merchant = await startMerchant(() => answer());
  sandbox = await startSandbox({
    port: 0,
    resellers: [RESELLER],
    clock: new ManualClock(),
    createPurchaseUrl: `${merchant.url}/seqr/createPurchase`,
  });
});

afterEach(async () => {
  await sandbox.stop();
  await merchant.stop();
});

function issue(minor = 3000n, changes = {}): string {
  return sandbox.book.send(OWNER, termsOf(minor, changes)).reference;
}

describe('a scan', () => {
  it.each([
    ['2018', '{"token":"cola-1","amount":30.00,"currency":"EUR","msisdn":"358401234567"}'],
    ['2017', '{"reservationToken":"cola-1","reservationAmount":"30.00","currency":"EUR","msisdn":"358401234567"}'],
    ['purchaseToken', '{"purchaseToken":"cola-1","amount":30.00,"currency":"EUR","msisdn":"358401234567"}'],
  ] as const)('is spelled as on the page of %s', async (spelling, body) => {
    const result = await sandbox.payer.scan({ ...ORDER, spelling });
    expect(result).toMatchObject({ outcome: 'invoice', status: 200 });
    expect(merchant.calls).toEqual([{ path: '/seqr/createPurchase', method: 'POST', body }]);
    expect(sandbox.journal.violations).toEqual([]);
  });

  it('reads the token from the QR text and changes nothing in it', async () => {
    await sandbox.payer.scan({ ...ORDER, token: undefined, qrText: 'HTTP://SEQR.SE/000/ups?w=vendrail-demo&t=CoLa-1' });
    expect(merchant.calls[0]?.body).toContain('"token":"CoLa-1"');
  });

  it('passes on a refusal, which is no breach', async () => {
    answer = () => ({ status: 200, body: '{"errorCode":"DEVICE_IN_USE"}' });
    expect(await sandbox.payer.scan(ORDER)).toMatchObject({ outcome: 'refused', errorCode: 'DEVICE_IN_USE' });
    expect(sandbox.journal.violations).toEqual([]);
  });

  it.each<[string, Partial<ScanOrder>, string]>([
    ['no token', { token: '' }, 'NOT_A_MACHINE'],
    ['the QR text of an invoice', { qrText: 'HTTP://SEQR.SE/R20260301120000000' }, 'NOT_A_MACHINE'],
    ['the QR text of another merchant', { qrText: 'HTTP://SEQR.SE/000/ups?w=other&t=cola-1' }, 'UNKNOWN_MERCHANT'],
    ['a phone number with a plus', { msisdn: '+358401234567' }, 'BAD_MSISDN'],
    ['an amount with a comma', { amount: '30,00' }, 'BAD_AMOUNT'],
    ['three decimals', { amount: '30.001' }, 'BAD_AMOUNT'],
    ['nothing', { amount: '0' }, 'BAD_AMOUNT'],
    ['an unknown currency', { currency: 'XXX' }, 'BAD_AMOUNT'],
  ])('with %s is not sent', async (_, change, code) => {
    await expect(sandbox.payer.scan({ ...ORDER, ...change })).rejects.toMatchObject({ code });
    expect(merchant.calls).toEqual([]);
  });

  it('goes only to a path that ends in createPurchase', () => {
    expect(() => (sandbox.payer.createPurchaseUrl = `${merchant.url}/buy`)).toThrow('ends in createPurchase');
  });
});

describe('an answer to createPurchase', () => {
  const body = (value: unknown) => () => ({ status: 200, body: JSON.stringify(value) });
  const withInvoice = (minor?: bigint, changes?: object) => () => body({ invoiceReferenceId: issue(minor, changes) })();
  it.each<[string, typeof answer, string]>([
    [
      'with another status',
      () => ({ status: 409, body: '{"errorCode":"DEVICE_IN_USE"}' }),
      'HTTP 409, it must be 200 for refusals too',
    ],
    ['that is no JSON', () => ({ status: 200, body: '<html>' }), 'the body is not a JSON object'],
    ['that is empty', () => ({ status: 200, body: '' }), 'the body is not a JSON object'],
    ['with both', body({ invoiceReferenceId: '1', errorCode: 'SYSTEM_ERROR' }), 'and nothing else'],
    ['with a number', body({ invoiceReferenceId: 1 }), 'the body must hold invoiceReferenceId'],
    ['with a code of its own', body({ errorCode: 'MACHINE_ON_FIRE' }), 'the body must hold invoiceReferenceId'],
    ['with an unknown invoice', body({ invoiceReferenceId: '1' }), 'invoiceReferenceId is no invoice of this sandbox'],
    [
      'with an invoice over more than the payer allows',
      withInvoice(3001n),
      'the invoice reserves more than the payer allowed',
    ],
    [
      'with an invoice to be debited at once',
      withInvoice(3000n, { paymentMode: 'IMMEDIATE_DEBIT' }),
      'a payment mode that reserves',
    ],
    [
      'with an invoice in another currency',
      withInvoice(3000n, { total: { minor: 3000n, currency: 'SEK' } }),
      'another currency',
    ],
  ])('%s is a breach of the contract', async (_, given, complaint) => {
    answer = given;
    const result = await sandbox.payer.scan(ORDER);
    expect(result).toMatchObject({ outcome: 'broken', reason: expect.stringContaining(complaint) });
    expect(sandbox.journal.violations).toMatchObject([{ operation: 'createPurchase' }]);
  });

  it('that does not come is no breach: the merchant may be down', async () => {
    sandbox.payer.createPurchaseUrl = 'http://127.0.0.1:1/createPurchase';
    expect(await sandbox.payer.scan(ORDER)).toEqual({
      outcome: 'broken',
      reason: 'the connection failed (ECONNREFUSED)',
    });
    expect(sandbox.journal.violations).toEqual([]);
  });
});

describe('a fault of createPurchase', () => {
  it.each([
    ['drop-request', 0],
    ['drop-reply', 1],
    ['duplicate', 2],
  ] as const)('%s lets %i requests through', async (kind, count) => {
    sandbox.faults.add({ operation: 'createPurchase', kind, times: 1 });
    const { outcome } = await sandbox.payer.scan(ORDER);
    expect(merchant.calls).toHaveLength(count);
    expect(outcome).toBe(kind === 'duplicate' ? 'invoice' : 'broken');
  });

  it('garbage sends half a request', async () => {
    answer = () => ({ status: 200, body: '{"errorCode":"SYSTEM_ERROR"}' });
    sandbox.faults.add({ operation: 'createPurchase', kind: 'garbage', times: 1 });
    await sandbox.payer.scan(ORDER);
    expect(() => JSON.parse(merchant.calls[0]?.body ?? '')).toThrow(SyntaxError);
  });
});

describe('the PIN', () => {
  it('is 1234', () => {
    expect(sandbox.payer.confirm(issue(), '1234').state).toBe('RESERVED');
  });

  it('may be wrong twice, not three times', () => {
    const reference = issue();
    expect(() => sandbox.payer.confirm(reference, '0000')).toThrow('the PIN is wrong');
    expect(() => sandbox.payer.confirm(reference, '')).toThrow('the PIN is wrong');
    expect(() => sandbox.payer.confirm(reference, '12345')).toThrow('the third wrong PIN: the payment has failed');
    expect(() => sandbox.payer.confirm(reference, '1234')).toThrow('the invoice is FAILED');
  });
});
