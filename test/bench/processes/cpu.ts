import { readFile, readdir } from 'node:fs/promises';

/** The kernel counts CPU in these: 100 a second on every Linux that Node runs on. */
const TICK_US = 10_000;
/** Fields of /proc/<pid>/stat, counted after the name in brackets. */
const PARENT = 1;
const USER = 11;
const SYSTEM = 12;
const CHILDREN_USER = 13;
const CHILDREN_SYSTEM = 14;

async function statOf(pid: number | string): Promise<string[] | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  return text?.slice(text.lastIndexOf(')') + 2).split(' ');
}

/** CPU that a process has used, in µs. */
export async function cpuOf(pid: number): Promise<number> {
  const stat = await statOf(pid);
  return stat === undefined ? 0 : sum(stat, [USER, SYSTEM]);
}

/** CPU of PostgreSQL: the server, all its processes, and those that have ended. In µs. */
export async function cpuOfPostgres(serverPid: number): Promise<number> {
  const server = await statOf(serverPid);
  if (server === undefined) return 0;
  let total = sum(server, [USER, SYSTEM, CHILDREN_USER, CHILDREN_SYSTEM]);
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const stat = await statOf(name);
    if (stat?.[PARENT] === String(serverPid)) total += sum(stat, [USER, SYSTEM]);
  }
  return total;
}

/** Resident memory of a process, in bytes. */
export async function memoryOf(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) * 1_024;
}

function sum(stat: readonly string[], fields: readonly number[]): number {
  return fields.reduce((total, field) => total + Number(stat[field] ?? 0), 0) * TICK_US;
}
