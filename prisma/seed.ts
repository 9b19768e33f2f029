import { createHash } from 'node:crypto';

import type { Database } from '#platform/database.js';

/** Twelve products of a believable machine: name, EAN as SKU, price in cents of EUR, price in öre of SEK. */
const PRODUCTS = [
  ['Still water 0.5 l', '6401000000011', 180, 2000],
  ['Sparkling water 0.5 l', '6401000000028', 190, 2200],
  ['Cola 0.33 l', '6401000000035', 220, 2500],
  ['Cola without sugar 0.33 l', '6401000000042', 220, 2500],
  ['Orange juice 0.25 l', '6401000000059', 250, 2800],
  ['Iced coffee 0.25 l', '6401000000066', 290, 3200],
  ['Salted crisps 40 g', '6401000000073', 170, 1900],
  ['Mixed nuts 60 g', '6401000000080', 260, 2900],
  ['Milk chocolate 50 g', '6401000000097', 150, 1700],
  ['Oat bar 45 g', '6401000000103', 160, 1800],
  ['Liquorice 80 g', '6401000000110', 210, 2400],
  ['Cheese sandwich', '6401000000127', 450, 4900],
] as const;

/** Item numbers as printed beside the shelves: row and column. */
const SELECTIONS = [11, 12, 13, 14, 21, 22, 23, 24, 31, 32, 33, 34] as const;

interface SeedMachine {
  readonly id: string;
  readonly token: string;
  readonly name: string;
  readonly location: string;
  readonly currency: 'EUR' | 'SEK';
  readonly stock?: (selection: number) => number;
  readonly outOfService?: boolean;
}

/** The first machine is the one that `npm start` simulates; the others wait for a bridge of their own. */
const MACHINES: readonly SeedMachine[] = [
  {
    id: 'helsinki-central-1',
    token: 'VR-1001',
    name: 'Central Station, platform 3',
    location: 'Helsinki',
    currency: 'EUR',
  },
  {
    id: 'helsinki-central-2',
    token: 'VR-1002',
    name: 'Central Station, main hall',
    location: 'Helsinki',
    currency: 'EUR',
  },
  {
    id: 'espoo-campus-1',
    token: 'VR-1003',
    name: 'Otaniemi library',
    location: 'Espoo',
    currency: 'EUR',
    stock: (s) => (s < 20 ? 0 : 4),
  },
  {
    id: 'tampere-arena-1',
    token: 'VR-1004',
    name: 'Ice arena, entrance B',
    location: 'Tampere',
    currency: 'EUR',
    stock: () => 0,
  },
  { id: 'stockholm-c-1', token: 'VR-2001', name: 'Stockholm C, track 10', location: 'Stockholm', currency: 'SEK' },
  {
    id: 'uppsala-gym-1',
    token: 'VR-2002',
    name: 'Gym at the river',
    location: 'Uppsala',
    currency: 'SEK',
    outOfService: true,
  },
];

const FULL = 10;

/**
 * A small fleet to begin with: products, one planogram, a price list for each currency, six machines with their stock.
 *
 * @returns false when the database has machines already; then nothing is touched.
 */
export async function seed(database: Database): Promise<boolean> {
  const { client } = database;
  if ((await client.machine.count()) > 0) return false;
  const planogramId = idOf('planogram/snacks and drinks/1');
  await client.$transaction(async (tx) => {
    await tx.product.createMany({
      data: PRODUCTS.map(([name, sku]) => ({ id: idOf(`product/${sku}`), sku, name, taxRateHundredths: 1_400 })),
    });
    await tx.planogram.create({ data: { id: planogramId, name: 'Snacks and drinks', version: 1 } });
    await tx.planogramSlot.createMany({
      data: PRODUCTS.map(([, sku], i) => ({
        planogramId,
        selection: SELECTIONS[i] ?? 0,
        productId: idOf(`product/${sku}`),
        capacity: FULL,
      })),
    });
    for (const [column, currency] of [
      [2, 'EUR'],
      [3, 'SEK'],
    ] as const) {
      const priceListId = idOf(`price list/${currency}/1`);
      await tx.priceList.create({ data: { id: priceListId, name: `Standard ${currency}`, version: 1, currency } });
      await tx.price.createMany({
        data: PRODUCTS.map((product) => ({
          priceListId,
          productId: idOf(`product/${product[1]}`),
          amountMinor: BigInt(product[column]),
        })),
      });
    }
    await tx.machine.createMany({
      data: MACHINES.map((machine) => ({
        id: machine.id,
        reservationToken: machine.token,
        name: machine.name,
        location: machine.location,
        currency: machine.currency,
        timeZone: machine.currency === 'EUR' ? 'Europe/Helsinki' : 'Europe/Stockholm',
        reservationMaxMinor: machine.currency === 'EUR' ? 5_000n : 50_000n,
        outOfService: machine.outOfService ?? false,
        planogramId,
        priceListId: idOf(`price list/${machine.currency}/1`),
      })),
    });
    await tx.slotStock.createMany({
      data: MACHINES.flatMap((machine) =>
        SELECTIONS.map((selection) => ({
          machineId: machine.id,
          selection,
          quantity: machine.stock?.(selection) ?? FULL,
        })),
      ),
    });
    await tx.operator.create({
      data: { id: idOf('operator/demo'), email: 'operator@example.com', name: 'Demo operator', role: 'operator' },
    });
  });
  return true;
}

/** The same id for the same name, so that everybody's demo fleet is the same. */
function idOf(name: string): string {
  const hex = createHash('sha256').update(`vendrail seed/${name}`).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
