import { startSandbox, type RunningSandbox } from '#seqr-sandbox/sandbox.js';

/** As much as is used here of a SOAP client that this project did not write, and that brings no types. */
interface StrongSoap {
  readonly soap: {
    createClient(wsdlUrl: string, options: object, done: (error: Error | null, client: ForeignClient) => void): void;
  };
}
type Reply = Readonly<Record<string, unknown>>;
type ForeignClient = Readonly<
  Record<string, (request: object, done: (error: Error | null, reply: { readonly return: Reply }) => void) => void>
>;

const { soap } = jest.requireActual<StrongSoap>('strong-soap');

const RESELLER = { id: 'any-shop', userId: '9900', password: 'its-password' };
const amount = (value: string) => ({ currency: 'EUR', value });

let sandbox: RunningSandbox;
let client: ForeignClient;

beforeEach(async () => {
  sandbox = await startSandbox({ port: 0, resellers: [RESELLER], rules: { reportReadyAfterSeconds: 0 } });
  // All that the client learns of SEQR, it learns from what the sandbox serves.
  client = await new Promise((resolve, reject) => {
    soap.createClient(`${sandbox.soapUrl}?wsdl`, {}, (error, made) => (error ? reject(error) : resolve(made)));
  });
});

afterEach(() => sandbox.stop());

/** Calls an operation and expects success. */
async function call(operation: string, request: object): Promise<Reply> {
  const reply = await new Promise<Reply>((resolve, reject) => {
    client[operation]?.(request, (error, answer) => (error ? reject(error) : resolve(answer.return)));
  });
  expect({ operation, resultCode: reply['resultCode'] }).toEqual({ operation, resultCode: 0 });
  return reply;
}

/** A client of strangers sends the fields in the order of the schema, in whatever order they are written here. */
function contextOf(initiatorPrincipalId: object, password: string) {
  return {
    password,
    initiatorPrincipalId,
    channel: 'WS',
    clientId: 'strong-soap',
    clientReference: 'one-of-many',
    clientRequestTimeout: 0,
  };
}

const reseller = contextOf({ id: RESELLER.id, type: 'RESELLERUSER', userId: RESELLER.userId }, RESELLER.password);

function invoiceOver(total: string) {
  return {
    paymentMode: 'RESERVATION_REQUIRED_PRELIMINARY_AMOUNT',
    acknowledgmentMode: 'NO_ACKNOWLEDGMENT',
    issueDate: '2026-03-01T12:00:00',
    title: 'Coffee & cake <hot>',
    clientInvoiceId: 'invoice-1',
    invoiceRows: { invoiceRow: [{ itemDescription: 'Coffee', itemQuantity: 1, itemTotalAmount: amount(total) }] },
    totalAmount: amount(total),
    cashierId: 'anna',
    footer: 'Kiitos!',
    notificationUrl: 'http://127.0.0.1:9/nobody-listens',
    commitReservationTimeout: 600,
  };
}

/** The payer's part, as a person or a program plays it over HTTP. */
async function payer(path: string, body: object): Promise<void> {
  const answer = await fetch(`${sandbox.url}/sandbox/${path}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
  expect(answer.status).toBe(200);
}

it('a SOAP client of strangers leads a terminal through its life, knowing nothing but the served WSDL', async () => {
  const { terminalId } = await call('registerTerminal', {
    context: reseller,
    externalTerminalId: 'Till 1',
    password: 'chosen',
    name: 'The till by the door',
  });
  const context = contextOf({ id: terminalId, type: 'TERMINALID' }, 'chosen');
  await call('assignSeqrId', { context, seqrId: 'STRANGER1' });

  const sent = await call('sendInvoice', { context, invoice: invoiceOver('20.00') });
  const invoiceReference = String(sent['invoiceReference']);
  expect(sent['invoiceQRCode']).toBe(`HTTP://SEQR.SE/R${invoiceReference}`);
  const status = (invoiceVersion: unknown) => call('getPaymentStatus', { context, invoiceReference, invoiceVersion });
  const issued = await status(0);
  expect(issued['status']).toBe('ISSUED');

  await payer(`invoices/${invoiceReference}/confirm`, { pin: '1234' });
  const reserved = await status(issued['version']);
  expect(reserved['status']).toBe('RESERVED');
  await call('updateInvoice', { context, invoiceReference, invoice: invoiceOver('12.50') });
  await call('commitReservation', { context, invoiceReference, amount: amount('12.50') });
  const paid = await status(reserved['version']);
  expect(paid).toMatchObject({ status: 'PAID', receipt: { invoice: { title: 'Coffee & cake <hot>' } } });

  const ersReference = paid['ersReference'];
  const receiptDocument = {
    mimeType: 'text/html',
    receiptData: Buffer.from('<p>Kiitos!</p>').toString('base64'),
    receiptType: 'PAYMENT_RECEIPT',
  };
  await call('submitPaymentReceipt', { context, ersReference, receiptDocument });
  const refund = { title: 'Cold coffee', totalAmount: amount('2.50'), cashierId: 'anna' };
  const refunded = await call('refundPayment', { context, ersReference, invoice: refund });
  expect(refunded['ersReference']).not.toBe(ersReference);

  const { transactionPeriodId } = await call('markTransactionPeriod', { context: reseller });
  const { report } = await call('executeReport', {
    context: reseller,
    reportId: 'Reconciliation/STD_RECON_003.xml',
    parameters: { parameter: { entry: [{ key: 'transactionPeriodId', value: transactionPeriodId }] } },
  });
  const text = (report as { readonly contentString: string }).contentString;
  expect([...text.matchAll(/<SalesAmount>([^<]*)</g)].map(([, sum]) => sum)).toEqual(['12.50000', '-2.50000']);

  await call('unregisterTerminal', { context });
  await call('benchmarkingNop', {});

  expect(sandbox.book.find(invoiceReference)).toMatchObject({ state: 'PAID', committed: 1250n, refunded: 250n });
  expect(sandbox.terminals.find(String(terminalId))?.state).toBe('unregistered');
  expect(sandbox.journal.violations).toEqual([]);
});

it('a SOAP client of strangers hears of a breach as a soap:Fault that names the element', async () => {
  const broken = call('cancelInvoice', { context: { ...reseller, channel: 'POST' }, invoiceReference: '1' });
  await expect(broken).rejects.toThrow(/cancelInvoice\/context\/channel: must be WS or ClientWS/);
  expect(sandbox.journal.violations).toHaveLength(1);
});
