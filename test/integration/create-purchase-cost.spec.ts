import { TOKEN, TestSystem } from '../support/test-system.js';

describe('what createPurchase costs', () => {
  let system: TestSystem;

  beforeAll(async () => {
    system = await TestSystem.start();
  });

  afterAll(() => system.stop());

  it('is two commits and one call to SEQR', async () => {
    const offer = { reservationToken: TOKEN, reservationAmount: '20.0', currency: 'EUR', msisdn: '46700000001' };
    const { body } = await system.createPurchase(offer);
    const reference = body['invoiceReferenceId'];

    // Every row of a purchase bears the number of the transaction that wrote it; PostgreSQL gives none to a mere reader.
    const [written] = await system.query<{ transactions: number; rows: number }>(
      `WITH purchase AS (SELECT id FROM purchases WHERE invoice_reference = $1), row AS (
         SELECT purchases.xmin::text AS transaction FROM purchases WHERE id IN (TABLE purchase)
         UNION ALL SELECT purchase_events.xmin::text FROM purchase_events WHERE purchase_id IN (TABLE purchase) AND seq <= 2
         UNION ALL SELECT effects.xmin::text FROM effects WHERE purchase_id IN (TABLE purchase) AND seq <= 2
         UNION ALL SELECT seqr_calls.xmin::text FROM seqr_calls WHERE purchase_id IN (TABLE purchase)
       ) SELECT count(DISTINCT transaction)::int AS transactions, count(*)::int AS rows FROM row`,
      [reference],
    );
    const calls = system.sandbox.journal.calls.map(({ operation }) => operation);
    system.sandbox.payer.decline(String(reference));
    await system.ended(String(reference));

    expect(written).toEqual({ transactions: 2, rows: 5 });
    expect(calls).toEqual(['sendInvoice']);
  });
});
