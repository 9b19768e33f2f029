import { type Database, type Sql, sql } from '#platform/database.js';
import { formatAmount, isCurrency } from '#purchase/money.js';

import type { AuditReport } from './audit-report.js';
import type { Comparison, Counted, FindingKind } from './comparison.js';

/** As it stands in the database: amounts are decimal text. */
export type Stored<T> = T extends bigint ? string : T extends object ? { readonly [K in keyof T]: Stored<T[K]> } : T;

/** An audit file as operators see it. Amounts are decimal text in the machine's currency ("3.70"). */
export interface AuditFileView {
  readonly id: string;
  readonly machineId: string;
  readonly currency: string;
  readonly readAt: string;
  /** It was read between these moments, as far as is known. */
  readonly readFrom: string;
  readonly readUntil: string;
  readonly readTold: 'operator' | 'machine' | 'upload';
  readonly uploadedAt: string;
  readonly uploadedBy: string;
  readonly sha256: string;
  readonly bytes: number;
  readonly serial: string | null;
  readonly reader: 1 | 2 | null;
  readonly comparison: ComparisonSummary;
}

/** `first`: there is no file before it. `waiting`: a purchase of that time is not over. */
export interface ComparisonSummary {
  readonly verdict: Comparison['verdict'] | 'first' | 'waiting';
  /** The file that it was compared with. */
  readonly beforeId: string | null;
  readonly comparedAt: string | null;
  readonly cashless: {
    readonly reader: 1 | 2;
    readonly machine: CountedView;
    readonly ours: CountedView;
  } | null;
  readonly findings: readonly { readonly kind: FindingKind; readonly amount: string | null; readonly text: string }[];
  readonly reviewCaseId: string | null;
  readonly caseClosedAt: string | null;
}

export interface CountedView {
  readonly count: number | null;
  readonly amount: string | null;
}

export interface AuditFileDetails extends AuditFileView {
  readonly selections: readonly {
    readonly selection: string;
    readonly paid: CountedView;
    readonly cashless: CountedView | null;
    readonly ours: number;
    readonly differs: boolean;
  }[];
  readonly cash:
    | (Readonly<
        Record<'toBox' | 'toTubes' | 'bills' | 'paidOut' | 'paidOutByHand' | 'filled' | 'inTubes', string | null>
      > & { readonly sales: CountedView })
    | null;
  /** What the file says. Its amounts are in units of its own decimals (`money.decimals`). */
  readonly report: Stored<AuditReport>;
}

/** A line of the report over the fleet. */
export interface ComparisonLine {
  readonly machineId: string;
  readonly currency: string;
  readonly readBefore: string;
  readonly readAt: string;
  readonly summary: ComparisonSummary;
}

/** Lines in memory at once. */
const BATCH = 500;

interface Row {
  id: string;
  machine_id: string;
  currency: string;
  read_at: Date;
  read_from: Date;
  read_until: Date;
  read_told: AuditFileView['readTold'];
  uploaded_at: Date;
  uploaded_by: string;
  sha256: string;
  bytes: number;
  serial: string | null;
  reader: 1 | 2 | null;
  report: Stored<AuditReport>;
  has_before: boolean;
  before_id: string | null;
  read_before: Date | null;
  compared_at: Date | null;
  figures: Stored<Comparison> | null;
  review_case_id: string | null;
  closed_at: Date | null;
}

/** Audit files with what they came to, for operators. */
export class AuditFileViews {
  constructor(private readonly database: Database) {}

  /** Of one machine, last read first. @param limit at most so many @returns null when there is no such machine. */
  async list(machineId: string, limit: number): Promise<AuditFileView[] | null> {
    const machines = await this.database.query(sql`SELECT FROM machines WHERE id = ${machineId}`);
    if (machines.length === 0) return null;
    return (await this.rows(sql`f.machine_id = ${machineId}`, limit)).map(viewOf);
  }

  async one(machineId: string, id: string): Promise<AuditFileDetails | null> {
    const [row] = await this.rows(sql`f.machine_id = ${machineId} AND f.id = ${id}::uuid`, 1);
    if (row === undefined) return null;
    const amount = amountIn(row.currency);
    const cash = row.figures?.cash;
    return {
      ...viewOf(row),
      selections: (row.figures?.selections ?? []).map(({ selection, paid, cashless, ours, differs }) => ({
        selection,
        paid: countedView(paid, row.currency),
        cashless: cashless === null ? null : countedView(cashless, row.currency),
        ours,
        differs,
      })),
      cash:
        cash === undefined
          ? null
          : {
              sales: countedView(cash.sales, row.currency),
              toBox: amount(cash.toBoxMinor),
              toTubes: amount(cash.toTubesMinor),
              bills: amount(cash.billsMinor),
              paidOut: amount(cash.outMinor),
              paidOutByHand: amount(cash.outByHandMinor),
              filled: amount(cash.filledMinor),
              inTubes: amount(cash.inTubesMinor),
            },
      report: row.report,
    };
  }

  /** The file itself, as it came. */
  async content(machineId: string, id: string): Promise<Uint8Array | null> {
    const [row] = await this.database.query<{ content: Uint8Array }>(
      sql`SELECT content FROM audit_files WHERE machine_id = ${machineId} AND id = ${id}::uuid`,
    );
    return row?.content ?? null;
  }

  /** Every comparison of the fleet, oldest first, in batches. Simulated machines are kept out of it. */
  async *comparisons(): AsyncGenerator<ComparisonLine[]> {
    for (let after = sql`true`; ;) {
      const rows = await this.rows(
        sql`c.after_id IS NOT NULL AND ${after}
          AND NOT EXISTS (SELECT FROM machine_presences p WHERE p.machine_id = f.machine_id AND p.simulated)`,
        BATCH,
        sql`f.read_at, f.id`,
      );
      const last = rows.at(-1);
      if (last === undefined) return;
      yield rows.map((row) => ({
        machineId: row.machine_id,
        currency: row.currency,
        readBefore: row.read_before?.toISOString() ?? '',
        readAt: row.read_at.toISOString(),
        summary: summaryOf(row),
      }));
      after = sql`(f.read_at, f.id) > (${last.read_at}, ${last.id}::uuid)`;
    }
  }

  /** Each file with the comparison by the latest file before it. */
  private rows(which: Sql, limit: number, order: Sql = sql`f.read_at DESC, f.id DESC`): Promise<Row[]> {
    return this.database.query<Row>(sql`
      SELECT f.id::text, f.machine_id, m.currency, f.read_at, f.read_from, f.read_until, f.read_told, f.uploaded_at,
        f.uploaded_by, encode(f.sha256, 'hex') AS sha256, length(f.content) AS bytes, f.serial, f.reader, f.report,
        EXISTS (SELECT FROM audit_files b WHERE b.machine_id = f.machine_id AND (b.read_at, b.id) < (f.read_at, f.id))
          AS has_before,
        c.before_id::text, c.read_at AS read_before, c.compared_at, c.figures, c.review_case_id::text, r.closed_at
      FROM audit_files f JOIN machines m ON m.id = f.machine_id
      LEFT JOIN LATERAL (SELECT c.*, b.read_at FROM audit_comparisons c JOIN audit_files b ON b.id = c.before_id
        WHERE c.after_id = f.id ORDER BY b.read_at DESC, b.id DESC LIMIT 1) c ON true
      LEFT JOIN review_cases r ON r.id = c.review_case_id
      WHERE ${which} ORDER BY ${order} LIMIT ${limit}`);
  }
}

function viewOf(row: Row): AuditFileView {
  return {
    id: row.id,
    machineId: row.machine_id,
    currency: row.currency,
    readAt: row.read_at.toISOString(),
    readFrom: row.read_from.toISOString(),
    readUntil: row.read_until.toISOString(),
    readTold: row.read_told,
    uploadedAt: row.uploaded_at.toISOString(),
    uploadedBy: row.uploaded_by,
    sha256: row.sha256,
    bytes: row.bytes,
    serial: row.serial,
    reader: row.reader,
    comparison: summaryOf(row),
  };
}

function summaryOf({ figures, currency, ...row }: Row): ComparisonSummary {
  return {
    verdict: figures?.verdict ?? (row.has_before ? 'waiting' : 'first'),
    beforeId: row.before_id,
    comparedAt: row.compared_at?.toISOString() ?? null,
    cashless:
      figures?.cashless == null
        ? null
        : {
            reader: figures.cashless.reader,
            machine: countedView(figures.cashless.machine, currency),
            ours: countedView(figures.cashless.ours, currency),
          },
    findings: (figures?.findings ?? []).map(({ kind, amountMinor, text }) => ({
      kind,
      amount: amountIn(currency)(amountMinor),
      text,
    })),
    reviewCaseId: row.review_case_id,
    caseClosedAt: row.closed_at?.toISOString() ?? null,
  };
}

function countedView({ count, minor }: Stored<Counted>, currency: string): CountedView {
  return { count, amount: amountIn(currency)(minor) };
}

function amountIn(currency: string): (minor: string | null) => string | null {
  return (minor) => (minor === null || !isCurrency(currency) ? null : formatAmount({ minor: BigInt(minor), currency }));
}
