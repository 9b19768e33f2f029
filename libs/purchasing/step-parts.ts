import { type Sql, joinSql, sql } from '#platform/database.js';
import { postingsOf } from '#purchase/reserve-first/ledger.js';
import type { Purchase, Vend } from '#purchase/reserve-first/purchase.js';

import type { Change, SeqrCallRecord } from './ports.js';

// What a step may have to write beside the purchase: parts of its one statement, each hanging on the row of `saved`.

interface AccountPosting {
  readonly account: string;
  readonly amountMinor: string;
}

interface Delivered {
  readonly selection: number;
  readonly count: number;
}

/** One row an account: several postings to one account in one step are one movement. */
export function postingsBy(before: Purchase, after: Purchase): AccountPosting[] {
  const accounts = new Map<string, bigint>();
  for (const { account, amountMinor } of postingsOf(before, after)) {
    accounts.set(account, (accounts.get(account) ?? 0n) + amountMinor);
  }
  return [...accounts]
    .filter(([, amountMinor]) => amountMinor !== 0n)
    .map(([account, amountMinor]) => ({ account, amountMinor: amountMinor.toString() }));
}

export function postingsPart(postings: readonly AccountPosting[], after: Purchase): Sql {
  return sql`posting AS (
    INSERT INTO postings (purchase_id, seq, account, amount_minor, currency)
    SELECT saved.id, ${after.version}, p.account, p.amount_minor, saved.currency
    FROM saved, (VALUES ${rowsOf(postings, (p) => sql`(${p.account}::text, ${p.amountMinor}::bigint)`)})
      AS p(account, amount_minor)
  )`;
}

export function vendsPart(vends: readonly Vend[]): Sql {
  const rows = rowsOf(
    vends,
    (v) => sql`(${v.number}::int, ${v.selection}::int, ${v.priceMinor}::bigint, ${v.machinePriceMinor}::bigint,
      ${v.result}::text, ${new Date(v.selectedAt)}::timestamptz)`,
  );
  return sql`vend AS (
    INSERT INTO vends (purchase_id, number, selection, price_minor, machine_price_minor, result, selected_at)
    SELECT saved.id, v.* FROM saved, (VALUES ${rows}) AS v
    ON CONFLICT (purchase_id, number) DO UPDATE SET result = EXCLUDED.result
  )`;
}

/** What came out with this step, by selection: the stock goes down by it. */
export function newlyDispensed(before: Purchase, after: Purchase): Delivered[] {
  const was = new Map(before.vends.map((vend) => [vend.number, vend.result]));
  const counts = new Map<number, number>();
  for (const vend of after.vends) {
    if (vend.result !== 'dispensed' || was.get(vend.number) === 'dispensed') continue;
    counts.set(vend.selection, (counts.get(vend.selection) ?? 0) + 1);
  }
  return [...counts].map(([selection, count]) => ({ selection, count }));
}

export function stockPart(delivered: readonly Delivered[]): Sql {
  return sql`stock AS (
    UPDATE slot_stocks SET quantity = greatest(quantity - d.count, 0)
    FROM saved, (VALUES ${rowsOf(delivered, (d) => sql`(${d.selection}::int, ${d.count}::int)`)}) AS d(selection, count)
    WHERE slot_stocks.machine_id = saved.machine_id AND slot_stocks.selection = d.selection
  )`;
}

export function callsPart(calls: readonly SeqrCallRecord[]): Sql {
  return sql`call AS (
    INSERT INTO seqr_calls (purchase_id, operation, client_reference, sent_at, duration_ms, outcome, result_code, detail)
    SELECT saved.id, c.* FROM saved, (VALUES ${rowsOf(calls, callRow)}) AS c
  )`;
}

/** Calls of a step that changed nothing. */
export function callsInsert({ before, calls }: Change): Sql {
  return sql`INSERT INTO seqr_calls (purchase_id, operation, client_reference, sent_at, duration_ms, outcome, result_code,
    detail) SELECT ${before.id}::uuid, c.* FROM (VALUES ${rowsOf(calls, callRow)}) AS c RETURNING id::text`;
}

function callRow(call: SeqrCallRecord): Sql {
  return sql`(${call.operation}::text, ${call.clientReference}::text, ${new Date(call.sentAt)}::timestamptz,
    ${Math.round(call.durationMs)}::int, ${call.outcome}::text, ${call.resultCode ?? null}::int,
    ${call.detail ?? null}::text)`;
}

/** Rows of VALUES. A step has one or two of a kind, so that these make few different statements. */
function rowsOf<Row>(rows: readonly Row[], rowOf: (row: Row) => Sql): Sql {
  return joinSql(rows.map(rowOf));
}
