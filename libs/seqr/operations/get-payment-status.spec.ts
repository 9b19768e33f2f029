import { readEnvelope } from '../envelope.js';
import { envelope } from '../test/stub-server.js';

import { getPaymentStatus } from './get-payment-status.js';

/** Reads a reply with these fields as the answer to a question about invoice 2017. */
function read(fields: string) {
  const reply = readEnvelope(envelope('getPaymentStatus', fields)).children[0];
  if (!reply) throw new Error('no return');
  return getPaymentStatus.answer(reply, { invoiceReference: '2017', invoiceVersion: 0 });
}

const receiptOf = (value: string) =>
  '<receipt><terminalId>d9</terminalId><paymentDate>2026-11-21T16:04:05.678+01:00</paymentDate>' +
  '<clientInvoiceId>purchase-1</clientInvoiceId><invoiceReference>2017</invoiceReference>' +
  '<paymentReference>77</paymentReference><payerTerminalId>46701234567</payerTerminalId><receiverName>Shop</receiverName>' +
  `<invoice><title>x</title><totalAmount><currency>EUR</currency><value>${value}</value></totalAmount></invoice></receipt>`;

test('a payment brings its references and the exact amount, and not who paid', () => {
  const status = read(`<ersReference>99</ersReference><status>PAID</status>${receiptOf('20.10')}<version>4</version>`);
  expect(status).toEqual({
    status: 'PAID',
    statusText: 'PAID',
    version: 4,
    ersReference: '99',
    receipt: {
      invoiceReference: '2017',
      paymentReference: '77',
      clientInvoiceId: 'purchase-1',
      paymentDate: '2026-11-21T16:04:05.678+01:00',
      totalAmount: { minor: 2010n, currency: 'EUR' },
    },
  });
});

test.each([
  ['20', 2000n],
  ['20.1', 2010n],
  ['020.10000', 2010n],
  ['90071992547409.93', 9007199254740993n],
  ['2<!-- a comment -->0.00', 2000n],
  ['<![CDATA[20.00]]>', 2000n],
  ['&#50;0.00', 2000n],
])('the amount %s is read exactly', (value, minor) => {
  expect(read(`<status>PAID</status>${receiptOf(value)}<version>4</version>`).receipt?.totalAmount?.minor).toBe(minor);
});

test('elements are found by name, in any order', () => {
  expect(read('<version>2</version><news>1</news><news>2</news><status>FAILED</status>')).toMatchObject({
    status: 'FAILED',
    version: 2,
  });
});

test('an empty reference is no reference', () => {
  expect(read('<ersReference/><status>RESERVED</status><version>2</version>')).toEqual({
    status: 'RESERVED',
    statusText: 'RESERVED',
    version: 2,
  });
});

test('a word we do not know is kept for people and is UNKNOWN for us', () => {
  expect(read('<status>PARTIALLY_PAID</status><version>2</version>')).toMatchObject({
    status: 'UNKNOWN',
    statusText: 'PARTIALLY_PAID',
  });
  expect(read(`<status>${'X'.repeat(1000)}</status><version>2</version>`).statusText).toHaveLength(64);
});
