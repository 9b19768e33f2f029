import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';

import { type EmbeddedPostgres, startEmbeddedPostgres } from '#local/embedded-postgres.js';
import { freePort } from '#local/installation.js';
import { Database } from '#platform/database.js';
import { migrate } from '#platform/migrations.js';

import { seed } from '../../prisma/seed.js';
import { Books } from './books.js';
import { runCampaign } from './campaign.js';
import { CrashSystem, mosquittoProgram } from './crash-system.js';
import { runPoints } from './points.js';
import { PROJECT } from './project-folder.js';
import { Random } from './random.js';
import { pointsReportOf, reportOf } from './report.js';
import { KINDS, type Kind } from './strikes.js';

const HELP = `npm run crash -- [--kills N] [--seed S] [--only ${KINDS.join('|')}]
                 [--machines N] [--broker aedes|mosquitto] [--servers apart|together]
npm run crash -- --points

Kills real servers, broker, PostgreSQL and bridges while payers buy, puts faults on the network between them, and holds
the books of SEQR's sandbox, the database and the machines against each other. With --points a server dies once at every
labelled point of its work. Exit code 0 when the books agree, and every point was reached.
`;

interface Options {
  readonly points: boolean;
  readonly kills: number;
  readonly seed: number;
  readonly only: Kind | undefined;
  readonly machines: number;
  readonly broker: 'aedes' | 'mosquitto';
  readonly servers: 'apart' | 'together';
}

const print = (text: string): void => void process.stdout.write(`${text}\n`);

function readOptions(): Options | undefined {
  const { values } = parseArgs({
    options: {
      kills: { type: 'string', default: '60' },
      seed: { type: 'string', default: '1' },
      only: { type: 'string' },
      machines: { type: 'string', default: '4' },
      broker: { type: 'string', default: 'aedes' },
      servers: { type: 'string', default: 'apart' },
      points: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help === true) return undefined;
  const only = oneOf('only', [...KINDS, undefined], values.only);
  return {
    points: values.points,
    kills: whole('kills', values.kills, 100_000),
    seed: whole('seed', values.seed, 2 ** 31),
    only,
    // Each is a process, and the broker and PostgreSQL share the same computer.
    machines: whole('machines', values.machines, 32),
    broker: oneOf('broker', ['aedes', 'mosquitto'], values.broker),
    servers: oneOf('servers', ['apart', 'together'], values.servers),
  };
}

function whole(name: string, text: string, most: number): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > most) throw new RangeError(`--${name}: 1 to ${most}`);
  return value;
}

function oneOf<T extends string | undefined>(name: string, choices: readonly T[], value: string | undefined): T {
  const found = choices.find((choice) => choice === value);
  if (!choices.includes(found as T)) throw new RangeError(`--${name}: ${choices.join(', ')}`);
  return found as T;
}

async function main(): Promise<number> {
  const options = readOptions();
  if (options === undefined) {
    print(HELP);
    return 0;
  }
  if (options.broker === 'mosquitto' && mosquittoProgram() === undefined) throw new Error('mosquitto is not installed');
  const folder = await mkdtemp(join(tmpdir(), 'vendrail-crash-'));
  // PostgreSQL runs as another user when we are root.
  await chmod(folder, 0o755);
  const settings = { folder, port: await freePort(), database: 'vendrail' };
  const postgres = await startEmbeddedPostgres(settings);
  const stops: (() => Promise<unknown>)[] = [() => removeAll(folder, postgres)];
  const interrupted = new Promise<number>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve(130));
  });
  try {
    await prepare(postgres.url);
    const work = options.points
      ? everyPoint(options, postgres, stops)
      : underLoad(options, postgres, () => startEmbeddedPostgres(settings), stops);
    return await Promise.race([work, interrupted]);
  } finally {
    for (const stop of stops.toReversed()) await stop();
  }
}

async function everyPoint(
  options: Options,
  postgres: EmbeddedPostgres,
  stops: (() => Promise<unknown>)[],
): Promise<number> {
  stops.push(() => postgres.stop('fast'));
  const books = new Books(postgres.url, 'postgres');
  stops.push(() => books.close());
  let made = 0;
  const newDatabase = async (): Promise<string> => {
    made += 1;
    await books.query(`CREATE DATABASE points_${made} TEMPLATE vendrail`);
    const url = new URL(postgres.url);
    url.pathname = `/points_${made}`;
    return url.href;
  };
  const result = await runPoints(options.seed, newDatabase, (point) => print(`  died ${point}`));
  print(pointsReportOf(result));
  return result.disagreements.length + result.missed.length === 0 ? 0 : 1;
}

async function underLoad(
  options: Options,
  first: EmbeddedPostgres,
  startAgain: () => Promise<EmbeddedPostgres>,
  stops: (() => Promise<unknown>)[],
): Promise<number> {
  let postgres = first;
  stops.push(() => postgres.stop('fast'));
  const random = new Random(options.seed);
  const system = await CrashSystem.start({
    databaseUrl: postgres.url,
    machines: options.machines,
    arrangement: options.servers,
    broker: options.broker,
    random: random.next,
  });
  stops.push(() => system.stop());
  const database = {
    kill: () => postgres.stop('immediate'),
    start: async () => {
      postgres = await startAgain();
    },
  };
  const result = await runCampaign({
    ...options,
    system,
    databaseUrl: postgres.url,
    database,
    random,
    onDisagreement: (text) => print(`  ✗ ${text}`),
    onStrike: (done, kind, { what, recoveredMs }, { purchases, disagreements }) =>
      print(
        `  ${String(done).padStart(4)}  ${kind.padEnd(9)} ${what.padEnd(42)} recovered ${(recoveredMs / 1_000).toFixed(2)} s` +
          `   ${purchases} purchases, ${disagreements.length} disagreements`,
      ),
  });
  print(reportOf(result));
  return result.disagreements.length === 0 ? 0 : 1;
}

async function prepare(url: string): Promise<void> {
  await migrate(url, join(PROJECT, 'prisma', 'migrations'));
  const database = await Database.connect(url, 'vendrail-crashes-setup');
  await seed(database);
  await database.close();
}

/** Run by root in a private clone the data lies elsewhere. */
async function removeAll(folder: string, { dataFolder }: EmbeddedPostgres): Promise<void> {
  for (const place of [folder, dirname(dataFolder)]) await rm(place, { recursive: true, force: true });
}

process.exitCode = await main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  return 1;
});
// Everything was stopped above; a handle that a library left open must not keep the process.
process.exit();
