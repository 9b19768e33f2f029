import { chmod, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import pg from 'pg';

/** A database can be copied only while nobody is connected to it. */
async function closeToConnections(url) {
  const client = new pg.Client({ connectionString: Object.assign(new URL(url), { pathname: '/postgres' }).href });
  await client.connect();
  await client.query(`ALTER DATABASE template ALLOW_CONNECTIONS false`);
  await client.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'template'`);
  await client.end();
}

/** Runs on the built program: what the tests stand on is what people start. */
export default async function startPostgres() {
  const { startEmbeddedPostgres } = await import('../../dist/apps/local/src/embedded-postgres.js');
  const { freePort } = await import('../../dist/apps/local/src/installation.js');
  const { migrate } = await import('../../dist/libs/platform/migrations.js');
  const { Database } = await import('../../dist/libs/platform/database.js');
  const { seed } = await import('../../dist/prisma/seed.js');
  const folder = await mkdtemp(join(tmpdir(), 'vendrail-test-'));
  await chmod(folder, 0o755);
  const postgres = await startEmbeddedPostgres({
    folder,
    port: await freePort(),
    database: 'template',
    durable: false,
  });
  await migrate(postgres.url, new URL('../../prisma/migrations', import.meta.url).pathname);
  const database = await Database.connect(postgres.url, 'vendrail-test-setup');
  await seed(database);
  await database.close();
  await closeToConnections(postgres.url);
  process.env.VENDRAIL_TEST_POSTGRES = postgres.url;
  globalThis.vendrailTestPostgres = { postgres, folder };
}
