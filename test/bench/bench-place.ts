import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

import { developmentCertificate } from '#local/development-certificate.js';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '#local/embedded-postgres.js';
import { freePort } from '#local/installation.js';
import { Database } from '#platform/database.js';
import { Keys } from '#platform/keys.js';
import { migrate } from '#platform/migrations.js';
import { HEARTBEAT_EVERY_MS } from '#platform/server-instance.js';

import { seed } from '../../prisma/seed.js';
import { Books } from '../crashes/books.js';
import { PROJECT } from '../crashes/project-folder.js';
import { cpuOf, cpuOfPostgres } from './processes/cpu.js';
import { LINK_KEY } from './neighbours/link.js';
import { Program, type ProgramOptions } from './processes/program.js';

const TEMPLATE = 'vendrail';

/** What everything is measured in: a PostgreSQL that keeps its word (fsync on), and programs that end with it. */
export class BenchPlace {
  private readonly closers: (() => Promise<unknown>)[] = [];
  private made = 0;

  private constructor(
    readonly folder: string,
    readonly postgres: EmbeddedPostgres,
    private readonly books: Books,
  ) {}

  static async prepare(): Promise<BenchPlace> {
    const folder = await mkdtemp(join(tmpdir(), 'vendrail-bench-'));
    // PostgreSQL runs as another user when we are root.
    await chmod(folder, 0o755);
    const postgres = await startEmbeddedPostgres({ folder, port: await freePort(), database: TEMPLATE });
    await migrate(postgres.url, join(PROJECT, 'prisma', 'migrations'));
    const database = await Database.connect(postgres.url, 'vendrail-bench-setup');
    await seed(database);
    await database.close();
    return new BenchPlace(folder, postgres, new Books(postgres.url, 'postgres'));
  }

  /** A database of its own, migrated and seeded. */
  async newDatabase(): Promise<BenchDatabase> {
    this.made += 1;
    const name = `bench_${this.made}`;
    await this.books.query(`CREATE DATABASE ${name} TEMPLATE ${TEMPLATE}`);
    const url = Object.assign(new URL(this.postgres.url), { pathname: `/${name}` }).href;
    const books = new Books(url);
    this.closers.push(() => books.close());
    return { url, query: (text, values) => books.query(text, values) };
  }

  /**
   * Written to disk before something is measured, so that one's writing is not the next one's cost. A server whose
   * heartbeat waited for that may not act before the next one.
   */
  async settle(): Promise<void> {
    await this.books.query('CHECKPOINT');
    await pause(2 * HEARTBEAT_EVERY_MS);
  }

  async start(options: ProgramOptions): Promise<Program> {
    const program = await Program.start(options);
    this.closers.push(() => program.stop());
    return program;
  }

  /** The product, as anybody starts it; `url` is where SEQR reaches it. */
  async startProduct(environment: ProductEnvironment, node: readonly string[] = []): Promise<Product> {
    const certificate = await developmentCertificate(join(this.folder, 'tls'));
    const port = await freePort();
    const url = `https://localhost:${port}`;
    const program = await this.start({
      name: 'the product',
      file: 'processes/product',
      node,
      environment: {
        ...PRODUCT,
        ...environment,
        PUBLIC_BASE_URL: url,
        HTTPS_PORT: String(port),
        TLS_CERT_FILE: certificate.certFile,
        TLS_KEY_FILE: certificate.keyFile,
      },
    });
    return { program, target: { url, ca: await readFile(certificate.caFile, 'utf8') } };
  }

  startBroker(): Promise<Program> {
    return this.start({ name: 'the broker', file: 'processes/broker', environment: {} });
  }

  /** CPU of a program and of PostgreSQL while something happens, in µs. */
  async cpuDuring<T>(
    program: Program,
    work: () => Promise<T>,
  ): Promise<{ result: T; server: number; postgres: number }> {
    const now = () => Promise.all([cpuOf(program.pid), cpuOfPostgres(this.postgres.pid)]);
    const [server, postgres] = await now();
    const result = await work();
    const [serverAfter, postgresAfter] = await now();
    return { result, server: serverAfter - server, postgres: postgresAfter - postgres };
  }

  async close(): Promise<void> {
    for (const close of this.closers.toReversed()) await close().catch(() => undefined);
    await this.books.close();
    await this.postgres.stop('fast');
    // Run by root in a private clone the data lies elsewhere.
    for (const place of [this.folder, dirname(this.postgres.dataFolder)])
      await rm(place, { recursive: true, force: true });
  }
}

export interface BenchDatabase {
  readonly url: string;
  query<Row extends object>(text: string, values?: unknown[]): Promise<Row[]>;
}

export interface Product {
  readonly program: Program;
  readonly target: { readonly url: string; readonly ca: string };
}

export interface ProductEnvironment extends Readonly<Record<string, string>> {
  readonly DATABASE_URL: string;
  readonly MQTT_URL: string;
  readonly SEQR_SOAP_URL: string;
}

/** Polls wait as long as they may: within a round no poll falls due, and what is measured is what was asked for. */
const PRODUCT = {
  HTTPS_HOST: '127.0.0.1',
  SEQR_ALLOW_PLAIN_HTTP: 'true',
  SEQR_RESELLER_ID: 'bench',
  SEQR_RESELLER_USER_ID: '9900',
  SEQR_RESELLER_PASSWORD: 'a-password-for-the-stub',
  VENDRAIL_SECRET: 'a secret of the benchmark that is long enough',
  OPERATOR_TOKEN: 'a-token-of-the-benchmark',
  CONFIRM_WITHIN_S: '600',
  POLL_EVERY_S: '10',
  LOG_LEVEL: 'warn',
};

/** Machines `bench-<n>` with the tokens `bench-<n>`: full, online, ready and with a key, whatever the time. */
export async function addMachines(database: BenchDatabase, count: number): Promise<void> {
  await database.query(
    `INSERT INTO machines (id, reservation_token, name, location, currency, reservation_max_minor, planogram_id, price_list_id)
     SELECT 'bench-' || n, 'bench-' || n, name, location, currency, reservation_max_minor, planogram_id, price_list_id
     FROM machines, generate_series(0, $1::int - 1) n WHERE id = 'helsinki-central-1'`,
    [count],
  );
  await database.query(
    `INSERT INTO slot_stocks (machine_id, selection, quantity) SELECT 'bench-' || n, selection, 1000000
     FROM slot_stocks, generate_series(0, $1::int - 1) n WHERE machine_id = 'helsinki-central-1'`,
    [count],
  );
  await database.query(
    `INSERT INTO machine_presences (machine_id, online, online_since, machine_state, boot_id, simulated, adapter, software,
       unacknowledged, last_seen_at)
     SELECT 'bench-' || n, true, now(), 'ready', 'boot-of-the-bench', true, 'bench', 'bench', 0, now() + interval '1 day'
     FROM generate_series(0, $1::int - 1) n`,
    [count],
  );
  await addLinks(database);
  // Those that have rows: a table that is known to be empty is planned to be read whole, however many come.
  await database.query('ANALYZE machines, slot_stocks, machine_presences, machine_links');
}

/** Every machine has its key of the link, sealed for it as the product keeps it. */
async function addLinks(database: BenchDatabase): Promise<void> {
  const keys = new Keys(PRODUCT.VENDRAIL_SECRET);
  const ids = (await database.query<{ id: string }>('SELECT id FROM machines')).map(({ id }) => id);
  await database.query(
    `INSERT INTO machine_links (machine_id, password_hash, key, enrolled_at)
     SELECT id, 'the broker asks for none', key, now() FROM unnest($1::text[], $2::bytea[]) AS link(id, key)`,
    [ids, ids.map((id) => Buffer.from(keys.seal('link', LINK_KEY, id)))],
  );
}
