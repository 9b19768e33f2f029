import { type Sql, joinSql, sql } from '#platform/database.js';
import { postingsOf } from '#purchase/reserve-first/ledger.js';
import type { Purchase, Vend } from '#purchase/reserve-first/purchase.js';

import type { Change, SeqrCallRecord } from './ports.js';
import { jsonOf } from './purchase-record.js';

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
    SELECT saved.id, ${after.version}, p.account, p."amountMinor", saved.currency
    FROM saved, jsonb_to_recordset(${JSON.stringify(postings)}::jsonb) AS p(account text, "amountMinor" bigint)
  )`;
}

export function vendsPart(vends: readonly Vend[]): Sql {
  const rows = vends.map((vend) => ({ ...jsonOf(vend), selectedAt: new Date(vend.selectedAt).toISOString() }));
  return sql`vend AS (
    INSERT INTO vends (purchase_id, number, selection, price_minor, machine_price_minor, result, selected_at)
    SELECT saved.id, v.number, v.selection, v."priceMinor", v."machinePriceMinor", v.result, v."selectedAt"
    FROM saved, jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS v(number int, selection int,
      "priceMinor" bigint, "machinePriceMinor" bigint, result text, "selectedAt" timestamptz)
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
    FROM saved, jsonb_to_recordset(${JSON.stringify(delivered)}::jsonb) AS d(selection int, count int)
    WHERE slot_stocks.machine_id = saved.machine_id AND slot_stocks.selection = d.selection
  )`;
}

export function callsPart(calls: readonly SeqrCallRecord[]): Sql {
  return sql`call AS (
    INSERT INTO seqr_calls (purchase_id, operation, client_reference, sent_at, duration_ms, outcome, result_code, detail)
    SELECT saved.id, c.operation, c."clientReference", c."sentAt", c."durationMs", c.outcome, c."resultCode", c.detail
    FROM saved, jsonb_to_recordset(${JSON.stringify(calls)}::jsonb) AS c(operation text, "clientReference" text,
      "sentAt" timestamptz, "durationMs" int, outcome text, "resultCode" int, detail text)
  )`;
}

/** Calls of a step that changed nothing. */
export function callsInsert({ before, calls }: Change): Sql {
  const values = calls.map(
    (call) => sql`(${before.id}::uuid, ${call.operation}, ${call.clientReference}, ${new Date(call.sentAt)},
      ${Math.round(call.durationMs)}, ${call.outcome}, ${call.resultCode ?? null}, ${call.detail ?? null})`,
  );
  return sql`INSERT INTO seqr_calls (purchase_id, operation, client_reference, sent_at, duration_ms, outcome, result_code,
    detail) VALUES ${joinSql(values)} RETURNING id::text`;
}
