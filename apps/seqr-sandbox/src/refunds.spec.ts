import { Bench, OTHER_CONTEXT } from './testing/bench.js';
import { postSoap } from './testing/merchant.js';
import * as requests from './testing/requests.js';
import { textAt } from './xml.js';

const { refundPayment } = requests;

let bench: Bench;

beforeEach(async () => {
  bench = await Bench.start();
});

afterEach(() => bench.stop());

const invoiceOf = (ersReference: string) => bench.sandbox.book.find(ersReference.slice(0, -8));

it('gives back a part, and then the rest, each with a reference of its own', async () => {
  const payment = await bench.pay();
  const first = await bench.read(refundPayment(payment, '10.00'), 'ersReference');
  const second = await bench.read(refundPayment(payment, '20.00'), 'ersReference');
  expect(new Set([payment, first, second]).size).toBe(3);
  expect(invoiceOf(payment)).toMatchObject({
    state: 'PAID',
    committed: 3000n,
    refunded: 3000n,
    refunds: [
      { ersReference: first, minor: 1000n, cashierId: 'cola-1' },
      { ersReference: second, minor: 2000n },
    ],
  });
});

it('gives back no more than was paid, in however many parts', async () => {
  const payment = await bench.pay();
  expect(await bench.code(refundPayment(payment, '30.01'))).toBe('98');
  expect(await bench.code(refundPayment(payment, '29.99'))).toBe('0');
  expect(await bench.code(refundPayment(payment, '0.02'))).toBe('98');
  expect(await bench.code(refundPayment(payment, '0.01'))).toBe('0');
  expect(invoiceOf(payment)?.refunded).toBe(3000n);
});

it('gives back no more than was committed of a reservation', async () => {
  const reference = await bench.issue();
  bench.sandbox.payer.confirm(reference, '1234');
  await bench.post(requests.getPaymentStatus(reference, 0));
  await bench.post(requests.updateInvoice(reference, { total: '1.80' }));
  await bench.post(requests.commitReservation(reference, '1.80'));
  const payment = (await bench.read(requests.getPaymentStatus(reference, 3), 'ersReference')) ?? '';
  expect(await bench.code(refundPayment(payment, '1.81'))).toBe('98');
  expect(await bench.code(refundPayment(payment, '1.80'))).toBe('0');
});

describe('refundPayment is refused', () => {
  it.each([
    ['nothing', '0.00'],
    ['less than nothing', '-1.00'],
    ['three decimals', '1.000'],
  ])('for %s', async (_, value) => {
    expect(await bench.code(refundPayment(await bench.pay(), value))).toBe('11');
  });

  it('in another currency', async () => {
    expect(await bench.code(refundPayment(await bench.pay(), '1.00').replace('EUR', 'SEK'))).toBe('11');
  });

  it('for a payment that nobody made, and for a refund', async () => {
    const payment = await bench.pay();
    const refund = (await bench.read(refundPayment(payment, '1.00'), 'ersReference')) ?? '';
    const codes = await Promise.all(['1', `${payment}1`, refund].map((one) => bench.code(refundPayment(one, '1.00'))));
    expect(codes).toEqual(['23', '23', '23']);
  });

  it('to another shop, and to another terminal of the same shop', async () => {
    const terminals = [await bench.register(), await bench.register()].map((id) => requests.contextOf(id));
    const payment = await bench.pay(terminals[0]);
    expect(await bench.code(refundPayment(payment, '1.00', OTHER_CONTEXT))).toBe('23');
    expect(await bench.code(refundPayment(payment, '1.00', terminals[1]))).toBe('23');
    expect(await bench.code(refundPayment(payment, '1.00', terminals[0]))).toBe('0');
  });

  it("but not to the shop's own user, who stands above its terminals", async () => {
    const payment = await bench.pay(requests.contextOf(await bench.register()));
    expect(await bench.code(refundPayment(payment, '1.00'))).toBe('0');
  });

  it('before getPaymentStatus has collected the payment', async () => {
    const reference = await bench.issue(undefined, { mode: 'IMMEDIATE_DEBIT' });
    bench.sandbox.payer.confirm(reference, '1234');
    const payment = bench.sandbox.book.find(reference)?.ersReference ?? '';
    expect(await bench.code(refundPayment(payment, '1.00'))).toBe('48');
  });

  it('for a payment that was reversed', async () => {
    const reference = await bench.issue(undefined, { mode: 'IMMEDIATE_DEBIT' });
    bench.sandbox.payer.confirm(reference, '1234');
    const payment = bench.sandbox.book.find(reference)?.ersReference ?? '';
    bench.clock.advance(20_000);
    expect(await bench.code(refundPayment(payment, '1.00'))).toBe('23');
  });

  it('with a notificationUrl that is none', async () => {
    const body = refundPayment(await bench.pay(), '1.00');
    expect(await bench.code(body.replace('</invoice>', '<notificationUrl>ftp://a</notificationUrl></invoice>'))).toBe(
      '64',
    );
  });

  it('to a reseller whose agreement has no refunds', async () => {
    const payment = await bench.pay();
    await bench.control('PUT', 'resellers/vendrail-demo', { mayRefund: false });
    expect(await bench.code(refundPayment(payment, '1.00'))).toBe('97');
    await bench.control('PUT', 'resellers/vendrail-demo', { mayRefund: true });
    expect(await bench.code(refundPayment(payment, '1.00'))).toBe('0');
  });

  it('when the account of the payer takes no refunds', async () => {
    const payment = await bench.pay();
    await bench.control('PUT', `invoices/${payment.slice(0, -8)}/payer`, { takesRefunds: false });
    expect(await bench.code(refundPayment(payment, '1.00'))).toBe('99');
    expect(invoiceOf(payment)?.refunded).toBe(0n);
  });
});

it('takes a receipt for a refund by its reference', async () => {
  const refund = (await bench.read(refundPayment(await bench.pay(), '1.00'), 'ersReference')) ?? '';
  expect(await bench.code(requests.submitPaymentReceipt(refund))).toBe('0');
  expect(invoiceOf(refund)?.refunds[0]?.receipts).toMatchObject([{ receiptType: 'PAYMENT_RECEIPT' }]);
});

it('shows all refunds to whoever asks the control interface', async () => {
  const payment = await bench.pay();
  const { message } = await postSoap(bench.sandbox.soapUrl, refundPayment(payment, '1.50'));
  expect((await bench.control('GET', 'refunds')).json).toMatchObject({
    refunds: [{ ersReference: textAt(message, 'return/ersReference'), amount: '1.50', currency: 'EUR' }],
  });
});
