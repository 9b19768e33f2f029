import pg from 'pg';

/** As many as the product's pool has. */
const CONNECTIONS = 10;

/** Statements by name: each is planned once a connection. */
export class FloorDatabase {
  private readonly pool: pg.Pool;

  constructor(url: string) {
    this.pool = new pg.Pool({ connectionString: url, max: CONNECTIONS });
  }

  run(name: string, text: string, values: unknown[]): Promise<pg.QueryArrayResult> {
    return this.pool.query({ name, text, values, rowMode: 'array' });
  }
}

/** The least that can hold a purchase: what was agreed, where it stands, and that a machine serves one payer at a time. */
export const FLOOR_TABLES = `
  CREATE TABLE floor_purchases (
    id uuid PRIMARY KEY, machine_id text NOT NULL, state text NOT NULL, holds boolean NOT NULL, amount bigint NOT NULL,
    currency text NOT NULL, payer text NOT NULL, invoice_reference text, started_at timestamptz NOT NULL DEFAULT now());
  CREATE UNIQUE INDEX floor_one_live ON floor_purchases (machine_id) WHERE holds;
  CREATE TABLE floor_events (
    machine_id text NOT NULL, journal_id text NOT NULL, seq int NOT NULL, body jsonb NOT NULL,
    PRIMARY KEY (machine_id, journal_id, seq));`;
