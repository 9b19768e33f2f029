import { type Database, type Transaction, sql } from '#platform/database.js';
import type { SeqrCall } from '#seqr/reply.js';

/**
 * none → registering → registered → labelled, and unregistering → none. A terminal pays from `registered` on: the label
 * is for the static code only. `registering` and `unregistering` are written before SEQR is asked, so that whoever finds
 * them knows that it may have been.
 */
export type TerminalState = 'none' | 'registering' | 'registered' | 'labelled' | 'unregistering';

export interface Terminal {
  readonly machineId: string;
  readonly machineName: string;
  readonly state: TerminalState;
  readonly terminalId: string | null;
  /** The terminal's password, sealed for the machine. */
  readonly secret: Uint8Array | null;
  readonly seqrId: string | null;
  /** Open cases about terminals that SEQR may have and we cannot name. */
  readonly orphans: number;
}

export type TerminalChange = Partial<Pick<Terminal, 'state' | 'terminalId' | 'secret' | 'seqrId'>>;

/** What goes with a change, in the same commit. */
export interface Beside {
  /** The call that led to it. */
  readonly call?: SeqrCall;
  /** A review case: SEQR may have a terminal of this machine that nobody knows the id of. */
  readonly orphan?: { readonly caseId: string; readonly known: string; readonly suggestedAction: string };
}

/** Longer than one call to SEQR can take (6 s); renewed with every step. */
const LEASE_S = 15;
const LIST_MAX = 2_000;

interface Row {
  id: string;
  name: string;
  seqr_terminal_state: TerminalState;
  seqr_terminal_id: string | null;
  seqr_terminal_secret: Uint8Array | null;
  seqr_id: string | null;
  orphans: number;
}

const columns = sql`machines.id, name, seqr_terminal_state, seqr_terminal_id, seqr_terminal_secret, seqr_id,
  (SELECT count(*)::int FROM review_cases WHERE machine_id = machines.id AND reason = 'orphan-terminal'
    AND closed_at IS NULL) AS orphans`;

/** The terminals of machines in PostgreSQL. */
export class TerminalStore {
  constructor(private readonly database: Database) {}

  /** @param name the machine's id, or the reservation token that its code bears. */
  async find(name: string): Promise<Terminal | null> {
    const rows = await this.database.query<Row>(sql`
      SELECT ${columns} FROM machines WHERE id = ${name} OR reservation_token = ${name}
      ORDER BY machines.id = ${name} DESC LIMIT 1`);
    return rows[0] === undefined ? null : terminalOf(rows[0]);
  }

  async list(): Promise<Terminal[]> {
    const rows = await this.database.query<Row>(sql`SELECT ${columns} FROM machines ORDER BY id LIMIT ${LIST_MAX}`);
    return rows.map(terminalOf);
  }

  /** @returns the terminal, which nobody else changes now; null while somebody does. */
  async lease(machineId: string, lease: string): Promise<Terminal | null> {
    const rows = await this.database.query<Row>(sql`
      UPDATE machines SET seqr_terminal_lease = ${lease}::uuid,
        seqr_terminal_leased_until = now() + make_interval(secs => ${LEASE_S}::float8)
      WHERE machines.id = ${machineId}
        AND (seqr_terminal_leased_until IS NULL OR seqr_terminal_leased_until < now())
      RETURNING ${columns}`);
    return rows[0] === undefined ? null : terminalOf(rows[0]);
  }

  async release(machineId: string, lease: string): Promise<void> {
    await this.database.query(sql`
      UPDATE machines SET seqr_terminal_lease = NULL, seqr_terminal_leased_until = NULL
      WHERE id = ${machineId} AND seqr_terminal_lease = ${lease}::uuid`);
  }

  /** Writes down a step and renews the lease. @throws LeaseLostError when somebody else has taken over. */
  async save(before: Terminal, lease: string, change: TerminalChange, beside: Beside = {}): Promise<Terminal> {
    return this.database.transaction((transaction) => write(transaction, before, lease, change, beside));
  }

  /**
   * Begins the removal, unless a purchase still needs the terminal: no other can begin under it from here on.
   *
   * @returns null when a purchase does.
   */
  async beginRemoval(before: Terminal, lease: string): Promise<Terminal | null> {
    return this.database.transaction(async (transaction) => {
      // A purchase begins with a share of this lock: it is either seen below, or sees that the terminal is on its way out.
      await transaction.$queryRaw(sql`SELECT FROM machines WHERE id = ${before.machineId} FOR NO KEY UPDATE`);
      const open = await transaction.$queryRaw<unknown[]>(sql`
        SELECT FROM purchases WHERE machine_id = ${before.machineId} AND holds_machine
        UNION ALL
        SELECT FROM effects JOIN purchases ON purchases.id = effects.purchase_id
        WHERE effects.done_at IS NULL AND machine_id = ${before.machineId} AND seqr_terminal_id = ${before.terminalId}
        LIMIT 1`);
      return open.length > 0 ? null : write(transaction, before, lease, { state: 'unregistering' });
    });
  }

  /** The SEQR ids of all other machines. */
  async takenSeqrIds(machineId: string): Promise<ReadonlySet<string>> {
    const rows = await this.database.query<{ seqr_id: string }>(
      sql`SELECT seqr_id FROM machines WHERE seqr_id IS NOT NULL AND id <> ${machineId}`,
    );
    return new Set(rows.map((row) => row.seqr_id));
  }
}

/** Somebody else provisions the machine now: this process stood still for too long. */
export class LeaseLostError extends Error {
  override readonly name = 'LeaseLostError';
}

async function write(
  transaction: Transaction,
  before: Terminal,
  lease: string,
  change: TerminalChange,
  beside: Beside = {},
): Promise<Terminal> {
  const { machineId } = before;
  const after = { ...before, ...change };
  const { call, orphan } = beside;
  const rows = await transaction.$queryRaw<unknown[]>(sql`
    UPDATE machines SET seqr_terminal_state = ${after.state}, seqr_terminal_id = ${after.terminalId},
      seqr_terminal_secret = ${after.secret}, seqr_id = ${after.seqrId},
      seqr_terminal_leased_until = now() + make_interval(secs => ${LEASE_S}::float8)
    WHERE id = ${machineId} AND seqr_terminal_lease = ${lease}::uuid RETURNING id`);
  if (rows.length === 0) throw new LeaseLostError(`machine ${machineId} is being provisioned by somebody else now`);
  if (call !== undefined) {
    await transaction.$queryRaw(sql`
      INSERT INTO seqr_calls (operation, client_reference, sent_at, duration_ms, outcome, result_code, detail)
      VALUES (${call.operation}, ${call.clientReference}, ${new Date(call.sentAt)}, ${Math.round(call.durationMs)},
        ${call.outcome}, ${call.resultCode ?? null}, ${call.detail ?? null}) RETURNING id::text`);
  }
  if (orphan === undefined) return after;
  await transaction.$queryRaw(sql`
    INSERT INTO review_cases (id, machine_id, reason, currency, known, suggested_action, opened_at, deadline)
    SELECT ${orphan.caseId}::uuid, id, 'orphan-terminal', currency, ${orphan.known}, ${orphan.suggestedAction}, now(),
      now() + interval '3 days'
    FROM machines WHERE id = ${machineId} RETURNING id::text`);
  return { ...after, orphans: after.orphans + 1 };
}

function terminalOf(row: Row): Terminal {
  return {
    machineId: row.id,
    machineName: row.name,
    state: row.seqr_terminal_state,
    terminalId: row.seqr_terminal_id,
    secret: row.seqr_terminal_secret,
    seqrId: row.seqr_id,
    orphans: row.orphans,
  };
}
