import { dispensedMinor } from '#purchase/reserve-first/purchase.js';
import type { SeqrCalls } from '#purchasing/performer.js';
import { REFUSAL_CODES } from '#seqr/result-codes.js';

import { ALL_TRANSITIONS, FINAL_STATES } from '../../simulation/invariants/transitions.js';

import { DETOURS } from './detours.js';
import { expectedOf } from './expected.js';
import { PLACES, type Place } from './places.js';
import { Shop } from './shop.js';

/** All that SEQR published, success without anything else in the reply, and a number that it never published. */
const CODES = [0, ...REFUSAL_CODES, 77];
/** What a purchase asks of SEQR; a call that is added to it is missed here by the compiler. */
const CALLS: Record<keyof SeqrCalls, true> = {
  sendInvoice: true,
  getPaymentStatus: true,
  updateInvoice: true,
  commitReservation: true,
  cancelInvoice: true,
  submitPaymentReceipt: true,
};
/** One of each class, and the ones that the lifecycle knows by name: each costs a day of looking once a minute. */
const STUBBORN_LOOKS = [0, 12, 21, 49, 54, 77, 90];
/** A call is made once a minute for a day before a person is asked: 1,440 times, and one order strikes 1,000. */
const ORDERS_FOR_EVER = 2;
const FOR_EVER = 1_000;

const passed = new Set<string>();
const reached = new Set<string>();

function open(place: Place): Shop {
  return new Shop(({ operation, resultCode, acted }) => {
    expect(operation).toBe(place.operation);
    reached.add(`${place.name}, ${resultCode}, ${acted === true ? 'acted' : 'not acted'}`);
  });
}

/** Leads one purchase to its end. @returns what is wrong with it, whatever was said on the way. */
async function wrongAfter(place: Place, resultCode: number, acted: boolean, times: number): Promise<string[]> {
  const shop = open(place);
  const { operation } = place;
  await place.lead(shop, () => {
    const orders = times === FOR_EVER ? ORDERS_FOR_EVER : 1;
    for (let i = 0; i < orders; i += 1) {
      shop.faults.add({ operation, kind: 'result-code', resultCode, acted, times });
    }
  });
  const isQuiet = await shop.untilQuiet();
  const wrong = [...wrongInTheEnd(shop), ...(isQuiet ? [] : ['it does not come to an end'])];
  if (times === 1) wrong.push(...differences(shop, place, resultCode, acted));
  for (const transition of shop.transitions) passed.add(transition);
  return wrong.map((fault) => `${place.name}, ${resultCode}, ${acted ? 'acted' : 'not acted'}: ${fault}`);
}

/** The rules that hold however SEQR answers. */
function wrongInTheEnd(shop: Shop): string[] {
  const { purchase, invoice, cases, balances } = shop;
  const wrong = [...shop.violations];
  const rule = (holds: boolean, fault: string) => void (holds || wrong.push(fault));
  const paid = invoice?.committed ?? 0n;
  const sold = dispensedMinor(purchase);
  const isDebited = cases.some(({ reason }) => reason === 'unexpected-payment');
  rule(FINAL_STATES.has(purchase.state), `it ends as ${purchase.state}`);
  rule((invoice?.commits ?? 0) <= 1, 'SEQR committed twice');
  rule(paid === 0n || paid === sold || isDebited, `${sold} came out, and ${paid} were taken`);
  rule(paid === sold || cases.length > 0, `${sold} came out, ${paid} were taken, and nobody is told`);
  rule(purchase.state !== 'COMMITTED' || paid === sold, 'COMMITTED, and SEQR took something else');
  rule(purchase.state !== 'REVIEW' || cases.length > 0, 'in REVIEW without a case');
  rule((balances['reserved'] ?? 0n) === 0n, 'the ledger still has a reservation');
  rule(
    Object.values(balances).every((balance, _, all) => all.reduce((a, b) => a + b, 0n) === 0n),
    'the ledger does not add up',
  );
  return wrong;
}

function differences(shop: Shop, place: Place, resultCode: number, acted: boolean): string[] {
  const expected = expectedOf(place, resultCode, acted);
  const { state } = shop.purchase;
  const reasons = shop.cases.map(({ reason }) => reason).join();
  const paid = shop.invoice?.committed ?? 0n;
  const isSame = state === expected.state && paid === expected.paid && reasons === expected.cases.join();
  return isSame
    ? []
    : [
        `${state}, ${paid} taken, cases [${reasons}]; expected ${expected.state}, ${expected.paid}, [${expected.cases.join()}]`,
      ];
}

describe('a purchase of which SEQR answers one call with nothing but a result code', () => {
  it.each(PLACES)('ends as it should, whatever the code: $name', async (place) => {
    const wrong: string[] = [];
    for (const acted of [false, true]) {
      for (const code of CODES) wrong.push(...(await wrongAfter(place, code, acted, 1)));
    }

    expect(wrong).toEqual([]);
  });

  it.each(PLACES)(
    'ends, with money and goods in agreement or a case, when SEQR never says anything else: $name',
    async (place) => {
      const codes = place.operation === 'getPaymentStatus' ? STUBBORN_LOOKS : CODES;
      const wrong: string[] = [];
      for (const acted of [false, true]) {
        for (const code of codes) wrong.push(...(await wrongAfter(place, code, acted, FOR_EVER)));
      }

      expect(wrong).toEqual([]);
    },
  );

  it('says INVOICING_ERROR to the payer, and holds nothing, when that call is sendInvoice', async () => {
    for (const acted of [false, true]) {
      for (const resultCode of CODES) {
        const shop = new Shop(() => undefined);
        shop.faults.add({ operation: 'sendInvoice', kind: 'result-code', resultCode, acted, times: 1 });

        expect(await shop.scan()).toBe('INVOICING_ERROR');
        expect(shop.purchase).toMatchObject({ state: 'REFUSED', next: null });
      }
    }
  });

  it('was led past every code on every call, acted and not', () => {
    expect(CODES.length).toBeGreaterThan(50);
    expect(new Set(PLACES.map(({ operation }) => operation))).toEqual(new Set(Object.keys(CALLS)));
    const all = PLACES.flatMap(({ name }) =>
      CODES.flatMap((code) => [`${name}, ${code}, acted`, `${name}, ${code}, not acted`]),
    );

    expect(all.filter((one) => !reached.has(one))).toEqual([]);
  });
});

describe('the lifecycle', () => {
  it.each(DETOURS)('$name', async ({ lead, ends, comesThrough }) => {
    const shop = new Shop(() => undefined);
    await lead(shop);

    expect(await shop.untilQuiet()).toBe(true);
    expect(wrongInTheEnd(shop)).toEqual([]);
    expect({
      state: shop.purchase.state,
      cases: shop.cases.map(({ reason }) => reason),
      paid: shop.invoice?.committed ?? 0n,
    }).toEqual(ends);
    expect(shop.transitions).toContain(comesThrough);
    for (const transition of shop.transitions) passed.add(transition);
  });

  it('was led through every change of state there is', () => {
    expect(ALL_TRANSITIONS.filter((transition) => !passed.has(transition))).toEqual([]);
  });
});
