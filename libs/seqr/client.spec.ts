import { SeqrClient } from './client.js';
import type { SeqrCall } from './reply.js';
import { clientOf, eur, invoiceOf, PASSWORD, TERMINAL } from './test/fixtures.js';
import { at, parse, schemaErrors } from './test/schema-check.js';
import { always, envelope, startStub, type StubServer } from './test/stub-server.js';

const SUCCESS = '<resultCode>0</resultCode><resultDescription>SUCCESS</resultDescription>';

let stub: StubServer;
let client: SeqrClient;
let calls: SeqrCall[];

/** Starts a service that answers with this and a client of it. */
async function given(operation: string, fields: string): Promise<void> {
  stub = await startStub(always(envelope(operation, fields)));
  calls = [];
  client = await clientOf({ endpoint: stub.endpoint, newReference: () => 'ref-1', onCall: (call) => calls.push(call) });
}

afterEach(async () => {
  await client.close();
  await stub.stop();
});

/** The request as sent, and proof that the schema allows it. */
function sentBody(): string {
  const body = stub.requests[0]?.body ?? '';
  const message = at(parse(body), 'Body').children[0];
  expect(message && schemaErrors(message)).toEqual([]);
  return body;
}

const CONTEXT =
  '<context><channel>WS</channel><clientId>vendrail-test</clientId><clientReference>ref-1</clientReference>' +
  '<clientRequestTimeout>0</clientRequestTimeout><initiatorPrincipalId><id>d9a1b2c3</id><type>TERMINALID</type>' +
  `</initiatorPrincipalId><password>${PASSWORD}</password></context>`;

const INVOICE =
  '<invoice><paymentMode>RESERVATION_REQUIRED_PRELIMINARY_AMOUNT</paymentMode>' +
  '<acknowledgmentMode>NO_ACKNOWLEDGMENT</acknowledgmentMode><issueDate>2026-11-21T15:04:05Z</issueDate>' +
  '<title>Vending machine 7</title><clientInvoiceId>purchase-1</clientInvoiceId><invoiceRows><invoiceRow>' +
  '<itemDescription>Up to</itemDescription><itemQuantity>1</itemQuantity>' +
  '<itemTotalAmount><currency>EUR</currency><value>12.50</value></itemTotalAmount></invoiceRow></invoiceRows>' +
  '<totalAmount><currency>EUR</currency><value>12.50</value></totalAmount><cashierId>machine-7</cashierId>' +
  '<footer>Thank you</footer><notificationUrl>https://reseller.example/n/abc</notificationUrl>' +
  '<commitReservationTimeout>900</commitReservationTimeout></invoice>';

function document(operation: string, fields: string): string {
  return (
    '<?xml version="1.0" encoding="utf-8"?><soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/" ' +
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"  xmlns:ext="http://external.interfaces.ers.seamless.com/">' +
    `<soap:Body><ext:${operation} xmlns:ext="http://external.interfaces.ers.seamless.com/">${CONTEXT}${fields}` +
    `</ext:${operation}></soap:Body></soap:Envelope>`
  );
}

describe('each operation sends what the schema says and reads what SEQR answers', () => {
  test('sendInvoice brings the reference and the QR text', async () => {
    await given(
      'sendInvoice',
      `${SUCCESS}<invoiceQRCode>HTTP://SEQR.SE/R20170315072260070</invoiceQRCode>` +
        '<invoiceReference>20170315072260070</invoiceReference>',
    );
    await expect(client.sendInvoice(invoiceOf())).resolves.toMatchObject({
      outcome: 'answered',
      resultCode: 0,
      invoiceReference: '20170315072260070',
      invoiceQRCode: 'HTTP://SEQR.SE/R20170315072260070',
    });
    expect(sentBody()).toBe(document('sendInvoice', INVOICE));
  });

  test('getPaymentStatus brings the status and the version to acknowledge', async () => {
    await given('getPaymentStatus', `${SUCCESS}<status>RESERVED</status><version>3</version>`);
    const { call, ...reply } = await client.getPaymentStatus({ invoiceReference: '2017', invoiceVersion: 2 });
    expect(reply).toEqual({
      outcome: 'answered',
      resultCode: 0,
      status: 'RESERVED',
      statusText: 'RESERVED',
      version: 3,
    });
    expect(call.operation).toBe('getPaymentStatus');
    expect(sentBody()).toBe(
      document('getPaymentStatus', '<invoiceReference>2017</invoiceReference><invoiceVersion>2</invoiceVersion>'),
    );
  });

  test('updateInvoice sends the reference before the invoice', async () => {
    await given('updateInvoice', SUCCESS);
    await expect(client.updateInvoice({ invoiceReference: '2017', invoice: invoiceOf() })).resolves.toMatchObject({
      outcome: 'answered',
    });
    expect(sentBody()).toBe(document('updateInvoice', `<invoiceReference>2017</invoiceReference>${INVOICE}`));
  });

  test('commitReservation sends the amount before the reference', async () => {
    await given('commitReservation', SUCCESS);
    await expect(client.commitReservation({ invoiceReference: '2017', amount: eur(5n) })).resolves.toMatchObject({
      outcome: 'answered',
    });
    expect(sentBody()).toBe(
      document(
        'commitReservation',
        '<amount><currency>EUR</currency><value>0.05</value></amount><invoiceReference>2017</invoiceReference>',
      ),
    );
  });

  test('cancelInvoice sends the reference', async () => {
    await given('cancelInvoice', SUCCESS);
    await expect(client.cancelInvoice({ invoiceReference: '2017' })).resolves.toMatchObject({ outcome: 'answered' });
    expect(sentBody()).toBe(document('cancelInvoice', '<invoiceReference>2017</invoiceReference>'));
  });

  test('submitPaymentReceipt sends the receipt in Base64', async () => {
    await given('submitPaymentReceipt', SUCCESS);
    const receipt = { mimeType: 'text/html', data: '<p>5 €</p>', receiptType: 'PAYMENT_RECEIPT' } as const;
    await expect(client.submitPaymentReceipt({ ersReference: '99', receipt })).resolves.toMatchObject({
      outcome: 'answered',
    });
    expect(sentBody()).toBe(
      document(
        'submitPaymentReceipt',
        '<ersReference>99</ersReference><receiptDocument><mimeType>text/html</mimeType>' +
          '<receiptData>PHA+NSDigqw8L3A+</receiptData><receiptType>PAYMENT_RECEIPT</receiptType></receiptDocument>',
      ),
    );
  });
});

test('the request goes to the configured URL with an empty quoted SOAPAction', async () => {
  await given('cancelInvoice', SUCCESS);
  await client.cancelInvoice({ invoiceReference: '2017' });
  expect(stub.requests).toHaveLength(1);
  expect(stub.requests[0]).toMatchObject({
    method: 'POST',
    url: '/soap/merchant/cashregister-2',
    headers: {
      'content-type': 'text/xml; charset=utf-8',
      soapaction: '""',
      accept: 'text/xml',
      'accept-encoding': 'identity',
    },
  });
});

test('a call is made as another principal when it says so', async () => {
  await given('cancelInvoice', SUCCESS);
  const user = { type: 'RESELLERUSER', id: 'shop', userId: '9900', password: 'other' } as const;
  await client.cancelInvoice({ invoiceReference: '2017' }, user);
  expect(sentBody()).toContain('<id>shop</id><type>RESELLERUSER</type><userId>9900</userId></initiatorPrincipalId>');
});

test('every invoice field arrives in the schema’s order', async () => {
  await given('sendInvoice', `${SUCCESS}<invoiceReference>1</invoiceReference>`);
  await client.sendInvoice(
    invoiceOf({
      backURL: 'https://shop.example/back?a=1&b=2',
      invoiceRows: [
        {
          itemDescription: 'Cola & "friends" <1>',
          itemQuantity: 2,
          itemTotalAmount: eur(1300n),
          itemUnit: 'EA',
          itemUnitPrice: eur(650n),
          itemTaxRate: '25.5',
          itemSKU: 'C-1',
        },
        { itemDescription: 'Discount', itemQuantity: 1, itemTotalAmount: eur(-50n) },
      ],
    }),
  );
  const invoice = at(parse(sentBody()), 'Body', 'sendInvoice', 'invoice');
  expect(at(invoice, 'backURL').text).toBe('https://shop.example/back?a=1&b=2');
  expect(at(invoice, 'invoiceRows', 'invoiceRow').children.map(({ name, text }) => [name, text])).toEqual([
    ['itemDescription', 'Cola & "friends" <1>'],
    ['itemQuantity', '2'],
    ['itemSKU', 'C-1'],
    ['itemTaxRate', '25.5'],
    ['itemTotalAmount', ''],
    ['itemUnit', 'EA'],
    ['itemUnitPrice', ''],
  ]);
});

describe('the record of a call', () => {
  test('is complete and told once', async () => {
    await given('cancelInvoice', '<resultCode>51</resultCode><resultDescription>busy</resultDescription>');
    const reply = await client.cancelInvoice({ invoiceReference: '2017' });
    expect(calls).toEqual([reply.call]);
    expect(reply.call).toEqual({
      operation: 'cancelInvoice',
      clientReference: 'ref-1',
      sentAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]{12}Z$/),
      durationMs: expect.any(Number),
      httpStatus: 200,
      outcome: 'refused',
      resultCode: 51,
      detail: 'CANNOT_CANCEL_INVOICE_IN_PROGRESS',
    });
  });

  test('holds neither the password nor a phone number, even when SEQR repeats them', async () => {
    const fault = `<soap:Fault xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><faultcode>soap:Server</faultcode>
      <faultstring>user ${PASSWORD} of +46701234567\nfailed</faultstring></soap:Fault>`;
    stub = await startStub(
      always(
        `<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body>${fault}</e:Body></e:Envelope>`,
        500,
      ),
    );
    client = await clientOf({ endpoint: stub.endpoint });
    const reply = await client.cancelInvoice({ invoiceReference: '2017' });
    expect(reply).toMatchObject({ outcome: 'unknown', reason: 'FAULT' });
    expect(reply.call.detail).toBe('user *** of # failed');
    expect(reply.call.httpStatus).toBe(500);
  });

  test('takes its time from the clock it is given', async () => {
    await given('cancelInvoice', SUCCESS);
    let elapsed = 1000;
    const clock = { now: () => new Date('2026-01-02T03:04:05.006Z'), elapsed: () => (elapsed += 21.4) };
    const timed = await clientOf({ endpoint: stub.endpoint, clock });
    const { call } = await timed.cancelInvoice({ invoiceReference: '2017' });
    await timed.close();
    expect(call).toMatchObject({ sentAt: '2026-01-02T03:04:05.006Z', durationMs: 21 });
  });

  test('names each call differently, in at most 32 characters', async () => {
    await given('cancelInvoice', SUCCESS);
    const plain = await SeqrClient.create({ endpoint: stub.endpoint, principal: TERMINAL, clientId: 'vendrail' });
    const replies = await Promise.all(['1', '2', '3'].map((id) => plain.cancelInvoice({ invoiceReference: id })));
    await plain.close();
    const references = replies.map(({ call }) => call.clientReference);
    expect(new Set(references).size).toBe(3);
    for (const reference of references) expect(reference).toMatch(/^[0-9a-f]{32}$/);
  });

  test('a listener that throws does not change the outcome', async () => {
    await given('cancelInvoice', SUCCESS);
    const onCall = () => {
      throw new Error('disk full');
    };
    const listened = await clientOf({ endpoint: stub.endpoint, onCall });
    await expect(listened.cancelInvoice({ invoiceReference: '2017' })).resolves.toMatchObject({ outcome: 'answered' });
    await listened.close();
  });
});

describe('what must not be sent is not sent', () => {
  beforeEach(() => given('sendInvoice', SUCCESS));

  test.each([
    ['ILLEGAL_AMOUNT', () => client.commitReservation({ invoiceReference: '1', amount: eur(0n) })],
    ['EMPTY', () => client.cancelInvoice({ invoiceReference: '' })],
    ['TOO_LONG', () => client.cancelInvoice({ invoiceReference: 'x'.repeat(65) })],
    ['FORBIDDEN_CHARACTER', () => client.cancelInvoice({ invoiceReference: '1\n2' })],
    ['NOT_A_NUMBER', () => client.getPaymentStatus({ invoiceReference: '1', invoiceVersion: -1 })],
    ['NOT_A_NUMBER', () => client.getPaymentStatus({ invoiceReference: '1', invoiceVersion: 2 ** 31 })],
    ['ROWS_DO_NOT_ADD_UP', () => client.sendInvoice(invoiceOf({ totalAmount: eur(1n) }))],
    [
      'TOO_LONG',
      () =>
        client.submitPaymentReceipt({
          ersReference: '1',
          receipt: { mimeType: 'text/html', data: new Uint8Array(64 * 1024 + 1), receiptType: 'OTHER' },
        }),
    ],
  ])('%s', async (code, call) => {
    await expect(call()).rejects.toMatchObject({ name: 'SeqrRequestError', code });
    expect(stub.requests).toEqual([]);
    expect(calls).toEqual([]);
  });
});

describe('creating a client', () => {
  const create = (endpoint: string) => SeqrClient.create({ endpoint, principal: TERMINAL, clientId: 'vendrail' });
  beforeEach(() => given('cancelInvoice', SUCCESS));

  test('refuses an endpoint that is no URL', async () => {
    await expect(create('seqr.example/soap')).rejects.toMatchObject({ code: 'NOT_A_URL' });
  });

  test('refuses to send passwords over plain http to another computer', async () => {
    await expect(create('http://seqr.example/soap')).rejects.toMatchObject({ code: 'PLAIN_HTTP' });
  });

  test('refuses credentials that cannot be sent, without repeating them', async () => {
    const principal = { ...TERMINAL, password: 'bad\u0000canary' };
    const refusal = SeqrClient.create({ endpoint: stub.endpoint, principal, clientId: 'vendrail' });
    await expect(refusal).rejects.toMatchObject({ code: 'FORBIDDEN_CHARACTER', field: 'password' });
    await expect(refusal).rejects.not.toThrow('canary');
  });
});
