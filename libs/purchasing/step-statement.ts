import { type Sql, joinSql, sql } from '#platform/database.js';
import { postingsOf } from '#purchase/reserve-first/ledger.js';
import { type Act, type Purchase, committedMinor } from '#purchase/reserve-first/purchase.js';

import { EVENT_COLUMNS, TAKEN, eventRow } from './machine-stream.js';
import { type Change, ConflictError, EventTakenError, type SeqrCallRecord } from './ports.js';
import { detailsOf, holdsMachine, jsonOf } from './purchase-record.js';
import { type StatementRow, recordsOf } from './statement-rows.js';

/** Steps of different purchases as one statement: one round trip, one commit. */
export interface StepStatement {
  readonly statement: Sql;
  /** What its rows say became of each step: nothing, when it was saved. */
  readonly failuresIn: (rows: readonly SavedRow[]) => (ConflictError | EventTakenError | undefined)[];
}

export interface SavedRow {
  readonly id: string;
  /** False for a machine's event that is not the next of its journal. */
  readonly taken: boolean;
  readonly saved: boolean;
}

export interface StepContext {
  /** Who will do the next act, and until when it is his. */
  readonly leaseOf: (act: Act) => { readonly dueAt: Date; readonly until: Date };
  readonly serverId: string;
  readonly caseId: () => string;
}

/** A case about money is looked at within three days; SEQR's own reports settle most doubts in one. */
const DECIDE_WITHIN = '3 days';

const STEP_COLUMNS = {
  id: 'uuid',
  machine_id: 'text',
  before: 'int',
  version: 'int',
  state: 'text',
  holds_machine: 'boolean',
  committed_minor: 'bigint',
  invoice_reference: 'text',
  ers_reference: 'text',
  details: 'jsonb',
  ended_at: 'timestamptz(3)',
  at: 'timestamptz(3)',
  type: 'text',
  data: 'jsonb',
  act: 'text',
  kind: 'text',
  due_at: 'timestamptz(3)',
  leased_until: 'timestamptz(3)',
  postings: 'jsonb',
  vends: 'jsonb',
  delivered: 'jsonb',
  cases: 'jsonb',
  calls: 'jsonb',
} as const;

/**
 * Writes steps down: each purchase at its next version, its event, its next act and whatever else the step brings, every
 * one of them or, where the purchase has moved on, none. The statement has only the parts that these steps have rows for;
 * there are some dozens of combinations, each planned once a connection.
 *
 * Where a step answers an event of the machine, the event is taken in with it (I27): nothing is saved unless it is the
 * next of its journal, and all is undone when the purchase was not at the version that the step started from.
 */
export function stepStatement(changes: readonly Change[], context: StepContext): StepStatement {
  // A second step of one purchase comes too late: the first moves it on.
  const first = new Map(changes.toReversed().map((change) => [change.before.id, change]));
  const rows = [...first.values()].map((change) => rowOf(change, context));
  const has = (column: string) => rows.some((row) => row[column] != null);
  const ids = sql`${[...first.keys()]}::uuid[]`;
  const acts = new Set(rows.map(({ act }) => act));
  const isFromMachine = has('journal_id');
  const parts = [
    // In one order, so that two statements with the same purchases wait for each other and never for good.
    sql`step AS MATERIALIZED (
      SELECT * FROM ${recordsOf(rows, isFromMachine ? { ...STEP_COLUMNS, ...EVENT_COLUMNS } : STEP_COLUMNS)} ORDER BY id)`,
    ...(isFromMachine ? [TAKEN] : []),
    isFromMachine
      ? savedOf(ids, sql`LEFT JOIN taken USING (machine_id, journal_id, journal_seq)`, TAKEN_OR_NONE)
      : savedOf(ids),
    EVENT,
  ];
  if (acts.has('gone')) parts.push(actGone(ids));
  if (acts.has('next')) parts.push(actNext(context.serverId));
  if (has('postings')) parts.push(POSTING);
  if (has('vends')) parts.push(VEND);
  if (has('delivered')) parts.push(STOCK);
  if (has('cases')) parts.push(REVIEW);
  if (has('calls')) parts.push(CALL);
  const result = isFromMachine ? RESULT_WITH_EVENTS : RESULT;
  return {
    statement: sql`WITH ${joinSql(parts)} ${result}`,
    failuresIn(found) {
      const byId = new Map(found.map((row) => [row.id, row]));
      return changes.map((change) => {
        const row = byId.get(change.before.id);
        if (first.get(change.before.id) !== change) return conflictAt(change.before);
        if (row?.taken === false) return new EventTakenError('not the next event of its journal');
        return row?.saved === true ? undefined : conflictAt(change.before);
      });
    },
  };
}

export function conflictAt({ id, version }: Purchase): ConflictError {
  return new ConflictError(`purchase ${id} is not at version ${version}`);
}

const TAKEN_OR_NONE = sql`AND (step.journal_id IS NULL OR taken.is_next)`;

/**
 * A join and no subquery: a statement that waited for another looks at the row again, and can join what it knows.
 *
 * @param ids named beside the join, so that the rows are looked up by them whatever the table held when that was planned
 */
function savedOf(ids: Sql, also: Sql = sql``, only: Sql = sql``): Sql {
  return sql`saved AS (
    UPDATE purchases SET state = step.state, holds_machine = step.holds_machine, version = step.version,
      committed_minor = step.committed_minor, invoice_reference = step.invoice_reference,
      ers_reference = step.ers_reference, details = step.details, ended_at = step.ended_at,
      event_head = sha256(event_head || ${LINK_OF_CHAIN})
    FROM step ${also}
    WHERE purchases.id = ANY(${ids}) AND purchases.id = step.id AND purchases.version = step.before ${only}
    RETURNING purchases.id, purchases.machine_id, purchases.currency, purchases.event_head, step.version, step.at,
      step.type, step.data, step.state, step.act, step.kind, step.due_at, step.leased_until, step.postings, step.vends,
      step.delivered, step.cases, step.calls
  )`;
}

/** What the next link of the chain is made of: the event as PostgreSQL keeps it (Evidence reads it the same way). */
const LINK_OF_CHAIN = sql`convert_to(concat_ws('|', step.version, step.type, step.state,
        (extract(epoch FROM step.at) * 1000)::bigint, step.data::text), 'UTF8')`;

const EVENT = sql`event AS (
    INSERT INTO purchase_events (purchase_id, seq, at, type, data, state, hash)
    SELECT id, version, at, type, data, state, event_head FROM saved
  )`;

function actGone(ids: Sql): Sql {
  return sql`act_gone AS (
    DELETE FROM effects USING saved
    WHERE purchase_id = ANY(${ids}) AND purchase_id = saved.id AND saved.act = 'gone' AND done_at IS NULL
  )`;
}

/** The row moves on to the next act, whatever it held. */
function actNext(serverId: string): Sql {
  return sql`act_next AS (
    INSERT INTO effects (purchase_id, seq, kind, due_at, leased_by, leased_until)
    SELECT id, version, kind, due_at, ${serverId}::uuid, leased_until FROM saved WHERE act = 'next'
    ON CONFLICT (purchase_id) WHERE done_at IS NULL DO UPDATE SET seq = EXCLUDED.seq, kind = EXCLUDED.kind,
      due_at = EXCLUDED.due_at, leased_by = EXCLUDED.leased_by, leased_until = EXCLUDED.leased_until
  )`;
}

const POSTING = sql`posting AS (
    INSERT INTO postings (purchase_id, seq, account, amount_minor, currency)
    SELECT saved.id, version, account, amount_minor, currency
    FROM saved, jsonb_to_recordset(postings) AS p(account text, amount_minor bigint)
  )`;

const VEND = sql`vend AS (
    INSERT INTO vends (purchase_id, number, selection, price_minor, machine_price_minor, result, selected_at)
    SELECT saved.id, number, selection, "priceMinor", "machinePriceMinor", result, "selectedAt"
    FROM saved, jsonb_to_recordset(vends) AS v(number int, selection int, "priceMinor" bigint,
      "machinePriceMinor" bigint, result text, "selectedAt" timestamptz)
    ON CONFLICT (purchase_id, number) DO UPDATE SET result = EXCLUDED.result
  )`;

const STOCK = sql`stock AS (
    UPDATE slot_stocks SET quantity = greatest(quantity - d.count, 0)
    FROM saved, jsonb_to_recordset(delivered) AS d(selection int, count int)
    WHERE slot_stocks.machine_id = saved.machine_id AND slot_stocks.selection = d.selection
  )`;

const REVIEW = sql`review AS (
    INSERT INTO review_cases (id, purchase_id, machine_id, reason, amount_minor, currency, known, suggested_action,
      opened_at, deadline)
    SELECT c.id, saved.id, machine_id, reason, "amountMinor", currency, known, "suggestedAction", at,
      at + ${DECIDE_WITHIN}::interval
    FROM saved, jsonb_to_recordset(cases) AS c(id uuid, reason text, "amountMinor" bigint, known text,
      "suggestedAction" text)
  )`;

const CALL_COLUMNS = sql`operation text, "clientReference" text, "sentAt" timestamptz, "durationMs" int, outcome text,
      "resultCode" int, detail text`;

const CALL = sql`call AS (
    INSERT INTO seqr_calls (purchase_id, operation, client_reference, sent_at, duration_ms, outcome, result_code, detail)
    SELECT saved.id, c.* FROM saved, jsonb_to_recordset(calls) AS c(${CALL_COLUMNS})
  )`;

const RESULT = sql`SELECT id::text, true AS taken, true AS saved FROM saved`;

const RESULT_WITH_EVENTS = sql`SELECT step.id::text, journal_id IS NULL OR taken.is_next IS TRUE AS taken,
    saved.id IS NOT NULL AS saved, CASE WHEN taken.is_next AND saved.id IS NULL THEN refuse_conflict() END
  FROM step LEFT JOIN taken USING (machine_id, journal_id, journal_seq) LEFT JOIN saved ON saved.id = step.id`;

/** Calls of a step that changed nothing. */
export function callsInsert({ before, calls }: Change): Sql {
  return sql`INSERT INTO seqr_calls (purchase_id, operation, client_reference, sent_at, duration_ms, outcome, result_code,
      detail)
    SELECT ${before.id}::uuid, c.* FROM jsonb_to_recordset(${JSON.stringify(calls.map(roundedCall))}::jsonb)
      AS c(${CALL_COLUMNS})`;
}

function rowOf(change: Change, { leaseOf, caseId }: StepContext): StatementRow {
  const { before, after, event, at, machineEvent } = change;
  const { type, ...data } = event;
  const isNext = after.next !== null && after.next !== before.next ? leaseOf(after.next) : undefined;
  return {
    id: after.id,
    machine_id: after.machineId,
    before: before.version,
    version: after.version,
    state: after.state,
    holds_machine: holdsMachine(after),
    committed_minor: committedMinor(after)?.toString(),
    invoice_reference: after.invoiceReference,
    ers_reference: after.ersReference,
    details: detailsOf(after),
    ended_at: after.end === null ? null : new Date(after.end.at),
    at: new Date(at),
    type,
    data: jsonOf(data),
    act: actOf(before, after),
    kind: after.next?.kind,
    due_at: isNext?.dueAt,
    leased_until: isNext?.until,
    postings: orNothing(postingsBy(before, after)),
    vends: orNothing(
      after.vends
        .filter((vend) => !before.vends.includes(vend))
        .map((vend) => ({ ...jsonOf(vend), selectedAt: new Date(vend.selectedAt) })),
    ),
    delivered: orNothing(newlyDispensed(before, after)),
    cases: orNothing(change.cases.map((one) => ({ id: caseId(), ...jsonOf(one) }))),
    calls: orNothing(change.calls.map(roundedCall)),
    ...(machineEvent && eventRow(machineEvent)),
  };
}

/** What becomes of the row of what is next. One that stays keeps the lease of whoever is doing it. */
function actOf(before: Purchase, after: Purchase): 'stays' | 'gone' | 'next' {
  if (after.next === before.next) return 'stays';
  return after.next === null ? 'gone' : 'next';
}

function roundedCall(call: SeqrCallRecord): SeqrCallRecord {
  return { ...call, durationMs: Math.round(call.durationMs) };
}

function orNothing<One>(list: readonly One[]): readonly One[] | undefined {
  return list.length === 0 ? undefined : list;
}

/** One row an account: several postings to one account in one step are one movement. */
function postingsBy(before: Purchase, after: Purchase): { account: string; amount_minor: string }[] {
  const accounts = new Map<string, bigint>();
  for (const { account, amountMinor } of postingsOf(before, after)) {
    accounts.set(account, (accounts.get(account) ?? 0n) + amountMinor);
  }
  return [...accounts]
    .filter(([, amountMinor]) => amountMinor !== 0n)
    .map(([account, amountMinor]) => ({ account, amount_minor: amountMinor.toString() }));
}

/** What came out with this step, by selection: the stock goes down by it. */
function newlyDispensed(before: Purchase, after: Purchase): { selection: number; count: number }[] {
  const was = new Map(before.vends.map((vend) => [vend.number, vend.result]));
  const counts = new Map<number, number>();
  for (const vend of after.vends) {
    if (vend.result !== 'dispensed' || was.get(vend.number) === 'dispensed') continue;
    counts.set(vend.selection, (counts.get(vend.selection) ?? 0) + 1);
  }
  return [...counts].map(([selection, count]) => ({ selection, count }));
}
