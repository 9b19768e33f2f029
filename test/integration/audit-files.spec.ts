import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { AuditFileError } from '#dex/audit-file-error.js';
import { AuditFileViews } from '#dex/audit-file-views.js';
import { AuditFiles } from '#dex/audit-files.js';
import { AuditRefusalError } from '#dex/audit-refusal-error.js';
import { writeAuditFile } from '#dex/testing/audit-file-writer.js';
import { MachineCounters } from '#dex/testing/machine-counters.js';
import { auditCommand } from '#local/audit-command.js';
import { Database } from '#platform/database.js';
import { systemIds } from '#platform/ids.js';

import { newDatabase, queryOf } from '../support/database.js';

const HOUR_MS = 3_600_000;
const TIME_ZONE = 'Europe/Helsinki';
const OTHER = 'helsinki-central-2';
const PRICES = { 11: 180, 12: 190, 21: 250 } as const;
type Selection = keyof typeof PRICES;

describe('audit files', () => {
  let url: string;
  let database: Database;
  let files: AuditFiles;
  let views: AuditFileViews;
  let now = Date.now() - 720 * HOUR_MS;
  let machine: string;
  let counters: MachineCounters;
  let count = 0;

  beforeAll(async () => {
    url = await newDatabase();
    database = await Database.connect(url, 'test');
    files = new AuditFiles({ database, ids: systemIds, clock: { now: () => now } });
    views = new AuditFileViews(database);
  });

  afterAll(() => database.close());

  beforeEach(anotherMachine);

  async function anotherMachine(): Promise<void> {
    count += 1;
    machine = `audited-${count}`;
    // Like another of the fleet, but with a name of its own.
    await query(
      `INSERT INTO machines (id, reservation_token, name, location, currency, planogram_id, price_list_id, time_zone)
       SELECT $1, $1, $1, location, currency, planogram_id, price_list_id, $2 FROM machines WHERE id = $3`,
      [machine, TIME_ZONE, OTHER],
    );
    counters = countersOf(`SN-${count}`);
  }

  const query = <Row extends object>(text: string, values: unknown[] = []) => queryOf<Row>(url, text, values);

  function countersOf(serial: string): MachineCounters {
    return new MachineCounters({ serial, currency: 'EUR', selections: [11, 12, 21] });
  }

  /** A purchase that was committed an hour ago, with its vend. */
  async function charge(selection: Selection, state = 'COMMITTED'): Promise<string> {
    const id = systemIds.uuid();
    const committed = state === 'COMMITTED' ? PRICES[selection] : null;
    const end = state === 'SETTLING' ? null : new Date(now - HOUR_MS);
    await query(
      `INSERT INTO purchases (id, machine_id, lifecycle, state, holds_machine, version, currency, offered_minor,
         reserved_minor, committed_minor, payer, request_key, planogram_id, price_list_id, details, event_head, started_at,
         ended_at)
       SELECT $1, id, 'reserve-first', $2, $3::timestamptz IS NULL, 9, currency, 2000, 2000, $4, 'payer', 'key',
         planogram_id, price_list_id, '{}', '', $5::timestamptz - interval '1 minute', $3
       FROM machines WHERE id = $6`,
      [id, state, end, committed, new Date(now - HOUR_MS), machine],
    );
    await query(
      `INSERT INTO vends (purchase_id, number, selection, price_minor, machine_price_minor, result, selected_at)
       VALUES ($1, 1, $2, $3, $3, 'dispensed', $4)`,
      [id, selection, PRICES[selection], new Date(now - HOUR_MS)],
    );
    return id;
  }

  /** The machine sells, and the payer is charged. */
  async function sell(selection: Selection): Promise<void> {
    counters.sell(selection, BigInt(PRICES[selection]));
    await charge(selection);
  }

  /** What the machine's clock on the wall says now. */
  function clock(): string {
    const options = { timeZone: TIME_ZONE, dateStyle: 'short', timeStyle: 'medium' } as const;
    return new Intl.DateTimeFormat('sv-SE', options).format(now).replace(' ', 'T');
  }

  /** Somebody reads the machine, and a minute later uploads what it said. */
  function fileNow(): Buffer {
    const file = writeAuditFile(counters.report(clock()));
    now += 60_000;
    return Buffer.from(file);
  }

  const take = (file: Uint8Array, more: { serial?: string } = {}) => files.take(machine, file, { by: 'test', ...more });

  async function uploadNow() {
    const { id } = await take(fileNow());
    const view = await views.one(machine, id);
    if (view === null) throw new Error('the file is not there');
    return view;
  }

  const cases = () =>
    query<{ reason: string; amount: string | null; known: string; currency: string }>(
      `SELECT reason, amount_minor::text AS amount, known, currency FROM review_cases WHERE machine_id = $1`,
      [machine],
    );

  const kept = async () => {
    const rows = await query<{ n: number }>('SELECT count(*)::int AS n FROM audit_files WHERE machine_id = $1', [
      machine,
    ]);
    return rows[0]?.n;
  };

  it('that agree with our ledger open no case', async () => {
    counters.sell(11, 180n);
    expect((await uploadNow()).comparison).toMatchObject({ verdict: 'first', findings: [] });
    now += 4 * HOUR_MS;
    await sell(11);
    await sell(21);
    counters.sell(12, 190n, 'CA');
    const view = await uploadNow();

    expect(view).toMatchObject({
      serial: `SN-${count}`,
      readTold: 'machine',
      uploadedBy: 'test',
      comparison: {
        verdict: 'agrees',
        cashless: { reader: 1, machine: { count: 2, amount: '4.30' }, ours: { count: 2, amount: '4.30' } },
        reviewCaseId: null,
      },
      cash: { sales: { count: 1, amount: '1.90' } },
      report: { machine: { model: 'Test 100' }, cashless: [{ sales: { ever: { count: 3, value: '610' } } }, {}] },
    });
    expect(await cases()).toEqual([]);
  });

  it('with a sale that nobody was charged for open one case with its amount, once', async () => {
    await uploadNow();
    now += 4 * HOUR_MS;
    await sell(11);
    counters.sell(21, 250n);
    const file = fileNow();
    const first = await take(file);
    const again = await take(file);
    await files.compareWaiting();

    expect(first.isNew).toBe(true);
    expect(again).toEqual({ id: first.id, isNew: false });
    expect(await kept()).toBe(2);
    expect(await cases()).toEqual([
      {
        reason: 'audit-cashless-more',
        amount: '250',
        currency: 'EUR',
        known: expect.stringContaining(
          'The machine counted 2 sales of 4.30 EUR without cash (DA2), and 1 sale of 1.80 EUR were charged here',
        ),
      },
    ]);
    expect((await views.one(machine, first.id))?.comparison.reviewCaseId).not.toBeNull();
    // The next two agree, and the old difference is not found again.
    now += 4 * HOUR_MS;
    await sell(12);
    expect((await uploadNow()).comparison.verdict).toBe('agrees');
    expect(await cases()).toHaveLength(1);
  });

  it('are kept as they came', async () => {
    const file = fileNow();
    const { id } = await take(file);

    expect(Buffer.from((await views.content(machine, id)) ?? [])).toEqual(file);
    await expect(query(`UPDATE audit_files SET serial = 'other' WHERE id = $1`, [id])).rejects.toThrow('append-only');
    await expect(query(`DELETE FROM audit_files WHERE id = $1`, [id])).rejects.toThrow('append-only');
  });

  it('wait while a purchase of that time is not over', async () => {
    await uploadNow();
    now += 4 * HOUR_MS;
    counters.sell(11, 180n);
    const purchaseId = await charge(11, 'SETTLING');
    const { id, comparison } = await uploadNow();
    expect(comparison.verdict).toBe('waiting');
    await files.compareWaiting();
    expect((await views.one(machine, id))?.comparison.verdict).toBe('waiting');

    await query(
      `UPDATE purchases SET state = 'COMMITTED', holds_machine = false, committed_minor = 180, ended_at = $2 WHERE id = $1`,
      [purchaseId, new Date(now)],
    );
    await files.compareWaiting();
    expect((await views.one(machine, id))?.comparison.verdict).toBe('agrees');
    expect(await cases()).toEqual([]);
  });

  it('wait as long as it takes, and keep no others from being compared', async () => {
    await uploadNow();
    now += HOUR_MS;
    await charge(11, 'SETTLING');
    // More than are compared at one look.
    for (let more = 0; more < 21; more += 1) {
      now += HOUR_MS;
      expect((await uploadNow()).comparison.verdict).toBe('waiting');
    }
    await anotherMachine();
    await uploadNow();
    now += 4 * HOUR_MS;
    counters.sell(11, 180n).sell(21, 250n);
    const purchaseId = await charge(11, 'SETTLING');
    const { id } = await uploadNow();

    now += 100 * HOUR_MS;
    await query(
      `UPDATE purchases SET state = 'COMMITTED', holds_machine = false, committed_minor = 180, ended_at = $2 WHERE id = $1`,
      [purchaseId, new Date(now)],
    );
    await files.compareWaiting();
    expect((await views.one(machine, id))?.comparison.verdict).toBe('differs');
    expect(await cases()).toMatchObject([{ reason: 'audit-cashless-more', amount: '250' }]);
  });

  it('that come late are compared with the one before and the one after', async () => {
    await uploadNow();
    now += 4 * HOUR_MS;
    await sell(11);
    const late = fileNow();
    now += 4 * HOUR_MS;
    await sell(12);
    const last = await uploadNow();
    const { id } = await take(late);

    expect((await views.one(machine, id))?.comparison.verdict).toBe('agrees');
    expect((await views.one(machine, last.id))?.comparison).toMatchObject({ verdict: 'agrees', beforeId: id });
  });

  it('of a board whose counters began anew say so', async () => {
    counters.sell(11, 180n).sell(11, 180n);
    await uploadNow();
    now += 4 * HOUR_MS;
    counters = countersOf(`SN-${count}`);
    expect((await uploadNow()).comparison.verdict).toBe('differs');
    expect(await cases()).toMatchObject([{ reason: 'audit-counters-restarted', amount: null }]);
  });

  it('are compared and opened once, however many servers look', async () => {
    await uploadNow();
    now += 4 * HOUR_MS;
    counters.sell(11, 180n);
    const servers = Array.from(
      { length: 4 },
      () => new AuditFiles({ database, ids: systemIds, clock: { now: () => now } }),
    );
    const file = fileNow();
    const taken = await Promise.all(servers.map((server) => server.take(machine, file, { by: 'test' })));

    expect(taken.filter(({ isNew }) => isNew)).toHaveLength(1);
    expect(new Set(taken.map(({ id }) => id)).size).toBe(1);
    expect(await cases()).toHaveLength(1);
  });

  describe('are refused, with the line and without a trace:', () => {
    const text = () => fileNow().toString('latin1');
    const changed = (from: string | RegExp, to: string) => Buffer.from(text().replace(from, to), 'latin1');

    it.each([
      ['a broken CRC', () => changed('ID4*2', 'ID4*1'), 'WRONG_CRC', /line \d+ \(G85\)/],
      ['a truncated file', () => fileNow().subarray(0, 200), 'NO_END', /ends in line \d+/],
      ['no audit file', () => Buffer.from('%PDF-1.7 and more'), 'NO_START', /no line begins with ST/],
      ['nothing', () => Buffer.alloc(0), 'NO_START', /no line begins with ST/],
      ['a file that is too large', () => Buffer.alloc(262_145, 'A'), 'TOO_LARGE', /256 KiB/],
    ])('%s', async (_, file, code, message) => {
      const error: unknown = await take(file()).catch((one: unknown) => one);

      expect(error).toBeInstanceOf(AuditFileError);
      expect(error).toMatchObject({ code, message: expect.stringMatching(message) });
      expect(await kept()).toBe(0);
    });

    it('the file of another machine, until its new serial number is named', async () => {
      await uploadNow();
      now += HOUR_MS;
      counters = countersOf('SN-new');
      const file = fileNow();
      const refused: unknown = await take(file).catch((one: unknown) => one);

      expect(refused).toBeInstanceOf(AuditRefusalError);
      expect(refused).toMatchObject({
        code: 'WRONG_MACHINE',
        message: expect.stringMatching(
          /^line 3 \(ID1\) has the serial number SN-new, and the files of the machine audited-\d+ have SN-\d+\./,
        ),
      });
      await expect(take(file, { serial: 'SN-newer' })).rejects.toMatchObject({ code: 'WRONG_MACHINE' });
      expect(await kept()).toBe(1);
      await take(file, { serial: 'SN-new' });
      expect(await kept()).toBe(2);
    });

    it('a file whose serial number another machine has, and one in another currency', async () => {
      const file = fileNow();
      await take(file);
      await expect(files.take(OTHER, file, { by: 'test' })).rejects.toMatchObject({
        code: 'WRONG_MACHINE',
        message: expect.stringContaining(`are kept for the machine ${machine}`),
      });
      const kronor = new MachineCounters({ serial: `SN-${count}`, currency: 'SEK', selections: [11] });
      const other = Buffer.from(writeAuditFile(kronor.report(clock())));
      await expect(take(other)).rejects.toMatchObject({
        code: 'WRONG_CURRENCY',
        message: expect.stringMatching(/^line 4 \(ID4\) counts in SEK/),
      });
      await expect(files.take('nobody', file, { by: 'test' })).rejects.toMatchObject({ code: 'NO_SUCH_MACHINE' });
      expect(await kept()).toBe(1);
    });
  });

  describe('npm run audit', () => {
    let folder: string;

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'vendrail-audit-'));
    });

    afterAll(() => rm(folder, { recursive: true, force: true }));

    async function run(...args: string[]) {
      const lines: string[] = [];
      const code = await auditCommand(args, { DATABASE_URL: url }, (line) => lines.push(line));
      return { code, text: lines.join('\n') };
    }

    async function save(name: string, content: Uint8Array): Promise<string> {
      const path = join(folder, name);
      await writeFile(path, content);
      return path;
    }

    it('keeps a file, says what it came to, and lists it', async () => {
      const first = await save('first.txt', fileNow());
      now += 4 * HOUR_MS;
      counters.sell(11, 180n);
      const second = await save('second.txt', fileNow());

      expect(await run('--machine', machine, first)).toMatchObject({
        code: 0,
        text: expect.stringContaining('✓ Kept'),
      });
      const differs = await run('--machine', machine, second);
      expect(differs).toMatchObject({ code: 1, text: expect.stringContaining('1 sale, 1.80 EUR more at the machine') });
      expect(differs.text).toContain('✗ Review case');
      expect((await run('--machine', machine, second)).text).toContain('Was kept before');
      expect((await run('--machine', machine, '--list')).text.split('\n')).toEqual([
        expect.stringContaining('differs: 1 sales of 1.80 EUR at the machine, 0 of 0.00 charged'),
        expect.stringContaining('the first file'),
      ]);
    });

    it('refuses with the line', async () => {
      const file = await save('broken.txt', Buffer.from(fileNow().toString('latin1').replace('ID4*2', 'ID4*1')));

      expect(await run('--machine', machine, file)).toMatchObject({
        code: 1,
        text: expect.stringMatching(/^✗ Refused, nothing is kept: the check in line \d+ \(G85\)/),
      });
    });

    it.each([
      [['--help'], 0, 'npm run audit'],
      [['x.txt'], 2, 'say which machine'],
      [['--machine', 'a'], 2, 'name one file'],
      [['--machine', 'a', 'x.txt', '--reader', '3'], 2, '--reader is 1 or 2'],
      [['--machine', 'a', 'x.txt', '--read-at', 'now'], 2, '--read-at must be like'],
      [['--machine', 'a', '--list'], 2, 'there is no machine a'],
      [['--mashine', 'a'], 2, '--mashine'],
    ])('%j ends with %d', async (args, code, text) => {
      expect(await run(...args)).toMatchObject({ code, text: expect.stringContaining(text) });
    });
  });
});
