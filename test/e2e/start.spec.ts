import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { freePort } from '#local/installation.js';
import { startSandbox } from '#seqr-sandbox/sandbox.js';

import { newDatabase, queryOf } from '../support/database.js';
import { eventually } from '../support/eventually.js';

const projectFolder = join(__dirname, '..', '..');

/** What `npm start` runs once everything is built, on ports and a folder of its own. */
class Start {
  private static readonly running = new Set<Start>();
  output = '';
  readonly exited: Promise<number | null>;
  readonly child: ChildProcess;

  constructor(args: readonly string[], environment: Readonly<Record<string, string>>) {
    this.child = spawn(process.execPath, [join(projectFolder, 'dist', 'apps', 'local', 'src', 'main.js'), ...args], {
      env: { PATH: process.env['PATH'], ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        this.output += chunk.toString();
      });
    }
    this.exited = new Promise((resolve) => this.child.once('exit', resolve));
    Start.running.add(this);
    void this.exited.then(() => Start.running.delete(this));
  }

  /** What a failed test left behind. */
  static async killAll(): Promise<void> {
    for (const start of Start.running) {
      start.child.kill('SIGTERM');
      await start.exited;
    }
  }

  says(text: string): Promise<true> {
    return eventually(`npm start says "${text}"`, () => {
      if (this.child.exitCode !== null && !this.output.includes(text)) throw new Error(`it ended:\n${this.output}`);
      return this.output.includes(text) ? true : undefined;
    });
  }
}

describe('npm start', () => {
  let folder: string;
  let environment: Record<string, string>;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'vendrail-start-'));
    const [https, sandbox, mqtt, machine] = await Promise.all([freePort(), freePort(), freePort(), freePort()]);
    environment = {
      VENDRAIL_FOLDER: folder,
      HTTPS_PORT: String(https),
      SANDBOX_PORT: String(sandbox),
      MQTT_PORT: String(mqtt),
      MACHINE_PORT: String(machine),
    };
  });

  afterEach(() => Start.killAll());

  afterAll(async () => {
    const place = await readFile(join(folder, 'postgres-is-at'), 'utf8').catch(() => '');
    for (const each of [folder, place.trim()]) if (each !== '') await rm(each, { recursive: true, force: true });
  });

  /** Run by root in a private folder PostgreSQL has its data elsewhere, and the installation says where. */
  async function postgresPidFile(): Promise<string> {
    const place = await readFile(join(folder, 'postgres-is-at'), 'utf8').catch(() => folder);
    return join(place.trim(), 'postgres', 'postmaster.pid');
  }

  it('--once buys something, prints the time line and exits with 0', async () => {
    const start = new Start(['--once'], environment);

    expect(await start.exited).toBe(0);
    const steps = [
      'scan',
      'invoice',
      'notification',
      'status',
      'reservation',
      'grant',
      'unlock',
      'selection',
      'vend',
      'update',
      'commit',
      'receipt',
    ];
    const places = steps.map((step) => start.output.search(new RegExp(`s  (\\u001b\\[\\d+m)?${step} `)));
    expect(places.every((place) => place > 0)).toBe(true);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    expect(start.output).toContain('C,START,20.00');
    expect(start.output).toContain('SEQR’s book says PAID, 3.70 EUR');
  });

  it('stays up after the purchase with its data kept, and Ctrl-C leaves nothing running', async () => {
    const start = new Start([], environment);
    await start.says('Ctrl-C stops everything');
    const pidFile = await postgresPidFile();
    const postgres = Number((await readFile(pidFile, 'utf8')).split('\n')[0]);
    start.child.kill('SIGINT');

    expect(await start.exited).toBe(0);
    expect(existsSync(`/proc/${postgres}`)).toBe(false);
    expect(existsSync(pidFile)).toBe(false);
  });

  it('--machines 50 brings up fifty that are ready, each known as simulated', async () => {
    const databaseUrl = await newDatabase();
    const start = new Start(['--machines', '50'], { ...environment, DATABASE_URL: databaseUrl });
    await start.says('Ctrl-C stops everything');
    await eventually('fifty machines are ready', async () => {
      const [row] = await queryOf<{ ready: number }>(
        databaseUrl,
        `SELECT count(*)::int AS ready FROM machine_presences WHERE simulated AND online AND machine_state = 'ready'`,
      );
      return row?.ready === 50 ? true : undefined;
    });
    const list = (await (await fetch(`http://127.0.0.1:${environment['MACHINE_PORT']}/machines`)).json()) as {
      simulator: boolean;
    }[];
    start.child.kill('SIGTERM');

    expect(list.map(({ simulator }) => simulator)).toEqual(Array.from({ length: 50 }, () => true));
    expect(await start.exited).toBe(0);
  });

  it('refuses a number of machines that is none', async () => {
    const start = new Start(['--machines', 'many'], environment);

    expect(await start.exited).toBe(1);
    expect(start.output).toContain('--machines takes a number from 1 to');
  });

  it('names the port that is taken, and what to do', async () => {
    const taken = createServer();
    await new Promise<void>((resolve, reject) => {
      taken.once('error', reject).listen(Number(environment['SANDBOX_PORT']), '127.0.0.1', resolve);
    });
    const start = new Start(['--once'], environment);
    const code = await start.exited;
    await new Promise((resolve) => taken.close(resolve));

    expect(code).toBe(1);
    expect(start.output).toContain(`port ${environment['SANDBOX_PORT']} (SEQR sandbox) is taken`);
    expect(start.output).toContain('SANDBOX_PORT=');
  });

  it('lists every fault of the environment at once', async () => {
    const start = new Start(['--once'], {
      ...environment,
      HTTPS_PORT: 'https',
      MQTT_PORT: '0',
      SEQR_SOAP_URL: 'http://localhost:1/',
    });

    expect(await start.exited).toBe(1);
    for (const name of ['HTTPS_PORT', 'MQTT_PORT', 'SEQR_RESELLER_ID', 'SEQR_RESELLER_PASSWORD']) {
      expect(start.output).toContain(name);
    }
  });

  it('with SEQR_SOAP_URL and DATABASE_URL of one’s own starts no sandbox and buys nothing unasked', async () => {
    const databaseUrl = await newDatabase();
    const reseller = { id: 'somebody', userId: '9900', password: 'else-altogether' };
    const elsewhere = await startSandbox({ port: 0, resellers: [reseller] });
    const start = new Start([], {
      ...environment,
      DATABASE_URL: databaseUrl,
      SEQR_SOAP_URL: elsewhere.soapUrl,
      SEQR_RESELLER_ID: reseller.id,
      SEQR_RESELLER_PASSWORD: reseller.password,
    });
    await start.says('Ctrl-C stops everything');
    start.child.kill('SIGTERM');

    expect(await start.exited).toBe(0);
    expect(start.output).not.toContain('SEQR sandbox');
    expect(await queryOf(databaseUrl, 'SELECT 1 FROM purchases')).toEqual([]);
    expect(elsewhere.journal.calls).toEqual([]);
    await elsewhere.stop();
  });
});
