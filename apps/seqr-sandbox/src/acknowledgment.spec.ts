import { Bench } from './testing/bench.js';
import * as requests from './testing/requests.js';
import { childrenOf, childOf, textAt } from './xml.js';

const { cancelInvoice, getPaymentStatus, tokenXml, updateInvoice, withTokens } = requests;
const CARD = { id: 'BONUS_CARD', value: '4711', description: 'Bonus' };

let bench: Bench;

beforeEach(async () => {
  bench = await Bench.start();
});

afterEach(() => bench.stop());

const issue = (acknowledgment: string) => bench.issue(undefined, { acknowledgment });
const open = (reference: string, cards: readonly object[] = []) =>
  bench.control('POST', `invoices/${reference}/open`, { cards });
const confirm = (reference: string) => bench.control('POST', `invoices/${reference}/confirm`, { pin: '1234' });

/** "ISSUED 1", and the tokens as "id value status". */
async function look(reference: string) {
  const reply = childOf((await bench.post(getPaymentStatus(reference))).message, 'return');
  const tokens = childrenOf(childOf(reply, 'customerTokens'), 'token');
  return {
    status: `${textAt(reply, 'status')} ${textAt(reply, 'version')}`,
    tokens: tokens.map((token) => ['id', 'value', 'status'].map((name) => textAt(token, name)).join(' ')),
  };
}

describe('an invoice that requires acknowledgment', () => {
  it('waits for the merchant when the payer opens it, and goes on after an update', async () => {
    const reference = await issue('REQUIRE_ACKNOWLEDGMENT');
    expect((await look(reference)).status).toBe('ISSUED 1');
    await open(reference);
    expect((await look(reference)).status).toBe('PENDING_ISSUER_ACKNOWLEDGE 2');
    expect((await confirm(reference)).json).toMatchObject({ code: 'WAITING_FOR_MERCHANT' });
    expect(await bench.code(updateInvoice(reference, { acknowledgment: 'REQUIRE_ACKNOWLEDGMENT' }))).toBe('0');
    expect((await look(reference)).status).toBe('ISSUED 3');
    expect((await confirm(reference)).json).toMatchObject({ state: 'RESERVED' });
  });

  it('may be declined, cancelled, or run out while it waits', async () => {
    const [declined, cancelled, forgotten] = [
      await issue('REQUIRE_ACKNOWLEDGMENT'),
      await issue('REQUIRE_ACKNOWLEDGMENT'),
      await issue('REQUIRE_ACKNOWLEDGMENT'),
    ];
    for (const reference of [declined, cancelled, forgotten]) await open(reference);
    await bench.control('POST', `invoices/${declined}/decline`);
    expect(await bench.code(cancelInvoice(cancelled))).toBe('0');
    bench.clock.advance(3_600_000);
    const states = [declined, cancelled, forgotten].map((reference) => bench.sandbox.book.find(reference)?.state);
    expect(states).toEqual(['CANCELED', 'CANCELED', 'EXPIRED']);
  });
});

describe('an invoice whose acknowledgment is optional', () => {
  it('does not wait for a payer without cards', async () => {
    const reference = await issue('OPTIONAL_ACKNOWLEDGMENT');
    await open(reference);
    expect((await look(reference)).status).toBe('ISSUED 1');
    expect((await confirm(reference)).json).toMatchObject({ state: 'RESERVED' });
  });

  it("shows the payer's card to the merchant, who answers with the new amount", async () => {
    const reference = await issue('OPTIONAL_ACKNOWLEDGMENT');
    await open(reference, [CARD]);
    expect(await look(reference)).toEqual({
      status: 'PENDING_ISSUER_ACKNOWLEDGE 2',
      tokens: ['BONUS_CARD 4711 0'],
    });
    const discounted = { acknowledgment: 'OPTIONAL_ACKNOWLEDGMENT', total: '27.00' };
    const answer = withTokens(updateInvoice(reference, discounted), tokenXml('BONUS_CARD', 1, '4711'));
    expect(await bench.code(answer)).toBe('0');
    expect(await look(reference)).toEqual({ status: 'ISSUED 3', tokens: ['BONUS_CARD 4711 1'] });
    expect((await confirm(reference)).json).toMatchObject({ state: 'RESERVED', reserved: '27.00' });
  });

  it('is not acknowledged by an update that leaves a card without an answer', async () => {
    const reference = await issue('OPTIONAL_ACKNOWLEDGMENT');
    await open(reference, [CARD, { id: 'COUPON', value: '1' }]);
    const half = withTokens(updateInvoice(reference), tokenXml('BONUS_CARD', 90, '4711'));
    expect(await bench.code(half)).toBe('49');
    const whole = withTokens(updateInvoice(reference), tokenXml('BONUS_CARD', 90, '4711'), tokenXml('COUPON', 99, '1'));
    expect(await bench.code(whole)).toBe('0');
  });

  it('keeps to the card that the merchant has read, when the payer has one of the same kind', async () => {
    const body = withTokens(
      requests.sendInvoice({ acknowledgment: 'OPTIONAL_ACKNOWLEDGMENT' }),
      tokenXml('BONUS_CARD', 1, 'at-the-till'),
    );
    const reference = (await bench.read(body, 'invoiceReference')) ?? '';
    await open(reference, [CARD]);
    expect(await look(reference)).toEqual({ status: 'ISSUED 1', tokens: ['BONUS_CARD at-the-till 1'] });
  });
});

it('a version rises on a new token also where nobody waits for an acknowledgment', async () => {
  const reference = await issue('NO_ACKNOWLEDGMENT');
  await open(reference, [CARD]);
  expect(await look(reference)).toEqual({ status: 'ISSUED 2', tokens: ['BONUS_CARD 4711 0'] });
  await open(reference, [CARD]);
  expect((await look(reference)).status).toBe('ISSUED 2');
});

it.each([
  ['the status that only SEQR may give', tokenXml('BONUS_CARD', 0)],
  ['a status that nobody knows', tokenXml('BONUS_CARD', 2)],
  ['no id', tokenXml('', 1)],
  ['no value', tokenXml('BONUS_CARD', 1, '')],
  ['too many', tokenXml('BONUS_CARD', 1).repeat(21)],
])('tokens with %s are refused', async (_, tokens) => {
  expect(await bench.code(withTokens(requests.sendInvoice(), tokens))).toBe('49');
});

describe('a payer who has opened the invoice', () => {
  it('holds it: it can be neither updated nor cancelled, until the phone is put away', async () => {
    const reference = await issue('NO_ACKNOWLEDGMENT');
    await open(reference);
    expect(await bench.code(updateInvoice(reference))).toBe('48');
    expect(await bench.code(cancelInvoice(reference))).toBe('51');
    await bench.control('POST', `invoices/${reference}/put-away`);
    expect(await bench.code(updateInvoice(reference))).toBe('0');
    expect(await bench.code(cancelInvoice(reference))).toBe('0');
  });

  it('holds it for two minutes at most', async () => {
    const reference = await issue('NO_ACKNOWLEDGMENT');
    await open(reference);
    bench.clock.advance(119_999);
    expect(await bench.code(cancelInvoice(reference))).toBe('51');
    bench.clock.advance(1);
    expect(await bench.code(cancelInvoice(reference))).toBe('0');
  });

  it('decides, and then the merchant goes on with what was reserved', async () => {
    const reference = await issue('NO_ACKNOWLEDGMENT');
    await open(reference);
    await confirm(reference);
    await bench.post(getPaymentStatus(reference));
    expect(await bench.code(updateInvoice(reference, { total: '1.80' }))).toBe('0');
  });

  it('finds it by its QR text', async () => {
    const reference = await issue('NO_ACKNOWLEDGMENT');
    const qrText = `HTTP://SEQR.SE/R${reference}`;
    expect((await bench.control('POST', 'open', { qrText })).json).toMatchObject({ reference, state: 'ISSUED' });
    const unknown = await bench.control('POST', 'open', { qrText: 'HTTP://SEQR.SE/QNOBODY' });
    expect(unknown).toMatchObject({ status: 404, json: { code: 'UNKNOWN_INVOICE' } });
  });
});

describe('what SEQR itself can be in', () => {
  it('the bank is down: every operation ends with 94 and the payer can pay nothing, until it is up', async () => {
    const reference = await issue('NO_ACKNOWLEDGMENT');
    await bench.control('PUT', 'bank', { isDown: true });
    for (const body of [requests.sendInvoice(), getPaymentStatus(reference), requests.markTransactionPeriod()]) {
      expect(await bench.code(body)).toBe('94');
    }
    expect((await confirm(reference)).json).toMatchObject({ code: 'BANK_DOWN' });
    await bench.control('PUT', 'bank', { isDown: false });
    expect(await bench.code(getPaymentStatus(reference))).toBe('0');
    expect((await confirm(reference)).json).toMatchObject({ state: 'RESERVED' });
  });

  it('the book is full of live invoices: sendInvoice is "busy" until one ends', async () => {
    const small = await Bench.start({ rules: { invoicesMax: 2 } });
    const [first] = [await small.issue(), await small.issue()];
    expect(await small.code(requests.sendInvoice())).toBe('93');
    small.sandbox.payer.decline(first);
    expect(await small.code(requests.sendInvoice())).toBe('0');
    expect(small.sandbox.book.find(first)).toBeUndefined();
    await small.stop();
  });
});
