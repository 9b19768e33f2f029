import type { SeqrExchange } from './exchange.js';
import type { OperationName } from './operation-name.js';
import type { SeqrCall } from './reply.js';
import { REFUSAL_CODES, resultCodeOf } from './result-codes.js';
import { SeqrSessionClient } from './session-client.js';
import { EVERY_OPERATION, type Clients, type Example } from './test/every-operation.js';
import { clientOf, eur, invoiceOf, PASSWORD, TERMINAL } from './test/fixtures.js';
import { at, parse, schemaErrors } from './test/schema-check.js';
import { always, envelope, startStub, type StubServer } from './test/stub-server.js';

const OPERATIONS = Object.entries(EVERY_OPERATION) as [OperationName, Example][];

let stub: StubServer;
let clients: Clients;
let reply = '';
let calls: SeqrCall[];
let exchanges: SeqrExchange[];

beforeAll(async () => {
  stub = await startStub((request, response) => always(reply)(request, response));
  const listeners = {
    onCall: (call: SeqrCall) => void calls.push(call),
    onExchange: (exchange: SeqrExchange) => void exchanges.push(exchange),
  };
  const client = await clientOf({ endpoint: stub.endpoint, ...listeners });
  const options = { endpoint: stub.endpoint, principal: TERMINAL, clientId: 'vendrail-test', ...listeners };
  clients = { client, sessions: await SeqrSessionClient.create(options) };
});

beforeEach(() => {
  calls = [];
  exchanges = [];
});

afterAll(async () => {
  await clients.client.close();
  await clients.sessions.close();
  await stub.stop();
});

/** Everything that was sent by all tests of this file is what the schema allows. */
afterAll(() => {
  expect(stub.requests.length).toBeGreaterThan(OPERATIONS.length * REFUSAL_CODES.length);
  for (const { body } of stub.requests) {
    const message = at(parse(body), 'Body').children[0];
    expect(message && schemaErrors(message)).toEqual([]);
  }
});

const lastBody = () => stub.requests.at(-1)?.body ?? '';

describe.each(OPERATIONS)('%s', (name, { ask, sends, brings, answer }) => {
  test('sends its elements in the order of the schema', async () => {
    reply = envelope(name, `<resultCode>0</resultCode>${brings}`);
    await ask(clients);
    expect(lastBody()).toContain(`<ext:${name} `);
    if (name === 'benchmarkingNop') expect(lastBody()).not.toContain('context');
    if (sends !== undefined) expect(lastBody()).toContain(`</context>${sends}</ext:${name}>`);
  });

  test('reads a success', async () => {
    reply = envelope(name, `<resultCode>0</resultCode><resultDescription>SUCCESS</resultDescription>${brings}`);
    const { call, ...ending } = await ask(clients);
    expect(ending).toEqual({ outcome: 'answered', resultCode: 0, ...answer });
    expect(calls).toEqual([call]);
    expect(JSON.stringify(call)).not.toMatch(/46701234567|session-key|canary/);
  });

  test('reads every result code, those that SEQR never published too', async () => {
    for (const code of [...REFUSAL_CODES, 59, 100, 777, 99999]) {
      reply = envelope(
        name,
        `<resultCode>${code}</resultCode><resultDescription>about 46701234567</resultDescription>`,
      );
      const { name: resultName, retry } = resultCodeOf(code);
      const { call, ...ending } = await ask(clients);
      const resultDescription = 'about #';
      expect(ending).toEqual({ outcome: 'refused', resultCode: code, resultName, resultDescription, retry });
      expect(call).toMatchObject({ operation: name, outcome: 'refused', resultCode: code, detail: resultName });
    }
  });
});

describe('what may be left out is left out', () => {
  const success = (name: string, fields: string) => (reply = envelope(name, `<resultCode>0</resultCode>${fields}`));

  test('of a refund: rows and address; of its answer: the reference', async () => {
    success('refundPayment', '');
    const refund = { ersReference: '9', title: 't', cashierId: 'c', totalAmount: eur(1n) };
    await expect(clients.client.refundPayment(refund)).resolves.toMatchObject({ outcome: 'answered' });
    expect(lastBody()).not.toMatch(/invoiceRows|notificationUrl/);
  });

  test('of a period: the terminal; its id may stand in ersReference', async () => {
    success('markTransactionPeriod', '<ersReference>78</ersReference>');
    await expect(clients.client.markTransactionPeriod({})).resolves.toMatchObject({ transactionPeriodId: '78' });
    expect(lastBody()).not.toContain('parameters');
  });

  test('of a report: the text, when it comes in Base64 over several lines', async () => {
    success('executeReport', '<report><content>PGE+\n NSDigqw8L2E+</content><contentString> </contentString></report>');
    const query = { reportId: 'Reconciliation/Shop.xml', transactionPeriodId: '77' };
    await expect(clients.client.executeReport(query)).resolves.toMatchObject({ report: { text: '<a>5 €</a>' } });
  });

  test('but a report of 8 MiB less its envelope comes whole', async () => {
    const text = 'x'.repeat(8 * 1024 * 1024 - 1000);
    success('executeReport', `<report><contentString>${text}</contentString></report>`);
    const query = { reportId: 'Reconciliation/Shop.xml', transactionPeriodId: '77' };
    const { report } = (await clients.client.executeReport(query)) as { report?: { text: string } };
    expect(report?.text.length).toBe(text.length);
  });
});

describe('loyalty cards', () => {
  const card = { id: 'CARD', value: '77', status: 1, description: 'Gold' } as const;
  const coupon = { id: 'COUPON', value: '5', status: 99 } as const;
  const sent =
    '</invoice><tokens><description>Gold</description><id>CARD</id><status>1</status><value>77</value></tokens>' +
    '<tokens><id>COUPON</id><status>99</status><value>5</value></tokens></ext:';

  test('stand behind the invoice, each in an element of its own', async () => {
    await clients.client.sendInvoice(invoiceOf({ tokens: [card, coupon] }));
    expect(lastBody()).toContain(`${sent}sendInvoice>`);
    await clients.client.updateInvoice({ invoiceReference: '1', invoice: invoiceOf(), tokens: [card, coupon] });
    expect(lastBody()).toContain(`${sent}updateInvoice>`);
    await clients.client.updateInvoice({ invoiceReference: '1', invoice: invoiceOf({ tokens: [card, coupon] }) });
    expect(lastBody()).toContain(`${sent}updateInvoice>`);
  });

  test('come with a status, in a list', async () => {
    reply = envelope(
      'getPaymentStatus',
      '<resultCode>0</resultCode><status>PENDING_ISSUER_ACKNOWLEDGE</status><customerTokens><token><description>Gold' +
        '</description><id>CARD</id><status>0</status><value>77</value></token><token><status>7</status></token>' +
        '</customerTokens><version>1</version>',
    );
    await expect(clients.client.getPaymentStatus({ invoiceReference: '1', invoiceVersion: 0 })).resolves.toMatchObject({
      status: 'PENDING_ISSUER_ACKNOWLEDGE',
      customerTokens: [
        { id: 'CARD', value: '77', status: 0, description: 'Gold' },
        { id: '', value: '', status: 7 },
      ],
    });
  });

  test('are waited for when the invoice says so', async () => {
    await clients.client.sendInvoice(invoiceOf({ acknowledgmentMode: 'OPTIONAL_ACKNOWLEDGMENT' }));
    expect(lastBody()).toContain('<acknowledgmentMode>OPTIONAL_ACKNOWLEDGMENT</acknowledgmentMode>');
  });

  test('are few', async () => {
    const tokens = Array.from({ length: 51 }, () => card);
    await expect(clients.client.sendInvoice(invoiceOf({ tokens }))).rejects.toMatchObject({ code: 'TOO_MANY_TOKENS' });
  });
});

describe('what must not be sent is not sent', () => {
  const terminal = { externalTerminalId: 'e', password: 'pass', name: 'n' };
  const refund = { ersReference: '9', title: 't', cashierId: 'c', totalAmount: eur(1n) };
  const credit = { userId: 'u1', amount: eur(1n) };
  const row = { itemDescription: 'Cola', itemQuantity: 1, itemTotalAmount: eur(2n) };
  test.each<[string, () => Promise<unknown>]>([
    ['TOO_SHORT', () => clients.client.registerTerminal({ ...terminal, password: 'abc' })],
    ['EMPTY', () => clients.client.registerTerminal({ ...terminal, name: '' })],
    ['ILLEGAL_AMOUNT', () => clients.client.refundPayment({ ...refund, totalAmount: eur(0n) })],
    ['ILLEGAL_AMOUNT', () => clients.client.refundPayment({ ...refund, totalAmount: eur(-1n) })],
    ['ROWS_DO_NOT_ADD_UP', () => clients.client.refundPayment({ ...refund, invoiceRows: [row] })],
    ['NOT_A_URL', () => clients.client.refundPayment({ ...refund, notificationUrl: '/n' })],
    ['FORBIDDEN_CHARACTER', () => clients.client.assignSeqrId({ seqrId: 'VEND-7' })],
    ['EMPTY', () => clients.client.assignSeqrId({ seqrId: '' })],
    ['EMPTY', () => clients.client.markTransactionPeriod({ terminalId: '' })],
    ['EMPTY', () => clients.client.executeReport({ reportId: '', transactionPeriodId: '1' })],
    ['EMPTY', () => clients.client.executeReport({ reportId: 'r', transactionPeriodId: '' })],
    ['EMPTY', () => clients.client.executeReport({ reportId: 'r', transactionPeriodId: '1', terminalId: '' })],
    ['ILLEGAL_AMOUNT', () => clients.client.creditUser({ ...credit, amount: eur(0n) })],
    ['TOO_LONG', () => clients.client.creditUser({ ...credit, userId: 'u'.repeat(37) })],
    ['FORBIDDEN_CHARACTER', () => clients.client.creditUser({ ...credit, userId: 'u-1' })],
    ['TOO_LONG', () => clients.client.creditUser({ ...credit, description: 'x'.repeat(161) })],
    ['FORBIDDEN_CHARACTER', () => clients.client.creditUser({ ...credit, description: 'You won!' })],
    ['EMPTY', () => clients.sessions.getClientSessionInfo({ key: '' })],
  ])('%s', async (code, call) => {
    const before = stub.requests.length;
    await expect(call()).rejects.toMatchObject({ name: 'SeqrRequestError', code });
    expect(stub.requests).toHaveLength(before);
    expect([...calls, ...exchanges]).toEqual([]);
  });
});

describe('the record of an exchange', () => {
  test('has both documents as they were, without passwords', async () => {
    reply = envelope('registerTerminal', '<resultCode>0</resultCode><terminalId>8609</terminalId>');
    const { call } = await EVERY_OPERATION.registerTerminal.ask(clients);
    const { clientReference, sentAt, durationMs } = call;
    const request = lastBody().replaceAll(/<password>[^<]*/g, '<password>***');
    expect(exchanges).toEqual([
      { operation: 'registerTerminal', clientReference, request, reply, httpStatus: 200, sentAt, durationMs },
    ]);
    expect(request.match(/\*\*\*/g)).toHaveLength(2);
  });

  test('masks a password that comes back, however it is written, and who paid', async () => {
    const spelled = Array.from('p<&>w', (c, i) =>
      i % 2 ? `&#x00${c.charCodeAt(0).toString(16).toUpperCase()};` : `&#${c.charCodeAt(0)};`,
    ).join('');
    reply = envelope(
      'registerTerminal',
      `<resultCode>90</resultCode><resultDescription>${PASSWORD} p&lt;&amp;&gt;w ${spelled}</resultDescription>` +
        '<receipt><payerTerminalId>46701234567</payerTerminalId></receipt>',
    );
    await EVERY_OPERATION.registerTerminal.ask(clients);
    expect(exchanges[0]?.reply).toContain('<resultDescription>*** *** ***</resultDescription>');
    expect(exchanges[0]?.reply).toContain('<payerTerminalId>***</payerTerminalId>');
    reply = envelope(
      'getClientSessionInfo',
      `<resultCode>0</resultCode>${EVERY_OPERATION.getClientSessionInfo.brings}`,
    );
    await EVERY_OPERATION.getClientSessionInfo.ask(clients);
    expect(JSON.stringify(exchanges)).not.toMatch(/46701234567|session-key|canary/);
  });

  test('is there for a reply that cannot be read, and has no reply when none came', async () => {
    reply = '<html>';
    await EVERY_OPERATION.cancelInvoice.ask(clients);
    expect(exchanges).toMatchObject([{ operation: 'cancelInvoice', reply: '<html>', httpStatus: 200 }]);
    const dead = await startStub((request) => request.socket.destroy());
    const client = await clientOf({ endpoint: dead.endpoint, onExchange: (exchange) => exchanges.push(exchange) });
    await client.cancelInvoice({ invoiceReference: '1' });
    expect(exchanges[1]).not.toHaveProperty('reply');
    await dead.stop();
    // Nothing leaves now, so that there is nothing to tell.
    await expect(client.cancelInvoice({ invoiceReference: '1' })).resolves.toMatchObject({ outcome: 'not-sent' });
    expect(exchanges).toHaveLength(2);
    await client.close();
  });
});
