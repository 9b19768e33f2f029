import pg from 'pg';

import { Database } from '#platform/database.js';
import { systemIds } from '#platform/ids.js';
import { OfferCatalogue } from '#purchasing/offer-catalogue.js';
import { PostgresPurchaseStore } from '#purchasing/purchase-store.js';
import { BEGINNING } from '#purchase/testing/visit.js';

import { newDatabase, queryOf } from '../support/database.js';
import { eventually } from '../support/eventually.js';

const SERVERS = 4;
const ACTS = 400;
/** Small, so that the servers meet at the same acts often. */
const AT_ONCE = 5;

/** After a server's death all others find what it left at the same moment. */
describe('servers that look for due acts at once', () => {
  let databaseUrl: string;
  const databases: Database[] = [];

  beforeEach(async () => {
    databaseUrl = await newDatabase();
  });

  afterEach(() => Promise.all(databases.splice(0).map((database) => database.close())));

  async function storeOf(serverId: string, name = 'test'): Promise<PostgresPurchaseStore> {
    const database = await Database.connect(databaseUrl, name);
    databases.push(database);
    return new PostgresPurchaseStore(database, new OfferCatalogue(database), systemIds, Date, serverId);
  }

  async function live(serverId: string): Promise<void> {
    await queryOf(
      databaseUrl,
      `INSERT INTO server_instances (id, role, heartbeat_at) VALUES ($1, 'test', now() + interval '1 hour')`,
      [serverId],
    );
  }

  /** Purchases whose first acts are due and leased to this server, in their order. */
  async function left(serverId: string, count: number): Promise<string[]> {
    const ids = Array.from({ length: count }, () => systemIds.uuid());
    const machines = await queryOf<{ id: string; planogram_id: string; price_list_id: string }>(
      databaseUrl,
      `INSERT INTO machines (id, reservation_token, name, location, currency, planogram_id, price_list_id)
       SELECT new, new, name, location, currency, planogram_id, price_list_id FROM machines, unnest($1::text[]) new
       WHERE id = 'helsinki-central-1' RETURNING id, planogram_id, price_list_id`,
      [ids],
    );
    const store = await storeOf(serverId);
    await Promise.all(
      machines.map(({ id, planogram_id: planogramId, price_list_id: priceListId }) =>
        store.begin({ ...BEGINNING, id, machineId: id, planogramId, priceListId }, { payer: 'p', requestKey: 'k' }),
      ),
    );
    await queryOf(
      databaseUrl,
      `UPDATE effects SET due_at = now() - interval '1 hour' + place * interval '1 ms', leased_until = now() + interval '1 hour'
       FROM unnest($1::uuid[]) WITH ORDINALITY AS those(id, place) WHERE purchase_id = id`,
      [ids],
    );
    return ids;
  }

  it('share what a dead one left: each act has one of them', async () => {
    const acts = await left(systemIds.uuid(), ACTS);
    const servers = Array.from({ length: SERVERS }, () => systemIds.uuid());
    await Promise.all(servers.map(live));

    const claimed = await Promise.all(
      servers.map(async (serverId) => {
        const store = await storeOf(serverId);
        const own: string[] = [];
        // One that finds nothing may have met only what the others were taking.
        for (let vain = 0; vain < 2;) {
          const found = await store.claimDue(AT_ONCE, []);
          own.push(...found.map(({ purchaseId }) => purchaseId));
          vain = found.length === 0 ? vain + 1 : 0;
        }
        return own;
      }),
    );

    expect(claimed.flat().toSorted()).toEqual(acts.toSorted());
    for (const [i, serverId] of servers.entries()) {
      const held = await queryOf<{ id: string }>(
        databaseUrl,
        'SELECT purchase_id::text AS id FROM effects WHERE leased_by = $1',
        [serverId],
      );
      expect(held.map(({ id }) => id).toSorted()).toEqual(claimed[i]?.toSorted());
    }
  });

  describe('when one has looked and not yet locked, and another takes what it saw', () => {
    const slow = systemIds.uuid();
    const quick = systemIds.uuid();
    let gate: pg.Client;

    /** Who asks as "slow" learns who lives only when the gate is open: by then its statement has begun. */
    beforeEach(async () => {
      await queryOf(
        databaseUrl,
        `ALTER TABLE server_instances RENAME TO all_instances;
         CREATE FUNCTION at_the_gate() RETURNS boolean LANGUAGE plpgsql AS $$
         BEGIN PERFORM pg_advisory_xact_lock_shared(1); RETURN true; END $$;
         CREATE VIEW server_instances AS
         SELECT * FROM all_instances WHERE current_setting('application_name') <> 'slow' OR at_the_gate()`,
      );
      gate = new pg.Client({ connectionString: databaseUrl });
      await gate.connect();
    });

    afterEach(() => gate.end());

    /** @returns what the slow one takes, and what it takes next. */
    async function overtaken(whileItWaits: () => Promise<unknown>): Promise<string[][]> {
      await live(slow);
      await gate.query('SELECT pg_advisory_lock(1)');
      const store = await storeOf(slow, 'slow');
      const claim = store.claimDue(1, []);
      await eventually('the slow one waits', async () => {
        const { rowCount } = await gate.query(
          `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'advisory'`,
        );
        return rowCount === 1 ? true : undefined;
      });
      await whileItWaits();
      await gate.query('SELECT pg_advisory_unlock(1)');
      const taken = [await claim, await store.claimDue(1, [])];
      return taken.map((acts) => acts.map(({ purchaseId }) => purchaseId));
    }

    const takenBy = async (serverId: string): Promise<string[]> =>
      (await (await storeOf(serverId)).claimDue(1, [])).map(({ purchaseId }) => purchaseId);

    it('it takes what comes next instead', async () => {
      const [first, second] = await left(systemIds.uuid(), 2);
      await live(quick);

      const taken = await overtaken(async () => expect(await takenBy(quick)).toEqual([first]));

      expect(taken).toEqual([[second], []]);
    });

    it('it takes nothing from one that was not there when it looked', async () => {
      const [first, second] = await left(systemIds.uuid(), 2);

      const taken = await overtaken(async () => {
        await live(quick);
        expect(await takenBy(quick)).toEqual([first]);
      });

      expect(taken).toEqual([[], [second]]);
    });

    it('it leaves what the other has moved on', async () => {
      const [first, second] = await left(systemIds.uuid(), 2);

      const taken = await overtaken(() =>
        queryOf(databaseUrl, 'UPDATE effects SET seq = seq + 1, leased_by = NULL WHERE purchase_id = $1', [first]),
      );

      // It is free, and not what was seen: that is for the next look.
      expect(taken).toEqual([[], [first]]);
      expect(await takenBy(quick)).toEqual([second]);
    });
  });
});
