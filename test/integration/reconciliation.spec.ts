import { ReconciliationViews } from '#reconciliation/reconciliation-views.js';

import { MACHINES, ReconciliationRig, rowOf } from '../support/reconciliation-rig.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const SALES = 10_000;

function range(from: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => from + i);
}

describe('reconciliation', () => {
  let rig: ReconciliationRig;

  beforeEach(async () => {
    rig = await ReconciliationRig.start();
  });

  afterEach(async () => {
    await rig.stop();
    expect(rig.faults).toEqual([]);
  });

  it('finds twenty planted differences of every kind among ten thousand purchases, and none again', async () => {
    // A mark that ended a period and was not answered: its four purchases are in no report.
    const lost = range(20_000, 4).map((number) => ({
      ...rig.sale(number),
      committedAt: rig.time - 1_000 * (number - 19_000),
    }));
    const sales = range(0, SALES).map((number) => rig.sale(number));
    const reported = sales.map((sale) => {
      if (sale.number < 4) return [];
      if (sale.number < 8) return [rowOf(sale, { amount: '49.99000' })];
      if (sale.number < 11) return [rowOf(sale), rowOf(sale)];
      if (sale.number < 15) return [rowOf(sale, { cashierId: 'another machine' })];
      return [rowOf(sale)];
    });
    const unknown = range(30_000, 4).map((number) => rowOf(rig.sale(number)));
    await rig.commit(sales);
    rig.seqr.sold([...reported.flat(), ...unknown]);
    rig.seqr.summaryOff = 1n;
    const server = await rig.server();
    await rig.reconcile(server);

    const counts = new Map<string, number>();
    for (const { reason } of await rig.cases()) counts.set(reason, (counts.get(reason) ?? 0) + 1);
    expect(Object.fromEntries(counts)).toEqual({
      'reconciliation-missing-at-seqr': 4,
      'reconciliation-amount-differs': 4,
      'reconciliation-duplicate-at-seqr': 3,
      'reconciliation-wrong-terminal': 4,
      'reconciliation-missing-here': 4,
      'reconciliation-summary-differs': 1,
    });
    expect(await rig.runs()).toMatchObject([
      { state: 'done', rows_read: SALES + 3, purchases_matched: SALES - 4, differences_found: 20, carried_over: 0 },
    ]);

    // The next night: nothing new, and a mark whose answer is lost costs nothing where nothing was sold.
    rig.time += DAY_MS;
    rig.seqr.summaryOff = 0n;
    await rig.reconcile(server);
    expect(await rig.cases()).toHaveLength(20);

    rig.time += DAY_MS;
    const third = lost.map((sale) => ({ ...sale, committedAt: rig.time - 12 * HOUR_MS }));
    await rig.commit(third);
    rig.seqr.sold(third.map((sale) => rowOf(sale)));
    rig.seqr.faults.push('done-but-lost');
    await rig.reconcile(server);
    const total = third.reduce((sum, { minor }) => sum + minor, 0);
    expect((await rig.cases()).filter(({ reason }) => reason === 'reconciliation-period-lost')).toMatchObject([
      { amount: String(total), machine_id: null },
    ]);
    expect(await rig.cases()).toHaveLength(21);
  });

  it('opens a hundred cases at most, and one for all the rest, which stand in the CSV', async () => {
    const ours = range(0, 90).map((number) => rig.sale(number));
    const others = range(20_000, 1_200).map((number) => rowOf(rig.sale(number), { cashierId: 'a till' }));
    await rig.commit(ours);
    rig.seqr.sold(others);
    const server = await rig.server();
    await rig.reconcile(server);
    // Judged once more, as after a crash.
    await rig.query(`UPDATE reconciliation_runs SET state = 'read', ended_at = NULL`);
    await rig.reconcile(server);

    const reasons = (await rig.cases()).map(({ reason }) => reason);
    expect(reasons.filter((reason) => reason === 'reconciliation-missing-here')).toHaveLength(100);
    expect(reasons.filter((reason) => reason === 'reconciliation-many-differences')).toHaveLength(1);
    expect(reasons).toHaveLength(101);
    const views = new ReconciliationViews(rig.database);
    const [run] = await views.list(1);
    expect(run).toMatchObject({ differencesFound: 1_290, differencesOpen: 1_290 });
    let csv = '';
    for await (const piece of views.csv(run?.id ?? '')) csv += piece;
    expect(csv.match(/^difference,missing-here,/gm)).toHaveLength(1_200);
    const missing = csv.match(/^difference,missing-at-seqr,.*$/gm) ?? [];
    expect(missing).toHaveLength(90);
    expect(missing.filter((line) => MACHINES.some((machine) => line.includes(`,${machine},`)))).toHaveLength(90);
  });

  it('closes no case that many share when one of them is settled', async () => {
    const sales = range(0, 101).map((number) => rig.sale(number));
    await rig.commit(sales);
    const server = await rig.server();
    await rig.reconcile(server);
    expect(await rig.cases()).toHaveLength(101);

    rig.time += DAY_MS;
    rig.seqr.sold(sales.map((sale) => rowOf(sale)));
    await rig.reconcile(server);
    expect(await rig.cases()).toMatchObject([{ reason: 'reconciliation-many-differences', amount: null }]);
  });

  it('marks once, however many servers there are', async () => {
    const sales = range(0, 50).map((number) => rig.sale(number));
    await rig.commit(sales);
    rig.seqr.sold(sales.map((sale) => rowOf(sale)));
    const servers = await Promise.all(range(0, 4).map(() => rig.server()));
    await Promise.all(servers.map((server) => server.open()));
    for (let second = 0; second < 30; second += 1) {
      await Promise.all(servers.map((server) => server.work()));
      rig.time += 1_000;
    }

    expect(await rig.runs()).toMatchObject([{ state: 'done', purchases_matched: 50, differences_found: 0 }]);
    expect(rig.seqr.marks).toBe(1);
  });

  it('catches three missed days up with one run', async () => {
    const server = await rig.server();
    await rig.reconcile(server);
    rig.time += 3 * DAY_MS;
    const sales = range(0, 30).map((number) => ({
      ...rig.sale(number),
      committedAt: rig.time - (1 + (number % 60)) * HOUR_MS,
    }));
    await rig.commit(sales);
    rig.seqr.sold(sales.map((sale) => rowOf(sale)));
    await rig.reconcile(server);

    expect(await rig.runs()).toMatchObject([
      { first_day: '2026-11-21', day: '2026-11-21' },
      { first_day: '2026-11-22', day: '2026-11-24', purchases_matched: 30, differences_found: 0 },
    ]);
    expect(rig.seqr.marks).toBe(2);
  });

  it('waits for a report that is not ready, by the clock', async () => {
    rig.seqr.notReady = 3;
    const server = await rig.server();
    await server.open();
    await server.work();
    await server.work();
    expect(rig.seqr.calls).toEqual(['markTransactionPeriod']);

    await rig.reconcile(server);
    expect(rig.seqr.calls.filter((call) => call === 'executeReport')).toHaveLength(5);
    expect(rig.seqr.marks).toBe(1);
  });

  describe('goes on where a server was killed', () => {
    it('while it called markTransactionPeriod: marks again, and what both periods hold is settled', async () => {
      const sales = range(0, 10).map((number) => rig.sale(number));
      await rig.commit(sales);
      rig.seqr.sold(sales.map((sale) => rowOf(sale)));
      let isAlive = true;
      const first = await rig.server(() => isAlive);
      // The call does not reach SEQR's book, and the server dies before it learns anything.
      rig.seqr.faults.push('lost');
      rig.seqr.onCall = async () => {
        isAlive = false;
        rig.seqr.onCall = () => undefined;
        await rig.query(`UPDATE reconciliation_runs SET leased_by = NULL`);
      };
      await first.open();
      await first.work();
      expect(await rig.runs()).toMatchObject([{ state: 'marking' }]);
      await rig.kill();
      await rig.reconcile(await rig.server());

      expect(await rig.runs()).toMatchObject([{ state: 'done', purchases_matched: 10, differences_found: 0 }]);
      expect(rig.seqr.marks).toBe(2);
    });

    it.each(['marked', 'read'])('after %s: without a second mark', async (state) => {
      const sales = range(0, 2_500).map((number) => rig.sale(number));
      await rig.commit(sales);
      rig.seqr.sold(sales.slice(2).map((sale) => rowOf(sale)));
      let steps = 0;
      const first = await rig.server(() => {
        steps += 1;
        return steps <= (state === 'marked' ? 2 : 4);
      });
      await first.open();
      await first.work();
      rig.time += 5_000;
      if (state === 'read') await first.work();
      expect(await rig.runs()).toMatchObject([{ state }]);
      await rig.kill();
      await rig.reconcile(await rig.server());

      expect(await rig.cases()).toHaveLength(2);
      expect(await rig.runs()).toMatchObject([{ state: 'done', rows_read: 2_498, differences_found: 2 }]);
      expect(rig.seqr.marks).toBe(1);
    });

    it('while it wrote cases: each is there once', async () => {
      const sales = range(0, 10).map((number) => rig.sale(number));
      await rig.commit(sales);
      const server = await rig.server();
      await rig.reconcile(server);
      expect(await rig.cases()).toHaveLength(10);
      await rig.query(`UPDATE reconciliation_runs SET state = 'read', ended_at = NULL`);
      await rig.reconcile(server);

      expect(await rig.cases()).toHaveLength(10);
    });
  });

  it('closes a case when the difference is none any more', async () => {
    const [late, early, good] = [rig.sale(1), rig.sale(2), rig.sale(3)];
    await rig.commit([late, good]);
    rig.seqr.sold([rowOf(early), rowOf(good)]);
    const server = await rig.server();
    await rig.reconcile(server);
    expect(await rig.cases()).toMatchObject([
      { reason: 'reconciliation-missing-at-seqr', machine_id: MACHINES[1] },
      { reason: 'reconciliation-missing-here', machine_id: MACHINES[2] },
    ]);

    // SEQR reports the one a day late; the other purchase ends at last.
    rig.time += DAY_MS;
    rig.seqr.sold([rowOf(late)]);
    await rig.commit([early]);
    await rig.reconcile(server);
    expect(await rig.cases()).toEqual([]);
    expect(await rig.cases(false)).toMatchObject([
      { note: 'Settled by itself: it stands in SEQR’s report of the shop, 2026-11-22.' },
      { note: 'Settled by itself: the purchase is known by now.' },
    ]);
  });

  it('waits with what is near the boundary until the next night', async () => {
    const [before, after] = [rig.sale(1), rig.sale(2)].map((sale, i) => ({
      ...sale,
      committedAt: rig.time - 60_000 * (i + 1),
    }));
    if (before === undefined || after === undefined) throw new Error('two sales');
    await rig.commit([before, after]);
    const server = await rig.server();
    await rig.reconcile(server);
    expect(await rig.cases()).toEqual([]);
    expect(await rig.runs()).toMatchObject([{ carried_over: 2 }]);

    rig.time += DAY_MS;
    rig.seqr.sold([rowOf(before)]);
    await rig.reconcile(server);
    expect(await rig.cases()).toMatchObject([{ reason: 'reconciliation-missing-at-seqr', amount: '102' }]);
  });

  it('reconciles each machine that has a terminal of its own, and opens no case twice', async () => {
    await rig.query(
      `UPDATE machines SET seqr_terminal_id = 'terminal-1', seqr_terminal_state = 'registered', seqr_terminal_secret = '1' WHERE id = $1`,
      [MACHINES[1]],
    );
    const sales = [1, 4, 7, 2].map((number) => rig.sale(number));
    await rig.commit(sales);
    await rig.query(`UPDATE purchases SET seqr_terminal_id = 'terminal-1' WHERE machine_id = $1`, [MACHINES[1]]);
    const rows = sales.map((sale) => rowOf(sale, { terminalId: sale.number === 2 ? 'reseller/9900' : 'terminal-1' }));
    // Both reports show the wrong amount of one, and lack another.
    const wrong = rows.map((row) => (row.ersReference === 'ers-4' ? { ...row, amount: '0.01000' } : row)).slice(1);
    rig.seqr.sold(wrong);
    rig.seqr.sold(
      wrong.filter(({ terminalId }) => terminalId === 'terminal-1'),
      'terminal-1',
    );
    await rig.reconcile(await rig.server());

    expect(await rig.cases()).toMatchObject([
      { reason: 'reconciliation-amount-differs', amount: '103', machine_id: MACHINES[1] },
      { reason: 'reconciliation-missing-at-seqr', amount: '101', machine_id: MACHINES[1] },
    ]);
    expect(await rig.runs()).toMatchObject([
      { scope: 'shop', state: 'done', rows_read: 3 },
      { scope: 'terminal-1', state: 'done', rows_read: 2 },
    ]);
    expect(rig.seqr.marks).toBe(2);
  });

  it('gives up on a report after 36 hours, says what is not reconciled, and goes on the next night', async () => {
    const sale = rig.sale(1);
    await rig.commit([sale]);
    rig.seqr.sold([rowOf(sale)]);
    rig.seqr.notReady = 1_000_000;
    const server = await rig.server();
    await server.open();
    for (let hour = 0; hour < 38; hour += 1, rig.time += HOUR_MS) await server.work();

    expect(await rig.runs()).toMatchObject([
      { state: 'failed', last_error: expect.stringContaining('REPORT_NOT_READY') },
    ]);
    expect(await rig.cases()).toMatchObject([{ reason: 'reconciliation-period-lost', amount: '101' }]);

    rig.seqr.notReady = 0;
    await rig.reconcile(server);
    expect(await rig.cases()).toHaveLength(1);
    expect(await rig.runs()).toMatchObject([{ state: 'failed' }, { state: 'done', first_day: '2026-11-22' }]);
  });

  it('leaves the days, and a period that may be lost, to the next run when SEQR takes no mark for 36 hours', async () => {
    const sale = rig.sale(1);
    await rig.commit([sale]);
    rig.seqr.sold([rowOf(sale)]);
    rig.seqr.faults.push('done-but-lost', ...range(0, 1_000).map(() => 'refused' as const));
    const server = await rig.server();
    await server.open();
    for (let hour = 0; hour < 38; hour += 1, rig.time += HOUR_MS) await server.work();
    expect(await rig.runs()).toMatchObject([{ state: 'failed', last_error: expect.stringContaining('SYSTEM_BUSY') }]);
    expect(await rig.cases()).toEqual([]);

    rig.seqr.faults.length = 0;
    await rig.reconcile(server);
    expect(await rig.runs()).toMatchObject([
      { state: 'failed' },
      { state: 'done', first_day: '2026-11-21', day: '2026-11-22' },
    ]);
    expect(await rig.cases()).toMatchObject([{ reason: 'reconciliation-period-lost', amount: '101' }]);
  });

  it('writes down every call to SEQR', async () => {
    await rig.reconcile(await rig.server());
    const calls = await rig.query<{ operation: string; outcome: string }>(
      'SELECT operation, outcome FROM seqr_calls ORDER BY id',
    );

    expect(calls).toEqual([
      { operation: 'markTransactionPeriod', outcome: 'answered' },
      { operation: 'executeReport', outcome: 'answered' },
      { operation: 'executeReport', outcome: 'answered' },
    ]);
  });
});
