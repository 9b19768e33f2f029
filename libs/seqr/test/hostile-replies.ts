import { deflateSync, gzipSync } from 'node:zlib';

import type { UnknownReason } from '../outcome-errors.js';

/**
 * Replies that no honest SEQR sends, and what each must be taken for. Each answers a getPaymentStatus; what it claims
 * would unlock a machine.
 */
export interface HostileReply {
  readonly name: string;
  readonly bytes: Buffer;
  /** What the other side does after the bytes. */
  readonly afterwards: 'keep' | 'end' | 'reset' | 'repeat' | 'drip';
  readonly expected: UnknownReason;
}

const SOAP = 'http://schemas.xmlsoap.org/soap/envelope/';
const MESSAGES = 'http://external.interfaces.ers.seamless.com/';
const XML = { 'Content-Type': 'text/xml;charset=UTF-8' };

function http(status: number, headers: Record<string, string>, body: string | Buffer): Buffer {
  const bytes = Buffer.from(body);
  const lines = Object.entries({ ...headers, 'Content-Length': String(bytes.length) }).map(
    ([k, v]) => `${k}: ${v}\r\n`,
  );
  return Buffer.concat([Buffer.from(`HTTP/1.1 ${status} X\r\n${lines.join('')}\r\n`), bytes]);
}

const inEnvelope = (body: string) => `<s:Envelope xmlns:s="${SOAP}"><s:Body>${body}</s:Body></s:Envelope>`;
const inWrapper = (content: string) =>
  inEnvelope(`<m:getPaymentStatusResponse xmlns:m="${MESSAGES}">${content}</m:getPaymentStatusResponse>`);
const inReturn = (fields: string) => inWrapper(`<return>${fields}</return>`);

const RESERVED = '<status>RESERVED</status><version>1</version>';
const GOOD = inReturn(`<resultCode>0</resultCode>${RESERVED}`);
const FAULT = '<s:Fault><faultcode>s:Server</faultcode><faultstring>boom</faultstring></s:Fault>';

/** Sent whole, with status 200 and the right type: only the document is wrong. */
function documents(expected: UnknownReason, replies: Record<string, string | Buffer>): HostileReply[] {
  return Object.entries(replies).map(([name, body]) => ({
    name,
    bytes: http(200, XML, body),
    afterwards: 'keep',
    expected,
  }));
}

function exchanges(
  expected: UnknownReason,
  replies: Record<string, Buffer>,
  afterwards: HostileReply['afterwards'] = 'keep',
) {
  return Object.entries(replies).map(([name, bytes]): HostileReply => ({ name, bytes, afterwards, expected }));
}

/** A receipt that says PAID over this amount. */
const paid = (amount: string, reference = '2017') =>
  inReturn(
    `<resultCode>0</resultCode><status>PAID</status><receipt><invoiceReference>${reference}</invoiceReference>` +
      `<invoice><totalAmount>${amount}</totalAmount></invoice></receipt><version>1</version>`,
  );
const euros = (value: string) => paid(`<currency>EUR</currency><value>${value}</value>`);

const LAUGHS = Array.from({ length: 9 }, (_, i) => `<!ENTITY l${i + 1} "${`&l${i};`.repeat(10)}">`).join('');

export const HOSTILE_REPLIES: readonly HostileReply[] = [
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
  ...exchanges(
    'TOO_LARGE',
    {
      'chunks without end': Buffer.from(
        `HTTP/1.1 200 X\r\nContent-Type: text/xml\r\nTransfer-Encoding: chunked\r\n\r\n`,
      ),
    },
    'repeat',
  ),
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
  ...documents('XML', {
    nothing: '',
    blanks: ' \n ',
    'a truncated document': GOOD.slice(0, -12),
    'a DOCTYPE': `<!DOCTYPE a>${GOOD}`,
    'a billion laughs': `<!DOCTYPE a [<!ENTITY l0 "ha">${LAUGHS}]>${inReturn(`<resultCode>0</resultCode><status>&l9;</status>`)}`,
    'a file as entity': `<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>${inReturn('<resultCode>&x;</resultCode>')}`,
    'an undefined entity': inReturn(`<resultCode>0</resultCode><status>&reserved;</status><version>1</version>`),
    'a processing instruction': GOOD.replace('<return>', '<?php 1?><return>'),
    'XML 1.1': `<?xml version="1.1"?>${GOOD}`,
    'text after the envelope': `${GOOD}HTTP/1.1 200 OK`,
    'a second envelope': GOOD + GOOD,
    'a NUL': inReturn(`<resultCode>0</resultCode><status>RESERVED\u0000</status><version>1</version>`),
    'an unbound prefix': inWrapper('<x:return><resultCode>0</resultCode></x:return>'),
    'crossed tags': inReturn('<resultCode>0<status></resultCode>RESERVED</status>'),
    'an attribute twice': GOOD.replace('<return>', '<return a="1" a="2">'),
  }),
  ...documents('XML_LIMIT', {
    'forty thousand open elements': '<a>'.repeat(40_000),
    'a value 33 deep': inReturn('<a>'.repeat(30) + '</a>'.repeat(30)),
    'three thousand elements': inReturn(`<resultCode>0</resultCode>${RESERVED}${'<a/>'.repeat(3000)}`),
  }),
  ...documents('FAULT', {
    'a fault with 200': inEnvelope(FAULT),
    'a fault without a reason': inEnvelope('<s:Fault/>'),
  }),
  ...exchanges('FAULT', { 'a fault with 500': http(500, XML, inEnvelope(FAULT)) }),
  ...documents('SHAPE', {
    'an envelope of SOAP 1.2': GOOD.replace(SOAP, 'http://www.w3.org/2003/05/soap-envelope'),
    'no envelope': `<m:getPaymentStatusResponse xmlns:m="${MESSAGES}"><return/></m:getPaymentStatusResponse>`,
    'an envelope without a body': `<s:Envelope xmlns:s="${SOAP}"/>`,
    'two bodies': GOOD.replace('<s:Body>', `<s:Body>${FAULT}</s:Body><s:Body>`),
    'an empty body': inEnvelope(''),
    'two messages': inEnvelope(`<m:getPaymentStatusResponse xmlns:m="${MESSAGES}"/>`.repeat(2)),
    'a fault beside a success': GOOD.replace('</s:Body>', `${FAULT}</s:Body>`),
    'the reply to another operation': GOOD.replaceAll('getPaymentStatus', 'cancelInvoice'),
    'our own request': GOOD.replaceAll('getPaymentStatusResponse', 'getPaymentStatus'),
    'a wrapper in a foreign namespace': GOOD.replace(MESSAGES, 'http://example.com/'),
    'a wrapper in no namespace': GOOD.replaceAll('m:getPaymentStatusResponse', 'getPaymentStatusResponse'),
    'qualified children': GOOD.replaceAll('return>', 'm:return>'),
    'children qualified by default': GOOD.replace('<return>', `<return xmlns="${MESSAGES}">`),
    'a qualified result code': inReturn(`<m:resultCode>0</m:resultCode>${RESERVED}`),
    'no return': inWrapper(''),
    'two returns': inWrapper(`<return><resultCode>90</resultCode></return><return><resultCode>0</resultCode></return>`),
    'no result code': inReturn(RESERVED),
    'an empty result code': inReturn(`<resultCode/>${RESERVED}`),
    'a nil result code': inReturn(
      `<resultCode xmlns:i="http://www.w3.org/2001/XMLSchema-instance" i:nil="true">0</resultCode>${RESERVED}`,
    ),
    'two result codes, first the bad one': inReturn(`<resultCode>90</resultCode><resultCode>0</resultCode>${RESERVED}`),
    'two result codes, one qualified': inReturn(`<resultCode>0</resultCode><m:resultCode>90</m:resultCode>${RESERVED}`),
    'a result code of elements': inReturn(`<resultCode><a/>0</resultCode>${RESERVED}`),
    'a result code in an attribute': GOOD.replace('<resultCode>0</resultCode>', '<resultCode value="0"/>'),
    'two descriptions': inReturn(
      `<resultCode>0</resultCode><resultDescription>a</resultDescription><resultDescription>b</resultDescription>${RESERVED}`,
    ),
    'two statuses': inReturn(`<resultCode>0</resultCode><status>CANCELED</status>${RESERVED}`),
    'no status': inReturn('<resultCode>0</resultCode><version>1</version>'),
    'an empty status': inReturn('<resultCode>0</resultCode><status/><version>1</version>'),
    'no version': inReturn('<resultCode>0</resultCode><status>RESERVED</status>'),
    'two versions': inReturn(`<resultCode>0</resultCode>${RESERVED}<version>2</version>`),
    'text between the elements': inReturn(`0 <resultCode>0</resultCode>${RESERVED}`),
    'two receipts': paid('').replace('<receipt>', '<receipt/><receipt>'),
    'two values in an amount': paid('<currency>EUR</currency><value>1.00</value><value>9.00</value>'),
  }),
  ...documents('VALUE', {
    ...Object.fromEntries(
      ['00', '0 ', ' 0', '+0', '-0', '-1', '0.0', '0x0', '1e0', '123456', '2147483648', 'SUCCESS', '٠'].map((code) => [
        `the result code "${code}"`,
        inReturn(`<resultCode>${code}</resultCode>${RESERVED}`),
      ]),
    ),
    ...Object.fromEntries(
      ['-1', '1.0', '1 ', '01', '2147483648', '9'.repeat(400), 'one'].map((version) => [
        `the version "${version.slice(0, 12)}"`,
        inReturn(`<resultCode>0</resultCode><status>RESERVED</status><version>${version}</version>`),
      ]),
    ),
    ...Object.fromEntries(
      ['20,00', '2E1', 'NaN', 'INF', '-20.00', '20.001', '', ' 20.00', '1'.repeat(30), '0x14'].map((value) => [
        `the amount "${value.slice(0, 12)}"`,
        euros(value),
      ]),
    ),
    'an amount without a currency': paid('<value>20.00</value>'),
    'an amount in a currency nobody knows': paid('<currency>eur</currency><value>20.00</value>'),
    'the receipt of another invoice': paid('<currency>EUR</currency><value>20.00</value>', '2018'),
    'a payment reference with a line break': inReturn(
      `<ersReference>1\n2</ersReference><resultCode>0</resultCode><status>PAID</status><version>1</version>`,
    ),
  }),
];
