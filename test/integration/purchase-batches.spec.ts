import { Database, sql } from '#platform/database.js';
import { systemIds } from '#platform/ids.js';
import { takeMachineEvents } from '#purchasing/machine-stream.js';
import { OfferCatalogue } from '#purchasing/offer-catalogue.js';
import {
  ConflictError,
  EventTakenError,
  InvoiceReferenceTakenError,
  type MachineEventRecord,
  MachineHeldError,
} from '#purchasing/ports.js';
import { PostgresPurchaseStore } from '#purchasing/purchase-store.js';
import { step } from '#purchase/reserve-first/lifecycle.js';
import type { Purchase } from '#purchase/reserve-first/purchase.js';
import { BEGINNING } from '#purchase/testing/visit.js';

import { newDatabase, queryOf } from '../support/database.js';

/** More than go in one batch. */
const PURCHASES = 40;

/** What comes together is written in one statement; each must end as if it had come alone. */
describe('purchases that are written down together', () => {
  let databaseUrl: string;
  let database: Database;
  let store: PostgresPurchaseStore;
  let list: { planogram_id: string; price_list_id: string };

  beforeAll(async () => {
    databaseUrl = await newDatabase();
    database = await Database.connect(databaseUrl, 'batches');
    const serverId = systemIds.uuid();
    await queryOf(databaseUrl, 'INSERT INTO server_instances (id, role) VALUES ($1, $2)', [serverId, 'test']);
    store = new PostgresPurchaseStore(database, new OfferCatalogue(database), systemIds, Date, serverId);
    const [machine] = await queryOf<typeof list>(
      databaseUrl,
      `SELECT planogram_id, price_list_id FROM machines WHERE id = 'helsinki-central-1'`,
    );
    if (machine === undefined) throw new Error('the seed has no machine');
    list = machine;
  });

  afterAll(() => database.close());

  async function machines(count: number): Promise<string[]> {
    const ids = Array.from({ length: count }, () => systemIds.uuid());
    await queryOf(
      databaseUrl,
      `INSERT INTO machines (id, reservation_token, name, location, currency, planogram_id, price_list_id)
       SELECT new, new, name, location, currency, planogram_id, price_list_id FROM machines, unnest($1::text[]) new
       WHERE id = 'helsinki-central-1'`,
      [ids],
    );
    return ids;
  }

  function begin(machineId: string): Promise<Purchase> {
    const { planogram_id: planogramId, price_list_id: priceListId } = list;
    const beginning = { ...BEGINNING, id: systemIds.uuid(), machineId, planogramId, priceListId };
    return store.begin(beginning, { payer: 'p', requestKey: 'k' });
  }

  async function begun(count: number): Promise<Purchase[]> {
    return Promise.all((await machines(count)).map(begin));
  }

  function issue(before: Purchase, invoiceReference: string, machineEvent?: MachineEventRecord): Promise<void> {
    const event = { type: 'InvoiceIssued', invoiceReference } as const;
    const at = Date.now();
    const { purchase: after, cases } = step(before, event, at);
    return store.save({ before, after, event, at, cases, calls: [], ...(machineEvent && { machineEvent }) });
  }

  const versionsOf = (purchases: readonly Purchase[]) =>
    queryOf<{ version: number; events: number; reference: string | null }>(
      databaseUrl,
      `SELECT version, invoice_reference AS reference,
         (SELECT count(*)::int FROM purchase_events WHERE purchase_id = purchases.id) AS events
       FROM unnest($1::uuid[]) WITH ORDINALITY AS wanted(id, n) JOIN purchases USING (id) ORDER BY n`,
      [purchases.map(({ id }) => id)],
    );

  it('are each at the next version, with an event, an act and a grant number of their own', async () => {
    const purchases = await begun(PURCHASES);
    const references = purchases.map(() => systemIds.uuid());
    await Promise.all(purchases.map((purchase, i) => issue(purchase, references[i] ?? '')));

    expect(await versionsOf(purchases)).toEqual(references.map((reference) => ({ version: 2, events: 2, reference })));
    const loaded = await Promise.all(purchases.map(({ id }) => store.load(id)));
    expect(loaded.map((purchase) => purchase?.id)).toEqual(purchases.map(({ id }) => id));
    expect(new Set(purchases.map(({ grantNumber }) => grantNumber)).size).toBe(PURCHASES);
    const acts = await queryOf(databaseUrl, 'SELECT seq FROM effects WHERE purchase_id = ANY($1)', [
      purchases.map(({ id }) => id),
    ]);
    expect(acts).toEqual(purchases.map(() => ({ seq: 2 })));
  });

  it('have one machine each: of several that want the same, one begins', async () => {
    const [wanted = '', ...others] = await machines(6);
    const outcomes = await Promise.allSettled([wanted, ...others, wanted, wanted].map(begin));
    const refused = outcomes.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []));

    expect(refused).toEqual([new MachineHeldError(wanted), new MachineHeldError(wanted)]);
    const live = await queryOf(databaseUrl, 'SELECT machine_id FROM purchases WHERE machine_id = $1', [wanted]);
    expect(live).toHaveLength(1);
  });

  it('conflict alone: who comes with an old version is refused, and the others are saved', async () => {
    const purchases = await begun(10);
    const [stale] = purchases as [Purchase];
    await issue(stale, systemIds.uuid());
    const outcomes = await Promise.allSettled(purchases.map((purchase) => issue(purchase, systemIds.uuid())));

    expect(outcomes.map((one) => one.status)).toEqual(['rejected', ...Array<string>(9).fill('fulfilled')]);
    expect(outcomes[0]).toMatchObject({ reason: expect.any(ConflictError) as unknown });
    expect((await versionsOf(purchases)).map(({ version, events }) => [version, events])).toEqual(
      purchases.map(() => [2, 2]),
    );
  });

  it('do not wait for one whose row somebody else holds', async () => {
    const [held, ...others] = (await begun(5)) as [Purchase, ...Purchase[]];
    let waiting: Promise<void> | undefined;
    await database.transaction(async (transaction) => {
      await transaction.$queryRaw(sql`SELECT id FROM purchases WHERE id = ${held.id}::uuid FOR UPDATE`);
      waiting = issue(held, systemIds.uuid());
      await Promise.all(others.map((purchase) => issue(purchase, systemIds.uuid())));
      expect((await versionsOf([held, ...others])).map(({ version }) => version)).toEqual([1, 2, 2, 2, 2]);
    });
    await waiting;

    expect((await versionsOf([held]))[0]).toMatchObject({ version: 2, events: 2 });
  });

  it('are saved once when the same step comes twice', async () => {
    const purchases = await begun(4);
    const [twice] = purchases as [Purchase];
    const steps = [...purchases, twice].map((purchase) => issue(purchase, systemIds.uuid()));
    const outcomes = await Promise.allSettled(steps);

    expect(outcomes.filter(({ status }) => status === 'rejected')).toMatchObject([
      { reason: expect.any(ConflictError) as unknown },
    ]);
    expect((await versionsOf([twice]))[0]).toMatchObject({ version: 2, events: 2 });
  });

  it('lose nothing to one whose invoice belongs to another purchase', async () => {
    const [first, ...purchases] = (await begun(11)) as [Purchase, ...Purchase[]];
    await issue(first, 'taken-by-the-first');
    const outcomes = await Promise.allSettled(
      purchases.map((purchase, i) => issue(purchase, i === 5 ? 'taken-by-the-first' : systemIds.uuid())),
    );

    expect(outcomes.findIndex(({ status }) => status === 'rejected')).toBe(5);
    expect(outcomes[5]).toMatchObject({ reason: expect.any(InvoiceReferenceTakenError) as unknown });
    expect((await versionsOf(purchases)).map(({ version }) => version)).toEqual(
      purchases.map((_, i) => (i === 5 ? 1 : 2)),
    );
  });

  it('take in the events of their machines or leave them, each by itself', async () => {
    const purchases = await begun(9);
    const [stale] = purchases as [Purchase];
    await issue(stale, systemIds.uuid());
    const outcomes = await Promise.allSettled(
      // The first at an old version, the second with an event that is not the next; every third without one.
      purchases.map((purchase, i) =>
        issue(purchase, systemIds.uuid(), i > 1 && i % 3 === 0 ? undefined : eventOf(purchase, i === 1 ? 7 : 1)),
      ),
    );

    expect(outcomes.slice(0, 2)).toMatchObject([
      { reason: expect.any(ConflictError) as unknown },
      { reason: expect.any(EventTakenError) as unknown },
    ]);
    expect(outcomes.slice(2).every(({ status }) => status === 'fulfilled')).toBe(true);
    const taken = await queryOf<{ events: number }>(
      databaseUrl,
      `SELECT (SELECT count(*)::int FROM machine_events WHERE machine_id = wanted.id) AS events
       FROM unnest($1::text[]) WITH ORDINALITY AS wanted(id, n) ORDER BY n`,
      [purchases.map(({ machineId }) => machineId)],
    );
    expect(taken.map(({ events }) => events)).toEqual([0, 0, 1, 0, 1, 1, 0, 1, 1]);
    expect((await versionsOf(purchases)).map(({ version }) => version)).toEqual([2, 1, ...Array<number>(7).fill(2)]);
  });

  it('takes in together what is the next event of its journal, and says of the others that they are not', async () => {
    const ids = await machines(PURCHASES);
    const news = (machineId: string, seq: number): MachineEventRecord => ({
      machineId,
      journalId: `journal-of-${machineId}`,
      bootId: 'boot-0001',
      seq,
      type: 'fault',
      body: { type: 'fault', code: 'line', detail: 'noise' },
      machineAt: '2026-11-21T12:00:00.000Z',
      purchaseId: null,
      rejected: null,
    });
    const isEven = (i: number) => i % 2 === 0;

    const first = await takeMachineEvents(
      database,
      ids.filter((_, i) => isEven(i)).map((id) => news(id, 1)),
    );
    const second = await takeMachineEvents(
      database,
      ids.map((id) => news(id, 2)),
    );

    expect(first).toEqual(first.map(() => true));
    expect(second).toEqual(ids.map((_, i) => isEven(i)));
    const kept = await queryOf<{ machine_id: string; seq: number; body: unknown }>(
      databaseUrl,
      'SELECT machine_id, seq, body FROM machine_events WHERE machine_id = ANY($1) ORDER BY array_position($1, machine_id), seq',
      [ids],
    );
    const { body } = news('any', 1);
    expect(kept).toEqual(
      ids.flatMap((id, i) => (isEven(i) ? [1, 2].map((seq) => ({ machine_id: id, seq, body })) : [])),
    );
  });
});

function eventOf({ id, machineId }: Purchase, seq: number): MachineEventRecord {
  return {
    machineId,
    journalId: `journal-${machineId}`,
    bootId: 'boot-00000001',
    seq,
    type: 'fault',
    body: {},
    machineAt: new Date().toISOString(),
    purchaseId: id,
    rejected: null,
  };
}
