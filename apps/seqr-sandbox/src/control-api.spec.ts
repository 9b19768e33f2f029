import { request } from 'node:http';
import { once } from 'node:events';

import { ManualClock } from './clock.js';
import { startSandbox, type RunningSandbox } from './sandbox.js';
import { control, startMerchant } from './testing/merchant.js';
import { RESELLER } from './testing/requests.js';
import { termsOf } from './testing/terms.js';

const MACHINE = {
  token: 'cola-1',
  name: 'Cola by the door',
  qrText: 'HTTP://SEQR.SE/000/ups?w=vendrail-demo&t=cola-1',
};
const clock = new ManualClock();
let sandbox: RunningSandbox;

beforeEach(async () => {
  sandbox = await startSandbox({ port: 0, resellers: [RESELLER], machines: [MACHINE], clock });
});

afterEach(() => sandbox.stop());

const call = (method: string, path: string, body?: unknown) => control(sandbox.url, method, path, body);
const issue = () =>
  sandbox.book.send('RESELLERUSER vendrail-demo/9900', termsOf(3000n, { notificationUrl: undefined })).reference;

it('names the machines that can be scanned', async () => {
  expect(await call('GET', 'machines')).toEqual({ status: 200, json: { machines: [MACHINE] } });
});

it('confirms and declines, and shows the invoice as it then is', async () => {
  const [first, second] = [issue(), issue()];
  expect((await call('POST', `invoices/${first}/confirm`, { pin: '1234' })).json).toMatchObject({
    state: 'RESERVED',
    reserved: '30.00',
  });
  expect((await call('POST', `invoices/${second}/decline`)).json).toMatchObject({
    state: 'CANCELED',
    note: 'the payer declined',
  });
  const { json } = await call('GET', 'invoices');
  expect(json['invoices']).toMatchObject([
    { reference: second },
    { reference: first, state: 'RESERVED', released: '0.00' },
  ]);
});

it('shows all of an invoice with amounts as exact decimals, and of the notification URL only where it leads', async () => {
  const { reference } = sandbox.book.send('RESELLERUSER vendrail-demo/9900', termsOf(3000n));
  sandbox.book.confirm(reference);
  sandbox.book.status('RESELLERUSER vendrail-demo/9900', reference, 1);
  sandbox.book.update('RESELLERUSER vendrail-demo/9900', reference, termsOf(2350n));
  sandbox.book.commit('RESELLERUSER vendrail-demo/9900', reference);
  const { status, json } = await call('GET', `invoices/${reference}`);
  expect(status).toBe(200);
  expect(json).toMatchObject({
    state: 'PAID',
    wireStatus: 'PAID',
    total: '23.50',
    reserved: '30.00',
    committed: '23.50',
    released: '6.50',
    commits: 1,
    version: 3,
    acknowledgedVersion: 1,
    ersReference: `${reference}00000001`,
    notifiedAt: 'https://localhost:1',
    rows: [{ total: '23.50', quantity: '1' }],
  });
  expect(json['history']).toHaveLength(6);
  expect(JSON.stringify(json)).not.toContain('secret');
});

it('scans for the payer, and keeps no phone number', async () => {
  const merchant = await startMerchant(() => ({ status: 200, body: '{"errorCode":"DEVICE_UNAVAILABLE"}' }));
  const input = { qrText: MACHINE.qrText, msisdn: '358401234567', amount: '30.00', currency: 'EUR' };
  expect((await call('POST', 'scan', input)).json).toMatchObject({ code: 'NO_URL' });
  const settings = { createPurchaseUrl: `${merchant.url}/createPurchase` };
  expect((await call('PUT', 'settings', settings)).json).toEqual(settings);
  expect((await call('POST', 'scan', input)).json).toMatchObject({
    outcome: 'refused',
    errorCode: 'DEVICE_UNAVAILABLE',
  });
  for (const list of ['invoices', 'calls', 'violations']) {
    expect(JSON.stringify((await call('GET', list)).json)).not.toContain(input.msisdn);
  }
  await merchant.stop();
});

it('orders, shows and clears faults', async () => {
  const fault = { operation: 'notification', kind: 'lose', times: 2 };
  expect((await call('POST', 'faults', fault)).json).toEqual({ faults: [fault] });
  expect((await call('GET', 'faults')).json).toEqual({ faults: [fault] });
  expect((await call('DELETE', 'faults')).json).toEqual({ faults: [] });
  expect(sandbox.faults.list()).toEqual([]);
});

it('shows violations and calls', async () => {
  await fetch(sandbox.soapUrl, {
    method: 'POST',
    body: '<a/>',
    headers: { 'Content-Type': 'text/xml', SOAPAction: '""' },
  });
  const complaint = 'a: the document must be a SOAP Envelope';
  const at = clock.now().toISOString();
  expect((await call('GET', 'violations')).json).toEqual({ violations: [{ at, operation: 'unknown', complaint }] });
  expect((await call('GET', 'calls')).json).toEqual({
    calls: [{ at, operation: 'unknown', outcome: 'violation', reason: complaint }],
  });
});

describe('bad input is answered with a code and a reason', () => {
  it.each<[string, string, unknown, number, string]>([
    ['POST', 'scan', {}, 400, 'BAD_INPUT'],
    ['POST', 'scan', { token: 'a', msisdn: 358, amount: '1', currency: 'EUR' }, 400, 'BAD_INPUT'],
    ['POST', 'scan', { token: 'a', msisdn: '358', amount: '1', currency: 'EUR', more: 1 }, 400, 'BAD_INPUT'],
    ['POST', 'faults', { operation: 'sendInvoice', kind: 'explode' }, 400, 'BAD_INPUT'],
    ['POST', 'faults', { operation: 'sendInvoice', kind: 'lose' }, 400, 'BAD_FAULT'],
    ['POST', 'faults', 'lose', 400, 'BAD_INPUT'],
    ['POST', 'faults', { operation: 'sendMoney', kind: 'delay' }, 400, 'BAD_INPUT'],
    ['POST', 'faults', { operation: 'sendInvoice', kind: 'wrong-answer', answer: { total: '1' } }, 400, 'BAD_INPUT'],
    [
      'POST',
      'faults',
      { operation: 'sendInvoice', kind: 'wrong-answer', answer: { status: 'PAID' } },
      400,
      'BAD_FAULT',
    ],
    ['POST', 'faults', { operation: 'sendInvoice', kind: 'fault', invoiceReference: '1' }, 400, 'BAD_FAULT'],
    ['PUT', 'terminals/nobody', { isBlocked: true }, 404, 'UNKNOWN_TERMINAL'],
    ['PUT', 'terminals/nobody', { state: 'blocked' }, 400, 'BAD_INPUT'],
    ['PUT', 'resellers/nobody', { isBlocked: true }, 404, 'UNKNOWN_RESELLER'],
    ['PUT', 'bank', {}, 400, 'BAD_INPUT'],
    ['PUT', 'invoices/1/payer', { takesRefunds: false }, 404, 'UNKNOWN_INVOICE'],
    ['POST', 'invoices/1/open', { cards: [{ id: '', value: '1' }] }, 400, 'BAD_INPUT'],
    ['POST', 'open', { qrText: 'HTTP://SEQR.SE/000/ups?w=a&t=b' }, 404, 'UNKNOWN_INVOICE'],
    ['POST', 'sessions', { msisdn: '+358401234567' }, 400, 'BAD_INPUT'],
    ['POST', `sessions/${'0'.repeat(32)}/authorize`, undefined, 404, 'UNKNOWN_SESSION'],
    ['PUT', 'settings', { createPurchaseUrl: 'localhost' }, 400, 'BAD_URL'],
    ['POST', 'invoices/1/confirm', { pin: '1234' }, 404, 'UNKNOWN_INVOICE'],
    ['POST', 'invoices/1/confirm', {}, 400, 'BAD_INPUT'],
    ['GET', 'invoices/1', undefined, 404, 'UNKNOWN_INVOICE'],
    ['GET', 'invoices/abc', undefined, 404, 'NOT_FOUND'],
    ['GET', 'nothing', undefined, 404, 'NOT_FOUND'],
    ['DELETE', 'invoices', undefined, 405, 'METHOD_NOT_ALLOWED'],
    ['POST', 'invoices/1/confirm', undefined, 400, 'BAD_INPUT'],
    ['POST', 'faults', { operation: 'x'.repeat(5000) }, 413, 'BODY_TOO_LARGE'],
  ])('%s %s %j', async (method, path, body, status, code) => {
    expect(await call(method, path, body)).toMatchObject({ status, json: { code, message: expect.any(String) } });
  });

  it('also when the payer cannot do what he wants', async () => {
    const reference = issue();
    const wrong = await call('POST', `invoices/${reference}/confirm`, { pin: '0000' });
    expect(wrong).toEqual({ status: 409, json: { code: 'WRONG_PIN', message: 'the PIN is wrong' } });
    sandbox.payer.decline(reference);
    expect((await call('POST', `invoices/${reference}/decline`)).json).toMatchObject({ code: 'NOT_WAITING_FOR_PAYER' });
  });
});

it('shows the whole book in one answer, without passwords and what was sent', async () => {
  const { id } = sandbox.terminals.register(RESELLER.id, { externalTerminalId: 'a', name: 'Till', password: 'unsaid' });
  const reference = issue();
  sandbox.faults.add({ operation: 'sendInvoice', kind: 'fault', times: 1 });
  const { json } = await call('GET', 'book');
  expect(json).toMatchObject({
    bank: { isDown: false },
    invoices: [{ reference, history: [{ event: 'sendInvoice 30.00 EUR' }] }],
    refunds: [],
    periods: [],
    terminals: [{ id, name: 'Till', state: 'registered', seqrId: null }],
    resellers: [{ id: RESELLER.id, isBlocked: false, mayRefund: true }],
    faults: [{ operation: 'sendInvoice' }],
    calls: [],
    violations: [],
  });
  expect(JSON.stringify(json)).not.toContain('unsaid');
  expect(JSON.stringify(json)).not.toContain(RESELLER.password);
});

it('lets no terminal that is unregistered in again', async () => {
  const { id } = sandbox.terminals.register(RESELLER.id, { externalTerminalId: 'a', name: 'Till', password: 'unsaid' });
  sandbox.terminals.unregister(id);
  const answer = await call('PUT', `terminals/${id}`, { isBlocked: false });
  expect(answer).toMatchObject({ status: 409, json: { code: 'UNREGISTERED' } });
  expect(sandbox.terminals.find(id)?.state).toBe('unregistered');
});

it('serves the phone with nothing from elsewhere, and says on every answer that it is a sandbox', async () => {
  const page = await fetch(sandbox.url);
  expect(page.headers.get('x-sandbox')).toBe('no real money');
  expect(page.headers.get('content-security-policy')).toContain("default-src 'self'");
  const html = await page.text();
  expect(html).toContain('no real money');
  const parts = [...html.matchAll(/(?:src|href)="([^"#]+)"/g)].map(([, path]) => path ?? '');
  expect(parts.length).toBeGreaterThan(0);
  for (const path of parts) {
    const part = await fetch(new URL(path, sandbox.url));
    expect(part.status).toBe(200);
    for (const [, imported = ''] of (await part.text()).matchAll(/ from '([^']+)';$/gm)) {
      expect((await fetch(new URL(imported, part.url))).status).toBe(200);
    }
  }
});

it('goes on after a caller who hangs up in the middle', async () => {
  const half = request(`${sandbox.url}/sandbox/faults`, {
    method: 'POST',
    headers: { 'Content-Length': 100, 'Content-Type': 'application/json' },
  });
  half.on('error', () => undefined);
  half.write('{');
  await once(half, 'socket');
  half.destroy();
  expect((await call('GET', 'faults')).status).toBe(200);
});
