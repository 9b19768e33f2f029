import { type Database, sql } from '#platform/database.js';

import type { OurSales, OurVend } from './comparison.js';

/** Years of one machine; they fit into memory and into one statement. */
export const VENDS_MAX = 200_000;
/** A purchase is over within a day; what a bridge reports a week later was decided by a person before. */
const OVER_WITHIN = '7 days';
/** The server learns of the choice before the goods are out and the machine has counted them. */
const DISPENSED_WITHIN_MS = 60_000;

export type SalesBetween =
  | OurSales
  /** A purchase of that time is not over: what came out is not known yet. */
  | 'under-way'
  /** More than {@link VENDS_MAX}. */
  | 'too-many';

interface Row {
  selection: number;
  price_minor: bigint;
  started_at: Date;
  selected_at: Date;
  is_charged: boolean;
}

/** What our ledger says of one machine. */
export class AuditLedger {
  constructor(private readonly database: Database) {}

  /** Vends that may have been counted between two moments: they are those of purchases that began and were made then. */
  async between(machineId: string, from: number, until: number): Promise<SalesBetween> {
    const [underWay] = await this.database.query<{ id: string }>(sql`
      SELECT id::text FROM purchases WHERE machine_id = ${machineId} AND ended_at IS NULL
        AND started_at <= ${new Date(until)} LIMIT 1`);
    if (underWay !== undefined) return 'under-way';
    // A vend whose result came too late to be charged has the same result in its row; the record knows.
    const rows = await this.database.query<Row>(sql`
      SELECT v.selection, v.price_minor, p.started_at, v.selected_at,
        p.state = 'COMMITTED' AND v.result = 'dispensed' AND NOT EXISTS (
          SELECT FROM jsonb_array_elements(p.details -> 'vends') d
          WHERE (d ->> 'number')::int = v.number AND d ->> 'late' = 'true') AS is_charged
      FROM purchases p JOIN vends v ON v.purchase_id = p.id
      WHERE p.machine_id = ${machineId} AND v.result IN ('dispensed', 'uncertain', 'selected')
        AND p.started_at BETWEEN ${new Date(from)}::timestamptz - ${OVER_WITHIN}::interval AND ${new Date(until)}
        AND v.selected_at >= ${new Date(from - DISPENSED_WITHIN_MS)}
      ORDER BY p.started_at, p.id, v.number LIMIT ${VENDS_MAX + 1}`);
    if (rows.length > VENDS_MAX) return 'too-many';
    const charged: OurVend[] = [];
    const undecided: OurVend[] = [];
    for (const row of rows) {
      (row.is_charged ? charged : undecided).push({
        selection: row.selection,
        priceMinor: row.price_minor,
        from: row.started_at.getTime(),
        until: row.selected_at.getTime() + DISPENSED_WITHIN_MS,
      });
    }
    return { charged, undecided };
  }
}
