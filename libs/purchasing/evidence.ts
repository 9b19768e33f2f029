import { createHash } from 'node:crypto';

import { type Database, sql } from '#platform/database.js';

/** Purchases looked at in one round: bounds memory on databases of any size. */
const BATCH = 500;

export interface EvidenceReport {
  readonly purchases: number;
  readonly events: number;
  /** What is wrong, a sentence each; at most {@link FAULTS_MAX}. */
  readonly faults: readonly string[];
}

const FAULTS_MAX = 100;

interface Row {
  purchase_id: string;
  seq: number;
  payload: string;
  hash: Uint8Array;
  head: Uint8Array;
  version: number;
}

/**
 * Reads the whole log of events and the ledger again and checks that nothing was changed, removed or put in between:
 * every event holds the hash of the one before (I25), and the money of every purchase that is over is where it belongs
 * (I17).
 */
export async function verifyEvidence(database: Database): Promise<EvidenceReport> {
  const faults: string[] = [];
  let purchases = 0;
  let events = 0;
  for (let after = '00000000-0000-0000-0000-000000000000'; ;) {
    const batch = await database.query<{ id: string }>(
      sql`SELECT id::text FROM purchases WHERE id > ${after}::uuid ORDER BY id LIMIT ${BATCH}`,
    );
    const last = batch.at(-1);
    if (last === undefined) break;
    const rows = await eventsBetween(database, after, last.id);
    const byPurchase = Map.groupBy(rows, (row) => row.purchase_id);
    for (const { id } of batch) faults.push(...faultsOfChain(id, byPurchase.get(id) ?? []));
    faults.push(...(await faultsOfLedger(database, after, last.id)));
    purchases += batch.length;
    events += rows.length;
    after = last.id;
  }
  return { purchases, events, faults: faults.slice(0, FAULTS_MAX) };
}

function eventsBetween(database: Database, after: string, last: string): Promise<Row[]> {
  return database.query<Row>(sql`
    SELECT e.purchase_id::text, e.seq, e.hash, p.event_head AS head, p.version,
      concat_ws('|', e.seq, e.type, e.state, (extract(epoch FROM e.at) * 1000)::bigint, e.data::text) AS payload
    FROM purchase_events e JOIN purchases p ON p.id = e.purchase_id
    WHERE e.purchase_id > ${after}::uuid AND e.purchase_id <= ${last}::uuid ORDER BY e.purchase_id, e.seq`);
}

function faultsOfChain(id: string, rows: readonly Row[]): string[] {
  let previous: Uint8Array = new Uint8Array();
  for (const [i, row] of rows.entries()) {
    if (row.seq !== i + 1) return [`purchase ${id}: event ${i + 1} is missing`];
    const hash = createHash('sha256').update(previous).update(row.payload).digest();
    if (!hash.equals(row.hash)) return [`purchase ${id}: event ${row.seq} is not what was written`];
    previous = hash;
  }
  const newest = rows.at(-1);
  if (newest === undefined) return [`purchase ${id} has no events`];
  if (newest.seq !== newest.version || !Buffer.from(newest.head).equals(newest.hash)) {
    return [`purchase ${id}: its newest events are missing`];
  }
  return [];
}

async function faultsOfLedger(database: Database, after: string, last: string): Promise<string[]> {
  const rows = await database.query<{ id: string; fault: string }>(sql`
    SELECT p.id::text, CASE
        WHEN coalesce(sum(amount_minor), 0) <> 0 THEN 'its postings do not add up to nothing'
        WHEN NOT p.holds_machine AND coalesce(sum(amount_minor) FILTER (WHERE account = 'reserved'), 0) <> 0
          THEN 'it is over, and money is still reserved'
        WHEN p.committed_minor IS NOT NULL
          AND coalesce(sum(amount_minor) FILTER (WHERE account = 'committed'), 0) <> p.committed_minor
          THEN 'the ledger and the committed amount differ'
      END AS fault
    FROM purchases p LEFT JOIN postings ON postings.purchase_id = p.id
    WHERE p.id > ${after}::uuid AND p.id <= ${last}::uuid GROUP BY p.id`);
  return rows.filter(({ fault }) => fault !== null).map(({ id, fault }) => `purchase ${id}: ${fault}`);
}
