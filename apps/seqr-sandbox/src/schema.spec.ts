import { readFileSync } from 'node:fs';

import { checkHeaders, openEnvelope } from './envelope.js';
import { projectFile } from './project-files.js';
import { RequestValidator } from './schema.js';
import { SchemaViolation } from './schema-violation.js';
import * as requests from './testing/requests.js';
import { readXsd } from './xsd.js';

const validator = new RequestValidator(readXsd(readFileSync(projectFile('libs/seqr/wsdl/cashregister-2.xsd'), 'utf8')));

/** The complaint about a request; "" when there is none. */
function complaintAbout(body: string): string {
  try {
    validator.validate(openEnvelope(Buffer.from(body)));
    return '';
  } catch (error) {
    if (error instanceof SchemaViolation) return error.message;
    throw error;
  }
}

/** Changes exactly one place of a request. */
function change(request: string, from: string | RegExp, to: string): string {
  const changed = request.replace(from, to);
  if (changed === request) throw new Error(`the test changes nothing: ${String(from)}`);
  return changed;
}

const REFERENCE = '20260301120000000';
const send = requests.sendInvoice();
const status = requests.getPaymentStatus(REFERENCE);
const commit = requests.commitReservation(REFERENCE, '23.50');

describe('a careful request', () => {
  it.each([
    ['sendInvoice', send],
    ['sendInvoice by a terminal', requests.sendInvoice({}, requests.TERMINAL_CONTEXT)],
    ['updateInvoice', requests.updateInvoice(REFERENCE)],
    [
      'updateInvoice without a time limit',
      change(requests.updateInvoice(REFERENCE), /<commitRes.*<\/commitReservationTimeout>/, ''),
    ],
    ['getPaymentStatus', status],
    ['commitReservation', commit],
    ['commitReservation without an amount', requests.commitReservation(REFERENCE)],
    ['cancelInvoice', requests.cancelInvoice(REFERENCE)],
    ['submitPaymentReceipt', requests.submitPaymentReceipt('2026030112000000000000001')],
    [
      'submitPaymentReceipt with an empty document',
      change(requests.submitPaymentReceipt('1'), /(<receiptDocument>).*(<\/receiptDocument>)/, '$1$2'),
    ],
    ['markTransactionPeriod', requests.markTransactionPeriod()],
    ['benchmarkingNop', requests.envelope('<ext:benchmarkingNop/>')],
    ['an empty Header', change(send, '<soapenv:Body>', '<soapenv:Header/><soapenv:Body>')],
    ['an XML declaration', `<?xml version="1.0" encoding="UTF-8"?>${send}`],
    ['comments', change(send, '<soapenv:Body>', '<!-- hello --><soapenv:Body>')],
    ['other prefixes', send.replaceAll('soapenv', 's').replaceAll('ext:', 'x:').replace('xmlns:ext', 'xmlns:x')],
  ])('passes: %s', (_, body) => {
    expect(complaintAbout(body)).toBe('');
  });
});

describe('a bad envelope', () => {
  const SOAP = 'http://schemas.xmlsoap.org/soap/envelope/';
  it.each([
    ['', 'Envelope: not well-formed XML: 1:0: document must contain a root element.'],
    ['{"token":"x"}', 'Envelope: not well-formed XML'],
    [send.slice(0, -1), 'Envelope: not well-formed XML'],
    [`${send}<more/>`, 'Envelope: not well-formed XML'],
    [`<!DOCTYPE a [<!ENTITY b "c">]>${send}`, 'Envelope: a document type (DOCTYPE) is not allowed in a SOAP message'],
    [`<?php die() ?>${send}`, 'Envelope: processing instructions are not allowed in a SOAP message'],
    [`<?xml version="1.0" encoding="ISO-8859-1"?>${send}`, 'Envelope: the encoding must be UTF-8, not ISO-8859-1'],
    [change(send, 'Thank you', '&nbsp;'), 'Envelope: not well-formed XML'],
    ['<a/>', 'a: the document must be a SOAP Envelope'],
    [
      change(send, SOAP, 'http://www.w3.org/2003/05/soap-envelope'),
      `Envelope: must be in the namespace of SOAP 1.1, ${SOAP}`,
    ],
    [send.replaceAll('soapenv:Body', 'Body'), 'Envelope/Body: only Header and Body may stand here'],
    [change(send, '<soapenv:Body>', '<soapenv:Body id="1">'), 'Body: SEQR declares no attributes'],
    [change(send, '<soapenv:Body>', 'text<soapenv:Body>'), 'Envelope: holds text between its elements'],
    [
      change(send, '</soapenv:Body>', '</soapenv:Body><soapenv:Header/>'),
      'Envelope: must hold one Body, with at most one Header before it',
    ],
    [
      change(send, '</soapenv:Body>', '</soapenv:Body><soapenv:Body/>'),
      'Envelope: must hold one Body, with at most one Header before it',
    ],
    [
      change(send, '<soapenv:Body>', '<soapenv:Header><a/></soapenv:Header><soapenv:Body>'),
      'Header: must be empty, SEQR declares no SOAP headers',
    ],
    [requests.envelope(''), 'Body: must hold exactly one element, the operation; it holds 0'],
    [
      requests.envelope('<ext:benchmarkingNop/><ext:benchmarkingNop/>'),
      'Body: must hold exactly one element, the operation; it holds 2',
    ],
  ])('is refused: %#', (body, complaint) => {
    expect(complaintAbout(body)).toContain(complaint);
  });

  it('is refused when it is not UTF-8', () => {
    const body = Buffer.from(change(send, 'Thank you', 'Kiitos, älä'), 'latin1');
    expect(() => openEnvelope(body)).toThrow('Envelope: the body is not UTF-8');
  });
});

describe('a bad message', () => {
  const NS = 'http://external.interfaces.ers.seamless.com/';
  const context = 'sendInvoice/context';
  const invoice = 'sendInvoice/invoice';
  it.each([
    [change(send, NS, NS.slice(0, -1)), `sendInvoice: the operation must be in the namespace ${NS}`],
    [requests.envelope('<benchmarkingNop/>'), `benchmarkingNop: the operation must be in the namespace ${NS}`],
    [requests.envelope('<ext:sendMoney/>'), 'sendMoney: SEQR has no such operation'],
    [requests.envelope('<ext:sendInvoiceResponse/>'), 'sendInvoiceResponse: SEQR has no such operation'],
    [change(send, '<context>', `<context xmlns="${NS}">`), 'context: must be in no namespace'],
    [
      change(send, '<invoice>', '<ext:invoice>').replace('</invoice>', '</ext:invoice>'),
      `${invoice}: must be in no namespace`,
    ],
    [change(send, '<title>', '<title lang="en">'), `${invoice}/title: no attribute is declared, "lang" is sent`],
    [change(send, '<footer>', '<subject>A</subject><footer>'), `${invoice}: the element subject is not declared here`],
    [
      change(send, /(<title>.*<\/title>)(<clientInvoiceId>.*<\/clientInvoiceId>)/, '$2$1'),
      `${invoice}/title: out of order, it must stand before clientInvoiceId`,
    ],
    [
      change(status, /(<invoiceReference>.*<\/invoiceReference>)(<invoiceVersion>.*<\/invoiceVersion>)/, '$2$1'),
      'getPaymentStatus/invoiceReference: out of order, it must stand before invoiceVersion',
    ],
    [
      change(commit, /(<amount>.*<\/amount>)(<invoiceReference>.*<\/invoiceReference>)/, '$2$1'),
      'commitReservation/amount: out of order, it must stand before invoiceReference',
    ],
    [
      change(commit, /(<currency>EUR<\/currency>)(<value>23.50<\/value>)/, '$2$1'),
      'commitReservation/amount/currency: out of order, it must stand before value',
    ],
    [change(send, '<footer>', '<footer>A</footer><footer>'), `${invoice}/footer: may stand only 1 time`],
    [change(send, '<invoice>', '<invoice>text'), `${invoice}: holds text between its elements`],
    [change(send, '>Thank you<', '><b>Thank you</b><'), `${invoice}/footer: holds elements where a value must stand`],
    [change(send, 'NO_ACKNOWLEDGMENT', 'NONE'), `${invoice}/acknowledgmentMode: "NONE" is none of NO_ACKNOWLEDGMENT`],
    [
      change(send, 'RESERVATION_REQUIRED_PRELIMINARY_AMOUNT', 'RESERVE'),
      `${invoice}/paymentMode: "RESERVE" is none of`,
    ],
    [
      change(send, '2026-03-01T12:00:00', '2026-02-30T12:00:00'),
      `${invoice}/issueDate: "2026-02-30T12:00:00" is not an xs:dateTime`,
    ],
    [change(send, '2026-03-01T12:00:00', '1772366400'), `${invoice}/issueDate: "1772366400" is not an xs:dateTime`],
    [change(commit, '23.50', '23,50'), 'commitReservation/amount/value: "23,50" is not an xs:decimal'],
    [change(commit, '23.50', '2.35E1'), 'commitReservation/amount/value: "2.35E1" is not an xs:decimal'],
    [change(commit, '23.50', ' 23.50'), 'commitReservation/amount/value: " 23.50" is not an xs:decimal'],
    [change(commit, '23.50', ''), 'commitReservation/amount/value: "" is not an xs:decimal'],
    [change(send, '>600<', '>ten minutes<'), `${invoice}/commitReservationTimeout: "ten minutes" is not an xs:long`],
    [
      change(send, '>600<', '>9223372036854775808<'),
      `${invoice}/commitReservationTimeout: "9223372036854775808" is not an xs:long`,
    ],
    [requests.getPaymentStatus(REFERENCE, 2 ** 31), 'getPaymentStatus/invoiceVersion: "2147483648" is not an xs:int'],
    [
      requests.getPaymentStatus(REFERENCE, -1),
      'getPaymentStatus/invoiceVersion: must be 0 or the last version received',
    ],
    [change(requests.submitPaymentReceipt('1'), /<receiptData>/, '<receiptData>!'), 'receiptDocument/receiptData: "!'],
    [
      change(status, /<invoiceVersion>.*<\/invoiceVersion>/, ''),
      'getPaymentStatus/invoiceVersion: is missing, the schema requires it',
    ],
    [change(send, '<channel>WS</channel>', ''), `${context}/channel: is missing, the API page requires it`],
    [change(send, '>WS<', '>POS<'), `${context}/channel: must be WS or ClientWS`],
    [change(send, '>WS<', `>${'W'.repeat(41)}<`), `${context}/channel: has 41 characters, at most 40 are allowed`],
    [
      change(send, '>test<', `>${'t'.repeat(81)}<`),
      `${context}/clientComment: has 81 characters, at most 80 are allowed`,
    ],
    [change(send, /<clientId>.*<\/clientId>/, ''), `${context}/clientId: is missing, the API page requires it`],
    [
      change(send, /<clientReference>.*<\/clientReference>/, ''),
      `${context}/clientReference: is missing, the API page requires it`,
    ],
    [
      change(send, '0a1b2c3d4e5f60718293a4b5c6d7e8f9', '0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9'),
      `${context}/clientReference: has 36 characters, at most 32 are allowed`,
    ],
    [
      change(send, /<clientRequestTimeout>0<\/clientRequestTimeout>/, ''),
      `${context}/clientRequestTimeout: is missing, the schema requires it`,
    ],
    [
      change(send, '<clientRequestTimeout>0', '<clientRequestTimeout>5000'),
      `${context}/clientRequestTimeout: must be 0, SEQR has no other`,
    ],
    [
      change(send, /<initiatorPrincipalId>.*<\/initiatorPrincipalId>/, ''),
      `${context}/initiatorPrincipalId: is missing, the API page requires it`,
    ],
    [
      change(send, '<userId>9900</userId>', ''),
      `${context}/initiatorPrincipalId/userId: is missing, a RESELLERUSER names its user`,
    ],
    [
      change(
        requests.sendInvoice({}, requests.TERMINAL_CONTEXT),
        '<type>TERMINALID</type>',
        '<type>TERMINALID</type><userId>9900</userId>',
      ),
      `${context}/initiatorPrincipalId/userId: must be left out with TERMINALID`,
    ],
    [change(send, /<password>.*<\/password>/, ''), `${context}/password: is missing, the API page requires it`],
    [change(send, /<context>.*<\/context>/, ''), `${context}: is missing, the API page requires it`],
    [
      change(send, /<paymentMode>.*<\/paymentMode>/, ''),
      `${invoice}/paymentMode: is missing, the API page requires it`,
    ],
    [
      change(send, /<acknowledgmentMode>.*<\/acknowledgmentMode>/, ''),
      `${invoice}/acknowledgmentMode: is missing, the API page requires it`,
    ],
    [
      change(requests.updateInvoice(REFERENCE), /<acknowledgmentMode>.*<\/acknowledgmentMode>/, ''),
      'updateInvoice/invoice/acknowledgmentMode: is missing, the API page requires it',
    ],
    [change(send, /<issueDate>.*<\/issueDate>/, ''), `${invoice}/issueDate: is missing, the API page requires it`],
    [change(send, '>Cola by the door<', '> <'), `${invoice}/title: is empty, the API page requires it`],
    [
      change(send, /<clientInvoiceId>.*<\/clientInvoiceId>/, ''),
      `${invoice}/clientInvoiceId: is missing, the API page requires it`,
    ],
    [
      change(send, /<invoiceRow>.*<\/invoiceRow>/, ''),
      `${invoice}/invoiceRows/invoiceRow: is missing, the API page requires it`,
    ],
    [
      change(send, '<itemQuantity>1</itemQuantity>', ''),
      `${invoice}/invoiceRows/invoiceRow[1]/itemQuantity: is missing, the API page requires it`,
    ],
    [
      change(send, /<itemTotalAmount>.*<\/itemTotalAmount>/, ''),
      `${invoice}/invoiceRows/invoiceRow[1]/itemTotalAmount: is missing, the API page requires it`,
    ],
    [
      change(send, /(<invoiceRow>.*<\/invoiceRow>)/, '$1'.repeat(101)),
      `${invoice}/invoiceRows: has more than 100 rows`,
    ],
    [
      change(send, /<totalAmount>.*<\/totalAmount>/, ''),
      `${invoice}/totalAmount: is missing, the API page requires it`,
    ],
    [
      change(send, /(<totalAmount>)<currency>EUR<\/currency>/, '$1'),
      `${invoice}/totalAmount/currency: is missing, the API page requires it`,
    ],
    [change(send, /<cashierId>.*<\/cashierId>/, ''), `${invoice}/cashierId: is missing, the API page requires it`],
    [change(send, /<footer>.*<\/footer>/, '<footer/>'), `${invoice}/footer: is empty, the API page requires it`],
    [
      change(send, /<notificationUrl>.*<\/notificationUrl>/, ''),
      `${invoice}/notificationUrl: is missing, a reservation needs it`,
    ],
    [
      change(send, /<commitRes.*<\/commitReservationTimeout>/, ''),
      `${invoice}/commitReservationTimeout: is missing, a reservation needs it`,
    ],
    [
      change(requests.updateInvoice(REFERENCE), /<invoiceReference>.*<\/invoiceReference>/, ''),
      'updateInvoice/invoiceReference: is missing, the API page requires it',
    ],
    [
      change(commit, '<currency>EUR</currency>', ''),
      'commitReservation/amount/currency: is missing, the API page requires it',
    ],
    [
      change(requests.cancelInvoice('1'), '>1<', '><'),
      'cancelInvoice/invoiceReference: is empty, the API page requires it',
    ],
    [
      change(requests.submitPaymentReceipt('1'), /<receiptDocument>.*<\/receiptDocument>/, ''),
      'submitPaymentReceipt/receiptDocument: is missing, the API page requires it',
    ],
    [
      change(requests.markTransactionPeriod(), '</context>', '</context><parameters><entry/></parameters>'),
      'markTransactionPeriod/parameters: the element entry is not declared here',
    ],
  ])('is refused: %#', (body, complaint) => {
    expect(complaintAbout(body)).toContain(complaint);
  });

  it('is never answered with the password in the complaint', () => {
    const longPassword = change(send, requests.RESELLER.password, '<b>sandbox-password</b>');
    expect(complaintAbout(longPassword)).toBe('sendInvoice/context/password: holds elements where a value must stand');
  });
});

describe('the headers of a request', () => {
  const good = { 'content-type': 'text/xml; charset=utf-8', soapaction: '""' };
  const { soapaction, ...withoutAction } = good;

  it.each([good, { ...good, 'content-type': 'text/xml' }, { ...good, soapaction: '' }])('pass: %j', (headers) => {
    expect(() => checkHeaders(headers)).not.toThrow();
    expect(soapaction).toBe('""');
  });

  it.each([
    [withoutAction, 'SOAPAction: the header is missing'],
    [{ ...good, soapaction: '"sendInvoice"' }, 'SOAPAction: must be empty'],
    [{ ...good, 'content-type': 'application/soap+xml' }, 'Content-Type: must be text/xml'],
    [{ ...good, 'content-type': 'text/xml; charset=iso-8859-1' }, 'Content-Type: the charset must be utf-8'],
    [{ ...good, 'content-encoding': 'gzip' }, 'Content-Encoding: none is understood'],
  ])('are refused: %j', (headers, complaint) => {
    expect(() => checkHeaders(headers)).toThrow(complaint);
  });
});
