import { Database } from '#platform/database.js';
import { verifyEvidence } from '#purchasing/evidence.js';

import { PRICES, TestSystem } from '../support/test-system.js';

describe('the evidence of a purchase', () => {
  let system: TestSystem;
  let database: Database;
  let purchaseId: string;

  beforeAll(async () => {
    system = await TestSystem.start();
    database = await Database.connect(system.local.databaseUrl, 'test');
    const reference = await system.scan([{ press: 11 }, { finish: true }]);
    system.confirm(reference);
    purchaseId = (await system.ended(reference)).id;
  });

  afterAll(async () => {
    await database.close();
    await system.stop();
  });

  /** As somebody with all rights in the database would: past the triggers. */
  async function tamper(statement: string, undo: string): Promise<readonly string[]> {
    await system.query(`BEGIN; SET LOCAL session_replication_role = replica; ${statement}; COMMIT`);
    const { faults } = await verifyEvidence(database);
    await system.query(`BEGIN; SET LOCAL session_replication_role = replica; ${undo}; COMMIT`);
    return faults;
  }

  it('is whole after an ordinary purchase', async () => {
    const report = await verifyEvidence(database);

    expect(report).toMatchObject({ purchases: 1, faults: [] });
    expect(report.events).toBeGreaterThan(10);
  });

  it('says where the money is: reserved, then committed and released', async () => {
    const rows = await system.query(
      'SELECT account, sum(amount_minor)::int AS amount FROM postings GROUP BY account ORDER BY account',
    );

    expect(rows).toEqual([
      { account: 'committed', amount: PRICES[11] },
      { account: 'payer', amount: -2000 },
      { account: 'released', amount: 2000 - PRICES[11] },
      { account: 'reserved', amount: 0 },
    ]);
  });

  it('shows an event that was changed', async () => {
    const faults = await tamper(
      `UPDATE purchase_events SET data = jsonb_set(data, '{approvedMinor}', '"1"') WHERE type = 'VendSelected'`,
      `UPDATE purchase_events SET data = jsonb_set(data, '{approvedMinor}', '"${PRICES[11]}"') WHERE type = 'VendSelected'`,
    );

    expect(faults).toEqual([expect.stringContaining('is not what was written')]);
    expect(faults[0]).toContain(purchaseId);
  });

  it('shows that the newest events are gone', async () => {
    const faults = await tamper(
      `CREATE TABLE kept AS SELECT * FROM purchase_events WHERE type = 'ReceiptSubmitted';
       DELETE FROM purchase_events WHERE type = 'ReceiptSubmitted'`,
      `INSERT INTO purchase_events SELECT * FROM kept; DROP TABLE kept`,
    );

    expect(faults).toEqual([expect.stringContaining('newest events are missing')]);
  });

  it('shows money that was moved aside', async () => {
    const faults = await tamper(
      `UPDATE postings SET amount_minor = amount_minor - 1 WHERE account = 'committed'`,
      `UPDATE postings SET amount_minor = amount_minor + 1 WHERE account = 'committed'`,
    );

    expect(faults).toEqual([expect.stringContaining('do not add up')]);
  });

  it('cannot be changed by the product’s own means, nor posted one-sided', async () => {
    for (const statement of [
      'UPDATE purchase_events SET type = type',
      'DELETE FROM postings',
      `INSERT INTO postings VALUES ('${purchaseId}', 999, 'committed', 5, 'EUR')`,
      `UPDATE purchases SET state = 'INVOICED' WHERE id = '${purchaseId}'`,
    ]) {
      await expect(system.query(statement)).rejects.toThrow(/append-only|do not add up|cannot go from/);
    }
  });
});
