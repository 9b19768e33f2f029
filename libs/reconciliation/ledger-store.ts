import { type Database, type Sql, joinSql, sql } from '#platform/database.js';
import type { Ids } from '#platform/ids.js';
import { type Currency, isCurrency } from '#purchase/money.js';

import { caseOf, caseOfMany, MANY } from './cases.js';
import { MARGIN_MS, type Terms } from './compare.js';
import type { Difference, DifferenceKind, LedgerEntry, PendingEntry, SeqrRow } from './difference.js';
import { type Run, type RunFigures, terminalOf, titleOf } from './run.js';
import type { ReportedSale } from './seqr-reports.js';

/** Rows and purchases in memory at once, whatever the size of a period; a statement over as many takes some 50 ms. */
export const BATCH = 1_000;
/** Purchases that settle at one moment: one a machine, and a fleet has fewer machines. */
const PENDING_MAX = 10_000;
/** A person works off some dozens of cases a day; more differences at once have one cause, and have one case together. */
export const CASES_MAX = 100;
/** A case about money is looked at within three days; SEQR's next reports settle most doubts in one. */
const DECIDE_WITHIN = '3 days';

export interface RowToJudge extends SeqrRow {
  readonly runId: string;
  readonly known: LedgerEntry | undefined;
}

export interface RowVerdict {
  readonly runId: string;
  readonly line: number;
  readonly verdict: DifferenceKind | 'agrees' | 'carried';
}

interface EntryColumns {
  purchase_id: string | null;
  machine_id: string;
  purchase_terminal: string | null;
  purchase_reference: string | null;
  committed_minor: bigint | null;
  currency: string;
  ended_at: Date | null;
}

interface RowColumns extends EntryColumns {
  run_id: string;
  line: number;
  ers_reference: string | null;
  terminal_id: string | null;
  cashier_id: string | null;
  amount: bigint;
  repeats: boolean;
}

/** What the comparison reads and writes in PostgreSQL, always in batches. */
export class LedgerStore {
  constructor(
    private readonly database: Database,
    private readonly ids: Ids,
  ) {}

  /** Begins to write the rows of a run's report anew: what an attempt before left is forgotten. */
  async clearRows(run: Run): Promise<void> {
    await this.database.query(sql`DELETE FROM reconciliation_rows WHERE run_id = ${run.id}::uuid`);
  }

  /** @param sales at most {@link BATCH} @param firstLine the line of the first of them */
  async addRows(run: Run, sales: readonly ReportedSale[], firstLine: number): Promise<void> {
    const rows = sales.map((sale, i) => ({ ...sale, line: firstLine + i, amount: sale.amount.toString() }));
    await this.database.query(sql`
      INSERT INTO reconciliation_rows (run_id, line, ers_reference, terminal_id, cashier_id, amount, purchase_id)
      SELECT ${run.id}::uuid, r.line, r."ersReference", r."terminalId", r."cashierId", r.amount, p.id
      FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
        AS r(line int, "ersReference" text, "terminalId" text, "cashierId" text, amount bigint)
      LEFT JOIN LATERAL (SELECT id FROM purchases WHERE ers_reference = r."ersReference" ORDER BY id LIMIT 1) p ON true`);
  }

  /**
   * Tells PostgreSQL how many rows there are now. Statements planned for an empty table would go through all rows for each
   * row; its own statistics come a minute later.
   */
  async rowsAdded(): Promise<void> {
    await this.database.query(sql`ANALYZE reconciliation_rows`);
  }

  /** Purchases that became known since: rows that had none are judged again. */
  async linkRows(): Promise<void> {
    await this.database.query(sql`
      UPDATE reconciliation_rows r SET purchase_id = p.id,
        verdict = CASE WHEN r.verdict = 'missing-here' THEN 'carried' ELSE r.verdict END
      FROM purchases p WHERE r.purchase_id IS NULL AND r.ers_reference = p.ers_reference`);
  }

  /** The rows of a run, and those that earlier runs of its scope carried over, with the purchase that each names. */
  async *rowsToJudge(run: Run): AsyncGenerator<RowToJudge[]> {
    const own = sql`r.run_id = ${run.id}::uuid`;
    const carried = sql`r.verdict = 'carried' AND r.run_id <> ${run.id}::uuid
      AND r.run_id IN (SELECT id FROM reconciliation_runs WHERE scope = ${run.scope})`;
    for (const which of [carried, own]) yield* this.batches(run, which);
  }

  private async *batches(run: Run, which: Sql): AsyncGenerator<RowToJudge[]> {
    let after = sql`true`;
    for (;;) {
      const rows = await this.database.query<RowColumns>(sql`
        SELECT r.run_id::text, r.line, r.ers_reference, r.terminal_id, r.cashier_id, r.amount, ${entryColumns},
          EXISTS (SELECT FROM reconciliation_rows e JOIN reconciliation_runs other ON other.id = e.run_id
            JOIN reconciliation_runs mine ON mine.id = r.run_id
            WHERE e.ers_reference = r.ers_reference AND other.scope = ${run.scope}
              AND (other.day < mine.day OR (e.run_id = r.run_id AND e.line < r.line))) AS repeats
        FROM reconciliation_rows r LEFT JOIN purchases p ON p.id = r.purchase_id
        WHERE ${which} AND ${after} ORDER BY r.run_id, r.line LIMIT ${BATCH}`);
      const last = rows.at(-1);
      if (last === undefined) return;
      yield rows.map(rowOf);
      after = sql`(r.run_id, r.line) > (${last.run_id}::uuid, ${last.line})`;
    }
  }

  /** Committed purchases of the run's period that no report of SEQR's has named, oldest first. */
  async *unreported(run: Run): AsyncGenerator<LedgerEntry[]> {
    const terminal = terminalOf(run);
    let after = sql`p.ended_at > ${new Date((run.since ?? 0) - MARGIN_MS)}`;
    for (;;) {
      const rows = await this.database.query<EntryColumns & { purchase_id: string }>(sql`
        SELECT ${entryColumns} FROM purchases p
        WHERE p.state = 'COMMITTED' AND ${after} AND p.ended_at <= ${new Date((run.markedAt ?? 0) + MARGIN_MS)}
          AND ${terminal === null ? sql`true` : sql`p.seqr_terminal_id = ${terminal}`}
          AND NOT EXISTS (SELECT FROM reconciliation_rows r WHERE r.purchase_id = p.id)
          AND NOT EXISTS (SELECT FROM reconciliation_differences d JOIN reconciliation_runs o ON o.id = d.run_id
            WHERE d.kind = 'period-lost' AND o.scope = ${run.scope} AND o.id <> ${run.id}::uuid
              AND p.ended_at > d.lost_since AND p.ended_at <= d.lost_until)
        ORDER BY p.ended_at, p.id LIMIT ${BATCH}`);
      const entries = rows.flatMap((row) => entryOf(row) ?? []);
      const last = rows.at(-1);
      if (last === undefined) return;
      yield entries;
      after = sql`(p.ended_at, p.id) > (${last.ended_at}, ${last.purchase_id}::uuid)`;
    }
  }

  /** When the oldest purchase in a run's report was committed, not counting those near the mark before. */
  async oldestReported(run: Run): Promise<{ committedAt: number } | null> {
    const rows = await this.database.query<{ at: Date | null }>(sql`
      SELECT min(p.ended_at) AS at FROM reconciliation_rows r JOIN purchases p ON p.id = r.purchase_id
      WHERE r.run_id = ${run.id}::uuid AND p.ended_at > ${new Date((run.since ?? 0) + MARGIN_MS)}`);
    const at = rows[0]?.at;
    return at == null ? null : { committedAt: at.getTime() };
  }

  async pending(): Promise<PendingEntry[]> {
    const rows = await this.database.query<{ id: string; machine_id: string; currency: string; amount: bigint }>(sql`
      SELECT id::text, machine_id, currency, (details -> 'settlement' ->> 'amountMinor')::bigint AS amount FROM purchases
      WHERE holds_machine AND state = 'SETTLING' AND details -> 'settlement' ->> 'amountMinor' IS NOT NULL LIMIT ${PENDING_MAX}`);
    return rows.flatMap(({ id, machine_id: machineId, currency, amount: amountMinor }) =>
      isCurrency(currency) ? [{ purchaseId: id, machineId, currency, amountMinor }] : [],
    );
  }

  /** Machines by id and by terminal; and the currency that most of them sell in. */
  async fleet(): Promise<{ fleet: Terms['fleet']; currency: Currency }> {
    const machines = await this.database.query<{ id: string; terminal: string | null; currency: string }>(
      sql`SELECT id, seqr_terminal_id AS terminal, currency FROM machines`,
    );
    const fleet = new Map<string, { machineId: string; currency: Currency }>();
    const counts = new Map<Currency, number>();
    for (const { id: machineId, terminal, currency } of machines) {
      if (!isCurrency(currency)) continue;
      fleet.set(machineId, { machineId, currency });
      if (terminal !== null) fleet.set(terminal, { machineId, currency });
      counts.set(currency, (counts.get(currency) ?? 0) + 1);
    }
    const [most] = [...counts].toSorted(([, a], [, b]) => b - a);
    return { fleet, currency: most?.[0] ?? 'EUR' };
  }

  async saveVerdicts(verdicts: readonly RowVerdict[]): Promise<void> {
    if (verdicts.length === 0) return;
    await this.database.query(sql`
      UPDATE reconciliation_rows r SET verdict = v.verdict
      FROM jsonb_to_recordset(${JSON.stringify(verdicts)}::jsonb) AS v("runId" uuid, line int, verdict text)
      WHERE r.run_id = v."runId" AND r.line = v.line AND r.verdict IS DISTINCT FROM v.verdict`);
  }

  /**
   * Opens a review case for each difference that was never found before; those beyond {@link CASES_MAX} of one run share one.
   *
   * @returns the reasons of the cases opened.
   */
  async openCases(
    run: Run,
    found: readonly Difference[],
    terms: Terms,
    currency: Currency,
    now: number,
  ): Promise<string[]> {
    const opened: string[] = [];
    const report = titleOf(run);
    for (let i = 0; i < found.length; i += BATCH) {
      const { fresh: candidates, room, shared } = await this.roomFor(run, found.slice(i, i + BATCH));
      const many = { ...textOf(caseOfMany(currency, report, CASES_MAX)), caseId: shared };
      const rows = candidates.map((difference, place) => {
        const words = caseOf(difference, currency, report);
        const isLost = difference.kind === 'period-lost';
        return {
          ...textOf({ ...difference, ...words }),
          caseId: place < room ? this.ids.uuid() : shared,
          lostSince: isLost ? new Date((run.since ?? 0) - MARGIN_MS).toISOString() : null,
          lostUntil: isLost && terms.lost !== null ? new Date(terms.lost.until).toISOString() : null,
        };
      });
      const fresh = await this.database.query<{ reason: string }>(sql`
        WITH d AS (
          SELECT * FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS d(key text, kind text, "purchaseId" uuid,
            "machineId" text, "ersReference" text, "oursMinor" bigint, seqr bigint, reason text, "amountMinor" bigint,
            currency text, known text, "suggestedAction" text, "caseId" uuid, "lostSince" timestamptz,
            "lostUntil" timestamptz)
        ), fresh AS (
          INSERT INTO reconciliation_differences (key, run_id, kind, purchase_id, ers_reference, ours_minor, seqr_amount,
            lost_since, lost_until, review_case_id)
          SELECT key, ${run.id}::uuid, kind, "purchaseId", "ersReference", "oursMinor", seqr, "lostSince", "lostUntil",
            "caseId" FROM d
          ON CONFLICT (key) DO NOTHING RETURNING review_case_id
        )
        INSERT INTO review_cases (id, purchase_id, machine_id, reason, amount_minor, currency, known, suggested_action,
          opened_at, deadline)
        SELECT c."caseId", c."purchaseId", c."machineId", c.reason, c."amountMinor", c.currency, c.known,
          c."suggestedAction", ${new Date(now)}, ${new Date(now)}::timestamptz + ${DECIDE_WITHIN}::interval
        FROM (
          SELECT "caseId", "purchaseId", "machineId", reason, "amountMinor", currency, known, "suggestedAction" FROM d
          WHERE "caseId" <> ${shared}::uuid
          UNION ALL
          SELECT "caseId", NULL, NULL, reason, NULL, currency, known, "suggestedAction"
          FROM jsonb_to_record(${JSON.stringify(many)}::jsonb) AS many(reason text, currency text, known text,
            "suggestedAction" text, "caseId" uuid)
        ) c
        WHERE EXISTS (SELECT FROM fresh WHERE fresh.review_case_id = c."caseId")
        ON CONFLICT (id) DO NOTHING
        RETURNING reason`);
      opened.push(...fresh.map(({ reason }) => reason));
    }
    return opened;
  }

  /** Which of these were never found, how many of them may have cases of their own, and which case the others share. */
  private async roomFor(
    run: Run,
    found: readonly Difference[],
  ): Promise<{ fresh: Difference[]; room: number; shared: string }> {
    const keys = found.map(({ key }) => key);
    const known = await this.database.query<{ key: string }>(
      sql`SELECT key FROM reconciliation_differences WHERE key = ANY(${keys}::text[])`,
    );
    const [cases] = await this.database.query<{ opened: number; shared: string | null }>(sql`
      SELECT count(*) FILTER (WHERE c.reason <> ${MANY})::int AS opened,
        min(c.id::text) FILTER (WHERE c.reason = ${MANY}) AS shared
      FROM reconciliation_differences d JOIN review_cases c ON c.id = d.review_case_id
      WHERE d.run_id = ${run.id}::uuid`);
    const isKnown = new Set(known.map(({ key }) => key));
    return {
      fresh: found.filter(({ key }) => !isKnown.has(key)),
      room: CASES_MAX - (cases?.opened ?? 0),
      shared: cases?.shared ?? this.ids.uuid(),
    };
  }

  /** Closes the cases of differences that are none any more; the one that many share is left to a person. @returns how many. */
  async closeResolved(run: Run, now: number): Promise<number> {
    const notes = [
      [
        sql`d.kind = 'missing-at-seqr' AND EXISTS (SELECT FROM reconciliation_rows r WHERE r.purchase_id = d.purchase_id)`,
        `Settled by itself: it stands in ${titleOf(run)}.`,
      ],
      [
        sql`d.kind = 'missing-here' AND EXISTS (SELECT FROM purchases p WHERE p.ers_reference = d.ers_reference)`,
        'Settled by itself: the purchase is known by now.',
      ],
      [
        sql`d.kind = 'period-lost' AND NOT EXISTS (SELECT FROM purchases p, reconciliation_runs o WHERE o.id = d.run_id
          AND p.state = 'COMMITTED' AND p.ended_at > d.lost_since AND p.ended_at <= d.lost_until
          AND (o.machine_id IS NULL OR p.seqr_terminal_id = o.scope)
          AND NOT EXISTS (SELECT FROM reconciliation_rows r WHERE r.purchase_id = p.id))`,
        `Settled by itself: all of its purchases are reported by now.`,
      ],
    ] as const;
    let closed = 0;
    for (const [isResolved, note] of notes) {
      const rows = await this.database.query<{ id: string }>(sql`
        UPDATE review_cases c SET closed_at = ${new Date(now)}, closing_note = ${note}
        FROM reconciliation_differences d
        WHERE d.review_case_id = c.id AND c.closed_at IS NULL AND c.reason <> ${MANY} AND ${isResolved}
        RETURNING c.id::text`);
      closed += rows.length;
    }
    return closed;
  }

  async figures(run: Run): Promise<Omit<RunFigures, 'carriedOver'>> {
    const rows = await this.database.query<RunFigures>(sql`
      SELECT count(*)::int AS "rowsRead", coalesce(sum(amount), 0)::bigint AS "rowsTotal",
        count(DISTINCT purchase_id)::int AS "purchasesMatched",
        (SELECT count(*)::int FROM reconciliation_differences d WHERE d.run_id = ${run.id}::uuid) AS "differencesFound"
      FROM reconciliation_rows WHERE run_id = ${run.id}::uuid`);
    return rows[0] ?? { rowsRead: 0, rowsTotal: 0n, purchasesMatched: 0, differencesFound: 0 };
  }
}

const entryColumns = joinSql([
  sql`p.id::text AS purchase_id`,
  sql`p.machine_id`,
  sql`p.seqr_terminal_id AS purchase_terminal`,
  sql`p.ers_reference AS purchase_reference`,
  sql`p.committed_minor`,
  sql`p.currency`,
  sql`p.ended_at`,
]);

/** A purchase that SEQR charged and that did not end as charged here has no amount that we claim: a person has it. */
function entryOf(row: EntryColumns): LedgerEntry | undefined {
  if (row.purchase_id === null || !isCurrency(row.currency)) return undefined;
  return {
    purchaseId: row.purchase_id,
    machineId: row.machine_id,
    terminalId: row.purchase_terminal,
    ersReference: row.purchase_reference,
    committedMinor: row.committed_minor,
    currency: row.currency,
    // Nothing gives money back yet; each refund will be a row of its own at SEQR.
    refunds: [],
    committedAt: row.ended_at?.getTime() ?? 0,
  };
}

function rowOf(row: RowColumns): RowToJudge {
  return {
    runId: row.run_id,
    line: row.line,
    ersReference: row.ers_reference,
    terminalId: row.terminal_id,
    cashierId: row.cashier_id,
    amount: row.amount,
    repeats: row.repeats,
    known: entryOf(row),
  };
}

/** Amounts travel in JSON as decimal text. */
function textOf(value: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => [name, typeof one === 'bigint' ? one.toString() : (one as unknown)]),
  );
}
