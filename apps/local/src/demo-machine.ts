import type { Database } from '#platform/database.js';
import { exponentOf, isCurrency } from '#purchase/money.js';
import { OfferCatalogue } from '#purchasing/offer-catalogue.js';
import type { SimulatedMachineOptions } from '#simulated-machine/simulated-machine.js';

/** The seeded machine that `npm start` simulates. */
export const DEMO_MACHINE_ID = 'helsinki-central-1';

/** Each is a pseudo-terminal, a broker connection and a journal on this computer; nobody looks at more pages. */
export const MACHINES_MAX = 200;

/** Full shelves: nobody restocks a machine that is not there. */
const STOCK = 10;

/**
 * Makes machines beside the seeded one, with its planogram and prices, until there are `count` to simulate; those of an
 * earlier start are found again.
 *
 * @returns their ids, the seeded one first
 */
export async function simulatedMachineIds(database: Database, count: number): Promise<string[]> {
  const others = Array.from({ length: count - 1 }, (_, index) => `simulated-${index + 2}`);
  if (others.length === 0) return [DEMO_MACHINE_ID];
  const { client } = database;
  const like = await seededMachine(database);
  const { currency, timeZone, reservationMaxMinor, planogramId, priceListId } = like;
  await client.machine.createMany({
    data: others.map((id, index) => ({
      id,
      reservationToken: `VR-S${index + 2}`,
      name: `Simulated machine ${index + 2}`,
      location: 'Simulated',
      currency,
      timeZone,
      reservationMaxMinor,
      planogramId,
      priceListId,
    })),
    skipDuplicates: true,
  });
  const slots = await client.planogramSlot.findMany({ where: { planogramId } });
  await client.slotStock.createMany({
    data: others.flatMap((machineId) => slots.map(({ selection }) => ({ machineId, selection, quantity: STOCK }))),
    skipDuplicates: true,
  });
  return [DEMO_MACHINE_ID, ...others];
}

/** The machine's front, filled by the planogram, prices and stock in the database, as a restocking visit would. */
export async function demoMachine(database: Database, id = DEMO_MACHINE_ID): Promise<SimulatedMachineOptions> {
  const machine = await seededMachine(database, id);
  if (!isCurrency(machine.currency)) throw new Error(`machine ${id} sells in the unknown currency ${machine.currency}`);
  const products = await new OfferCatalogue(database).products(machine.planogramId, machine.priceListId);
  const stock = new Map(machine.stock.map(({ selection, quantity }) => [selection, quantity]));
  return {
    name: id,
    currency: machine.currency,
    decimals: exponentOf(machine.currency),
    slots: [...products].map(([selection, product]) => ({
      selection,
      priceMinor: Number(product.priceMinor),
      stock: stock.get(selection) ?? 0,
      label: product.name,
    })),
  };
}

async function seededMachine(database: Database, id = DEMO_MACHINE_ID) {
  const machine = await database.client.machine.findUnique({ where: { id }, include: { stock: true } });
  if (machine !== null) return machine;
  throw new Error(
    `this database has machines, but not ${id}, which npm start simulates: name an empty database in DATABASE_URL, or run the roles one by one (npm run start:reseller-api, npm run start:machine-gateway)`,
  );
}
