import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Agent, request } from 'undici';

import { developmentCertificate } from '#local/development-certificate.js';
import { freePort } from '#local/installation.js';
import { linkKey } from '#machine-protocol/signature.js';
import { type Configuration, readConfiguration } from '#platform/configuration.js';
import { TestBroker } from '#platform/testing/test-broker.js';
import type { Invoice } from '#seqr-sandbox/invoice.js';
import { type RunningSandbox, startSandbox } from '#seqr-sandbox/sandbox.js';

import { newDatabase } from '../../support/database.js';
import { enrol } from '../../support/enrol.js';
import { eventually } from '../../support/eventually.js';

import { Machine } from './machine.js';
import { Server } from './server.js';
import { Time } from './time.js';

/** Seconds. Times pass in steps of ten; between these limits and every sum of them lie five seconds for the computer. */
const WAITS = {
  CONFIRM_WITHIN_S: '45',
  SELECTION_WINDOW_S: '35',
  POLL_EVERY_S: '10',
  COMMIT_RESERVATION_TIMEOUT_S: '900',
};
const SECRET = 'a secret for tests, long enough to be one';
const RESELLER = { id: 'vendrail-demo', userId: '9900', password: 'sandbox-password' };
/** Machines say so every 15 s; an act that falls due earlier comes first. */
const STEP_MAX_MS = 15_000;
/** Two days: the longest that a purchase may wait for SEQR is one. */
const QUIET_WITHIN_MS = 48 * 3_600_000;
const LOOK_EVERY_MS = 3;
/** On a busy computer a server may miss its heartbeat and let go of its work: after 15 s it finds it again. */
const STUCK_AFTER_MS = 40_000;
/** What is due so soon is waited for: looks at one invoice are a quarter of a second apart, and clocks differ a little. */
const SOON_S = 0.35;

export interface Answer {
  readonly status: number;
  readonly text: string;
}

/** The real system: server, database, broker and SEQR's sandbox, for all runs; and a new machine for each. */
export class World {
  private number = 0;
  private current: Machine | undefined;

  private constructor(
    readonly databaseUrl: string,
    private readonly time: Time,
    readonly sandbox: RunningSandbox,
    private readonly broker: TestBroker,
    private readonly configuration: Configuration,
    private readonly agent: Agent,
    private readonly folder: string,
    private server: Server,
  ) {}

  static async open(): Promise<World> {
    const folder = await mkdtemp(join(tmpdir(), 'vendrail-model-'));
    const databaseUrl = await newDatabase();
    const time = await Time.of(databaseUrl);
    const certificate = await developmentCertificate(join(folder, 'tls'));
    const broker = await TestBroker.start();
    const port = await freePort();
    const sandbox = await startSandbox({
      port: 0,
      resellers: [RESELLER],
      createPurchaseUrl: `https://localhost:${port}/seqr/createPurchase`,
      caFile: certificate.caFile,
      clock: {
        now: () => new Date(time.now()),
        after: (ms, work) => {
          const timer = setTimeout(work, ms);
          return () => clearTimeout(timer);
        },
      },
    });
    const configuration = readConfiguration({
      ...WAITS,
      DATABASE_URL: databaseUrl,
      MQTT_URL: broker.url,
      HTTPS_PORT: String(port),
      HTTPS_HOST: '127.0.0.1',
      PUBLIC_BASE_URL: `https://localhost:${port}`,
      TLS_CERT_FILE: certificate.certFile,
      TLS_KEY_FILE: certificate.keyFile,
      VENDRAIL_SECRET: SECRET,
      OPERATOR_TOKEN: 'token-for-tests-only',
      LOG_LEVEL: 'fatal',
      SEQR_SOAP_URL: sandbox.soapUrl,
      SEQR_RESELLER_ID: RESELLER.id,
      SEQR_RESELLER_USER_ID: RESELLER.userId,
      SEQR_RESELLER_PASSWORD: RESELLER.password,
    });
    const agent = new Agent({ connect: { ca: await readFile(certificate.caFile, 'utf8') } });
    const server = await Server.open(configuration);
    return new World(databaseUrl, time, sandbox, broker, configuration, agent, folder, server);
  }

  async close(): Promise<void> {
    this.current?.disconnect();
    await this.server.close();
    await this.agent.close();
    await this.sandbox.stop();
    await this.broker.stop();
    await this.time.database.end();
    await rm(this.folder, { recursive: true, force: true });
  }

  /** A machine that nothing was ever bought at, and SEQR without an ordered fault. What an earlier run left is its own. */
  async begin(): Promise<void> {
    this.current?.disconnect();
    this.number += 1;
    const id = `model-${this.number}`;
    await this.query(
      `INSERT INTO machines SELECT (jsonb_populate_record(m, $1)).* FROM machines m WHERE id = 'helsinki-central-1'`,
      [JSON.stringify({ id, reservation_token: `MODEL-${this.number}` })],
    );
    await this.query(
      `INSERT INTO slot_stocks SELECT $1, selection, 1000 FROM slot_stocks WHERE machine_id = 'helsinki-central-1'`,
      [id],
    );
    this.sandbox.faults.clear();
    const { key } = await enrol(this.databaseUrl, SECRET, id);
    this.current = new Machine(id, this.broker.url, linkKey(key), () => this.time.now());
    await this.machineConnects();
  }

  get machine(): Machine {
    if (this.current === undefined) throw new Error('no run has begun');
    return this.current;
  }

  get token(): string {
    return `MODEL-${this.number}`;
  }

  async machineConnects(work = (): Promise<void> => this.machine.connect()): Promise<void> {
    await work();
    await this.presence(`online AND boot_id = '${this.machine.bootId}'`);
  }

  async machineDisconnects(): Promise<void> {
    this.machine.disconnect();
    await this.presence('NOT online');
  }

  /** The server is closed in order and another is opened; `meanwhile` nobody is there. */
  async restart(meanwhile: () => void | Promise<void>): Promise<void> {
    await this.server.close();
    await meanwhile();
    this.server = await Server.open(this.configuration);
  }

  post(path: string, body: string): Promise<Answer> {
    const { PUBLIC_BASE_URL } = this.configuration;
    return request(`${PUBLIC_BASE_URL}${path}`, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json' },
      dispatcher: this.agent,
    }).then(async (reply) => ({ status: reply.statusCode, text: await reply.body.text() }));
  }

  /** All that SEQR has in its book for this machine, the oldest first. */
  get invoices(): Invoice[] {
    const { id } = this.machine;
    return this.sandbox.book
      .list()
      .filter(({ terms }) => terms.cashierId === id)
      .toReversed();
  }

  async query<Row extends object>(text: string, values: unknown[] = []): Promise<Row[]> {
    return (await this.time.database.query<Row>(text, values)).rows;
  }

  /** Everything has followed that does without time. */
  async settle(): Promise<void> {
    for (let heard = -1; heard !== this.machine.heard;) {
      heard = this.machine.heard;
      await this.sandbox.notified();
      await this.until('what is due is done', async () => (await this.dueCount()) === 0);
      if (!this.machine.isConnected) continue;
      const word = randomUUID();
      await this.until('the broker has the server', () => this.server.isConnected);
      await this.server.say(this.machine.wordTopic, word);
      await this.until('the machine has heard', () => this.machine.hasHeard(word));
      await this.until('the machine’s events are taken in', () => this.machine.unacknowledged === 0);
      await this.presence(`machine_state = '${this.machine.isUnlocked ? 'in-use' : 'ready'}'`);
      await this.until('what is due is done', async () => (await this.dueCount()) === 0);
    }
  }

  /** Time passes for everybody, act by act. */
  async pass(ms: number): Promise<void> {
    const until = this.time.now() + ms;
    for (let left = ms; left > 0; left = until - this.time.now()) {
      const dueInMs = (await this.nextDueInMs()) ?? left;
      await this.time.move(Math.min(left, STEP_MAX_MS, Math.max(dueInMs, 1)));
      await this.server.timeMoved();
      this.machine.timeMoved();
      this.machine.say();
      await this.settle();
    }
  }

  /** @returns false when a purchase still waits for something after two days. */
  async untilQuiet(): Promise<boolean> {
    const until = this.time.now() + QUIET_WITHIN_MS;
    await this.settle();
    for (let dueInMs = await this.nextDueInMs(); dueInMs !== undefined; dueInMs = await this.nextDueInMs()) {
      if (this.time.now() > until) return false;
      await this.pass(Math.max(dueInMs, 1));
    }
    // Sessions that the server has given up end by themselves.
    while (this.machine.isUnlocked) await this.pass(STEP_MAX_MS);
    return true;
  }

  private async dueCount(): Promise<number> {
    const rows = await this.query(
      `SELECT FROM effects JOIN purchases ON id = purchase_id
       WHERE machine_id = $1 AND done_at IS NULL AND due_at <= now() + make_interval(secs => $2)`,
      [this.machine.id, SOON_S],
    );
    return rows.length;
  }

  private async nextDueInMs(): Promise<number | undefined> {
    const [row] = await this.query<{ ms: string | null }>(
      `SELECT ceil(extract(epoch FROM min(due_at) - now()) * 1000) AS ms FROM effects JOIN purchases ON id = purchase_id
       WHERE machine_id = $1 AND done_at IS NULL`,
      [this.machine.id],
    );
    return row?.ms == null ? undefined : Number(row.ms);
  }

  private presence(condition: string): Promise<void> {
    return this.until(`the server knows that the machine is ${condition}`, async () => {
      const rows = await this.query(`SELECT FROM machine_presences WHERE machine_id = $1 AND ${condition}`, [
        this.machine.id,
      ]);
      return rows.length > 0;
    });
  }

  private async until(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
    await eventually(what, async () => ((await isSo()) ? true : undefined), STUCK_AFTER_MS, LOOK_EVERY_MS);
  }
}
