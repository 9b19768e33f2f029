import { randomUUID } from 'node:crypto';

import pg from 'pg';

/** A database of its own, migrated and seeded. @returns its URL. */
export async function newDatabase(): Promise<string> {
  const template = process.env['VENDRAIL_TEST_POSTGRES'];
  if (template === undefined) throw new Error('the PostgreSQL of the tests does not run');
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  const url = new URL(template);
  url.pathname = '/postgres';
  const client = new pg.Client({ connectionString: url.href });
  await client.connect();
  try {
    // Two workers may copy the template at the same moment, and PostgreSQL wants it to itself.
    await client.query('SELECT pg_advisory_lock(1)');
    await client.query(`CREATE DATABASE ${name} TEMPLATE template`);
  } finally {
    await client.end();
  }
  url.pathname = `/${name}`;
  return url.href;
}

/** Runs one query; for looking at what the product wrote. */
export async function queryOf<Row extends object>(
  databaseUrl: string,
  text: string,
  values: unknown[] = [],
): Promise<Row[]> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    return (await client.query<Row>(text, values)).rows;
  } finally {
    await client.end();
  }
}
