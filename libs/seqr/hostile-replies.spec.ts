import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { createServer, type Server, type Socket } from 'node:net';

import { SaxesParser } from 'saxes';

import type { SeqrClient } from './client.js';
import type { Reply } from './reply.js';
import { SeqrSessionClient } from './session-client.js';
import { clientOf, eur, invoiceOf, TERMINAL } from './test/fixtures.js';
import { HOSTILE_REPLIES } from './test/hostile-replies.js';
import type { HostileReply, Question } from './test/hostile/kit.js';
import { listen } from './test/stub-server.js';
import { WIRE_BYTES_MAX } from './wire-limit.js';

const DEADLINE_MS = 2_500;
/** The longest reply but a report's, its head, and what a socket may have read ahead. */
const READ_MAX = 256 * 1024 + 16 * 1024 + 128 * 1024;
/** What may have come before the limit of the wire is noticed. */
const READ_ENDLESS_MAX = WIRE_BYTES_MAX + 256 * 1024;

let current: HostileReply | undefined;
let server: Server;
let client: SeqrClient;
let sessions: SeqrSessionClient;
let requests = 0;
const serverSockets = new Set<Socket>();

/** Bytes that our side has taken from its sockets, those that are closed included. */
const clientSockets = new Set<Socket>();
const onConnected = (message: unknown) => void clientSockets.add((message as { socket: Socket }).socket);
const bytesRead = () => [...clientSockets].reduce((sum, socket) => sum + socket.bytesRead, 0);

/** What the XML reader does: pieces handed to us, by kind, and characters handed to it. */
const work = { characters: 0, events: 0, opentag: 0, attribute: 0 };

beforeAll(async () => {
  subscribe('undici:client:connected', onConnected);
  countWork();
  server = createServer((socket) => {
    serverSockets.add(socket);
    socket.on('error', () => socket.destroy()).on('close', () => serverSockets.delete(socket));
    let request = '';
    socket.on('data', (bytes) => {
      request += bytes.toString('utf8');
      if (!request.endsWith('Envelope>') || !current) return;
      request = '';
      requests += 1;
      play(socket, current);
    });
  });
  const endpoint = `http://127.0.0.1:${await listen(server)}/soap`;
  client = await clientOf({ endpoint, deadlineMs: DEADLINE_MS });
  sessions = await SeqrSessionClient.create({
    endpoint,
    principal: TERMINAL,
    clientId: 'vendrail-test',
    deadlineMs: DEADLINE_MS,
  });
});

afterAll(async () => {
  jest.restoreAllMocks();
  unsubscribe('undici:client:connected', onConnected);
  await client.close();
  await sessions.close();
  for (const socket of serverSockets) socket.destroy();
  server.close();
});

function countWork(): void {
  const on = Reflect.get(SaxesParser.prototype, 'on') as (this: SaxesParser, name: string, handler: Handler) => void;
  const write = Reflect.get(SaxesParser.prototype, 'write') as (this: SaxesParser, text: unknown) => SaxesParser;
  jest.spyOn(SaxesParser.prototype, 'on').mockImplementation(function (this: SaxesParser, name, handler) {
    on.call(this, name, (...args: unknown[]) => {
      work.events += 1;
      if (name === 'opentag' || name === 'attribute') work[name] += 1;
      (handler as Handler)(...args);
    });
  });
  jest.spyOn(SaxesParser.prototype, 'write').mockImplementation(function (this: SaxesParser, text) {
    // close() writes null.
    if (typeof text === 'string') work.characters += text.length;
    return write.call(this, text);
  });
}

type Handler = (...args: unknown[]) => void;

function play(socket: Socket, { bytes, afterwards }: HostileReply): void {
  if (afterwards === 'drip') return drip(socket, bytes);
  socket.write(bytes);
  if (afterwards === 'end') socket.end();
  if (afterwards === 'reset') socket.resetAndDestroy();
  if (typeof afterwards === 'object') repeat(socket, afterwards.repeat);
}

function drip(socket: Socket, bytes: Buffer): void {
  if (bytes.length === 0 || socket.destroyed) return;
  socket.write(bytes.subarray(0, 1));
  setTimeout(() => drip(socket, bytes.subarray(1)), 20);
}

function repeat(socket: Socket, bytes: Buffer): void {
  if (socket.destroyed) return;
  socket.write(bytes, () => setImmediate(() => repeat(socket, bytes)));
}

const ASK: Readonly<Record<Question, () => Promise<Reply>>> = {
  getPaymentStatus: () => client.getPaymentStatus({ invoiceReference: '2017', invoiceVersion: 0 }),
  sendInvoice: () => client.sendInvoice(invoiceOf()),
  commitReservation: () => client.commitReservation({ invoiceReference: '2017', amount: eur(1n) }),
  refundPayment: () => client.refundPayment({ ersReference: '9', title: 't', cashierId: 'c', totalAmount: eur(1n) }),
  registerTerminal: () => client.registerTerminal({ externalTerminalId: 'e', password: 'pass', name: 'n' }),
  markTransactionPeriod: () => client.markTransactionPeriod({}),
  executeReport: () => client.executeReport({ reportId: 'Reconciliation/Shop.xml', transactionPeriodId: '1' }),
  creditUser: () => client.creditUser({ userId: 'u', amount: eur(1n), correlationId: 'mine' }),
  getClientSessionInfo: () => sessions.getClientSessionInfo({ key: 'session-key' }),
};

test('there are as many hostile replies as we say, all of them different', () => {
  expect(HOSTILE_REPLIES.length).toBeGreaterThanOrEqual(170);
  const asSent = HOSTILE_REPLIES.map(({ asked, bytes, afterwards }) =>
    JSON.stringify([asked, bytes.toString('latin1'), afterwards]),
  );
  expect(new Set(asSent).size).toBe(HOSTILE_REPLIES.length);
  expect(new Set(HOSTILE_REPLIES.map(({ name }) => name)).size).toBe(HOSTILE_REPLIES.length);
});

describe('a hostile reply is an unknown outcome, at a bounded cost', () => {
  test.each(HOSTILE_REPLIES.map((reply) => [`${reply.expected}: ${reply.name}`, reply] as const))(
    '%s',
    async (_, reply) => {
      current = reply;
      const before = { ...work, read: bytesRead(), requests };
      const answer = await ASK[reply.asked]();
      expect(answer).toMatchObject({ outcome: 'unknown', reason: reply.expected });
      // One request: nothing was repeated, and no redirect was followed.
      expect(requests - before.requests).toBe(1);
      expect(JSON.stringify(answer).length).toBeLessThan(700);
      expect(JSON.stringify(answer)).not.toContain('46701234567');
      const endless = typeof reply.afterwards === 'object' || reply.asked === 'executeReport';
      expect(bytesRead() - before.read).toBeLessThanOrEqual(endless ? READ_ENDLESS_MAX : READ_MAX);
      expect(work.characters - before.characters).toBeLessThanOrEqual(256 * 1024);
      expect(work.opentag - before.opentag).toBeLessThanOrEqual(2001);
      expect(work.attribute - before.attribute).toBeLessThanOrEqual(2001);
      // Beginning and end of each element, its text, its attributes.
      expect(work.events - before.events).toBeLessThanOrEqual(10_000);
    },
  );
});

test('hostile replies leave nothing behind in memory', async () => {
  // The largest, over and over: kept, they would be 500 MB.
  current = HOSTILE_REPLIES.find(({ name }) => name === 'ten megabytes of description');
  const before = process.memoryUsage();
  for (let i = 0; i < 50; i += 1) await ASK.getPaymentStatus();
  const after = process.memoryUsage();
  expect(after.external + after.heapUsed - before.external - before.heapUsed).toBeLessThan(100e6);
});
