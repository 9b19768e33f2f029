import { deflateSync, gzipSync } from 'node:zlib';

import { exchanges, FAULT, GOOD, head, http, inEnvelope, inReturn, XML, type HostileReply } from './kit.js';

const CHUNKED = head(200, { ...XML, 'Transfer-Encoding': 'chunked' });
const SUCCESS = http(200, XML, GOOD);
/** Where a success is cut, in tenths of its bytes. */
const CUTS = [1, 2, 3, 4, 5, 6, 7, 8, 9];

function chunk(text: string): Buffer {
  return Buffer.from(`${text.length.toString(16)}\r\n${text}\r\n`);
}

/** A success that announces this length. */
function lengthOf(length: string): Buffer {
  return Buffer.concat([head(200, { ...XML, 'Content-Length': length }), Buffer.from(GOOD)]);
}

/** A success with these bytes for its result code. */
function inBytes(code: Buffer): Buffer {
  const [before = '', after = ''] = GOOD.split('>0<');
  return http(200, XML, Buffer.concat([Buffer.from(`${before}>`), code, Buffer.from(`<${after}`)]));
}

function manyHeaders(count: number): Record<string, string> {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`X-${index}`, 'x'.repeat(20)]));
}

/** Replies that never end: what comes first, and what is then repeated. */
function endless(replies: Record<string, readonly [Buffer, Buffer]>): HostileReply[] {
  return Object.entries(replies).flatMap(([name, [first, repeat]]) =>
    exchanges('TOO_LARGE', { [name]: first }, { repeat }),
  );
}

/** Wrong in what HTTP says about them: the document in them would be a success. */
export const HOSTILE_EXCHANGES: readonly HostileReply[] = [
  ...exchanges('HTTP_STATUS', {
    'nothing, with 204': Buffer.from('HTTP/1.1 204 X\r\n\r\n'),
    'a success with 201': http(201, XML, GOOD),
    'a success with 500': http(500, XML, GOOD),
    'a page with 500': http(500, { 'Content-Type': 'text/html' }, '<html>oops</html>'),
    'a page with 503': http(503, { 'Content-Type': 'text/html' }, '<html>later</html>'),
    'a redirect that keeps the method, to an address inside': http(307, { Location: 'http://169.254.169.254/' }, ''),
    'a redirect with a success in it': http(302, { ...XML, Location: 'file:///etc/passwd' }, GOOD),
    'a demand for a password': http(401, { 'WWW-Authenticate': 'Basic' }, ''),
  }),
  ...exchanges('CONTENT_TYPE', {
    'a page with 200': http(200, { 'Content-Type': 'text/html' }, '<html>welcome</html>'),
    'a success as a page': http(200, { 'Content-Type': 'text/html' }, GOOD),
    'a success as plain text': http(200, { 'Content-Type': 'text/plain' }, GOOD),
    'a success without a type': http(200, {}, GOOD),
    JSON: http(200, { 'Content-Type': 'application/json' }, '{"resultCode":0}'),
    'the type of SOAP 1.2': http(200, { 'Content-Type': 'application/soap+xml' }, GOOD),
    'a message with attachments': http(200, { 'Content-Type': 'multipart/related; boundary=x; type="text/xml"' }, GOOD),
  }),
  ...exchanges('CONTENT_ENCODING', {
    'a gzip bomb': http(200, { ...XML, 'Content-Encoding': 'gzip' }, gzipSync(Buffer.alloc(20_000_000, ' '))),
    'a deflated success': http(200, { ...XML, 'Content-Encoding': 'deflate' }, deflateSync(GOOD)),
    'an encoding behind the identity': http(200, { ...XML, 'Content-Encoding': 'identity, br' }, GOOD),
  }),
  ...exchanges('CHARSET', {
    'the charset of another world': http(200, { 'Content-Type': 'text/xml; charset=ibm037' }, GOOD),
    'UTF-16, as announced': http(200, { 'Content-Type': 'text/xml; charset=utf-16' }, Buffer.from(GOOD, 'utf16le')),
    'UTF-16 with its mark, not announced': http(200, XML, Buffer.from(`\uFEFF${GOOD}`, 'utf16le')),
    'bytes that are no UTF-8': http(200, XML, Buffer.concat([Buffer.from(GOOD), Buffer.from([0xc3, 0x28])])),
    'Latin-1 as announced inside': http(200, XML, `<?xml version="1.0" encoding="ISO-8859-1"?>${GOOD}`),
    'UTF-7 as announced inside': http(200, XML, `<?xml version="1.0" encoding="UTF-7"?>${GOOD}`),
  }),
  ...exchanges('TOO_LARGE', {
    'ten megabytes of description': http(200, XML, inReturn(`<a>${'x'.repeat(1e7)}</a>`)),
    'one byte too many': http(200, XML, GOOD + ' '.repeat(256 * 1024 + 1 - GOOD.length)),
  }),
  ...endless({
    'chunks without end': [CHUNKED, Buffer.from(`1000\r\n${'x'.repeat(0x1000)}\r\n`)],
    'a body without a length and without end': [head(200, XML), Buffer.alloc(4096, ' ')],
    'small chunks without end': [CHUNKED, Buffer.from(`10\r\n${'x'.repeat(16)}\r\n`.repeat(1000))],
    'a chunk with an endless extension': [Buffer.concat([CHUNKED, Buffer.from('1;a=')]), Buffer.alloc(4096, 'x')],
    'provisional replies without end': [Buffer.alloc(0), Buffer.from('HTTP/1.1 102 Processing\r\n\r\n'.repeat(100))],
    'early hints without end': [Buffer.alloc(0), Buffer.from(`HTTP/1.1 103 X\r\nLink: ${'x'.repeat(999)}\r\n\r\n`)],
    'blank lines without end': [Buffer.alloc(0), Buffer.from('\r\n'.repeat(2000))],
    'a status line without end': [Buffer.from('HTTP/1.1 200 '), Buffer.alloc(4096, 'y')],
    'an announced length that is kept, and too long': [
      head(200, { ...XML, 'Content-Length': '9007199254740991' }),
      Buffer.alloc(4096, ' '),
    ],
  }),
  ...exchanges('DEADLINE', {
    silence: Buffer.alloc(0),
    'a status line and silence': Buffer.from('HTTP/1.1 200 X\r\n'),
    'a head and silence': Buffer.from('HTTP/1.1 200 X\r\nContent-Type: text/xml\r\nContent-Length: 500\r\n\r\n'),
    'a promise to continue, and silence': Buffer.from('HTTP/1.1 102 Processing\r\n\r\n'.repeat(20)),
  }),
  ...exchanges('DEADLINE', { 'a success, byte by byte': http(200, XML, GOOD) }, 'drip'),
  ...exchanges('CONNECTION_LOST', { 'a closed connection': Buffer.alloc(0) }, 'end'),
  ...exchanges('CONNECTION_LOST', { 'a reset': Buffer.alloc(0) }, 'reset'),
  ...exchanges(
    'CONNECTION_LOST',
    { 'a success cut before its announced end': http(200, XML, GOOD).subarray(0, -1) },
    'end',
  ),
  ...exchanges('CONNECTION_LOST', {
    'something that is not HTTP': Buffer.from('220 mail.example ESMTP\r\n'),
    'a head of 64 kB': http(200, { ...XML, Padding: 'x'.repeat(65_536) }, GOOD),
    'two lengths': http(200, { ...XML, 'content-length': '5' }, GOOD),
    'a length and chunks': http(200, { ...XML, 'Transfer-Encoding': 'chunked' }, GOOD),
  }),
  ...exchanges('HTTP_STATUS', {
    ...Object.fromEntries(
      [202, 203, 205, 206, 300, 304, 400, 403, 404, 405, 407, 408, 413, 429, 501, 502, 504, 599].map((status) => [
        `a success with ${status}`,
        http(status, XML, status === 304 ? '' : GOOD),
      ]),
    ),
    ...Object.fromEntries(
      [
        [301, 'http://example.com/soap'],
        [302, 'file:///proc/self/environ'],
        [303, '/soap/merchant/cashregister-2'],
        [307, 'http://169.254.169.254/latest/meta-data'],
        [308, 'https://evil.example/soap'],
        [308, 'gopher://127.0.0.1:25/'],
      ].map(([status, target]) => [
        `a redirect, ${status}, to ${target}`,
        http(Number(status), { ...XML, Location: String(target) }, GOOD),
      ]),
    ),
    'a success with 206 that is a part': http(206, { ...XML, 'Content-Range': 'bytes 0-9/10' }, GOOD),
    'a demand to authenticate at a proxy': http(407, { 'Proxy-Authenticate': 'Basic realm="x"' }, ''),
    'too many requests, with a time to come back': http(429, { 'Retry-After': '86400' }, ''),
  }),
  ...exchanges('CONTENT_TYPE', {
    'two types': Buffer.from(
      `HTTP/1.1 200 X\r\nContent-Type: text/xml\r\nContent-Type: text/html\r\nContent-Length: ${GOOD.length}\r\n\r\n${GOOD}`,
    ),
    'a type with a second parameter': http(200, { 'Content-Type': 'text/xml; charset=utf-8; action="x"' }, GOOD),
    'a type that only begins right': http(200, { 'Content-Type': 'text/xml-external-parsed-entity' }, GOOD),
    'an XML type of somebody else': http(200, { 'Content-Type': 'image/svg+xml' }, GOOD),
    'an optimised package': http(200, { 'Content-Type': 'application/xop+xml; type="text/xml"' }, GOOD),
  }),
  ...exchanges('CONTENT_ENCODING', {
    'a success in gzip': http(200, { ...XML, 'Content-Encoding': 'gzip' }, gzipSync(GOOD)),
    'a success said to be in gzip': http(200, { ...XML, 'Content-Encoding': 'gzip' }, GOOD),
    'a deflate bomb': http(200, { ...XML, 'Content-Encoding': 'deflate' }, deflateSync(Buffer.alloc(20_000_000, ' '))),
    'a bomb within a bomb': http(
      200,
      { ...XML, 'Content-Encoding': 'gzip, gzip' },
      gzipSync(gzipSync(Buffer.alloc(20_000_000, ' '))),
    ),
    'an encoding that does not exist': http(200, { ...XML, 'Content-Encoding': 'x-rot13' }, GOOD),
    'an encoding without a name': http(200, { ...XML, 'Content-Encoding': ',' }, GOOD),
  }),
  ...exchanges('CHARSET', {
    'gzip without saying so': http(200, XML, gzipSync(GOOD)),
    'UTF-16, big end first': http(200, XML, Buffer.from(`\uFEFF${GOOD}`, 'utf16le').swap16()),
    'UTF-7 as announced outside': http(200, { 'Content-Type': 'text/xml; charset=utf-7' }, GOOD),
    'Latin-1 as announced outside': http(200, { 'Content-Type': 'text/xml; charset="iso-8859-1"' }, GOOD),
    'EBCDIC as announced inside': http(200, XML, `<?xml version="1.0" encoding="IBM037"?>${GOOD}`),
    'UTF-16 as announced inside': http(200, XML, `<?xml version="1.0" encoding="UTF-16"?>${GOOD}`),
    'Latin-1 without saying so': http(200, XML, Buffer.from(GOOD.replace('RESERVED', 'RÉSERVÉ'), 'latin1')),
    'a zero written too long': inBytes(Buffer.from([0xc0, 0xb0])),
    'half an emoji': inBytes(Buffer.from([0xed, 0xa0, 0xbd])),
    'a character cut in two': inBytes(Buffer.from([0xe2, 0x82])),
    'a character beyond Unicode': inBytes(Buffer.from([0xf4, 0x90, 0x80, 0x80])),
  }),
  ...exchanges('CONNECTION_LOST', {
    'a head that is longer than any': http(200, { ...XML, ...manyHeaders(2000) }, GOOD),
    'a permission to continue that nobody asked for': Buffer.from('HTTP/1.1 100 Continue\r\n\r\n'),
    'a change of protocol': Buffer.from('HTTP/1.1 101 X\r\nConnection: upgrade\r\nUpgrade: h2c\r\n\r\n'),
    'the preface of HTTP/2': Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
    'an answer of TLS': Buffer.from([0x15, 0x03, 0x03, 0x00, 0x02, 0x02, 0x28]),
    'a request': Buffer.from('POST / HTTP/1.1\r\nHost: x\r\n\r\n'),
    'a status of four digits': Buffer.from(`HTTP/1.1 2000 X\r\n\r\n`),
    'a status that is a word': Buffer.from(`HTTP/1.1 OK X\r\n\r\n`),
    'a version nobody knows': Buffer.from(`HTTP/9.9 200 X\r\n\r\n`),
    'a length below zero': lengthOf('-1'),
    'a length in words': lengthOf('many'),
    'a length in hexadecimal': lengthOf('0x10'),
    'a length with a sign': lengthOf('+10'),
    'two lengths in one line': lengthOf(`${GOOD.length}, 5`),
    'a length beyond 64 bits': lengthOf('99999999999999999999999'),
    'a chunk whose size is no number': Buffer.concat([CHUNKED, Buffer.from('zz\r\n')]),
    'a chunk of a size below zero': Buffer.concat([CHUNKED, Buffer.from('-5\r\nhello\r\n')]),
    'a chunk beyond 64 bits': Buffer.concat([CHUNKED, Buffer.from('fffffffffffffffff\r\n')]),
    'a chunk longer than it says': Buffer.concat([CHUNKED, Buffer.from(`5\r\n${GOOD}\r\n0\r\n\r\n`)]),
    'a header name with a blank': Buffer.from(`HTTP/1.1 200 X\r\nContent Type: text/xml\r\n\r\n`),
    'a NUL in a header': Buffer.from(`HTTP/1.1 200 X\r\nContent-Type: text/xml\u0000\r\n\r\n`),
    'a folded line without a first': Buffer.from(`HTTP/1.1 200 X\r\n Content-Type: text/xml\r\n\r\n`),
    'trailers without end': Buffer.concat([CHUNKED, Buffer.from(`0\r\n${'A: b\r\n'.repeat(20_000)}`)]),
  }),
  ...exchanges(
    'CONNECTION_LOST',
    {
      ...Object.fromEntries(
        CUTS.map((part) => [
          `a success that ends after ${part} of 10 of its bytes`,
          SUCCESS.subarray(0, Math.floor((SUCCESS.length * part) / 10)),
        ]),
      ),
      'chunks without the last': Buffer.concat([CHUNKED, chunk(GOOD)]),
      'a last chunk without its end': Buffer.concat([CHUNKED, chunk(GOOD), Buffer.from('0\r\n')]),
      'a length one too many': lengthOf(String(GOOD.length + 1)),
    },
    'end',
  ),
  ...exchanges(
    'CONNECTION_LOST',
    {
      'a reset within the head': SUCCESS.subarray(0, 20),
      'a reset within the body': SUCCESS.subarray(0, -20),
      'a reset within a chunk': Buffer.concat([CHUNKED, chunk(GOOD).subarray(0, -9)]),
    },
    'reset',
  ),
  ...exchanges(
    'XML',
    {
      'a body without a length, cut before its end': Buffer.concat([head(200, XML), Buffer.from(GOOD.slice(0, -5))]),
      'a length that leaves out the end': lengthOf(String(GOOD.length - 5)),
    },
    'end',
  ),
  ...exchanges('XML', {
    'a body in HTTP/1.0 that never comes': Buffer.from(
      'HTTP/1.0 200 X\r\nContent-Type: text/xml\r\nContent-Length: 0\r\n\r\n',
    ),
    'a success hidden behind an empty one': Buffer.concat([http(200, XML, ''), SUCCESS]),
    'a success hidden in the trailers': Buffer.concat([CHUNKED, Buffer.from(`0\r\nX-Body: ${GOOD}\r\n\r\n`)]),
  }),
  ...exchanges('FAULT', {
    'a fault with 500': http(500, XML, inEnvelope(FAULT)),
    'a fault with 404': http(404, XML, inEnvelope(FAULT)),
  }),
];
