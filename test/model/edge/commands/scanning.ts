import fc from 'fast-check';

import { type Model, RESERVATION_MAX_MINOR, answersTo, holderOf } from '../model.js';
import type { Answer, World } from '../world.js';

import { type Command, always, command, often } from './command.js';

/** What createPurchase was answered, in all runs. */
export const answered = new Map<string, number>();

const SPELLINGS = ['2018', '2017', 'purchaseToken'] as const;
const PAYERS = ['46700000001', '46700000002'] as const;
/** Below the cheapest product, just that, and what payers offer; 90.00 is more than the machine may reserve. */
const AMOUNTS_MINOR = [149, 150, 400, 2_000, 9_000] as const;
const BODY_BYTES_MAX = 4_096;

interface Offer {
  readonly spelling: (typeof SPELLINGS)[number];
  readonly msisdn: (typeof PAYERS)[number];
  readonly amountMinor: (typeof AMOUNTS_MINOR)[number];
}

const offers: fc.Arbitrary<Offer> = fc.record({
  spelling: fc.constantFrom(...SPELLINGS),
  msisdn: fc.constantFrom(...PAYERS),
  amountMinor: fc.constantFrom(...AMOUNTS_MINOR),
});

function bodyOf({ spelling, msisdn, amountMinor }: Offer, token: string, currency = 'EUR'): string {
  const amount = `${Math.trunc(amountMinor / 100)}.${String(amountMinor % 100).padStart(2, '0')}`;
  const rest = `"currency":"${currency}","msisdn":"${msisdn}"`;
  switch (spelling) {
    case '2018':
      return `{"token":"${token}","amount":${amount},${rest}}`;
    case '2017':
      return `{"reservationToken":"${token}","reservationAmount":"${amount}",${rest}}`;
    case 'purchaseToken':
      return `{"purchaseToken":"${token}","amount":"${amount}",${rest}}`;
  }
}

/** SEQR's UPS page: always 200, and exactly one of two shapes. */
function read({ status, text }: Answer): { reference: string } | { errorCode: string } {
  expect(status).toBe(200);
  const body = JSON.parse(text) as Record<string, unknown>;
  const [entry, more] = Object.entries(body);
  expect(more).toBeUndefined();
  const [key, value] = entry ?? [];
  if (typeof value !== 'string') throw new Error(`not an answer of the contract: ${text}`);
  if (key === 'invoiceReferenceId') return { reference: value };
  expect(key).toBe('errorCode');
  return { errorCode: value };
}

function count(answer: string): void {
  answered.set(answer, (answered.get(answer) ?? 0) + 1);
}

async function scan(model: Model, world: World, offer: Offer): Promise<void> {
  const { amountMinor, msisdn } = offer;
  const request = `${msisdn} ${amountMinor}`;
  const before = new Set(world.invoices.map(({ reference }) => reference));
  const right = answersTo(model, request, amountMinor);
  const answer = read(await world.post('/seqr/createPurchase', bodyOf(offer, world.token)));
  await world.settle();
  const isKnown = 'reference' in answer && before.has(answer.reference);
  const word = 'errorCode' in answer ? answer.errorCode : isKnown ? 'the same' : 'an invoice';
  count(word);
  expect(right).toContain(word);
  if (word === 'INVOICING_ERROR') takeFault(model);
  if ('errorCode' in answer) {
    if (word === 'INVOICING_ERROR' || word === 'INSUFFICIENT_FUNDS') model.holder = null;
    return;
  }
  const { reference } = answer;
  if (isKnown) {
    if (model.holder !== 'unknown') expect(reference).toBe(model.holder?.reference);
    return;
  }
  takeFault(model);
  const reservedMinor = Math.min(amountMinor, RESERVATION_MAX_MINOR);
  expect(world.sandbox.book.find(reference)).toMatchObject({
    state: 'ISSUED',
    terms: { total: { minor: BigInt(reservedMinor), currency: 'EUR' } },
  });
  model.holder = {
    request,
    reference,
    reservedMinor,
    stage: 'waiting',
    sinceMs: model.nowMs,
    wrongPins: 0,
    notified: false,
    soldMinor: 0,
    pendingMinor: null,
  };
}

/** The first fault that waited for a sendInvoice met it. */
function takeFault(model: Model): void {
  const index = model.faults.findIndex(({ operation }) => operation === 'sendInvoice');
  if (index >= 0) model.faults.splice(index, 1);
}

/** A request that is wrong whoever has the machine. */
function refused(name: string, errorCode: string, body: (world: World) => string): Command {
  return command(name, async (_, world) => {
    const purchases = (): Promise<object[]> => world.query('SELECT id FROM purchases');
    const before = await purchases();
    const answer = read(await world.post('/seqr/createPurchase', body(world)));
    count('errorCode' in answer ? answer.errorCode : 'an invoice');
    expect(answer).toEqual({ errorCode });
    expect(await purchases()).toHaveLength(before.length);
  });
}

const OFFER: Offer = { spelling: '2018', msisdn: PAYERS[0], amountMinor: 2_000 };

/** In another currency: nothing that costs EUR can be had for it, if the machine can be had at all. */
const foreignCurrency = command('a scan in another currency', async (model, world) => {
  const answer = read(await world.post('/seqr/createPurchase', bodyOf(OFFER, world.token, 'SEK')));
  const { holder, isOnline } = model;
  const right = !isOnline
    ? ['DEVICE_UNAVAILABLE']
    : holder === null
      ? ['INSUFFICIENT_FUNDS']
      : holder === 'unknown'
        ? ['DEVICE_IN_USE', 'INSUFFICIENT_FUNDS']
        : ['DEVICE_IN_USE'];
  expect(right.map((errorCode) => ({ errorCode }))).toContainEqual(answer);
});

const sameAgain = command(
  'the same scan again',
  async (model, world) => {
    const [msisdn, amount] = holderOf(model)?.request.split(' ') ?? [];
    await scan(model, world, { spelling: '2017', msisdn, amountMinor: Number(amount) } as Offer);
  },
  (model) => holderOf(model) !== null,
);

export const scanOf = (offer: Offer): Command =>
  command('a scan', (model, world) => scan(model, world, offer), undefined, JSON.stringify(offer));

/** What most payers offer. */
export const usualScan = scanOf(OFFER);

export const scanning: readonly fc.Arbitrary<Command>[] = [
  ...often(8, offers.map(scanOf)),
  always(sameAgain),
  ...often(
    2,
    always(
      refused('a scan of no machine', 'DEVICE_UNAVAILABLE', () => bodyOf(OFFER, 'MODEL-0')),
      refused('half a scan', 'SYSTEM_ERROR', ({ token }) => bodyOf(OFFER, token).slice(0, -9)),
      refused('a negative scan', 'SYSTEM_ERROR', ({ token }) => bodyOf(OFFER, token).replace('20.00', '-20')),
      refused('a huge scan', 'SYSTEM_ERROR', ({ token }) => bodyOf(OFFER, token).padEnd(BODY_BYTES_MAX + 1)),
      foreignCurrency,
    ),
  ),
];
