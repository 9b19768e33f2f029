import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { reconcileCommand } from '#local/reconcile-command.js';

import { ReconciliationRig, rowOf } from '../support/reconciliation-rig.js';

describe('npm run reconcile', () => {
  let rig: ReconciliationRig;
  let folder: string;

  beforeEach(async () => {
    rig = await ReconciliationRig.start();
    // The command lives by the database's time.
    rig.time = Date.now();
    folder = await mkdtemp(join(tmpdir(), 'vendrail-reconcile-'));
  });

  afterEach(async () => {
    await rig.stop();
    await rm(folder, { recursive: true, force: true });
  });

  async function run(args: readonly string[], changes: Record<string, string | undefined> = {}) {
    const lines: string[] = [];
    const environment = {
      DATABASE_URL: rig.url,
      SEQR_SOAP_URL: rig.seqr.endpoint,
      SEQR_RESELLER_ID: 'reseller',
      SEQR_RESELLER_PASSWORD: 'canary-password',
      ...changes,
    };
    const code = await reconcileCommand(args, environment, (line) => lines.push(line));
    return { code, text: lines.join('\n') };
  }

  it('says that all agrees, and does not mark a second time', async () => {
    const sales = [1, 2, 3].map((number) => rig.sale(number));
    await rig.commit(sales);
    rig.seqr.sold(sales.map((sale) => rowOf(sale)));
    const first = await run([]);
    const again = await run([]);

    expect(first.text).toContain('3 sales of 3.06 at SEQR, 3 matched, 0 differences');
    expect(first).toMatchObject({ code: 0, text: expect.stringContaining('All agrees with SEQR.') });
    expect(again).toMatchObject({ code: 0, text: expect.stringContaining('reconciled before') });
    expect(rig.seqr.marks).toBe(1);
  });

  it('says each difference and what to do, ends with 1, and writes the CSV', async () => {
    const [one, two] = [rig.sale(1), rig.sale(2)];
    await rig.commit([one, two]);
    rig.seqr.sold([rowOf(one, { amount: '9.99000', cashierId: '=1+1' })]);
    const file = join(folder, 'day.csv');
    const { code, text } = await run(['--csv', file]);

    expect(code).toBe(1);
    expect(text).toContain('Payment ers-1: we have 1.01 EUR, SEQR reports 9.99 EUR.');
    expect(text).toContain('Payment ers-2 of 1.02 EUR was committed here, and SEQR does not report it.');
    expect(text).toContain('2 differences are open: each is a review case.');
    const lines = (await readFile(file, 'utf8')).split('\r\n');
    expect(lines[0]).toMatch(/^what,verdict,ers_reference,purchase_id,/);
    expect(lines[1]).toBe(
      `sale,amount-differs,ers-1,0190a000-0000-7000-8000-000000000001,helsinki-central-2,reseller/9900,'=1+1,1.01,9.99,EUR,${new Date(one.committedAt).toISOString()},,,`,
    );
    expect(lines.slice(2).map((line) => line.split(',').slice(0, 3))).toEqual([
      ['difference', 'amount-differs', 'ers-1'],
      ['difference', 'missing-at-seqr', 'ers-2'],
      [''],
    ]);
    expect((await run(['--list'])).text).toMatch(/ shop: done, 1 sales of 9\.99 at SEQR, 1 matched, 2 differences/);
  });

  it.each([
    [['--help'], {}, 0, 'npm run reconcile'],
    [['--list'], {}, 0, 'Nothing was reconciled yet.'],
    [['--day', '2026-02-30'], {}, 1, 'is no date'],
    [['--day', '2999-01-01'], {}, 1, 'has not begun yet'],
    [['--dya'], {}, 1, '--dya'],
    [[], { DATABASE_URL: '' }, 1, 'DATABASE_URL is not set'],
    [[], { SEQR_RESELLER_ID: '', SEQR_RESELLER_PASSWORD: undefined }, 1, 'SEQR_RESELLER_ID, SEQR_RESELLER_PASSWORD'],
  ])('%j with %j ends with %d', async (args, changes, code, text) => {
    const result = await run(args, changes);

    expect(result).toMatchObject({ code, text: expect.stringContaining(text) });
    expect(result.text).not.toContain('canary');
    expect(rig.seqr.marks).toBe(0);
  });
});
