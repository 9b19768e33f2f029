import type { Database } from '#platform/database.js';
import { exponentOf, isCurrency } from '#purchase/money.js';
import { OfferCatalogue } from '#purchasing/offer-catalogue.js';
import type { SimulatedMachineOptions } from '#simulated-machine/simulated-machine.js';

/** The seeded machine that `npm start` simulates. */
export const DEMO_MACHINE_ID = 'helsinki-central-1';

/** Its front, filled by the planogram, prices and stock in the database, as a restocking visit would. */
export async function demoMachine(database: Database): Promise<SimulatedMachineOptions> {
  const machine = await database.client.machine.findUnique({
    where: { id: DEMO_MACHINE_ID },
    include: { stock: true },
  });
  if (machine === null || !isCurrency(machine.currency)) {
    throw new Error(
      `this database has machines, but not ${DEMO_MACHINE_ID}, which npm start simulates: name an empty database in DATABASE_URL, or run the roles one by one (npm run start:reseller-api, npm run start:machine-gateway)`,
    );
  }
  const products = await new OfferCatalogue(database).products(machine.planogramId, machine.priceListId);
  const stock = new Map(machine.stock.map(({ selection, quantity }) => [selection, quantity]));
  return {
    name: DEMO_MACHINE_ID,
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
