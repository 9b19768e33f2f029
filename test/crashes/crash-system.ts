import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { developmentCertificate } from '#local/development-certificate.js';
import { freePort } from '#local/installation.js';
import { type RunningSandbox, startSandbox } from '#seqr-sandbox/sandbox.js';

import { enrol } from '../support/enrol.js';
import { Books } from './books.js';
import { Child } from './child.js';
import { MachinePlace } from './machine-place.js';
import { harnessProgram } from './project-folder.js';
import { type Arrangement, Servers } from './servers.js';
import { TcpProxy } from './tcp-proxy.js';

const SECRET = 'a secret of the campaign that is long enough';
const BROKER_PASSWORD = 'of-the-campaign';
const RESELLER = { id: 'crashes', userId: '9900', password: 'a-password-for-the-sandbox' };

export type BrokerKind = 'aedes' | 'mosquitto';

export interface CrashSystemOptions {
  /** A database with the seed in it, for this system alone. */
  readonly databaseUrl: string;
  readonly machines: number;
  readonly arrangement: Arrangement;
  readonly broker: BrokerKind;
  /** For the jitter of the links. */
  readonly random?: () => number;
}

/** The four links, each through a proxy that can be made to fail. */
export interface Links {
  readonly 'server–database': TcpProxy;
  readonly 'server–broker': TcpProxy;
  readonly 'server–SEQR': TcpProxy;
  readonly 'bridge–broker': TcpProxy;
}

/** Real servers, bridges and broker, each a process; SEQR's sandbox and the machines live here, and are the truth. */
export class CrashSystem {
  private constructor(
    readonly books: Books,
    readonly sandbox: RunningSandbox,
    readonly broker: Child,
    readonly links: Links,
    readonly servers: Servers,
    readonly places: readonly MachinePlace[],
    private readonly closers: (() => Promise<unknown>)[],
  ) {}

  static async start(options: CrashSystemOptions): Promise<CrashSystem> {
    const closers: (() => Promise<unknown>)[] = [];
    try {
      return await startAll(options, closers, (...parts) => new CrashSystem(...parts, closers));
    } catch (error) {
      await closeAll(closers);
      throw error;
    }
  }

  stop(): Promise<void> {
    return closeAll(this.closers);
  }
}

type Parts = [Books, RunningSandbox, Child, Links, Servers, MachinePlace[]];

async function startAll(
  options: CrashSystemOptions,
  closers: (() => Promise<unknown>)[],
  made: (...parts: Parts) => CrashSystem,
): Promise<CrashSystem> {
  const folder = await mkdtemp(join(tmpdir(), 'vendrail-crashes-'));
  closers.push(() => rm(folder, { recursive: true, force: true }));
  const books = new Books(options.databaseUrl);
  closers.push(() => books.close());
  const machineIds = await registerMachines(books, options.machines);

  const brokerPort = await freePort();
  const broker = brokerProcess(options.broker, brokerPort, options.databaseUrl);
  await broker.start();
  closers.push(() => broker.stop());

  const certificate = await developmentCertificate(join(folder, 'tls'));
  const sandbox = await startSandbox({ port: 0, resellers: [RESELLER], caFile: certificate.caFile });
  closers.push(() => sandbox.stop());

  const database = new URL(options.databaseUrl);
  const proxyTo = async (port: number): Promise<TcpProxy> => {
    const proxy = await TcpProxy.to(port, options.random);
    closers.push(() => proxy.stop());
    return proxy;
  };
  const links: Links = {
    'server–database': await proxyTo(Number(database.port)),
    'server–broker': await proxyTo(brokerPort),
    'server–SEQR': await proxyTo(Number(new URL(sandbox.url).port)),
    'bridge–broker': await proxyTo(brokerPort),
  };
  const servers = await Servers.prepare(options.arrangement, certificate, () => ({
    DATABASE_URL: withPort(options.databaseUrl, links['server–database'].port),
    MQTT_URL: `mqtt://127.0.0.1:${links['server–broker'].port}`,
    MQTT_USERNAME: 'server',
    MQTT_PASSWORD: BROKER_PASSWORD,
    SEQR_SOAP_URL: withPort(sandbox.soapUrl, links['server–SEQR'].port),
    SEQR_RESELLER_ID: RESELLER.id,
    SEQR_RESELLER_USER_ID: RESELLER.userId,
    SEQR_RESELLER_PASSWORD: RESELLER.password,
    VENDRAIL_SECRET: SECRET,
    OPERATOR_TOKEN: 'a-token-of-the-campaign',
  }));
  sandbox.payer.createPurchaseUrl = `${servers.baseUrl}/seqr/createPurchase`;
  await servers.start();
  closers.push(() => servers.stop());

  const places: MachinePlace[] = [];
  for (const machineId of machineIds) {
    const url = `mqtt://127.0.0.1:${links['bridge–broker'].port}`;
    const credentials = await enrol(options.databaseUrl, SECRET, machineId);
    const place = await MachinePlace.start(machineId, `token-${machineId}`, url, credentials, folder);
    closers.push(() => place.stop());
    places.push(place);
  }
  return made(books, sandbox, broker, links, servers, places);
}

async function closeAll(closers: (() => Promise<unknown>)[]): Promise<void> {
  for (let close = closers.pop(); close !== undefined; close = closers.pop()) await close();
}

/** More of the seed's first machine, with stock that no campaign sells out. */
async function registerMachines(books: Books, count: number): Promise<string[]> {
  const ids = Array.from({ length: count }, (_, i) => `crash-${i + 1}`);
  for (const id of ids) {
    await books.query(
      `INSERT INTO machines (id, reservation_token, name, location, currency, reservation_max_minor, planogram_id, price_list_id)
       SELECT $1, $2, name, location, currency, reservation_max_minor, planogram_id, price_list_id FROM machines
       WHERE id = 'helsinki-central-1' ON CONFLICT DO NOTHING`,
      [id, `token-${id}`],
    );
    await books.query(
      `INSERT INTO slot_stocks (machine_id, selection, quantity)
       SELECT $1, selection, 1000000 FROM slot_stocks WHERE machine_id = 'helsinki-central-1' ON CONFLICT DO NOTHING`,
      [id],
    );
  }
  return ids;
}

function brokerProcess(kind: BrokerKind, port: number, databaseUrl: string): Child {
  if (kind === 'aedes') {
    return new Child({
      name: 'the broker',
      command: process.execPath,
      args: [harnessProgram('broker.mjs')],
      environment: {
        BROKER_PORT: String(port),
        DATABASE_URL: databaseUrl,
        VENDRAIL_SECRET: SECRET,
        MQTT_PASSWORD: BROKER_PASSWORD,
      },
      isReady: (log) => log.includes('listening'),
    });
  }
  // Without a configuration Mosquitto 2 listens on loopback only, lets everybody in and keeps nothing on disk.
  return new Child({
    name: 'mosquitto',
    command: mosquittoProgram() ?? 'mosquitto',
    args: ['-p', String(port)],
    isReady: (log) => log.includes('running'),
  });
}

/** Where Mosquitto is installed, or undefined. */
export function mosquittoProgram(): string | undefined {
  try {
    return execFileSync('which', ['mosquitto'], { encoding: 'utf8' }).trim();
  } catch {
    return undefined;
  }
}

function withPort(url: string, port: number): string {
  const changed = new URL(url);
  changed.port = String(port);
  return changed.href;
}
