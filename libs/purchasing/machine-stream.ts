import { type Database, type Sql, type Transaction, sql } from '#platform/database.js';

import type { MachineEventRecord } from './ports.js';
import { type StatementRow, recordsOf } from './statement-rows.js';

/**
 * Takes the next event of a machine's journal in. Events are taken in without a gap and once each: the row of the
 * journal is the lock and the counter.
 *
 * @returns false when it is not the next one: taken in already, or one before it is missing.
 */
export async function takeMachineEvent(
  client: Pick<Transaction, '$queryRaw'>,
  event: MachineEventRecord,
): Promise<boolean> {
  const rows = await client.$queryRaw<unknown[]>(sql`WITH ${machineEventTaken(event)} SELECT machine_id FROM taken`);
  return rows.length === 1;
}

/**
 * The same for events of many machines, in one statement.
 *
 * @param events at most one of each journal
 * @returns for each, in order, whether it was taken in
 */
export async function takeMachineEvents(
  database: Pick<Database, 'queryByKey'>,
  events: readonly MachineEventRecord[],
): Promise<boolean[]> {
  const rows = await database.queryByKey<{ machine_id: string; journal_id: string }>(
    sql`WITH step AS (SELECT * FROM ${recordsOf(events.map(eventRow), EVENT_COLUMNS)}), ${TAKEN}
      SELECT machine_id, journal_id FROM taken`,
  );
  return events.map(({ machineId, journalId }) =>
    rows.some((row) => row.machine_id === machineId && row.journal_id === journalId),
  );
}

/** The event as a part of a longer statement: `taken` is the row of its machine, or none when it is not the next event. */
export function machineEventTaken(event: MachineEventRecord): Sql {
  return sql`step AS (SELECT * FROM ${recordsOf([eventRow(event)], EVENT_COLUMNS)}), ${TAKEN}`;
}

/** What `TAKEN` reads of a machine's event. */
export const EVENT_COLUMNS = {
  machine_id: 'text',
  journal_id: 'text',
  journal_seq: 'int',
  boot_id: 'text',
  event_type: 'text',
  event_body: 'jsonb',
  event_purchase_id: 'uuid',
  event_rejected: 'text',
  machine_at: 'timestamptz(3)',
} as const;

export function eventRow(event: MachineEventRecord): StatementRow {
  return {
    machine_id: event.machineId,
    journal_id: event.journalId,
    journal_seq: event.seq,
    boot_id: event.bootId,
    event_type: event.type,
    event_body: event.body,
    event_purchase_id: event.purchaseId,
    event_rejected: event.rejected,
    machine_at: event.machineAt,
  };
}

/**
 * Takes events in from `step`, where rows without a journal are no events. `taken` has a row for each that is the next of
 * its journal: one that is known, or begins with this event. A subquery for a value is looked up by its key, where EXISTS
 * may be answered by reading the table.
 */
export const TAKEN = sql`taken AS (
    INSERT INTO machine_streams (machine_id, journal_id, last_seq)
    SELECT machine_id, journal_id, journal_seq FROM step
    WHERE journal_seq = 1 OR (SELECT true FROM machine_streams known
      WHERE known.machine_id = step.machine_id AND known.journal_id = step.journal_id)
    ORDER BY machine_id, journal_id
    ON CONFLICT (machine_id, journal_id) DO UPDATE SET last_seq = EXCLUDED.last_seq
      WHERE machine_streams.last_seq = EXCLUDED.last_seq - 1
    RETURNING machine_id, journal_id, last_seq AS journal_seq, true AS is_next
  ), machine_event AS (
    INSERT INTO machine_events (machine_id, journal_id, seq, boot_id, type, body, purchase_id, rejected, machine_at)
    SELECT machine_id, journal_id, journal_seq, boot_id, event_type, event_body, event_purchase_id, event_rejected,
      machine_at
    FROM taken JOIN step USING (machine_id, journal_id, journal_seq)
  )`;

/** How far the events of a journal have been taken in; null for a journal that this database has never heard of. */
export async function lastSeqOf(database: Database, machineId: string, journalId: string): Promise<number | null> {
  const rows = await database.query<{ last_seq: number }>(
    sql`SELECT last_seq FROM machine_streams WHERE machine_id = ${machineId} AND journal_id = ${journalId}`,
  );
  return rows[0]?.last_seq ?? null;
}

/**
 * Goes on behind a gap that nobody can fill any more: the machine was told once that these events are safe and has
 * forgotten them, and this database does not hold them. It is not the database that acknowledged them, or was put back
 * to an earlier day; what they said of money is a person's matter.
 */
export async function skipLostEvents(
  database: Database,
  event: Pick<MachineEventRecord, 'machineId' | 'journalId' | 'seq'>,
  caseId: string,
): Promise<void> {
  await database.query(sql`
    WITH before AS (
      SELECT coalesce(max(last_seq), 0) AS last_seq FROM machine_streams
      WHERE machine_id = ${event.machineId} AND journal_id = ${event.journalId}
    ), skipped AS (
      INSERT INTO machine_streams (machine_id, journal_id, last_seq)
      VALUES (${event.machineId}, ${event.journalId}, ${event.seq}::int - 1)
      ON CONFLICT (machine_id, journal_id) DO UPDATE SET last_seq = EXCLUDED.last_seq
        WHERE machine_streams.last_seq < EXCLUDED.last_seq
      RETURNING machine_id
    )
    INSERT INTO review_cases (id, machine_id, reason, currency, known, suggested_action, opened_at, deadline)
    SELECT ${caseId}::uuid, skipped.machine_id, 'events-lost', machines.currency,
      format('Events %s to %s of the machine are lost: they were acknowledged by another database, or by this one before it was put back.',
        before.last_seq + 1, ${event.seq}::int - 1),
      'Compare the machine’s counters and SEQR’s report with the purchases of that time.', now(), now() + interval '3 days'
    FROM skipped, before, machines WHERE machines.id = skipped.machine_id`);
}

/** What a machine says of itself and a person should know. */
export interface MachineCase {
  readonly reason: string;
  readonly known: string;
  readonly suggestedAction: string;
}

/** One open case for a machine and reason: whoever takes it up reads the machine's events. */
export async function openMachineCase(
  client: Pick<Transaction, '$queryRaw'>,
  machineId: string,
  { reason, known, suggestedAction }: MachineCase,
  caseId: string,
): Promise<void> {
  await client.$queryRaw(sql`
    INSERT INTO review_cases (id, machine_id, reason, currency, known, suggested_action, opened_at, deadline)
    SELECT ${caseId}::uuid, id, ${reason}, currency, ${known}, ${suggestedAction}, now(), now() + interval '3 days'
    FROM machines WHERE id = ${machineId} AND NOT EXISTS (
      SELECT FROM review_cases WHERE machine_id = ${machineId} AND reason = ${reason} AND closed_at IS NULL)
    RETURNING id`);
}
