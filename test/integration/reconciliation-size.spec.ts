import { ReconciliationRig, rowOf } from '../support/reconciliation-rig.js';

const SALES = 100_000;
const CHUNK = 10_000;
/** The report (16 MB of text in memory, 100,000 rows of it) and one batch of a thousand; not the ledger. */
const HEAP_MAX = 250 * 1024 * 1024;

describe('reconciliation of a hundred thousand sales', () => {
  it('takes memory for the report and not for the ledger', async () => {
    const rig = await ReconciliationRig.start();
    try {
      for (let from = 0; from < SALES; from += CHUNK) {
        const sales = Array.from({ length: CHUNK }, (_, i) => rig.sale(from + i));
        await rig.commit(sales);
        // The least that a row can say: more than a hundred thousand full ones are more than one reply may have.
        rig.seqr.sold(sales.map((sale) => ({ amount: rowOf(sale).amount, ersReference: rowOf(sale).ersReference })));
      }
      const server = await rig.server();
      let peak = 0;
      const before = process.memoryUsage().heapUsed;
      const watch = setInterval(() => (peak = Math.max(peak, process.memoryUsage().heapUsed)), 20);
      await rig.reconcile(server).finally(() => clearInterval(watch));

      expect(await rig.runs()).toMatchObject([
        { state: 'done', rows_read: SALES, purchases_matched: SALES, differences_found: 0 },
      ]);
      expect(peak - before).toBeLessThan(HEAP_MAX);
      expect(rig.faults).toEqual([]);
    } finally {
      await rig.stop();
    }
  });
});
