import { createServer, type Server, type Socket } from 'node:net';

import type { SeqrClient } from './client.js';
import { clientOf, invoiceOf } from './test/fixtures.js';
import { HOSTILE_REPLIES, type HostileReply } from './test/hostile-replies.js';
import { always, envelope, listen, startStub } from './test/stub-server.js';

const DEADLINE_MS = 400;
const CHUNK = Buffer.from(`1000\r\n${'x'.repeat(0x1000)}\r\n`);

let current: HostileReply | undefined;
let server: Server;
let client: SeqrClient;
const sockets = new Set<Socket>();

beforeAll(async () => {
  server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy()).on('close', () => sockets.delete(socket));
    let request = '';
    socket.on('data', (bytes) => {
      request += bytes.toString('utf8');
      if (!request.endsWith('Envelope>') || !current) return;
      request = '';
      play(socket, current);
    });
  });
  client = await clientOf({ endpoint: `http://127.0.0.1:${await listen(server)}/soap`, deadlineMs: DEADLINE_MS });
});

afterAll(async () => {
  await client.close();
  for (const socket of sockets) socket.destroy();
  server.close();
});

function play(socket: Socket, { bytes, afterwards }: HostileReply): void {
  if (afterwards === 'drip') return drip(socket, bytes);
  socket.write(bytes);
  if (afterwards === 'end') socket.end();
  if (afterwards === 'reset') socket.resetAndDestroy();
  if (afterwards === 'repeat') repeat(socket);
}

function drip(socket: Socket, bytes: Buffer): void {
  if (bytes.length === 0 || socket.destroyed) return;
  socket.write(bytes.subarray(0, 1));
  setTimeout(() => drip(socket, bytes.subarray(1)), 20);
}

function repeat(socket: Socket): void {
  if (socket.destroyed) return;
  socket.write(CHUNK, () => setImmediate(() => repeat(socket)));
}

describe('a hostile reply is an unknown outcome', () => {
  test.each(HOSTILE_REPLIES.map((reply) => [`${reply.expected}: ${reply.name}`, reply] as const))(
    '%s',
    async (_, reply) => {
      current = reply;
      const started = performance.now();
      const answer = await client.getPaymentStatus({ invoiceReference: '2017', invoiceVersion: 0 });
      const took = performance.now() - started;
      expect(answer).toMatchObject({ outcome: 'unknown', reason: reply.expected });
      expect(JSON.stringify(answer).length).toBeLessThan(700);
      // In less than the deadline, plus what a loaded machine may add.
      expect(took).toBeLessThan(DEADLINE_MS + 1500);
    },
  );
});

test('hostile replies leave nothing behind in memory', async () => {
  // The largest, over and over: kept, they would be 500 MB.
  current = HOSTILE_REPLIES.find(({ name }) => name === 'ten megabytes of description');
  const before = process.memoryUsage();
  for (let i = 0; i < 50; i += 1) await client.getPaymentStatus({ invoiceReference: '2017', invoiceVersion: 0 });
  const after = process.memoryUsage();
  expect(after.external + after.heapUsed - before.external - before.heapUsed).toBeLessThan(100e6);
});

describe('a success of sendInvoice must bring one plausible reference', () => {
  test.each([
    ['none', ''],
    ['an empty one', '<invoiceReference/>'],
    ['two', '<invoiceReference>1</invoiceReference><invoiceReference>2</invoiceReference>'],
    ['one that is too long', `<invoiceReference>${'1'.repeat(65)}</invoiceReference>`],
    ['one with a blank in it', '<invoiceReference>1 2</invoiceReference>'],
    [
      'one beside a QR text without end',
      `<invoiceReference>1</invoiceReference><invoiceQRCode>${'x'.repeat(256)}</invoiceQRCode>`,
    ],
  ])('and not %s', async (_, fields) => {
    const stub = await startStub(always(envelope('sendInvoice', `<resultCode>0</resultCode>${fields}`)));
    const client = await clientOf({ endpoint: stub.endpoint });
    await expect(client.sendInvoice(invoiceOf())).resolves.toMatchObject({ outcome: 'unknown' });
    await client.close();
    await stub.stop();
  });
});
