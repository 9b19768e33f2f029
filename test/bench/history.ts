import type { BenchDatabase } from './bench-place.js';

const MACHINE_COLUMNS = `name, location, currency, reservation_max_minor, planogram_id, price_list_id`;
/** What a purchase in state INVOICED keeps of itself, a poll its next act; times in ms since 1970. */
const DETAILS = `jsonb_build_object(
  'terms', jsonb_build_object('paymentMode', 'RESERVATION_REQUIRED', 'confirmWithinMs', 600000, 'pollEveryMs', 10000,
    'unlockWithinMs', 15000, 'selectionWindowMs', 60000, 'grantLifetimeMs', 300000, 'reservationLifetimeMs', 900000,
    'settleMarginMs', 120000),
  'priceListVersion', 1, 'invoiceVersion', 0, 'notifiedAt', null, 'reservedAt', null, 'grant', null, 'vends', '[]'::jsonb,
  'closing', null, 'settlement', null, 'cancelSent', false, 'failures', 0,
  'next', jsonb_build_object('kind', 'getPaymentStatus', 'dueAt', due_ms), 'end', null)`;

/**
 * Purchases that are over. Written past keys and indexes, which are made again afterwards:
 * the same tables in a tenth of the time.
 */
export async function addClosed(database: BenchDatabase, count: number): Promise<void> {
  await bulk(
    database,
    `INSERT INTO purchases (id, machine_id, lifecycle, state, holds_machine, version, currency, offered_minor, reserved_minor,
       committed_minor, payer, request_key, invoice_reference, ers_reference, grant_number, planogram_id, price_list_id, details,
       event_head, started_at, ended_at)
     SELECT ${idOf('018f')}, 'helsinki-central-1', 'reserve-first', 'COMMITTED', false, 12, 'EUR', 2000, 2000, 180, 'payer-' || n % 100000,
       'request-' || n, 'closed-' || n, 'ers-' || n, n, m.planogram_id, m.price_list_id, '{}', '\\x00', at, at
     FROM (SELECT n, now() - interval '1 day' - (${count} - n) * interval '1 second' AS at FROM generate_series(1, ${count}) n) s,
       machines m WHERE m.id = 'helsinki-central-1'`,
  );
}

/** Purchases that wait for their payers, each at its own machine; their polls fall due in an hour. */
export async function addOpen(database: BenchDatabase, count: number): Promise<void> {
  await bulk(
    database,
    `INSERT INTO machines (id, reservation_token, ${MACHINE_COLUMNS})
     SELECT 'open-' || n, 'open-' || n, ${MACHINE_COLUMNS} FROM machines, generate_series(1, ${count}) n
     WHERE machines.id = 'helsinki-central-1'`,
    `INSERT INTO purchases (id, machine_id, lifecycle, state, holds_machine, version, currency, offered_minor, reserved_minor,
       payer, request_key, invoice_reference, planogram_id, price_list_id, details, event_head, started_at)
     SELECT ${idOf('0190')}, 'open-' || n, 'reserve-first', 'INVOICED', true, 2, 'EUR', 2000, 2000, 'payer', 'request',
       'open-' || n, m.planogram_id, m.price_list_id, ${DETAILS}, '\\x00', now()
     FROM (SELECT n, (extract(epoch FROM now()) * 1000)::bigint + 3600000 AS due_ms FROM generate_series(1, ${count}) n) s,
       machines m WHERE m.id = 'helsinki-central-1'`,
    `INSERT INTO effects (purchase_id, seq, kind, due_at)
     SELECT ${idOf('0190')}, 2, 'getPaymentStatus', now() + interval '1 hour' FROM generate_series(1, ${count}) n`,
  );
}

/** The first so many of those polls are due, and were a moment ago. */
export async function makeDue(database: BenchDatabase, count: number): Promise<void> {
  await database.query(
    `WITH due AS (UPDATE effects SET due_at = now() - interval '1 second', leased_by = NULL, leased_until = NULL
       WHERE purchase_id IN (SELECT ${idOf('0190')} FROM generate_series(1, ${count}) n) AND done_at IS NULL
       RETURNING purchase_id, due_at)
     UPDATE purchases SET details = jsonb_set(details, '{next,dueAt}', to_jsonb((extract(epoch FROM due.due_at::timestamptz(3)) * 1000)::bigint))
     FROM due WHERE purchases.id = due.purchase_id`,
  );
  await database.query('VACUUM ANALYZE effects');
}

/** Acts that were claimed are done: their rows move on to the next, which are polls in an hour. */
export async function finish(database: BenchDatabase, purchaseIds: readonly string[]): Promise<void> {
  await database.query(
    `UPDATE effects SET due_at = now() + interval '1 hour', leased_until = now() + interval '61 minutes'
     WHERE purchase_id = ANY($1::uuid[]) AND done_at IS NULL`,
    [purchaseIds],
  );
}

/** Ids that sort by their number, as those of version 7 do by their time. */
function idOf(prefix: string): string {
  return `('${prefix}' || lpad(to_hex(n), 28, '0'))::uuid`;
}

async function bulk(database: BenchDatabase, ...statements: string[]): Promise<void> {
  const indexes = await database.query<{ name: string; definition: string }>(
    `SELECT indexrelid::regclass::text AS name, pg_get_indexdef(indexrelid) AS definition FROM pg_index
     WHERE indrelid IN ('purchases'::regclass, 'effects'::regclass) AND NOT indisprimary`,
  );
  await database.query(
    [
      'BEGIN',
      'SET LOCAL session_replication_role = replica',
      ...indexes.map(({ name }) => `DROP INDEX ${name}`),
      ...statements,
      ...indexes.map(({ definition }) => definition),
      'COMMIT',
    ].join(';\n'),
  );
  await database.query('VACUUM ANALYZE');
}
