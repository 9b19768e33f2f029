import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';

import { PrismaPg } from '@prisma/adapter-pg';
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils';
import pg from 'pg';

/**
 * Prisma's schema engine as WebAssembly, from the npm registry. The native engine that `prisma migrate deploy` downloads
 * cannot be had everywhere; this one writes the same `_prisma_migrations` table, so both may be used on one database.
 * Its interface is not documented: everything that knows it stands in this file.
 */
export interface SchemaEngine {
  applyMigrations(input: unknown): Promise<{ appliedMigrationNames: string[] }>;
  diff(input: unknown): Promise<{ stdout: string | null }>;
}

interface NativeEngine extends SchemaEngine {
  free(): void;
}

/** The part of the runtime's WebAssembly that is used here; the type library of Node does not know it. */
declare const WebAssembly: {
  instantiate(bytes: Uint8Array, imports: object): Promise<{ instance: { exports: Record<string, unknown> } }>;
};

interface EngineBindings {
  __wbg_set_wasm(exports: object): void;
  SchemaEngine: { new: (options: unknown, log: () => void, adapter: object) => Promise<NativeEngine> };
}

let bindings: Promise<EngineBindings> | undefined;

async function loadBindings(): Promise<EngineBindings> {
  const require = createRequire(import.meta.url);
  const path = require.resolve('@prisma/schema-engine-wasm/schema_engine_bg');
  const engine = (await import('@prisma/schema-engine-wasm/schema_engine_bg')) as unknown as EngineBindings;
  const wasm = await WebAssembly.instantiate(await readFile(join(path, '..', 'schema_engine_bg.wasm')), {
    './schema_engine_bg.js': engine,
  });
  engine.__wbg_set_wasm(wasm.instance.exports);
  (wasm.instance.exports['__wbindgen_start'] as () => void)();
  return engine;
}

/**
 * Gives `work` an engine that is connected to the database.
 *
 * @throws when the database cannot be reached: the engine connects at once.
 */
export async function withSchemaEngine<T>(databaseUrl: string, work: (engine: SchemaEngine) => Promise<T>): Promise<T> {
  bindings ??= loadBindings();
  const { SchemaEngine } = await bindings;
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 1, allowExitOnIdle: true });
  try {
    const factory = new PrismaPg(pool);
    const connect = factory.connect.bind(factory);
    factory.connect = async () => {
      const connection = await connect();
      // The adapter cuts scripts at every semicolon, which breaks the bodies of functions. Sent as one query a script
      // is also one transaction: a migration is applied whole or not at all.
      connection.executeScript = async (script) => {
        await pool.query(script);
      };
      return connection;
    };
    const adapter = bindMigrationAwareSqlAdapterFactory(factory);
    const engine = await SchemaEngine.new({ datamodels: undefined }, () => undefined, adapter);
    try {
      return await work(engine);
    } finally {
      engine.free();
    }
  } finally {
    // The engine leaves its connection open, and an idle one would keep the process alive.
    await pool.end();
  }
}
