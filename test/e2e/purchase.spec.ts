import { MACHINE_ID, PRICES, TestSystem } from '../support/test-system.js';

describe('a purchase at the machine', () => {
  let system: TestSystem;
  let before: number;

  beforeAll(async () => {
    system = await TestSystem.start();
  });

  beforeEach(async () => {
    await system.machineReady();
    before = system.dispensedMinor();
  });

  afterAll(() => system.stop());

  it('charges one item with its price and gives the rest back', async () => {
    const reference = await system.scan([{ press: 11 }, { finish: true }]);
    system.confirm(reference);
    const purchase = await system.ended(reference);

    expect(purchase).toMatchObject({ state: 'COMMITTED', reserved_minor: '2000', committed_minor: String(PRICES[11]) });
    expect(system.invoice(reference)).toMatchObject({ state: 'PAID', committed: BigInt(PRICES[11]), commits: 1 });
    expect(system.dispensedMinor() - before).toBe(PRICES[11]);
    expect(purchase.ers_reference).toBe(system.invoice(reference).ersReference);
    expect(system.invoice(reference).receipts).toHaveLength(1);
  });

  it('charges three items together', async () => {
    const reference = await system.scan([{ press: 11 }, { press: 12 }, { press: 34 }, { finish: true }]);
    system.confirm(reference);
    const total = PRICES[11] + PRICES[12] + PRICES[34];

    expect(await system.ended(reference)).toMatchObject({ state: 'COMMITTED', committed_minor: String(total) });
    expect(system.invoice(reference)).toMatchObject({ state: 'PAID', committed: BigInt(total), commits: 1 });
    expect(system.invoice(reference).terms.rows).toHaveLength(3);
    expect(system.dispensedMinor() - before).toBe(total);
  });

  it('charges only what came out when one of two items is not dispensed', async () => {
    const reference = await system.scan([{ press: 12, result: 'jammed' }, { press: 13 }, { finish: true }]);
    system.confirm(reference);
    const purchase = await system.ended(reference);

    expect(purchase).toMatchObject({ state: 'COMMITTED', committed_minor: String(PRICES[13]) });
    expect(system.invoice(reference)).toMatchObject({ state: 'PAID', committed: BigInt(PRICES[13]) });
    expect(system.dispensedMinor() - before).toBe(PRICES[13]);
    const vends = await system.query('SELECT selection, result FROM vends WHERE purchase_id = $1 ORDER BY number', [
      purchase.id,
    ]);
    expect(vends).toEqual([
      { selection: 12, result: 'failed' },
      { selection: 13, result: 'dispensed' },
    ]);
  });

  it('charges nothing when the payer declines in the app, and frees the machine', async () => {
    const reference = await system.scan([]);
    system.sandbox.payer.decline(reference);

    expect(await system.ended(reference)).toMatchObject({ state: 'CANCELLED', committed_minor: null });
    expect(system.invoice(reference)).toMatchObject({ state: 'CANCELED', committed: 0n });
    expect(system.dispensedMinor()).toBe(before);
  });

  it('finds the confirmation by itself when SEQR’s notification is lost', async () => {
    system.sandbox.faults.add({ operation: 'notification', kind: 'lose', times: 1 });
    const reference = await system.scan([{ press: 11 }, { finish: true }]);
    system.confirm(reference);
    const purchase = await system.ended(reference);

    expect(purchase).toMatchObject({ state: 'COMMITTED', committed_minor: String(PRICES[11]) });
    const events = await system.query<{ type: string }>('SELECT type FROM purchase_events WHERE purchase_id = $1', [
      purchase.id,
    ]);
    expect(events.map(({ type }) => type)).not.toContain('NotificationReceived');
  });

  it('unlocks and charges once when the notification comes twice', async () => {
    system.sandbox.faults.add({ operation: 'notification', kind: 'duplicate', times: 1 });
    const reference = await system.scan([{ press: 12 }, { finish: true }]);
    system.confirm(reference);
    const purchase = await system.ended(reference);

    expect(purchase).toMatchObject({ state: 'COMMITTED', committed_minor: String(PRICES[12]) });
    expect(system.invoice(reference)).toMatchObject({ commits: 1 });
    expect(system.dispensedMinor() - before).toBe(PRICES[12]);
    const unlocks = await system.query(
      `SELECT 1 FROM machine_events WHERE machine_id = $1 AND purchase_id = $2 AND type = 'grant.accepted'`,
      [MACHINE_ID, purchase.id],
    );
    expect(unlocks).toHaveLength(1);
  });

  it('takes what was dispensed off the stock', async () => {
    const stock = () =>
      system.query('SELECT quantity FROM slot_stocks WHERE machine_id = $1 AND selection = 34', [MACHINE_ID]);
    const [full] = (await stock()) as { quantity: number }[];
    const reference = await system.scan([{ press: 34 }, { finish: true }]);
    system.confirm(reference);
    await system.ended(reference);

    expect(await stock()).toEqual([{ quantity: (full?.quantity ?? 0) - 1 }]);
  });
});
