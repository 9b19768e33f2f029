import { connect } from 'node:net';
import { once } from 'node:events';

import { readFileSync } from 'node:fs';

import { ManualClock } from './clock.js';
import { projectFile } from './project-files.js';
import { startSandbox, type RunningSandbox } from './sandbox.js';
import { checkElement } from './schema.js';
import { postSoap } from './testing/merchant.js';
import * as requests from './testing/requests.js';
import { childOf, textAt } from './xml.js';
import { readXsd } from './xsd.js';

let sandbox: RunningSandbox;
const clock = new ManualClock();

beforeEach(async () => {
  const { RESELLER, TERMINAL } = requests;
  sandbox = await startSandbox({
    port: 0,
    resellers: [RESELLER, { ...RESELLER, id: 'other' }],
    terminals: [TERMINAL],
    clock,
  });
});

afterEach(() => sandbox.stop());

const post = (body: string, headers?: Record<string, string>) => postSoap(sandbox.soapUrl, body, headers);

async function issue(context?: string): Promise<string> {
  const { message } = await post(requests.sendInvoice({}, context));
  return textAt(message, 'return/invoiceReference') ?? '';
}

it('leads a reservation from the invoice to the receipt', async () => {
  const reference = await issue();
  expect(await post(requests.getPaymentStatus(reference))).toMatchObject({ status: 200, resultCode: '0' });
  sandbox.payer.confirm(reference, '1234');
  const reserved = await post(requests.getPaymentStatus(reference, 1));
  expect(textAt(reserved.message, 'return/status')).toBe('RESERVED');
  expect((await post(requests.updateInvoice(reference, { total: '23.50' }))).resultCode).toBe('0');
  expect((await post(requests.commitReservation(reference, '23.50'))).resultCode).toBe('0');
  const paid = await post(requests.getPaymentStatus(reference, 2));
  const reply = childOf(paid.message, 'return');
  expect(textAt(reply, 'status')).toBe('PAID');
  expect(textAt(reply, 'receipt/invoice/totalAmount/value')).toBe('23.50');
  const ersReference = textAt(reply, 'ersReference') ?? '';
  expect(textAt(reply, 'receipt/paymentReference')).toBe(ersReference);
  expect((await post(requests.submitPaymentReceipt(ersReference))).resultCode).toBe('0');
  expect(sandbox.book.find(reference)).toMatchObject({ state: 'PAID', committed: 2350n, commits: 1 });
  expect(sandbox.journal.violations).toEqual([]);
});

it('answers in the shape of the live service: ns2 on the wrapper, nothing on the rest, in the order of the schema', async () => {
  const { text } = await post(requests.sendInvoice());
  expect(text).toMatch(
    /^<soap:Envelope xmlns:soap="http:\/\/schemas\.xmlsoap\.org\/soap\/envelope\/"><soap:Body><ns2:sendInvoiceResponse xmlns:ns2="http:\/\/external\.interfaces\.ers\.seamless\.com\/"><return><resultCode>0<\/resultCode><resultDescription>SUCCESS<\/resultDescription><invoiceQRCode>HTTP:\/\/SEQR\.SE\/R(\d{17})<\/invoiceQRCode><invoiceReference>\1<\/invoiceReference><\/return><\/ns2:sendInvoiceResponse><\/soap:Body><\/soap:Envelope>$/,
  );
});

it('answers every operation as the schema declares, in success and in refusal', async () => {
  const { elements } = readXsd(readFileSync(projectFile('libs/seqr/wsdl/cashregister-2.xsd'), 'utf8'));
  const reference = await issue();
  sandbox.payer.confirm(reference, '1234');
  const steps = [
    requests.sendInvoice(),
    requests.updateInvoice(reference, { total: '23.50' }),
    requests.commitReservation(reference, '23.50'),
    requests.getPaymentStatus(reference),
    requests.submitPaymentReceipt(`${reference}00000001`),
    requests.cancelInvoice(reference),
    requests.getPaymentStatus('1'),
    requests.markTransactionPeriod(),
  ];
  const codes: (string | undefined)[] = [];
  for (const step of steps) {
    const { message, resultCode } = await post(step);
    const declaration = elements.get(message.name);
    if (!declaration) throw new Error(`the schema does not declare ${message.name}`);
    checkElement(message, declaration.type(), message.name);
    codes.push(resultCode);
  }
  expect(codes).toEqual(['0', '0', '0', '0', '0', '50', '54', '0']);
});

it('gives a version with every reply of getPaymentStatus, since the schema demands one', async () => {
  const { message } = await post(requests.getPaymentStatus('1'));
  expect(childOf(message, 'return')?.children.map(({ name, text }) => `${name} ${text}`)).toEqual([
    'resultCode 54',
    'resultDescription INVALID_INVOICE_REFERENCE',
    'version 0',
  ]);
});

describe('a refusal is an ordinary reply with a result code', () => {
  const send = requests.sendInvoice();
  const terminalSend = requests.sendInvoice({}, requests.TERMINAL_CONTEXT);
  it.each([
    ['a wrong password', send.replace('sandbox-password', 'another'), '20'],
    ['an unknown reseller', send.replace('<id>vendrail-demo', '<id>nobody'), '37'],
    ['an unknown user', send.replace('9900', '9901'), '37'],
    ['an unknown terminal', terminalSend.replace(requests.TERMINAL.id, 'f'.repeat(32)), '29'],
    ['another kind of principal', terminalSend.replace('TERMINALID', 'CUSTOMERID'), '29'],
    ["a terminal's short password", terminalSend.replace(requests.TERMINAL.password, 'abc'), '21'],
    ["a terminal's wrong password", terminalSend.replace(requests.TERMINAL.password, 'abcd'), '20'],
    ['three decimals', requests.sendInvoice({ total: '30.000' }), '49'],
    ['a negative total', requests.sendInvoice({ total: '-1.00' }), '11'],
    ['a total of nothing', requests.sendInvoice({ total: '0.00' }), '11'],
    ['a total of 19 characters', requests.sendInvoice({ total: '1234567890123456.00' }), '49'],
    ['a yen and a half', send.replaceAll('EUR', 'JPY').replaceAll('30.00', '30.50'), '49'],
    ['an unknown currency', send.replaceAll('EUR', 'XXX'), '49'],
    ['a row in another currency', send.replace('EUR', 'SEK'), '49'],
    ['rows that do not sum', send.replace('30.00', '29.99'), '49'],
    ['a quantity of nothing', send.replace('<itemQuantity>1<', '<itemQuantity>0<'), '49'],
    ['no time to commit', requests.sendInvoice({ commitTimeout: 0 }), '49'],
    ['a month to commit', requests.sendInvoice({ commitTimeout: 2_592_000 }), '49'],
    ['a relative notificationUrl', requests.sendInvoice({ notificationUrl: '/notify' }), '64'],
    ['a notificationUrl of another kind', requests.sendInvoice({ notificationUrl: 'ftp://localhost/notify' }), '64'],
  ])('%s', async (_, body, code) => {
    expect(await post(body)).toMatchObject({ status: 200, resultCode: code });
    expect(sandbox.book.list()).toEqual([]);
    expect(sandbox.journal.violations).toEqual([]);
  });
});

it('takes negative rows that balance the total', async () => {
  const row = (value: string) =>
    `<invoiceRow><itemQuantity>1</itemQuantity>${requests.amountXml('itemTotalAmount', value)}</invoiceRow>`;
  const body = requests
    .sendInvoice({ total: '30.00' })
    .replace(/<invoiceRow>.*<\/invoiceRow>/, row('35.00') + row('-5.00'));
  expect((await post(body)).resultCode).toBe('0');
});

it('shows no invoice to another principal', async () => {
  const reference = await issue();
  const asOther = requests.getPaymentStatus(reference).replace('<id>vendrail-demo', '<id>other');
  expect((await post(asOther)).resultCode).toBe('54');
  expect((await post(requests.getPaymentStatus(reference, 0, requests.TERMINAL_CONTEXT))).resultCode).toBe('54');
});

it('cancels the invoice of a cash-register terminal when it sends the next one', async () => {
  const first = await issue(requests.TERMINAL_CONTEXT);
  await issue(requests.TERMINAL_CONTEXT);
  const { message } = await post(requests.getPaymentStatus(first, 0, requests.TERMINAL_CONTEXT));
  expect(textAt(message, 'return/status')).toBe('CANCELED');
});

it('says CANCELED for a payment that was reversed, and why in the description', async () => {
  const reference = await issue();
  sandbox.payer.confirm(reference, '1234');
  clock.advance(20_000);
  const reply = childOf((await post(requests.getPaymentStatus(reference, 1))).message, 'return');
  expect([textAt(reply, 'status'), textAt(reply, 'version')]).toEqual(['CANCELED', '3']);
  expect(textAt(reply, 'resultDescription')).toContain('no getPaymentStatus within 20 s');
});

describe('a breach of the contract', () => {
  it('is a SOAP fault with HTTP 500 that names the element, and is kept', async () => {
    const answer = await post(requests.getPaymentStatus('1').replace('<invoiceVersion>0</invoiceVersion>', ''));
    const complaint = 'getPaymentStatus/invoiceVersion: is missing, the schema requires it';
    expect(answer).toMatchObject({ status: 500, faultString: complaint });
    expect(sandbox.journal.violations).toEqual([{ at: clock.now(), operation: 'getPaymentStatus', complaint }]);
  });

  it('is an acknowledgement of a version that was never given out', async () => {
    const answer = await post(requests.getPaymentStatus(await issue(), 2));
    expect(answer).toMatchObject({
      status: 500,
      faultString: 'getPaymentStatus/invoiceVersion: 2 was never given out, the invoice has version 1',
    });
  });

  it('is a missing SOAPAction', async () => {
    const body = requests.getPaymentStatus('1');
    const response = await fetch(sandbox.soapUrl, { method: 'POST', body, headers: { 'Content-Type': 'text/xml' } });
    expect(response.status).toBe(500);
    expect(await response.text()).toContain('<faultcode>soap:Client</faultcode>');
  });

  it('is a body of more than 64 KiB, which is not read to its end', async () => {
    const answer = await post(`${requests.sendInvoice()}${' '.repeat(65_536)}`);
    expect(answer.faultString).toBe('Envelope: the body has more than 65536 bytes');
  });
});

it('keeps the calls without passwords', async () => {
  await post(requests.getPaymentStatus('1'));
  expect(sandbox.journal.calls).toMatchObject([{ operation: 'getPaymentStatus', outcome: 'answered', resultCode: 54 }]);
  expect(JSON.stringify(sandbox.journal.calls)).not.toContain(requests.RESELLER.password);
});

it('serves its WSDL with its own address, and the XSD that it includes', async () => {
  const wsdl = await (await fetch(`${sandbox.soapUrl}?wsdl`)).text();
  expect(wsdl).toContain(`<soap:address location="${sandbox.soapUrl}"/>`);
  const [, location = ''] = /schemaLocation="([^"]+)"/.exec(wsdl) ?? [];
  const xsd = await fetch(new URL(location, `${sandbox.soapUrl}?wsdl`));
  expect(xsd.status).toBe(200);
  expect(await xsd.text()).toContain('elementFormDefault="unqualified"');
});

it('stops although a caller holds a connection open', async () => {
  const socket = connect(Number(new URL(sandbox.url).port), '127.0.0.1');
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  socket.write('POST /soap/merchant/cashregister-2 HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n');
  const closed = new Promise((resolve) => socket.once('close', resolve));
  await sandbox.stop();
  await closed;
  expect(clock.waiting).toBe(0);
});
