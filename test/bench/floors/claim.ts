import pg from 'pg';

/** The to-do list and nothing else: what is open, in the order it falls due. */
export async function prepareClaims(url: string, open: number, closed: number): Promise<void> {
  await run(
    url,
    `CREATE TABLE floor_effects (id bigint PRIMARY KEY, due_at timestamptz NOT NULL, done boolean NOT NULL, leased_until timestamptz);
     INSERT INTO floor_effects SELECT n, now() + interval '1 hour', false FROM generate_series(1, ${open}) n;
     INSERT INTO floor_effects SELECT ${open} + n, now() - interval '1 day', true FROM generate_series(1, ${closed}) n;
     CREATE INDEX floor_effects_due ON floor_effects (due_at) WHERE NOT done AND leased_until IS NULL;`,
  );
  await run(url, 'VACUUM ANALYZE floor_effects');
}

export async function makeDue(url: string, count: number): Promise<void> {
  await run(
    url,
    `UPDATE floor_effects SET due_at = now() - interval '1 minute' + id * interval '1 microsecond' WHERE id <= ${count}`,
  );
  await run(url, 'VACUUM ANALYZE floor_effects');
}

async function run(url: string, text: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(text);
  await client.end();
}

export class FloorClaims {
  private constructor(private readonly client: pg.Client) {}

  static async connect(url: string): Promise<FloorClaims> {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    return new FloorClaims(client);
  }

  async claim(limit: number): Promise<string[]> {
    const { rows } = await this.client.query({
      // The limit stands in the statement: as a value it would be planned anew at each use.
      name: `claim ${limit}`,
      text: `UPDATE floor_effects SET leased_until = now() + interval '15 seconds' FROM (
               SELECT id FROM floor_effects WHERE NOT done AND leased_until IS NULL AND due_at <= now()
               ORDER BY due_at LIMIT ${limit} FOR UPDATE SKIP LOCKED) due
             WHERE floor_effects.id = due.id RETURNING floor_effects.id`,
      rowMode: 'array',
    });
    return rows.flat() as string[];
  }

  /** What was claimed is done, and something else is to be done in an hour. */
  async finish(ids: readonly string[]): Promise<void> {
    await this.client.query({
      name: 'finish',
      text: `UPDATE floor_effects SET due_at = now() + interval '1 hour', leased_until = NULL WHERE id = ANY($1)`,
      values: [ids],
    });
  }

  close(): Promise<void> {
    return this.client.end();
  }
}
