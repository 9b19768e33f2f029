import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';

import { passwordHash } from '#fleet/link/credentials.js';
import { CODE_COUNTS_MIN, LinkStore, NoSuchMachineError } from '#fleet/link/link-store.js';
import { SERVER_USER } from '#machine-protocol/access.js';
import { type Configuration, readPartOfConfiguration } from '#platform/configuration.js';
import { Database } from '#platform/database.js';
import { Keys } from '#platform/keys.js';

import { UsageError } from './usage-error.js';

export const LINK_HELP = `  enrol <machine id>        shows, once, a code with which its bridge gets credentials (vendrail-bridge enrol)
  revoke <machine id>       its credentials count no more, at the servers within seconds, at a broker with its next
                            password files
  broker-passwords --out FOLDER
                            writes Mosquitto's password files there: "servers" (MQTT_PASSWORD) and "machines"
      --every SECONDS       stays, and writes them again whenever something changed
      --pid-file FILE       and has Mosquitto read them (SIGHUP)
`;

export const LINK_COMMANDS = ['enrol', 'revoke', 'broker-passwords'] as const;
const NEEDS = ['DATABASE_URL', 'VENDRAIL_SECRET', 'MQTT_PASSWORD'] as const satisfies readonly (keyof Configuration)[];
const EVERY_MAX_S = 3_600;

/** @param args what stands behind `npm run machine --`. @returns the exit code */
export async function linkCommand(
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): Promise<number> {
  const { what, machineId, out, everySeconds, pidFile } = readOrder(args);
  const settings = readPartOfConfiguration(environment, NEEDS);
  const database = await Database.connect(settings.DATABASE_URL, 'vendrail-link');
  const links = new LinkStore(database, new Keys(settings.VENDRAIL_SECRET));
  try {
    switch (what) {
      case 'enrol': {
        const code = await links.newCode(machineId);
        console.log(`${code}   counts for ${CODE_COUNTS_MIN} minutes, once. It is not shown again.`);
        console.log(`At the machine: vendrail-bridge enrol --server https://… --code ${code} --out FILE`);
        return 0;
      }
      case 'revoke':
        if (!(await links.revoke(machineId))) throw new NoSuchMachineError('there is no such machine with a link');
        console.log(`${machineId}: its credentials count no more`);
        return 0;
      case 'broker-passwords': {
        if (settings.MQTT_PASSWORD === undefined) throw new UsageError('MQTT_PASSWORD is not set: the servers’ own');
        const file = new PasswordFiles(links, settings.MQTT_PASSWORD, out, pidFile);
        await file.write();
        if (everySeconds === undefined) return 0;
        await untilSignal((ended) => file.keepWriting(everySeconds * 1_000, ended));
        return 0;
      }
    }
  } finally {
    await database.close();
  }
}

function readOrder(args: readonly string[]) {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { out: { type: 'string' }, every: { type: 'string' }, 'pid-file': { type: 'string' } },
  });
  const [word, machineId = '', ...more] = positionals;
  const what = LINK_COMMANDS.find((one) => one === word);
  if (what === undefined || more.length > 0) throw new UsageError(`it is ${LINK_COMMANDS.join(', ')}`);
  const forMachine = what !== 'broker-passwords';
  if (forMachine !== (machineId !== ''))
    throw new UsageError(`${what} takes ${forMachine ? 'one machine id' : 'no machine'}`);
  const { out = '', every, 'pid-file': pidFile } = values;
  if (forMachine !== (out === ''))
    throw new UsageError(forMachine ? `${what} takes no --out` : 'say where to: --out FOLDER');
  const everySeconds = every === undefined ? undefined : Number(every);
  if (everySeconds !== undefined && !(everySeconds >= 1 && everySeconds <= EVERY_MAX_S)) {
    throw new UsageError(`--every is 1 to ${EVERY_MAX_S} seconds`);
  }
  return { what, machineId, out, everySeconds, pidFile };
}

/**
 * Mosquitto's password files, each written whole or not at all, and only when something changed. The servers have one of
 * their own, so that where machines come in nobody can be a server.
 */
export class PasswordFiles {
  private readonly serverLine: string;
  /** The machines of the files that Mosquitto has. */
  private written: string | undefined;

  constructor(
    private readonly links: Pick<LinkStore, 'passwordLines'>,
    serverPassword: string,
    private readonly folder: string,
    private readonly pidFile?: string,
  ) {
    this.serverLine = `${SERVER_USER}:${passwordHash(serverPassword)}`;
  }

  /** @returns whether they were written anew */
  async write(): Promise<boolean> {
    const machines = (await this.links.passwordLines()).map((line) => `${line}\n`).join('');
    if (this.written === machines) return false;
    await writeWhole(join(this.folder, 'servers'), `${this.serverLine}\n`);
    await writeWhole(join(this.folder, 'machines'), machines);
    // Not before Mosquitto was told: what it does not know of is tried again.
    if (await this.tellMosquitto()) this.written = machines;
    return true;
  }

  /** @returns false when it is not running: it reads the files when it starts. */
  private async tellMosquitto(): Promise<boolean> {
    const { pidFile } = this;
    if (pidFile === undefined) return true;
    const text = await readFile(pidFile, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
      return undefined;
    });
    if (text === undefined) {
      console.error(`there is no ${pidFile} yet: Mosquitto is not running, or has no pid_file`);
      return false;
    }
    const pid = Number(text.trim());
    // 0 and negative numbers are groups of processes, ours among them; 1 is the system's first.
    if (!Number.isInteger(pid) || pid <= 1) throw new Error(`${pidFile} holds no process id`);
    process.kill(pid, 'SIGHUP');
    return true;
  }

  async keepWriting(everyMs: number, ended: AbortSignal): Promise<void> {
    while (!ended.aborted) {
      await pause(everyMs, undefined, { signal: ended }).catch(() => undefined);
      // A database that is away comes back; until then the file stays as it is.
      if (!ended.aborted) await this.write().catch((error: unknown) => console.error(String(error)));
    }
  }
}

async function writeWhole(file: string, text: string): Promise<void> {
  await writeFile(`${file}.half`, text, { mode: 0o600 });
  await rename(`${file}.half`, file);
}

async function untilSignal(work: (ended: AbortSignal) => Promise<void>): Promise<void> {
  const ending = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => ending.abort());
  await work(ending.signal);
}
