import { type Database, type Sql, sql } from '#platform/database.js';

import type { AuditCase } from './audit-case.js';
import type { AuditReport } from './audit-report.js';
import type { Comparison } from './comparison.js';
import type { ReadingTime } from './reading-time.js';

/** A case about money is looked at within three days, as those of reconciliation. */
const DECIDE_WITHIN = '3 days';

export interface Machine {
  readonly id: string;
  readonly currency: string;
  readonly timeZone: string;
}

export interface NewAuditFile {
  readonly id: string;
  readonly machineId: string;
  readonly sha256: Uint8Array;
  readonly content: Uint8Array;
  readonly time: ReadingTime;
  readonly uploadedAt: number;
  readonly uploadedBy: string;
  readonly reader: 1 | 2 | null;
  readonly report: AuditReport;
}

export interface KeptFile {
  readonly id: string;
  readonly machineId: string;
  readonly content: Uint8Array;
  readonly readAt: number;
  readonly from: number;
  readonly until: number;
  readonly reader: 1 | 2 | null;
}

export interface Pair {
  readonly beforeId: string;
  readonly afterId: string;
}

interface KeptRow {
  id: string;
  machine_id: string;
  content: Uint8Array;
  read_at: Date;
  read_from: Date;
  read_until: Date;
  reader: 1 | 2 | null;
}

interface PairRow {
  before_id: string;
  after_id: string;
}

/** Audit files and their comparisons in PostgreSQL. */
export class AuditFileStore {
  constructor(private readonly database: Database) {}

  async machine(id: string): Promise<Machine | null> {
    const [row] = await this.database.query<{ id: string; currency: string; time_zone: string | null }>(
      sql`SELECT id, currency, time_zone FROM machines WHERE id = ${id}`,
    );
    return row === undefined ? null : { id: row.id, currency: row.currency, timeZone: row.time_zone ?? 'UTC' };
  }

  /** The id of this very file, if it is kept for this machine. */
  async known(machineId: string, sha256: Uint8Array): Promise<string | null> {
    const [row] = await this.database.query<{ id: string }>(
      sql`SELECT id::text FROM audit_files WHERE machine_id = ${machineId} AND sha256 = ${sha256}`,
    );
    return row?.id ?? null;
  }

  /** What the newest upload of a machine said. */
  async last(machineId: string): Promise<{ serial: string | null; reader: 1 | 2 | null }> {
    const [row] = await this.database.query<{ serial: string | null; reader: 1 | 2 | null }>(
      sql`SELECT serial, reader FROM audit_files WHERE machine_id = ${machineId} ORDER BY uploaded_at DESC, id DESC LIMIT 1`,
    );
    return row ?? { serial: null, reader: null };
  }

  /** Another machine whose files bear this serial number and model, or that has this very file. */
  async otherOwner(
    machineId: string,
    { serial, model }: AuditReport['machine'],
    sha256: Uint8Array,
  ): Promise<string | null> {
    const [row] = await this.database.query<{ machine_id: string }>(sql`
      SELECT machine_id FROM audit_files WHERE machine_id <> ${machineId} AND (sha256 = ${sha256}
        OR serial = ${serial}::text AND report -> 'machine' ->> 'model' IS NOT DISTINCT FROM ${model}::text)
      ORDER BY uploaded_at DESC LIMIT 1`);
    return row?.machine_id ?? null;
  }

  /** @returns the id under which it is kept; that of the first upload when it was uploaded before. */
  async add(file: NewAuditFile): Promise<{ id: string; isNew: boolean }> {
    const { time, report } = file;
    const rows = await this.database.query<{ id: string }>(sql`
      INSERT INTO audit_files (id, machine_id, sha256, content, read_at, read_from, read_until, read_told, uploaded_at,
        uploaded_by, reader, serial, report)
      VALUES (${file.id}::uuid, ${file.machineId}, ${file.sha256}, ${file.content}, ${new Date(time.at)},
        ${new Date(time.from)}, ${new Date(time.until)}, ${time.told}, ${new Date(file.uploadedAt)}, ${file.uploadedBy},
        ${file.reader}::smallint, ${report.machine.serial}, ${jsonOf(report)}::jsonb)
      ON CONFLICT (machine_id, sha256) DO NOTHING RETURNING id::text`);
    if (rows[0] !== undefined) return { id: rows[0].id, isNew: true };
    return { id: (await this.known(file.machineId, file.sha256)) ?? file.id, isNew: false };
  }

  async kept(id: string): Promise<KeptFile | null> {
    const [row] = await this.database.query<KeptRow>(sql`
      SELECT id::text, machine_id, content, read_at, read_from, read_until, reader FROM audit_files
      WHERE id = ${id}::uuid`);
    if (row === undefined) return null;
    return {
      id: row.id,
      machineId: row.machine_id,
      content: row.content,
      readAt: row.read_at.getTime(),
      from: row.read_from.getTime(),
      until: row.read_until.getTime(),
      reader: row.reader,
    };
  }

  /** The file with the one read before it, and the one read after it, where they are not compared yet. */
  pairsOf(id: string): Promise<Pair[]> {
    return this.pairs(
      sql`f.id = ${id}::uuid OR f.id = (
      SELECT n.id FROM audit_files n, audit_files o WHERE o.id = ${id}::uuid AND n.machine_id = o.machine_id
        AND (n.read_at, n.id) > (o.read_at, o.id) ORDER BY n.read_at, n.id LIMIT 1)`,
      2,
    );
  }

  /**
   * Files that were not compared when they came, and now can be: every purchase of their time is over. Those that have to
   * wait on are left out, so that they take no place of the limit.
   */
  waiting(limit: number): Promise<Pair[]> {
    return this.pairs(
      sql`NOT EXISTS (SELECT FROM purchases p WHERE p.machine_id = f.machine_id AND p.ended_at IS NULL
        AND p.started_at <= f.read_until)`,
      limit,
    );
  }

  private async pairs(which: Sql, limit: number): Promise<Pair[]> {
    const rows = await this.database.query<PairRow>(sql`
      SELECT b.id::text AS before_id, f.id::text AS after_id FROM audit_files f
      CROSS JOIN LATERAL (SELECT id FROM audit_files b WHERE b.machine_id = f.machine_id
        AND (b.read_at, b.id) < (f.read_at, f.id) ORDER BY b.read_at DESC, b.id DESC LIMIT 1) b
      WHERE (${which})
        AND NOT EXISTS (SELECT FROM audit_comparisons c WHERE c.before_id = b.id AND c.after_id = f.id)
      ORDER BY f.uploaded_at LIMIT ${limit}`);
    return rows.map(({ before_id: beforeId, after_id: afterId }) => ({ beforeId, afterId }));
  }

  /**
   * Writes down what two files came to, with its case. Of several servers that compare the same two, one does.
   *
   * @returns the reason of the case that was opened, or null.
   */
  async save(
    { beforeId, afterId }: Pair,
    machine: Machine,
    comparison: Comparison,
    opened: (AuditCase & { readonly id: string }) | null,
    now: number,
  ): Promise<string | null> {
    const rows = await this.database.query<{ reason: string }>(sql`
      WITH fresh AS (
        INSERT INTO audit_comparisons (before_id, after_id, compared_at, verdict, figures, review_case_id)
        VALUES (${beforeId}::uuid, ${afterId}::uuid, ${new Date(now)}, ${comparison.verdict},
          ${jsonOf(comparison)}::jsonb, ${opened?.id ?? null}::uuid)
        ON CONFLICT (before_id, after_id) DO NOTHING RETURNING review_case_id
      )
      INSERT INTO review_cases (id, machine_id, reason, amount_minor, currency, known, suggested_action, opened_at, deadline)
      SELECT review_case_id, ${machine.id}, ${opened?.reason ?? ''}, ${opened?.amountMinor ?? null}::bigint,
        ${machine.currency}, ${opened?.known ?? ''}, ${opened?.suggestedAction ?? ''}, ${new Date(now)},
        ${new Date(now)}::timestamptz + ${DECIDE_WITHIN}::interval
      FROM fresh WHERE review_case_id IS NOT NULL RETURNING reason`);
    return rows[0]?.reason ?? null;
  }
}

/** Amounts travel in JSON as decimal text. */
function jsonOf(value: object): string {
  return JSON.stringify(value, (_, one: unknown) => (typeof one === 'bigint' ? one.toString() : one));
}
