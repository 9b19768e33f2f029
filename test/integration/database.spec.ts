import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { CONSTRAINTS } from '#platform/database.js';
import { migrate } from '#platform/migrations.js';
import { withSchemaEngine } from '#platform/schema-engine.js';
import type { State } from '#purchase/reserve-first/purchase.js';
import { TRANSITIONS } from '#purchase/reserve-first/transitions-allowed.js';

import { newDatabase, queryOf } from '../support/database.js';

const PRISMA = join(__dirname, '..', '..', 'prisma');
const MACHINE = 'helsinki-central-1';

/** Rules that hold whatever the program does. */
describe('the database', () => {
  let url: string;
  let count = 0;

  beforeAll(async () => {
    url = await newDatabase();
  });

  const run = <Row extends object>(text: string, values: unknown[] = []) => queryOf<Row>(url, text, values);

  function uuid(): string {
    count += 1;
    return `0190a000-0000-7000-8000-${String(count).padStart(12, '0')}`;
  }

  const LIVE = {
    machine_id: MACHINE,
    lifecycle: 'reserve-first',
    state: 'INVOICED',
    holds_machine: true,
    version: 1,
    currency: 'EUR',
    offered_minor: 2_500,
    reserved_minor: 2_000,
    committed_minor: null as number | null,
    payer: 'pseudonym',
    request_key: 'key',
    invoice_reference: null as string | null,
    planogram_id: '00000000-0000-0000-0000-000000000000',
    price_list_id: '00000000-0000-0000-0000-000000000000',
    details: '{}',
    event_head: Buffer.alloc(32),
    started_at: new Date(),
    ended_at: null as Date | null,
  };
  const OVER = { ...LIVE, state: 'CANCELLED', holds_machine: false, ended_at: new Date() };

  /** @returns the id of a purchase as these columns make it. */
  async function insertPurchase(columns: typeof LIVE): Promise<string> {
    const row = { id: uuid(), ...columns };
    const names = Object.keys(row);
    const places = names.map((_, i) => `$${i + 1}`);
    await run(`INSERT INTO purchases (${names.join()}) VALUES (${places.join()})`, Object.values(row));
    return row.id;
  }

  it('takes a purchase that keeps every rule', async () => {
    await expect(insertPurchase({ ...OVER, state: 'COMMITTED', committed_minor: 2_000 })).resolves.toBeDefined();
  });

  it('lets one purchase at a time have a machine (I1)', async () => {
    const first = await insertPurchase(LIVE);

    await expect(insertPurchase(LIVE)).rejects.toThrow('purchases_one_live_per_machine');
    await run(`UPDATE purchases SET state = 'CANCELLED', holds_machine = false, ended_at = now() WHERE id = $1`, [
      first,
    ]);
    const next = await insertPurchase(LIVE);
    await run(`UPDATE purchases SET state = 'CANCELLED', holds_machine = false, ended_at = now() WHERE id = $1`, [
      next,
    ]);
  });

  it.each([
    [
      'more committed than was reserved',
      { ...OVER, state: 'COMMITTED', committed_minor: 2_001 },
      'committed_was_reserved',
    ],
    ['nothing committed', { ...OVER, state: 'COMMITTED', committed_minor: 0 }, 'committed_was_reserved'],
    ['an amount committed and not said', { ...OVER, state: 'COMMITTED' }, 'committed_states'],
    ['an amount committed in another state', { ...OVER, state: 'RELEASED', committed_minor: 5 }, 'committed_states'],
    ['more reserved than was offered', { ...OVER, reserved_minor: 2_501 }, 'reserved_was_offered'],
    ['nothing reserved', { ...OVER, reserved_minor: 0 }, 'reserved_was_offered'],
    ['an end that holds the machine', { ...LIVE, ended_at: new Date() }, 'over_holds_nothing'],
    ['a machine let go before the end', { ...LIVE, holds_machine: false }, 'over_holds_nothing'],
    ['a state that there is not', { ...OVER, state: 'LOST' }, 'state_known'],
    ['a currency that is none', { ...OVER, currency: 'euro' }, 'currency_is_iso'],
  ])('refuses %s', async (_, columns, constraint) => {
    await expect(insertPurchase(columns)).rejects.toThrow(`purchases_${constraint}`);
  });

  it('gives one invoice to one purchase', async () => {
    await insertPurchase({ ...OVER, invoice_reference: '7001' });

    await expect(insertPurchase({ ...OVER, invoice_reference: '7001' })).rejects.toThrow(
      'purchases_invoice_reference_key',
    );
  });

  it('gives a later purchase the larger grant number', async () => {
    const ids = [await insertPurchase(OVER), await insertPurchase(OVER), await insertPurchase(OVER)];
    const rows = await run<{ id: string }>('SELECT id FROM purchases WHERE id = ANY($1) ORDER BY grant_number', [ids]);

    expect(rows.map(({ id }) => id)).toEqual(ids);
  });

  it('has one act to do next for a purchase at most', async () => {
    const id = await insertPurchase(OVER);
    const add = (seq: number) =>
      run(`INSERT INTO effects (purchase_id, seq, kind, due_at) VALUES ($1, $2, 'x', now())`, [id, seq]);
    await add(1);

    await expect(add(2)).rejects.toThrow('effects_one_open_per_purchase');
    await run('UPDATE effects SET done_at = now() WHERE purchase_id = $1', [id]);
    await expect(add(2)).resolves.toBeDefined();
  });

  it('knows exactly the transitions of the lifecycle (I26)', async () => {
    const rows = await run<{ from_state: State; to_state: State }>(
      'SELECT from_state, to_state FROM purchase_transitions',
    );
    const known = rows.map(({ from_state: from, to_state: to }) => `${from} → ${to}`);
    const listed = (Object.keys(TRANSITIONS) as State[]).flatMap((from) =>
      TRANSITIONS[from].map((to) => `${from} → ${to}`),
    );

    expect(new Set(known)).toEqual(new Set(listed));
  });

  it('refuses every other transition', async () => {
    const id = await insertPurchase(LIVE);

    await expect(run(`UPDATE purchases SET state = 'SETTLING' WHERE id = $1`, [id])).rejects.toThrow('cannot go from');
    await run(`UPDATE purchases SET state = 'CANCELLED', holds_machine = false, ended_at = now() WHERE id = $1`, [id]);
    await expect(
      run(`UPDATE purchases SET state = 'INVOICED', ended_at = NULL, holds_machine = true WHERE id = $1`, [id]),
    ).rejects.toThrow('cannot go from');
  });

  describe('never changes or forgets', () => {
    beforeAll(async () => {
      const id = await insertPurchase(OVER);
      await run(
        `INSERT INTO purchase_events (purchase_id, seq, at, type, data, state, hash) VALUES ($1, 1, now(), 'x', '{}', 'NEW', '\\x00')`,
        [id],
      );
      await run(
        `INSERT INTO machine_events (machine_id, journal_id, seq, boot_id, type, body, machine_at)
         VALUES ($1, 'journal-0001', 1, 'boot-0001', 'fault', '{}', now())`,
        [MACHINE],
      );
      await run(
        `INSERT INTO seqr_calls (purchase_id, operation, client_reference, sent_at, duration_ms, outcome)
         VALUES ($1, 'sendInvoice', 'x', now(), 1, 'answered')`,
        [id],
      );
      await run(
        `INSERT INTO postings (purchase_id, seq, account, amount_minor, currency)
         VALUES ($1, 1, 'payer', -5, 'EUR'), ($1, 1, 'reserved', 5, 'EUR')`,
        [id],
      );
    });

    it.each([
      ['purchase_events', 'type'],
      ['machine_events', 'type'],
      ['seqr_calls', 'operation'],
      ['postings', 'account'],
      ['planogram_slots', 'capacity'],
      ['prices', 'amount_minor'],
    ])('%s', async (table, column) => {
      const [before] = await run<{ rows: number }>(`SELECT count(*)::int AS rows FROM ${table}`);
      expect(before?.rows).toBeGreaterThan(0);

      await expect(run(`UPDATE ${table} SET ${column} = ${column}`)).rejects.toThrow('append-only');
      await expect(run(`DELETE FROM ${table}`)).rejects.toThrow('append-only');
    });
  });

  it.each([
    [
      'prices of nothing',
      `INSERT INTO prices SELECT id, (SELECT product_id FROM prices LIMIT 1), 0 FROM price_lists`,
      'prices_positive',
    ],
    ['less than no stock', 'UPDATE slot_stocks SET quantity = -1', 'slot_stocks_not_negative'],
    [
      'a machine id that fits no topic',
      `UPDATE machines SET id = 'a/b' WHERE id = 'uppsala-gym-1'`,
      'machines_id_fits_a_topic',
    ],
    [
      'one-sided postings',
      `INSERT INTO postings SELECT id, 9, 'payer', 1, 'EUR' FROM purchases LIMIT 1`,
      'do not add up',
    ],
  ])('refuses %s', async (_, statement, complaint) => {
    await expect(run(statement)).rejects.toThrow(complaint);
  });

  it('has every constraint that the program knows by its name', async () => {
    const rows = await run<{ name: string }>(
      'SELECT relname AS name FROM pg_class UNION SELECT conname FROM pg_constraint',
    );
    const names = new Set(rows.map(({ name }) => name));

    expect(CONSTRAINTS.filter((name) => !names.has(name))).toEqual([]);
  });

  it('is up to date, and stays so when it is migrated again', async () => {
    expect(await migrate(url, join(PRISMA, 'migrations'))).toEqual([]);
  });

  it('has the tables that schema.prisma describes, column by column', async () => {
    const described = await databaseOfSchema(url);

    expect(await shapeOf(url)).toEqual(expect.arrayContaining(await shapeOf(described)));
    const columns = await columnsOf(url);
    expect(columns).toEqual(await columnsOf(described));
    expect(columns.length).toBeGreaterThan(100);
  });
});

/** A database made from schema.prisma alone, without the migrations. @returns its URL. */
async function databaseOfSchema(url: string): Promise<string> {
  const content = await readFile(join(PRISMA, 'schema.prisma'), 'utf8');
  const script = await withSchemaEngine(url, async (engine) => {
    const { stdout } = await engine.diff({
      from: { tag: 'empty' },
      to: { tag: 'schemaDatamodel', files: [{ path: 'schema.prisma', content }] },
      script: true,
      shadowDatabaseUrl: null,
      exitCode: null,
      filters: { externalTables: [], externalEnums: [] },
    });
    return stdout ?? '';
  });
  const described = new URL(url);
  described.pathname = `${described.pathname}_schema`;
  await queryOf(url, `CREATE DATABASE ${described.pathname.slice(1)} TEMPLATE template0`);
  await queryOf(described.href, script);
  return described.href;
}

/** What only the migrations know: their own history, and the transitions of the lifecycle. */
const MIGRATIONS_ONLY = `('_prisma_migrations', 'purchase_transitions')`;

async function columnsOf(url: string): Promise<string[]> {
  const rows = await queryOf<{ line: string }>(
    url,
    `SELECT concat_ws(' ', table_name, column_name, udt_name, datetime_precision, is_nullable, column_default) AS line
     FROM information_schema.columns WHERE table_schema = 'public' AND table_name NOT IN ${MIGRATIONS_ONLY} ORDER BY 1`,
  );
  return rows.map(({ line }) => line);
}

/** Indexes and keys, as PostgreSQL writes them. */
async function shapeOf(url: string): Promise<string[]> {
  const rows = await queryOf<{ line: string }>(
    url,
    `SELECT indexdef AS line FROM pg_indexes WHERE schemaname = 'public'
     UNION SELECT conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid) FROM pg_constraint
     WHERE contype IN ('p', 'f', 'u') AND connamespace = 'public'::regnamespace ORDER BY 1`,
  );
  return rows.map(({ line }) => line);
}
