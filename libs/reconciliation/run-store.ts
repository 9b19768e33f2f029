import { type Database, type Sql, sql } from '#platform/database.js';
import { DEAD_AFTER_MS } from '#platform/server-instance.js';
import type { SeqrCall } from '#seqr/reply.js';

import type { BusinessDay } from './business-day.js';
import type { SeqrSummary } from './difference.js';
import { type Run, type RunFigures, type RunState, SHOP } from './run.js';

/**
 * A server that lives has this long for a step before another may think it forgot: longer than the calls of one step (two
 * of 6 s) and one statement of the database (5 s).
 */
const LEASE_S = 30;

/** What was asked of SEQR, written down with what came of it (I25). */
type Calls = readonly SeqrCall[];

const renewed = sql`leased_until = now() + make_interval(secs => ${LEASE_S}::float8)`;

interface Row {
  id: string;
  scope: string;
  machine_id: string | null;
  first_day: string;
  day: string;
  state: RunState;
  started_at: Date;
  unknown_mark_first_at: Date | null;
  unknown_mark_last_at: Date | null;
  marked_at: Date | null;
  transaction_period_id: string | null;
  failures: number;
  summary_count: number | null;
  summary_total: bigint | null;
  since: Date | null;
}

/** Another server has the run now; what this one was doing counts for nothing. */
export class LeaseLostError extends Error {
  override readonly name = 'LeaseLostError';
}

/** The runs in PostgreSQL. Each method is one statement; those of a leased run fail when the lease is gone. */
export class RunStore {
  constructor(
    private readonly database: Database,
    private readonly serverId: string,
  ) {}

  /**
   * Opens a run of the shop and of each machine that has a terminal, up to `day`. Days without a run since the last one
   * are covered too: SEQR's open period holds everything since its last mark. Where a run is open or covers the day,
   * nothing happens, however many servers ask.
   *
   * @returns how many were opened.
   */
  async open(day: BusinessDay, now: number): Promise<number> {
    const rows = await this.database.query<{ id: string }>(sql`
      INSERT INTO reconciliation_runs (id, scope, machine_id, day, first_day, state, started_at, next_attempt_at,
        unknown_mark_first_at, unknown_mark_last_at)
      SELECT gen_random_uuid(), s.scope, s.machine_id, ${day}::date, coalesce(undone.first_day, last.day + 1, ${day}::date),
        'due', ${new Date(now)}, ${new Date(now)}, undone.unknown_mark_first_at, undone.unknown_mark_last_at
      FROM (SELECT ${SHOP} AS scope, NULL AS machine_id
        UNION ALL SELECT seqr_terminal_id, id FROM machines WHERE seqr_terminal_id IS NOT NULL) s
      LEFT JOIN LATERAL (SELECT * FROM reconciliation_runs r WHERE r.scope = s.scope ORDER BY day DESC LIMIT 1) last ON true
      -- A run that never came to a mark left its days, and marks of unknown outcome, to the next.
      LEFT JOIN reconciliation_runs undone ON undone.id = last.id AND undone.state = 'failed' AND undone.marked_at IS NULL
      WHERE (last.day IS NULL OR last.day < ${day}::date)
        AND NOT EXISTS (SELECT FROM reconciliation_runs r WHERE r.scope = s.scope AND r.ended_at IS NULL)
      ON CONFLICT DO NOTHING
      RETURNING id::text`);
    return rows.length;
  }

  /** Leases runs that are due and that no living server has, the shop's first. */
  async claim(now: number, limit: number): Promise<Run[]> {
    const rows = await this.database.query<Row>(sql`
      WITH due AS (
        SELECT id FROM reconciliation_runs
        WHERE ended_at IS NULL AND next_attempt_at <= ${new Date(now)}
          AND (leased_by IS NULL OR leased_until < now() OR NOT EXISTS (
            SELECT FROM server_instances
            WHERE id = leased_by AND heartbeat_at > now() - make_interval(secs => ${DEAD_AFTER_MS / 1_000}::float8)))
        ORDER BY (scope <> ${SHOP}), next_attempt_at LIMIT ${limit} FOR UPDATE SKIP LOCKED
      ), claimed AS (
        UPDATE reconciliation_runs r SET leased_by = ${this.serverId}::uuid, ${renewed}
        FROM due WHERE r.id = due.id RETURNING r.*
      )
      SELECT ${runColumns} FROM claimed r ORDER BY (scope <> ${SHOP}), scope`);
    return rows.map(runOf);
  }

  /** The intent of a mark, durable before the call. */
  marking(run: Run, now: number): Promise<Run> {
    return this.move(run, ['due'], sql`state = 'marking', marking_at = ${new Date(now)}`);
  }

  marked(run: Run, transactionPeriodId: string, now: number, readAt: number, calls: Calls): Promise<Run> {
    return this.move(
      run,
      ['marking'],
      sql`state = 'marked', transaction_period_id = ${transactionPeriodId}, marked_at = ${new Date(now)}, failures = 0,
        last_error = NULL, next_attempt_at = ${new Date(readAt)}`,
      calls,
    );
  }

  /** The mark did nothing, and is made again. */
  notMarked(run: Run, detail: string, againAt: number, calls: Calls): Promise<Run> {
    return this.move(run, ['marking'], sql`state = 'due', ${failure(detail, againAt)}`, calls);
  }

  /** Nobody knows what the mark did; it is made again, and what it may have ended is remembered. */
  markUnknown(run: Run, detail: string, now: number, againAt: number, calls: Calls): Promise<Run> {
    return this.move(
      run,
      ['marking'],
      sql`state = 'due', unknown_mark_first_at = coalesce(unknown_mark_first_at, marking_at),
        unknown_mark_last_at = ${new Date(now)}, ${failure(detail, againAt)}`,
      calls,
    );
  }

  notRead(run: Run, detail: string, againAt: number, calls: Calls): Promise<Run> {
    return this.move(run, ['marked'], failure(detail, againAt), calls);
  }

  read(run: Run, summary: SeqrSummary, calls: Calls): Promise<Run> {
    return this.move(
      run,
      ['marked'],
      sql`state = 'read', summary_count = ${summary.count}, summary_total = ${summary.total}, failures = 0, last_error = NULL`,
      calls,
    );
  }

  /** Still at it. @throws LeaseLostError when another server is. */
  async renew(run: Run): Promise<void> {
    await this.move(run, [run.state], sql`failures = failures`);
  }

  async end(run: Run, state: 'done' | 'failed', figures: RunFigures, now: number): Promise<void> {
    await this.move(
      run,
      [run.state],
      sql`state = ${state}, ended_at = ${new Date(now)}, rows_read = ${figures.rowsRead}, rows_total = ${figures.rowsTotal},
        purchases_matched = ${figures.purchasesMatched}, differences_found = ${figures.differencesFound},
        carried_over = ${figures.carriedOver}`,
    );
    await this.release(run);
  }

  /** Something went wrong that no state foresees: later, and by whoever comes first. */
  async postpone(run: Run, detail: string, againAt: number): Promise<void> {
    await this.database.query(
      sql`UPDATE reconciliation_runs SET ${failure(detail, againAt)}
          WHERE id = ${run.id}::uuid AND leased_by = ${this.serverId}::uuid AND ended_at IS NULL`,
    );
  }

  /** Others may go on with it, when it is due again. */
  async release(run: Run): Promise<void> {
    await this.database.query(
      sql`UPDATE reconciliation_runs SET leased_by = NULL, leased_until = NULL
          WHERE id = ${run.id}::uuid AND leased_by = ${this.serverId}::uuid`,
    );
  }

  private async move(run: Run, from: readonly RunState[], changes: Sql, calls: Calls = []): Promise<Run> {
    const rows = await this.database.query<Row>(sql`
      WITH moved AS (
        UPDATE reconciliation_runs SET ${changes}, ${renewed}
        WHERE id = ${run.id}::uuid AND leased_by = ${this.serverId}::uuid AND state = ANY(${from}::text[]) RETURNING *
      ), call AS (
        INSERT INTO seqr_calls (operation, client_reference, sent_at, duration_ms, outcome, result_code, detail)
        SELECT c.operation, c."clientReference", c."sentAt", c."durationMs", c.outcome, c."resultCode", c.detail
        FROM moved, jsonb_to_recordset(${JSON.stringify(calls)}::jsonb) AS c(operation text, "clientReference" text,
          "sentAt" timestamptz, "durationMs" int, outcome text, "resultCode" int, detail text)
      )
      SELECT ${runColumns} FROM moved r`);
    const row = rows[0];
    if (row === undefined) throw new LeaseLostError(`run ${run.id} belongs to another server`);
    return runOf(row);
  }
}

const runColumns = sql`r.id::text, r.scope, r.machine_id, r.first_day::text, r.day::text, r.state, r.started_at,
  r.unknown_mark_first_at, r.unknown_mark_last_at, r.marked_at, r.transaction_period_id, r.failures, r.summary_count,
  r.summary_total, (SELECT max(b.marked_at) FROM reconciliation_runs b WHERE b.scope = r.scope AND b.day < r.day) AS since`;

/** Kept short: SEQR's words are for a person, and may be long. */
function failure(detail: string, againAt: number): Sql {
  return sql`failures = failures + 1, last_error = ${detail.slice(0, 200)}, next_attempt_at = ${new Date(againAt)}`;
}

function runOf(row: Row): Run {
  const first = row.unknown_mark_first_at?.getTime();
  const last = row.unknown_mark_last_at?.getTime();
  return {
    id: row.id,
    scope: row.scope,
    machineId: row.machine_id,
    firstDay: row.first_day,
    day: row.day,
    state: row.state,
    startedAt: row.started_at.getTime(),
    unknownMarks: first === undefined || last === undefined ? null : { first, last },
    markedAt: row.marked_at?.getTime() ?? null,
    transactionPeriodId: row.transaction_period_id,
    failures: row.failures,
    summary: { count: row.summary_count, total: row.summary_total },
    since: row.since?.getTime() ?? null,
  };
}
