import { Database } from '#platform/database.js';
import { systemIds } from '#platform/ids.js';
import { openMachineCase, takeMachineEvent } from '#purchasing/machine-stream.js';
import { OfferCatalogue } from '#purchasing/offer-catalogue.js';
import { ConflictError, EventTakenError, type MachineEventRecord } from '#purchasing/ports.js';
import { PostgresPurchaseStore } from '#purchasing/purchase-store.js';
import type { PurchaseEvent } from '#purchase/reserve-first/events.js';
import { step } from '#purchase/reserve-first/lifecycle.js';
import type { Purchase } from '#purchase/reserve-first/purchase.js';
import { BEGINNING } from '#purchase/testing/visit.js';

import { newDatabase, queryOf } from '../support/database.js';

/** Enough for every order in which four can reach two rows. */
const ROUNDS = 50;

/** Several gateways get the same event of a machine, while SEQR's side moves the purchase on. */
describe('servers that want the same purchase and the same journal at once', () => {
  let databaseUrl: string;
  let databases: Database[];

  beforeAll(async () => {
    databaseUrl = await newDatabase();
    databases = [await Database.connect(databaseUrl, 'one'), await Database.connect(databaseUrl, 'other')];
  });

  afterAll(() => Promise.all(databases.map((database) => database.close())));

  const storeOn = async (database: Database) => {
    const id = systemIds.uuid();
    await queryOf(databaseUrl, 'INSERT INTO server_instances (id, role) VALUES ($1, $2)', [id, 'test']);
    return new PostgresPurchaseStore(database, new OfferCatalogue(database), systemIds, Date, id);
  };

  async function begin(store: PostgresPurchaseStore): Promise<Purchase> {
    const id = systemIds.uuid();
    const [machine] = await queryOf<{ planogram_id: string; price_list_id: string }>(
      databaseUrl,
      `INSERT INTO machines (id, reservation_token, name, location, currency, planogram_id, price_list_id)
       SELECT $1, $1, name, location, currency, planogram_id, price_list_id FROM machines WHERE id = 'helsinki-central-1'
       RETURNING planogram_id, price_list_id`,
      [id],
    );
    if (machine === undefined) throw new Error('the seed has no machine');
    const { planogram_id: planogramId, price_list_id: priceListId } = machine;
    return store.begin({ ...BEGINNING, id, machineId: id, planogramId, priceListId }, { payer: 'p', requestKey: 'k' });
  }

  function save(store: PostgresPurchaseStore, before: Purchase, machineEvent?: MachineEventRecord): Promise<void> {
    const event: PurchaseEvent = { type: 'InvoiceIssued', invoiceReference: systemIds.uuid() };
    const at = Date.now();
    const { purchase: after, cases } = step(before, event, at);
    return store.save({ before, after, event, at, cases, calls: [], ...(machineEvent && { machineEvent }) });
  }

  function keepWithCase(database: Database, record: MachineEventRecord): Promise<void> {
    const told = { reason: 'machine-fault', known: 'k', suggestedAction: 's' };
    return database.transaction(async (transaction) => {
      if (!(await takeMachineEvent(transaction, record))) throw new EventTakenError('not the next event');
      await openMachineCase(transaction, record.machineId, told, systemIds.uuid());
    });
  }

  it('never lock each other out: one moves the purchase, one takes the event in, and what fails leaves nothing', async () => {
    const [one, other] = databases as [Database, Database];
    const stores = [await storeOn(one), await storeOn(other)] as const;
    for (let round = 0; round < ROUNDS; round += 1) {
      const purchase = await begin(stores[0]);
      const record = eventOf(purchase);
      const work = [
        () => save(stores[0], purchase, record),
        () => save(stores[1], purchase, record),
        () => save(stores[1], purchase),
        () => keepWithCase(one, record),
      ];
      const first = round % work.length;

      const done = await Promise.allSettled([...work.slice(first), ...work.slice(0, first)].map((each) => each()));

      const refusals = done.flatMap((each) => (each.status === 'rejected' ? [each.reason as unknown] : []));
      expect(refusals.filter((each) => !(each instanceof ConflictError || each instanceof EventTakenError))).toEqual(
        [],
      );
      const [held] = await queryOf(
        databaseUrl,
        `SELECT version,
           (SELECT count(*)::int FROM purchase_events WHERE purchase_id = purchases.id) AS steps,
           (SELECT count(*)::int FROM machine_events e WHERE e.machine_id = purchases.machine_id) AS events,
           (SELECT last_seq FROM machine_streams s WHERE s.machine_id = purchases.machine_id) AS "lastSeq"
         FROM purchases WHERE id = $1`,
        [purchase.id],
      );
      expect(held).toEqual({ version: 2, steps: 2, events: 1, lastSeq: 1 });
      // Together, or one each.
      expect([2, 3]).toContain(refusals.length);
    }
  });
});

function eventOf({ id, machineId }: Purchase): MachineEventRecord {
  return {
    machineId,
    journalId: `journal-${machineId}`,
    bootId: 'boot-00000001',
    seq: 1,
    type: 'fault',
    body: {},
    machineAt: new Date().toISOString(),
    purchaseId: id,
    rejected: null,
  };
}
