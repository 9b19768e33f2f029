import { Database } from '#platform/database.js';
import { systemIds } from '#platform/ids.js';
import { Reconciler } from '#reconciliation/reconciler.js';
import { SeqrReports } from '#reconciliation/seqr-reports.js';
import { SeqrClient } from '#seqr/client.js';

import { newDatabase, queryOf } from './database.js';
import { ReportServer, type ReportedRow } from './report-server.js';

export const MACHINES = ['helsinki-central-1', 'helsinki-central-2', 'espoo-campus-1'] as const;
const HOUR_MS = 3_600_000;

/** A purchase of ours that took money, as a test plans it. */
export interface Sale {
  readonly number: number;
  readonly committedAt: number;
  readonly minor: number;
}

/** PostgreSQL, SEQR's reports and servers that reconcile them, at a time that the test moves. */
export class ReconciliationRig {
  time = Date.parse('2026-11-22T03:00:00Z');
  readonly faults: unknown[] = [];
  private readonly servers: string[] = [];

  private constructor(
    readonly url: string,
    readonly database: Database,
    readonly seqr: ReportServer,
    readonly client: SeqrClient,
  ) {}

  static async start(): Promise<ReconciliationRig> {
    const url = await newDatabase();
    const seqr = await ReportServer.start();
    const client = await SeqrClient.create({
      endpoint: seqr.endpoint,
      principal: { type: 'RESELLERUSER', id: 'reseller', userId: '9900', password: 'password' },
      clientId: 'test',
    });
    return new ReconciliationRig(url, await Database.connect(url, 'test'), seqr, client);
  }

  async stop(): Promise<void> {
    await this.client.close();
    await this.database.close();
    await this.seqr.stop();
  }

  query<Row extends object>(text: string, values: unknown[] = []): Promise<Row[]> {
    return queryOf<Row>(this.url, text, values);
  }

  /** A server that says that it lives for as long as the test lets it. */
  async server(mayAct: () => boolean = () => true): Promise<Reconciler> {
    const id = systemIds.uuid();
    this.servers.push(id);
    await this.query(
      `INSERT INTO server_instances (id, role, heartbeat_at) VALUES ($1, 'test', now() + interval '1 hour')`,
      [id],
    );
    return new Reconciler({
      database: this.database,
      reports: new SeqrReports(this.client),
      ids: systemIds,
      clock: { now: () => this.time },
      serverId: id,
      mayAct,
      at: '03:00',
      timeZone: 'UTC',
      onFault: (_, error) => this.faults.push(error),
    });
  }

  /** Its heart stands still: others may take over what it leased. */
  async kill(): Promise<void> {
    await this.query(
      `UPDATE server_instances SET heartbeat_at = now() - interval '1 minute' WHERE id = ANY($1::uuid[])`,
      [this.servers],
    );
  }

  /** Opens what the calendar asks for and goes on, second by second, until nothing is open. */
  async reconcile(server: Reconciler, withinMs = HOUR_MS): Promise<void> {
    await server.open();
    for (const until = this.time + withinMs; this.time <= until; this.time += 1_000) {
      await server.work();
      if ((await this.openRuns()) === 0) return;
    }
    throw new Error(`a run does not end: ${JSON.stringify(await this.runs())} ${String(this.faults[0])}`);
  }

  async openRuns(): Promise<number> {
    const rows = await this.query<{ n: number }>(
      'SELECT count(*)::int AS n FROM reconciliation_runs WHERE ended_at IS NULL',
    );
    return rows[0]?.n ?? 0;
  }

  runs() {
    return this.query<Record<string, unknown>>(
      `SELECT scope, first_day::text, day::text, state, rows_read, purchases_matched, differences_found, carried_over,
         last_error, transaction_period_id FROM reconciliation_runs ORDER BY day, scope`,
    );
  }

  /** Reason and amount of each case, in the order of their reasons. */
  cases(open = true) {
    return this.query<{ reason: string; amount: string | null; machine_id: string | null; note: string | null }>(
      `SELECT reason, amount_minor::text AS amount, machine_id, closing_note AS note FROM review_cases
       WHERE (closed_at IS NULL) = $1 ORDER BY reason, amount_minor`,
      [open],
    );
  }

  /** Purchases that are committed, straight into the tables. */
  async commit(sales: readonly Sale[]): Promise<void> {
    await this.query(
      `INSERT INTO purchases (id, machine_id, lifecycle, state, holds_machine, version, currency, offered_minor,
         reserved_minor, committed_minor, payer, request_key, ers_reference, planogram_id, price_list_id, details,
         event_head, started_at, ended_at)
       SELECT ('0190a000-0000-7000-8000-' || lpad(s.number::text, 12, '0'))::uuid, m.id, 'reserve-first', 'COMMITTED', false,
         9, m.currency, 5000, 5000, s.minor, 'payer', 'key', 'ers-' || s.number, m.planogram_id, m.price_list_id, '{}', '',
         to_timestamp(s.at / 1000.0) - interval '1 minute', to_timestamp(s.at / 1000.0)
       FROM jsonb_to_recordset($1::jsonb) AS s(number int, minor int, at bigint, machine text)
       JOIN machines m ON m.id = s.machine`,
      [JSON.stringify(sales.map((sale) => ({ ...sale, at: sale.committedAt, machine: machineOf(sale) })))],
    );
    // As PostgreSQL does by itself a minute after so much was written.
    await this.query('ANALYZE purchases');
  }

  /** A sale of the last business day, well away from its ends. */
  sale(number: number): Sale {
    return { number, committedAt: this.time - 12 * HOUR_MS + number, minor: 100 + (number % 900) };
  }
}

export function machineOf({ number }: { number: number }): string {
  return MACHINES[number % MACHINES.length] ?? '';
}

/** The row that SEQR writes for a sale. */
export function rowOf(sale: Sale, changes: Partial<ReportedRow> = {}): ReportedRow {
  return {
    terminalId: 'reseller/9900',
    cashierId: machineOf(sale),
    amount: `${Math.floor(sale.minor / 100)}.${String(sale.minor % 100).padStart(2, '0')}000`,
    ersReference: `ers-${sale.number}`,
    ...changes,
  };
}
