import { createHash } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import { readFile, symlink } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';

/** User and group for a child process; empty when the process may run as it is. */
export interface Identity {
  readonly uid?: number;
  readonly gid?: number;
}

/** Root hands such programs to `nobody`, who exists on every Debian; everybody else runs them as themselves. */
export async function asUnprivileged(): Promise<Identity> {
  if (process.getuid?.() !== 0) return {};
  const passwd = await readFile('/etc/passwd', 'utf8');
  const fields = passwd
    .split('\n')
    .map((line) => line.split(':'))
    .find(([name]) => name === 'nobody');
  if (!fields) throw new Error('PostgreSQL refuses to run as root, and there is no user "nobody" to run it as');
  return { uid: Number(fields[2]), gid: Number(fields[3]) };
}

/** Whether a user with no rights of his own can walk to this folder: every folder above lets others pass. */
export function isReachableByOthers(folder: string): boolean {
  for (let path = resolve(folder); ; path = dirname(path)) {
    // eslint-disable-next-line no-bitwise -- the mode is a bit field
    if (existsSync(path) && (statSync(path).mode & 0o001) === 0) return false;
    if (path === dirname(path)) return true;
  }
}

/** Root's folder for what others must reach. */
export const RUNTIME_FOLDER = '/var/lib/vendrail';

/** A folder that others can reach, one for each installation. */
export function runtimeFolderFor(folder: string): string {
  const name = createHash('sha256').update(resolve(folder)).digest('hex').slice(0, 16);
  return join(RUNTIME_FOLDER, name);
}

/** The npm package lists its symbolic links in a file, since archives of npm cannot hold them. */
export async function hydrateSymlinks(programs: string): Promise<void> {
  const list = join(programs, 'pg-symlinks.json');
  if (!existsSync(list)) return;
  const links = JSON.parse(await readFile(list, 'utf8')) as { source: string; target: string }[];
  for (const { source, target } of links) {
    const link = join(programs, relative('native', target));
    const original = relative(dirname(target), source) || basename(source);
    await symlink(original, link).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  }
}
