import { createServer, type Server, type Socket } from 'node:net';

import type { SeqrClient } from './client.js';
import { clientOf } from './test/fixtures.js';
import { GOOD, head, http, inReturn, RESERVED, XML } from './test/hostile/kit.js';
import { listen } from './test/stub-server.js';

const chunked = (text: string, size: number) =>
  Buffer.concat([
    head(200, { ...XML, 'Transfer-Encoding': 'chunked' }),
    ...(text.match(new RegExp(`[^]{1,${size}}`, 'g')) ?? []).map((part) =>
      Buffer.from(`${part.length.toString(16)}\r\n${part}\r\n`),
    ),
    Buffer.from('0\r\n\r\n'),
  ]);

let server: Server;
let client: SeqrClient;
const sockets = new Set<Socket>();

afterEach(async () => {
  await client.close();
  for (const socket of sockets) socket.destroy();
  server.close();
});

/** What HTTP, XML and SOAP allow: refused, a working SEQR behind a new proxy would stop every sale. */
test.each<[string, Buffer, 'keep' | 'end']>([
  ['in chunks of one byte', chunked(GOOD, 1), 'keep'],
  ['in chunks, with extensions and trailers', chunkedWithExtras(), 'keep'],
  ['without a length, up to the end of the connection', Buffer.concat([head(200, XML), Buffer.from(GOOD)]), 'end'],
  ['in HTTP/1.0', Buffer.from(http(200, XML, GOOD).toString().replace('HTTP/1.1', 'HTTP/1.0')), 'keep'],
  ['after early hints', Buffer.concat([head(103, { Link: '</a>' }), http(200, XML, GOOD)]), 'keep'],
  ['as application/xml', http(200, { 'Content-Type': 'application/xml; charset="utf-8"' }, GOOD), 'keep'],
  ['without a charset', http(200, { 'Content-Type': 'text/xml' }, GOOD), 'keep'],
  ['with a byte order mark', http(200, XML, `\uFEFF<?xml version="1.0" encoding="UTF-8"?>${GOOD}`), 'keep'],
  ['with blanks and comments around it', http(200, XML, `\n<!-- a -->${GOOD}<!-- b -->\n`), 'keep'],
  ['with a header', http(200, XML, GOOD.replace('<s:Body>', '<s:Header/><s:Body>')), 'keep'],
  ['under other prefixes', http(200, XML, GOOD.replaceAll(/([</:])s([:=])/g, '$1soap$2')), 'keep'],
  ['with a comment in its code', http(200, XML, inReturn(`<resultCode><!-- a -->0</resultCode>${RESERVED}`)), 'keep'],
  ['with its code as CDATA', http(200, XML, inReturn(`<resultCode><![CDATA[0]]></resultCode>${RESERVED}`)), 'keep'],
  ['with its code by number', http(200, XML, inReturn(`<resultCode>&#x30;</resultCode>${RESERVED}`)), 'keep'],
  ['with elements nobody knows', http(200, XML, inReturn(`<a><b/></a><resultCode>0</resultCode>${RESERVED}`)), 'keep'],
  ['of the longest size', http(200, XML, GOOD + ' '.repeat(256 * 1024 - GOOD.length)), 'keep'],
])('a success %s is an answer', async (_, bytes, afterwards) => {
  server = createServer((socket) => {
    sockets.add(socket.on('error', () => socket.destroy()));
    socket.on('data', (request) => {
      if (!request.toString().endsWith('Envelope>')) return;
      socket.write(bytes);
      if (afterwards === 'end') socket.end();
    });
  });
  client = await clientOf({ endpoint: `http://127.0.0.1:${await listen(server)}/soap` });
  // Twice: what is left of the first must not disturb the second.
  for (let i = 0; i < 2; i += 1) {
    await expect(client.getPaymentStatus({ invoiceReference: '2017', invoiceVersion: 0 })).resolves.toMatchObject({
      outcome: 'answered',
      status: 'RESERVED',
    });
  }
});

function chunkedWithExtras(): Buffer {
  const size = GOOD.length.toString(16);
  const body = `${size};name="value"\r\n${GOOD}\r\n0\r\nX-Trailer: 1\r\n\r\n`;
  return Buffer.concat([head(200, { ...XML, 'Transfer-Encoding': 'chunked' }), Buffer.from(body)]);
}
