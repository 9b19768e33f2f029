import { type Database, type Sql, sql } from '#platform/database.js';
import { type Currency, formatAmount, isCurrency } from '#purchase/money.js';

import { formatReportAmount } from './amounts.js';
import { csvLine } from './csv.js';
import type { DifferenceKind } from './difference.js';
import { BATCH } from './ledger-store.js';
import { type RunState, SHOP } from './run.js';

/** A run as operators see it. Amounts are decimal text; SEQR's reports name no currency. */
export interface RunView {
  readonly id: string;
  /** `shop`, or the machine's terminal. */
  readonly scope: string;
  readonly machineId: string | null;
  readonly firstDay: string;
  readonly day: string;
  readonly state: RunState;
  readonly startedAt: string;
  readonly markedAt: string | null;
  readonly endedAt: string | null;
  readonly transactionPeriodId: string | null;
  readonly lastError: string | null;
  /** Null until the run has ended. */
  readonly salesAtSeqr: number | null;
  readonly totalAtSeqr: string | null;
  readonly purchasesMatched: number | null;
  readonly differencesFound: number | null;
  /** Differences of this run whose cases nobody has closed. */
  readonly differencesOpen: number;
  readonly carriedOver: number | null;
}

export interface DifferenceView {
  readonly kind: DifferenceKind;
  readonly reviewCaseId: string;
  readonly purchaseId: string | null;
  readonly machineId: string | null;
  readonly ersReference: string | null;
  readonly currency: string;
  readonly ours: string | null;
  readonly seqr: string | null;
  readonly known: string;
  readonly suggestedAction: string;
  readonly openedAt: string;
  readonly deadline: string;
  readonly closedAt: string | null;
  readonly closingNote: string | null;
}

/** One page of a console; the CSV has them all. */
const DIFFERENCES_MAX = 500;

interface RunRow {
  id: string;
  scope: string;
  machine_id: string | null;
  first_day: string;
  day: string;
  state: RunState;
  started_at: Date;
  marked_at: Date | null;
  ended_at: Date | null;
  transaction_period_id: string | null;
  last_error: string | null;
  rows_read: number | null;
  rows_total: bigint | null;
  purchases_matched: number | null;
  differences_found: number | null;
  differences_open: number;
  carried_over: number | null;
}

interface DifferenceRow {
  key: string;
  kind: DifferenceKind;
  review_case_id: string;
  purchase_id: string | null;
  machine_id: string | null;
  ers_reference: string | null;
  currency: string;
  ours_minor: bigint | null;
  seqr_amount: bigint | null;
  known: string;
  suggested_action: string;
  opened_at: Date;
  deadline: Date;
  closed_at: Date | null;
  closing_note: string | null;
}

interface SaleRow {
  line: number;
  ers_reference: string | null;
  terminal_id: string | null;
  cashier_id: string | null;
  amount: bigint;
  verdict: string | null;
  purchase_id: string | null;
  machine_id: string | null;
  committed_minor: bigint | null;
  currency: string | null;
  ended_at: Date | null;
}

const runColumns = sql`id::text, scope, machine_id, first_day::text, day::text, state, started_at, marked_at, ended_at,
  transaction_period_id, last_error, rows_read, rows_total, purchases_matched, differences_found, carried_over,
  (SELECT count(*)::int FROM reconciliation_differences d JOIN review_cases c ON c.id = d.review_case_id
   WHERE d.run_id = r.id AND c.closed_at IS NULL) AS differences_open`;

/** What reconciliations found, for operators. */
export class ReconciliationViews {
  constructor(private readonly database: Database) {}

  /** Newest first. @param limit at most so many */
  list(limit: number): Promise<RunView[]> {
    return this.runs(sql`true`, limit);
  }

  /** Those that are not over, or that ended for this day. */
  ofDay(day: string): Promise<RunView[]> {
    // More than any fleet has terminals.
    return this.runs(sql`first_day <= ${day}::date AND day >= ${day}::date`, 100_000);
  }

  async one(id: string): Promise<(RunView & { differences: DifferenceView[] }) | null> {
    const [run] = await this.runs(sql`id = ${id}::uuid`, 1);
    if (run === undefined) return null;
    const rows = await this.differences(id, '', DIFFERENCES_MAX);
    return { ...run, differences: rows.map(differenceView) };
  }

  /**
   * What a run read and found, as CSV: first every sale that SEQR reported, then the differences that are no sale of the
   * report. In pieces of bounded size, whatever the size of the run.
   */
  async *csv(id: string): AsyncGenerator<string> {
    yield csvLine(CSV_COLUMNS);
    for (let after = 0; ;) {
      const rows = await this.database.query<SaleRow>(sql`
        SELECT r.line, r.ers_reference, r.terminal_id, r.cashier_id, r.amount, r.verdict, r.purchase_id::text,
          p.machine_id, p.committed_minor, p.currency, p.ended_at
        FROM reconciliation_rows r LEFT JOIN purchases p ON p.id = r.purchase_id
        WHERE r.run_id = ${id}::uuid AND r.line > ${after} ORDER BY r.line LIMIT ${BATCH}`);
      const last = rows.at(-1);
      if (last === undefined) break;
      yield rows.map(saleLine).join('');
      after = last.line;
    }
    for (let after = ''; ;) {
      const rows = await this.differences(id, after, BATCH);
      const last = rows.at(-1);
      if (last === undefined) return;
      yield rows.map(differenceLine).join('');
      after = last.key;
    }
  }

  private async runs(which: Sql, limit: number): Promise<RunView[]> {
    const rows = await this.database.query<RunRow>(sql`
      SELECT ${runColumns} FROM reconciliation_runs r WHERE ${which}
      ORDER BY day DESC, (scope <> ${SHOP}), scope LIMIT ${limit}`);
    return rows.map(runView);
  }

  private differences(id: string, after: string, limit: number): Promise<DifferenceRow[]> {
    return this.database.query<DifferenceRow>(sql`
      SELECT d.key, d.kind, d.review_case_id::text, d.purchase_id::text,
        coalesce(c.machine_id, p.machine_id) AS machine_id, d.ers_reference, coalesce(p.currency, c.currency) AS currency,
        d.ours_minor, d.seqr_amount, c.known, c.suggested_action, c.opened_at, c.deadline, c.closed_at, c.closing_note
      FROM reconciliation_differences d JOIN review_cases c ON c.id = d.review_case_id
        LEFT JOIN purchases p ON p.id = d.purchase_id
      WHERE d.run_id = ${id}::uuid AND d.key > ${after} ORDER BY d.key LIMIT ${limit}`);
  }
}

const CSV_COLUMNS = [
  'what',
  'verdict',
  'ers_reference',
  'purchase_id',
  'machine_id',
  'seqr_terminal',
  'seqr_cashier',
  'our_amount',
  'seqr_amount',
  'currency',
  'committed_at',
  'known',
  'review_case_id',
  'case_closed_at',
];

function saleLine(row: SaleRow): string {
  const currency = row.currency !== null && isCurrency(row.currency) ? row.currency : null;
  return csvLine([
    'sale',
    row.verdict ?? 'not judged yet',
    row.ers_reference,
    row.purchase_id,
    row.machine_id,
    row.terminal_id,
    row.cashier_id,
    ourAmount(row.committed_minor, currency),
    formatReportAmount(row.amount, currency ?? 'EUR'),
    currency,
    row.ended_at?.toISOString() ?? null,
    null,
    null,
    null,
  ]);
}

function differenceLine(row: DifferenceRow): string {
  const view = differenceView(row);
  return csvLine([
    'difference',
    view.kind,
    view.ersReference,
    view.purchaseId,
    view.machineId,
    null,
    null,
    view.ours,
    view.seqr,
    view.currency,
    null,
    view.known,
    view.reviewCaseId,
    view.closedAt,
  ]);
}

function differenceView(row: DifferenceRow): DifferenceView {
  const currency = isCurrency(row.currency) ? row.currency : null;
  return {
    kind: row.kind,
    reviewCaseId: row.review_case_id,
    purchaseId: row.purchase_id,
    machineId: row.machine_id,
    ersReference: row.ers_reference,
    currency: row.currency,
    ours: ourAmount(row.ours_minor, currency),
    seqr: row.seqr_amount === null ? null : formatReportAmount(row.seqr_amount, currency ?? 'EUR'),
    known: row.known,
    suggestedAction: row.suggested_action,
    openedAt: row.opened_at.toISOString(),
    deadline: row.deadline.toISOString(),
    closedAt: row.closed_at?.toISOString() ?? null,
    closingNote: row.closing_note,
  };
}

function ourAmount(minor: bigint | null, currency: Currency | null): string | null {
  return minor === null || currency === null ? null : formatAmount({ minor, currency });
}

function runView(row: RunRow): RunView {
  return {
    id: row.id,
    scope: row.scope,
    machineId: row.machine_id,
    firstDay: row.first_day,
    day: row.day,
    state: row.state,
    startedAt: row.started_at.toISOString(),
    markedAt: row.marked_at?.toISOString() ?? null,
    endedAt: row.ended_at?.toISOString() ?? null,
    transactionPeriodId: row.transaction_period_id,
    lastError: row.last_error,
    salesAtSeqr: row.rows_read,
    totalAtSeqr: row.rows_total === null ? null : formatReportAmount(row.rows_total, 'EUR'),
    purchasesMatched: row.purchases_matched,
    differencesFound: row.differences_found,
    differencesOpen: row.differences_open,
    carriedOver: row.carried_over,
  };
}
