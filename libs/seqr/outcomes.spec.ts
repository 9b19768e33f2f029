import { createServer as createTcpServer } from 'node:net';

import { REFUSAL_CODES, resultCodeOf } from './result-codes.js';
import { clientOf, eur } from './test/fixtures.js';
import { always, envelope, listen, startStub } from './test/stub-server.js';

const QUESTION = { invoiceReference: '2017', invoiceVersion: 0 };

/** Asks once at this endpoint. */
async function askAt(endpoint: string, deadlineMs = 2000) {
  const client = await clientOf({ endpoint, deadlineMs });
  const reply = await client.getPaymentStatus(QUESTION);
  await client.close();
  return reply;
}

describe('a refusal is a well-formed reply with a result code other than 0', () => {
  test('of every documented code, for every operation the same way', async () => {
    let code = 0;
    const stub = await startStub((request, response) =>
      always(envelope('commitReservation', `<resultCode>${code}</resultCode>`))(request, response),
    );
    const client = await clientOf({ endpoint: stub.endpoint });
    for (code of [...REFUSAL_CODES, 12345]) {
      const { name, retry } = resultCodeOf(code);
      await expect(client.commitReservation({ invoiceReference: '1', amount: eur(1n) })).resolves.toMatchObject({
        outcome: 'refused',
        resultCode: code,
        resultName: name,
        retry,
      });
    }
    await client.close();
    await stub.stop();
  });

  test('needs none of the elements that a success must have', async () => {
    const stub = await startStub(
      always(envelope('getPaymentStatus', '<resultCode>54</resultCode><resultDescription>no such</resultDescription>')),
    );
    await expect(askAt(stub.endpoint)).resolves.toMatchObject({
      outcome: 'refused',
      resultName: 'INVALID_INVOICE_REFERENCE',
      resultDescription: 'no such',
      retry: 'data',
    });
    await stub.stop();
  });
});

describe('it is certain that nothing was sent', () => {
  test('when the connection is refused', async () => {
    const stub = await startStub(always(''));
    await stub.stop();
    const reply = await askAt(stub.endpoint);
    expect(reply).toMatchObject({ outcome: 'not-sent', reason: 'NOT_CONNECTED', call: { detail: 'ECONNREFUSED' } });
    expect(reply.call).not.toHaveProperty('httpStatus');
  });

  test('when the host has no address', async () => {
    await expect(askAt('https://seqr.invalid/soap')).resolves.toMatchObject({
      outcome: 'not-sent',
      reason: 'NOT_CONNECTED',
    });
  });

  test('when the other side does not speak TLS', async () => {
    const received: Buffer[] = [];
    const server = createTcpServer((socket) => {
      socket.on('error', () => socket.destroy());
      socket.on('data', (bytes) => {
        received.push(bytes);
        socket.end('HTTP/1.1 400 Bad Request\r\n\r\n');
      });
    });
    const port = await listen(server);
    await expect(askAt(`https://127.0.0.1:${port}/soap`)).resolves.toMatchObject({
      outcome: 'not-sent',
      reason: 'NOT_CONNECTED',
    });
    expect(Buffer.concat(received).toString('latin1')).not.toContain('password');
    server.close();
  });

  test('when the deadline passes before TLS is established', async () => {
    const server = createTcpServer((socket) => socket.on('error', () => socket.destroy()).resume());
    const port = await listen(server);
    await expect(askAt(`https://127.0.0.1:${port}/soap`, 200)).resolves.toMatchObject({ outcome: 'not-sent' });
    server.close();
  });

  test('when the deadline passes while all connections are taken: the call is not made afterwards either', async () => {
    const stub = await startStub(() => {});
    const client = await clientOf({ endpoint: stub.endpoint, deadlineMs: 1200 });
    const replies = await Promise.all(Array.from({ length: 70 }, () => client.getPaymentStatus(QUESTION)));
    await client.close();
    expect(replies.filter(({ outcome }) => outcome === 'unknown')).toHaveLength(64);
    const unsent = replies.filter(({ outcome }) => outcome === 'not-sent');
    expect(unsent.map((reply) => 'reason' in reply && reply.reason)).toEqual(
      Array.from({ length: 6 }, () => 'NO_TIME'),
    );
    expect(stub.requests).toHaveLength(64);
    await stub.stop();
  });

  test('when the client was closed', async () => {
    const stub = await startStub(always(''));
    const client = await clientOf({ endpoint: stub.endpoint });
    await client.close();
    await client.close();
    await expect(client.getPaymentStatus(QUESTION)).resolves.toMatchObject({ outcome: 'not-sent', reason: 'CLOSED' });
    expect(stub.requests).toEqual([]);
    await stub.stop();
  });
});

test('closing lets the running calls end', async () => {
  let arrived = () => {};
  const arrival = new Promise<void>((resolve) => (arrived = resolve));
  let release = () => {};
  const stub = await startStub((request, response) => {
    release = () => always(envelope('getPaymentStatus', '<resultCode>93</resultCode>'))(request, response);
    arrived();
  });
  const client = await clientOf({ endpoint: stub.endpoint });
  const running = client.getPaymentStatus(QUESTION);
  await arrival;
  const closing = client.close();
  release();
  await expect(running).resolves.toMatchObject({ outcome: 'refused', resultName: 'SYSTEM_BUSY' });
  await closing;
  await stub.stop();
});

test('a second reply that nobody asked for is not taken for the answer to the next call', async () => {
  const replyOf = (version: number) => {
    const body = envelope(
      'getPaymentStatus',
      `<resultCode>0</resultCode><status>RESERVED</status><version>${version}</version>`,
    );
    return `HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
  };
  let version = 0;
  const server = createTcpServer((socket) => {
    socket.on('error', () => socket.destroy());
    socket.on('data', () => {
      version += 1;
      socket.write(replyOf(version) + replyOf(666));
    });
  });
  const client = await clientOf({ endpoint: `http://127.0.0.1:${await listen(server)}/soap` });
  await expect(client.getPaymentStatus(QUESTION)).resolves.toMatchObject({ outcome: 'answered', version: 1 });
  await expect(client.getPaymentStatus(QUESTION)).resolves.toMatchObject({ outcome: 'answered', version: 2 });
  await client.close();
  server.close();
});

test('connections are kept, and each carries one request at a time', async () => {
  const busy = new Set<number | undefined>();
  const ports = new Set<number | undefined>();
  let overlaps = 0;
  const stub = await startStub((request, response) => {
    const port = request.socket.remotePort;
    if (busy.has(port)) overlaps += 1;
    busy.add(port);
    ports.add(port);
    setImmediate(() => {
      busy.delete(port);
      always(envelope('getPaymentStatus', '<resultCode>93</resultCode>'))(request, response);
    });
  });
  const client = await clientOf({ endpoint: stub.endpoint });
  for (let i = 0; i < 10; i += 1) {
    await Promise.all([client.getPaymentStatus(QUESTION), client.getPaymentStatus(QUESTION)]);
  }
  await client.close();
  await stub.stop();
  expect(stub.requests).toHaveLength(20);
  expect(overlaps).toBe(0);
  // A connection is free again one turn of the event loop after its reply, so that two more may be opened meanwhile.
  expect(ports.size).toBeLessThanOrEqual(4);
});
