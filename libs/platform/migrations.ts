import { createHash } from 'node:crypto';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';

import pg from 'pg';

import { type SchemaEngine, withSchemaEngine } from './schema-engine.js';

/** Any number, the same for all: two servers that start at once migrate one after the other. */
const MIGRATION_LOCK = 7_105_312;

export class MigrationError extends Error {
  override readonly name = 'MigrationError';
}

/**
 * Brings a database up to the migrations in `directory` (a folder `<name>/migration.sql` each, in order of name).
 *
 * @returns the names that were applied now; empty when the database was up to date.
 * @throws MigrationError when a migration that was applied earlier has been edited since, or one fails.
 */
export async function migrate(databaseUrl: string, directory: string): Promise<string[]> {
  const client = new pg.Client({ connectionString: databaseUrl, application_name: 'vendrail-migrate' });
  await client.connect();
  try {
    await client.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    const migrations = await readMigrations(directory);
    if ((await unapplied(client, migrations)).length === 0) return [];
    return await withSchemaEngine(databaseUrl, (engine) => apply(engine, migrations, directory));
  } finally {
    await client.end();
  }
}

async function apply(engine: SchemaEngine, migrations: readonly Migration[], baseDir: string): Promise<string[]> {
  try {
    const { appliedMigrationNames } = await engine.applyMigrations({
      migrationsList: {
        baseDir,
        lockfile: { path: 'migration_lock.toml', content: 'provider = "postgresql"\n' },
        shadowDbInitScript: '',
        migrationDirectories: migrations.map(({ name, sql }) => ({
          path: name,
          migrationFile: { path: 'migration.sql', content: { tag: 'ok', value: sql } },
        })),
      },
      filters: { externalTables: [], externalEnums: [] },
    });
    return appliedMigrationNames;
  } catch (error) {
    throw new MigrationError(`a migration failed: ${error instanceof Error ? error.message : String(error)}`);
  }
}

interface Migration {
  readonly name: string;
  readonly sql: string;
}

async function readMigrations(directory: string): Promise<Migration[]> {
  const entries = await readdir(directory, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  names.sort();
  return Promise.all(
    names.map(async (name) => ({ name, sql: await readFile(join(directory, name, 'migration.sql'), 'utf8') })),
  );
}

/** Reading the history first keeps a warm start from loading five megabytes of WebAssembly for nothing. */
async function unapplied(client: pg.Client, migrations: readonly Migration[]): Promise<Migration[]> {
  const { rows: exists } = await client.query<{ found: string | null }>(
    `SELECT to_regclass('_prisma_migrations')::text AS found`,
  );
  if (!exists[0]?.found) return [...migrations];
  const { rows } = await client.query<{ migration_name: string; checksum: string; finished_at: Date | null }>(
    'SELECT migration_name, checksum, finished_at FROM _prisma_migrations WHERE rolled_back_at IS NULL',
  );
  const history = new Map(rows.map((row) => [row.migration_name, row]));
  return migrations.filter(({ name, sql }) => {
    const applied = history.get(name);
    if (!applied?.finished_at) return true;
    if (applied.checksum !== createHash('sha256').update(sql).digest('hex')) {
      throw new MigrationError(`the migration ${name} was edited after it was applied to this database`);
    }
    return false;
  });
}
