import { Database } from '#platform/database.js';
import { systemIds } from '#platform/ids.js';
import { OfferCatalogue } from '#purchasing/offer-catalogue.js';
import { PostgresPurchaseStore } from '#purchasing/purchase-store.js';
import { STORE_CONTRACT, type StoreRig } from '#purchasing/testing/store-contract.js';
import { BEGINNING } from '#purchase/testing/visit.js';

import { newDatabase, queryOf } from '../support/database.js';

/** What the unit tests assume of a store, on the real one. */
describe('the store in PostgreSQL', () => {
  let databaseUrl: string;
  let database: Database;

  beforeAll(async () => {
    databaseUrl = await newDatabase();
    database = await Database.connect(databaseUrl, 'test');
  });

  afterAll(() => database.close());

  const run = (text: string, values: unknown[] = []) =>
    queryOf<{ planogram_id: string; price_list_id: string }>(databaseUrl, text, values);

  /** Time passes by moving everything else into the past. */
  async function pass(ms: number, livingServers: readonly string[]): Promise<void> {
    const shift = `make_interval(secs => ${ms / 1_000})`;
    await run(
      `UPDATE effects SET due_at = due_at - ${shift}, leased_until = leased_until - ${shift} WHERE done_at IS NULL`,
    );
    await run(`UPDATE server_instances SET heartbeat_at = heartbeat_at - ${shift} WHERE id <> ALL($1::uuid[])`, [
      livingServers,
    ]);
    await run('UPDATE server_instances SET heartbeat_at = now() WHERE id = ANY($1::uuid[])', [livingServers]);
  }

  const rig: StoreRig = {
    newServer: async () => {
      const id = systemIds.uuid();
      await run('INSERT INTO server_instances (id, role) VALUES ($1, $2)', [id, 'test']);
      const catalogue = new OfferCatalogue(database);
      return { id, store: new PostgresPurchaseStore(database, catalogue, systemIds, Date, id) };
    },
    pass,
    now: () => Date.now(),
    newBeginning: async () => {
      const id = systemIds.uuid();
      const [machine] = await run(
        `INSERT INTO machines (id, reservation_token, name, location, currency, planogram_id, price_list_id)
         SELECT $1, $1, name, location, currency, planogram_id, price_list_id FROM machines WHERE id = 'helsinki-central-1'
         RETURNING planogram_id, price_list_id`,
        [id],
      );
      if (machine === undefined) throw new Error('the seed has no machine');
      const { planogram_id: planogramId, price_list_id: priceListId } = machine;
      const prices = await new OfferCatalogue(database).prices(planogramId, priceListId);
      const { grantNumber: _, ...beginning } = BEGINNING;
      return { ...beginning, id, machineId: id, planogramId, priceListId, prices };
    },
  };

  it.each(STORE_CONTRACT)('$name', async ({ check }) => {
    await expect(check(rig)).resolves.toBeUndefined();
  });
});
