import fc from 'fast-check';

import { sum } from '#purchase/money.js';
import type { PurchaseEvent } from '#purchase/reserve-first/events.js';
import type { Purchase } from '#purchase/reserve-first/purchase.js';
import { closed, dispensed, selected, vendFailed } from '#purchase/testing/happenings.js';
import { unlocked } from '#purchase/testing/stages.js';

import type { OfferedProduct } from '../offer-catalogue.js';
import { type MachineOnReceipt, receiptOf } from './receipt.js';
import { receiptHtml } from './receipt-html.js';
import { taxLines } from './tax.js';

const product = (name: string, taxRateHundredths: number | null): OfferedProduct => ({
  name,
  sku: '1',
  taxRateHundredths,
  priceMinor: 1n,
});
const PRODUCTS = new Map([
  [11, product('Still water 0.5 l', 1_400)],
  [12, product('Sparkling water 0.5 l', 1_400)],
  [34, product('Cheese sandwich', 2_550)],
]);
const MACHINE: MachineOnReceipt = { name: 'Platform 3', location: 'Helsinki', timeZone: 'Europe/Helsinki' };

function htmlOf(
  purchase: Purchase,
  machine = MACHINE,
  products: ReadonlyMap<number, OfferedProduct> = PRODUCTS,
  contact: string | null = null,
): string {
  return receiptHtml(receiptOf(purchase, machine, products, contact));
}

/** A purchase that ended with these vends. */
const purchaseWith = (...events: readonly PurchaseEvent[]): Purchase => unlocked().on(...events).purchase;
const bought = purchaseWith(
  ...[1, 2].flatMap((number) => [selected(number, 11), dispensed(number)]),
  selected(3, 12),
  vendFailed(3),
  selected(4, 34),
  dispensed(4),
  closed(3, 810n),
);
/** What a reader sees: no tags, no white space of its own. */
const readable = (html: string) =>
  html
    .replace(/<style>[^]*<\/style>/, '')
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll(/\s+/g, ' ');

describe('a receipt', () => {
  it('says where and when, in the time of the place', () => {
    const page = readable(htmlOf(bought));

    expect(page).toContain('Platform 3 Helsinki');
    expect(page).toContain('Saturday 21 November 2026, 14:00 GMT+2 (Europe/Helsinki)');
  });

  it.each([null, 'Mars/Olympus', ''])('says the time in UTC for a machine whose zone is %p', (timeZone) => {
    expect(readable(htmlOf(bought, { ...MACHINE, timeZone }))).toContain('Saturday 21 November 2026, 12:00 UTC');
  });

  it('lists what came out: how many, for how much each, for how much together', () => {
    const page = readable(htmlOf(bought));

    expect(page).toContain('Still water 0.5 l 2 × 1.80 EUR 3.60 EUR');
    expect(page).toContain('Cheese sandwich 1 × 4.50 EUR 4.50 EUR');
    expect(page).toContain('Total 8.10 EUR');
  });

  it('says what was chosen and not charged', () => {
    expect(readable(htmlOf(bought))).toContain('not seen to come out: Sparkling water 0.5 l');
  });

  it('says what was reserved, charged and released', () => {
    expect(readable(htmlOf(bought))).toContain('Reserved 20.00 EUR Charged 8.10 EUR Released to you 11.90 EUR');
  });

  it('says how much tax is in it, at each rate', () => {
    const page = readable(htmlOf(bought));

    expect(page).toContain('25.5 % 3.59 0.91 4.50');
    expect(page).toContain('14 % 3.16 0.44 3.60');
  });

  it('is silent about tax where no product states a rate', () => {
    expect(readable(htmlOf(bought, MACHINE, new Map([[11, product('Water', null)]])))).not.toMatch(/tax/i);
  });

  it('gives the references by which SEQR and the operator find it, and whom to ask', () => {
    const page = readable(htmlOf({ ...bought, ersReference: '900000000001' }, MACHINE, PRODUCTS, 'Call 0800 1234'));

    expect(page).toContain('Invoice 700000000001');
    expect(page).toContain('Payment 900000000001');
    expect(page).toContain(`Purchase ${bought.id}`);
    expect(page).toContain('Call 0800 1234');
  });

  it('sets thousands apart and knows currencies without decimals', () => {
    const yen = { ...bought, currency: 'JPY' as const, reservedMinor: 1_234_567n };

    expect(htmlOf(yen)).toContain('1\u202f234\u202f567\u00a0JPY');
  });

  it('needs nothing from elsewhere', () => {
    expect(htmlOf(bought)).not.toMatch(/https?:|src=|href=|url\(|@import|<script/i);
  });
});

const rate = fc.option(fc.integer({ min: 0, max: 6_000 }), { nil: null });
const rows = fc.array(fc.record({ rateHundredths: rate, totalMinor: fc.bigInt({ min: 0n, max: 10n ** 12n }) }), {
  minLength: 1,
  maxLength: 30,
});

describe('the tax on a receipt', () => {
  it('adds up, whatever is sold at whatever rates, and however much of it is charged', () => {
    fc.assert(
      fc.property(rows, fc.bigInt({ min: 0n, max: 1_000n }), (given, permille) => {
        const all = sum(given.map((row) => row.totalMinor));
        const charged = (all * permille) / 1_000n;
        const lines = taxLines(given, charged);

        expect(sum(lines.map((line) => line.grossMinor))).toBe(charged);
        for (const { rateHundredths, grossMinor, netMinor, taxMinor } of lines) {
          const sold = sum(given.filter((row) => row.rateHundredths === rateHundredths).map((row) => row.totalMinor));
          expect(grossMinor >= 0n && grossMinor <= sold).toBe(true);
          if (rateHundredths === null || netMinor === null || taxMinor === null) {
            expect([rateHundredths, netMinor, taxMinor]).toEqual([null, null, null]);
            continue;
          }
          expect(netMinor + taxMinor).toBe(grossMinor);
          // Nearest: net times (100 % + rate) misses gross times 100 % by half a unit at the most.
          const whole = 10_000n + BigInt(rateHundredths);
          const miss = 2n * (netMinor * whole - grossMinor * 10_000n);
          expect(miss <= whole && miss > -whole).toBe(true);
        }
      }),
    );
  });
});

describe('the page of a receipt', () => {
  const amountsIn = (html: string, pattern: RegExp) =>
    [...readable(html).matchAll(pattern)].map(([, amount = '']) => BigInt(amount.replaceAll(/[^\d]/g, '')));

  it('shows rows that add up to its total, and what was reserved as charged and released', () => {
    const counts = fc.tuple(fc.nat(9), fc.nat(9), fc.integer({ min: 1, max: 9 }));
    fc.assert(
      fc.property(counts, ([eleven, twelve, sandwiches]) => {
        const choices = [
          ...Array(eleven).fill(11),
          ...Array(twelve).fill(12),
          ...Array(sandwiches).fill(34),
        ] as number[];
        const events = choices.flatMap((selection, i) => [selected(i + 1, selection), dispensed(i + 1)]);
        const total = BigInt(eleven * 180 + twelve * 190 + sandwiches * 450);
        const html = htmlOf(purchaseWith(...events, closed(choices.length, total)));
        const charged = total > 2_000n ? 2_000n : total;

        const lines = amountsIn(html, /\d × \S+ EUR (\d+\.\d\d) EUR/g);
        const off = amountsIn(html, /not charged \u2212(\d+\.\d\d) EUR/g);
        expect(sum(lines) - sum(off)).toBe(charged);
        expect(amountsIn(html, /Total (\S+) EUR/g)).toEqual([charged]);
        expect(amountsIn(html, /(?:You paid|Charged) (\S+) EUR/g)).toEqual([charged, charged]);
        expect(amountsIn(html, /Released to you (\S+) EUR/g)).toEqual([2_000n - charged]);
        expect(sum(amountsIn(html, /% \S+ \S+ (\S+)/g))).toBe(charged);
      }),
    );
  });

  it('lets no name become markup, hide what follows, or outgrow SEQR’s 64 KiB', () => {
    const hostile = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 400 }),
      fc.constantFrom(
        '<script>alert(1)</script>',
        '"><img src=x onerror=alert(1)>',
        "' onload='x",
        '<!--',
        '</title><style>*{display:none}',
        '\u202Eevil',
        '&lt;b&gt;',
        '<'.repeat(400),
      ),
    );
    fc.assert(
      fc.property(hostile, hostile, hostile, (name, location, water) => {
        const plain = htmlOf(bought, { ...MACHINE, name: 'x', location: 'x' }, new Map([[11, product('x', 1_400)]]));
        const html = htmlOf(bought, { ...MACHINE, name, location }, new Map([[11, product(water, 1_400)]]));

        // The same elements in the same order: nothing that was written in became one.
        expect(html.match(/<[^>]*>/g)?.join('')).toEqual(plain.match(/<[^>]*>/g)?.join(''));
        expect(html.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}]/u);
        expect(Buffer.byteLength(html)).toBeLessThan(64 * 1024);
      }),
    );
  });

  it('stays within 64 KiB for a machine that sold everything it has under the longest names', () => {
    const receipt = receiptOf(bought, MACHINE, PRODUCTS);
    const [row] = receipt.rows;
    if (row === undefined) throw new Error('nothing was bought');
    const many = Array.from({ length: 500 }, () => ({ ...row, name: '"&<>'.repeat(100) }));
    const html = receiptHtml({ ...receipt, rows: many, notDispensed: many.map(({ name }) => name) });

    expect(Buffer.byteLength(html)).toBeLessThan(64 * 1024);
    expect(readable(html)).toContain('440 more products');
  });
});
