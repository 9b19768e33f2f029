import pg from 'pg';

/** What the database says of one purchase, in the words of the audit. */
export interface PurchaseRow {
  readonly id: string;
  readonly machine_id: string;
  readonly state: string;
  readonly holds_machine: boolean;
  readonly committed_minor: string | null;
  readonly invoice_reference: string | null;
  /** An act is still to be done: the purchase has not come to its end. */
  readonly open_effects: number;
  readonly vends: readonly { readonly selection: number; readonly result: string }[];
  readonly cases: readonly string[];
  /** What happened to it, in order: for whoever has to explain a disagreement. */
  readonly events: string;
}

/** Looks into the database on a connection of its own, past every fault that is put on the product's. */
export class Books {
  private readonly pool: pg.Pool;

  /** @param database instead of the one that the URL names. */
  constructor(url: string, database?: string) {
    const place = new URL(url);
    if (database !== undefined) place.pathname = `/${database}`;
    this.pool = new pg.Pool({ connectionString: place.href, max: 4, connectionTimeoutMillis: 2_000 });
    // A server that goes away takes idle connections with it; the next query reports it.
    this.pool.on('error', () => undefined);
  }

  async query<Row extends object>(text: string, values: unknown[] = []): Promise<Row[]> {
    return (await this.pool.query<Row>(text, values)).rows;
  }

  /** The same, and undefined while the database is down. */
  look<Row extends object>(text: string, values: unknown[] = []): Promise<Row[] | undefined> {
    return this.query<Row>(text, values).catch(() => undefined);
  }

  purchasesOf(machineId: string): Promise<PurchaseRow[] | undefined> {
    return this.look<PurchaseRow>(
      `SELECT p.id::text, p.machine_id, p.state, p.holds_machine, p.committed_minor, p.invoice_reference,
         (SELECT count(*)::int FROM effects WHERE purchase_id = p.id AND done_at IS NULL) AS open_effects,
         (SELECT coalesce(json_agg(json_build_object('selection', selection, 'result', result) ORDER BY number), '[]')
          FROM vends WHERE purchase_id = p.id) AS vends,
         (SELECT coalesce(json_agg(reason), '[]') FROM review_cases WHERE purchase_id = p.id) AS cases,
         (SELECT string_agg(type || '>' || state, ' ' ORDER BY seq) FROM purchase_events WHERE purchase_id = p.id) AS events
       FROM purchases p WHERE p.machine_id = $1 ORDER BY p.started_at`,
      [machineId],
    );
  }

  /** Servers that the database holds for living. */
  async livingServers(): Promise<string[]> {
    const rows = await this.look<{ id: string }>(
      `SELECT id::text FROM server_instances WHERE heartbeat_at > now() - interval '10 seconds'`,
    );
    return (rows ?? []).map(({ id }) => id);
  }

  close(): Promise<void> {
    return this.pool.end();
  }
}
