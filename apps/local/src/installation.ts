import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';

import { runtimeFolderFor } from './unprivileged.js';

/** What one clone keeps between two starts, all below one folder that git ignores. */
export interface Installation {
  readonly folder: string;
  /** Keys of pseudonyms and notification URLs are made from it. */
  readonly secret: string;
  readonly operatorToken: string;
  readonly postgresPort: number;
}

export class AlreadyRunningError extends Error {
  override readonly name = 'AlreadyRunningError';
}

/**
 * Reads the installation, or makes one; `fresh` forgets the old one with all its data.
 *
 * @throws AlreadyRunningError while another process runs on this folder: two would take the data from each other.
 */
export async function openInstallation(folder: string, fresh: boolean): Promise<Installation> {
  await refuseWhileRunning(folder);
  if (fresh) {
    await rm(folder, { recursive: true, force: true });
    await rm(runtimeFolderFor(folder), { recursive: true, force: true });
  }
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, LOCK_FILE), `${process.pid}\n`);
  const file = join(folder, 'installation.json');
  if (existsSync(file))
    return { folder, ...(JSON.parse(await readFile(file, 'utf8')) as Omit<Installation, 'folder'>) };
  const made = {
    secret: randomBytes(32).toString('base64url'),
    operatorToken: randomBytes(18).toString('base64url'),
    postgresPort: await freePort(),
  };
  await writeFile(file, `${JSON.stringify(made, null, 2)}\n`, { mode: 0o600 });
  return { folder, ...made };
}

const LOCK_FILE = 'running';

async function refuseWhileRunning(folder: string): Promise<void> {
  const pid = (await readFile(join(folder, LOCK_FILE), 'utf8').catch(() => '')).trim();
  if (pid === '' || Number(pid) === process.pid) return;
  // A killed process leaves the file behind, and its number may be another program's by now.
  const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  if (!command.includes('local/src/main')) return;
  throw new AlreadyRunningError(
    `Vendrail runs already on ${folder} (process ${pid}): stop it first, or start this one elsewhere with VENDRAIL_FOLDER=<folder> and other ports`,
  );
}

export class PortTakenError extends Error {
  override readonly name = 'PortTakenError';
}

/** @throws PortTakenError that names the port, what it is for and what to do. */
export async function requireFreePort(port: number, purpose: string, variable: string): Promise<void> {
  if (await isFree(port)) return;
  throw new PortTakenError(
    `port ${port} (${purpose}) is taken by another program: stop that program, or choose another port with ${variable}=<port>`,
  );
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** Free on loopback and on all addresses: a server on either would be in the way. */
export async function isFree(port: number): Promise<boolean> {
  for (const host of ['127.0.0.1', '0.0.0.0']) {
    const server = createServer();
    const free = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false));
      server.listen(port, host, () => resolve(true));
    });
    if (!free) return false;
    await new Promise((resolve) => server.close(resolve));
  }
  return true;
}
