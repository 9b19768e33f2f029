import { join } from 'node:path';

import type { NestFastifyApplication } from '@nestjs/platform-fastify';

import { type RunningBridge, startBridge } from '#bridge/bridge.js';
import { LinkStore } from '#fleet/link/link-store.js';
import { qrTextOf } from '#fleet/sticker/qr-texts.js';
import { MachineGatewayModule } from '#machine-gateway/machine-gateway.module.js';
import { SERVER_USER } from '#machine-protocol/access.js';
import { readConfiguration } from '#platform/configuration.js';
import { Database } from '#platform/database.js';
import { Keys } from '#platform/keys.js';
import { migrate } from '#platform/migrations.js';
import { createServer } from '#platform/server.js';
import { configureHttps } from '#reseller-api/https-server.js';
import { ResellerApiModule } from '#reseller-api/reseller-api.module.js';
import { type RunningSandbox, startSandbox } from '#seqr-sandbox/sandbox.js';
import { startControlApi } from '#simulated-machine/control-api.js';
import { SimulatedMachine } from '#simulated-machine/simulated-machine.js';

import { seed } from '../../../prisma/seed.js';
import { developmentCertificate } from './development-certificate.js';
import { startEmbeddedBroker } from './embedded-broker.js';
import { startEmbeddedPostgres } from './embedded-postgres.js';
import type { LocalEnvironment } from './environment.js';
import { type Installation, requireFreePort } from './installation.js';
import { demoCredentials } from './demo-credentials.js';
import { DEMO_MACHINE_ID, demoMachine } from './demo-machine.js';
import { SANDBOX_RESELLER } from './sandbox-reseller.js';

export interface LocalSystem {
  readonly app: NestFastifyApplication;
  readonly baseUrl: string;
  readonly consoleUrl: string;
  readonly databaseUrl: string;
  readonly mqttUrl: string;
  readonly seqrSoapUrl: string;
  /** Undefined when SEQR_SOAP_URL names another SEQR. */
  readonly sandbox: RunningSandbox | undefined;
  readonly machine: SimulatedMachine;
  readonly machineUrl: string;
  readonly bridge: RunningBridge;
  readonly serialPath: string;
  /** The text of the simulated machine's QR code. */
  readonly qrText: string;
  readonly caFile: string;
  /** Where this computer keeps the data. */
  readonly dataFolder: string;
  stop(): Promise<void>;
}

/** Tells what is happening and how long it took. */
export type Progress = <T>(what: string, work: () => Promise<T>) => Promise<T>;

/** Starts everything on this computer, in order; when one thing fails, what was started is stopped again. */
export async function startSystem(
  installation: Installation,
  environment: LocalEnvironment,
  projectFolder: string,
  progress: Progress,
): Promise<LocalSystem> {
  const closers: (() => Promise<void>)[] = [];
  const stop = async () => {
    for (let close = closers.pop(); close !== undefined; close = closers.pop()) await close();
  };
  try {
    const secret = process.env['VENDRAIL_SECRET'] ?? installation.secret;
    await requirePorts(environment);
    const databaseUrl = await progress('PostgreSQL', () =>
      openDatabase(installation, environment, projectFolder, closers),
    );
    const embedded =
      environment.mqttUrl === undefined
        ? await progress('MQTT broker', () => openBroker(databaseUrl, secret, environment.mqttPort, closers))
        : undefined;
    const mqttUrl = environment.mqttUrl ?? embedded?.url ?? '';
    const certificate = await developmentCertificate(join(installation.folder, 'tls'));
    const publicBaseUrl = process.env['PUBLIC_BASE_URL'] ?? `https://localhost:${environment.httpsPort}`;
    const reseller = {
      id: process.env['SEQR_RESELLER_ID'] ?? SANDBOX_RESELLER.id,
      userId: process.env['SEQR_RESELLER_USER_ID'] ?? SANDBOX_RESELLER.userId,
      password: process.env['SEQR_RESELLER_PASSWORD'] ?? SANDBOX_RESELLER.password,
    };
    const sandbox =
      environment.seqrSoapUrl === undefined
        ? await progress('SEQR sandbox', async () => {
            const running = await startSandbox({
              port: environment.sandboxPort,
              resellers: [reseller],
              machines: await phoneMachines(databaseUrl, reseller.id),
              createPurchaseUrl: `https://localhost:${environment.httpsPort}/seqr/createPurchase`,
              caFile: certificate.caFile,
            });
            closers.push(() => running.stop());
            return running;
          })
        : undefined;
    const seqrSoapUrl = environment.seqrSoapUrl ?? sandbox?.soapUrl ?? '';
    const configuration = readConfiguration({
      TLS_CERT_FILE: certificate.certFile,
      TLS_KEY_FILE: certificate.keyFile,
      OPERATOR_TOKEN: installation.operatorToken,
      LOG_LEVEL: 'warn',
      // A demonstration is for this computer; whoever wants more sets it.
      HTTPS_HOST: '127.0.0.1',
      ...process.env,
      VENDRAIL_SECRET: secret,
      DATABASE_URL: databaseUrl,
      MQTT_URL: mqttUrl,
      ...(embedded === undefined ? {} : { MQTT_USERNAME: SERVER_USER, MQTT_PASSWORD: embedded.serverPassword }),
      HTTPS_PORT: String(environment.httpsPort),
      PUBLIC_BASE_URL: publicBaseUrl,
      SEQR_SOAP_URL: seqrSoapUrl,
      SEQR_RESELLER_ID: reseller.id,
      SEQR_RESELLER_USER_ID: reseller.userId,
      SEQR_RESELLER_PASSWORD: reseller.password,
    });
    const app = await progress('Reseller API and machine gateway', async () => {
      const modules = [ResellerApiModule, MachineGatewayModule];
      const running = await createServer({ role: 'all', modules, configuration, configure: configureHttps, logTo: 2 });
      closers.push(() => running.close());
      return running;
    });
    const { machine, machineUrl, bridge } = await progress('Simulated machine and its bridge', () =>
      startMachine(databaseUrl, mqttUrl, { secret, caFile: certificate.caFile }, installation, environment, closers),
    );
    return {
      app,
      databaseUrl,
      mqttUrl,
      seqrSoapUrl,
      sandbox,
      machine,
      machineUrl,
      bridge,
      stop,
      baseUrl: `https://localhost:${environment.httpsPort}`,
      consoleUrl: `https://localhost:${environment.httpsPort}/console/#token=${configuration.OPERATOR_TOKEN}`,
      serialPath: machine.path,
      qrText: qrTextOf(configuration, 'VR-1001'),
      caFile: certificate.caFile,
      dataFolder: installation.folder,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function requirePorts(environment: LocalEnvironment): Promise<void> {
  await requireFreePort(environment.httpsPort, 'HTTPS of the reseller API', 'HTTPS_PORT');
  await requireFreePort(environment.machinePort, 'page of the simulated machine', 'MACHINE_PORT');
  if (environment.seqrSoapUrl === undefined)
    await requireFreePort(environment.sandboxPort, 'SEQR sandbox', 'SANDBOX_PORT');
  if (environment.mqttUrl === undefined)
    await requireFreePort(environment.mqttPort, 'embedded MQTT broker', 'MQTT_PORT');
}

async function openDatabase(
  installation: Installation,
  environment: LocalEnvironment,
  projectFolder: string,
  closers: (() => Promise<void>)[],
): Promise<string> {
  let url = environment.databaseUrl;
  if (url === undefined) {
    const postgres = await startEmbeddedPostgres({
      folder: installation.folder,
      port: installation.postgresPort,
      database: 'vendrail',
    });
    closers.push(() => postgres.stop());
    url = postgres.url;
  }
  await migrate(url, join(projectFolder, 'prisma', 'migrations'));
  await withDatabase(url, (database) => seed(database));
  return url;
}

async function openBroker(
  databaseUrl: string,
  secret: string,
  port: number,
  closers: (() => Promise<void>)[],
): Promise<{ url: string; serverPassword: string }> {
  const keys = new Keys(secret);
  const serverPassword = keys.mac('broker', SERVER_USER);
  const database = await Database.connect(databaseUrl, 'vendrail-broker');
  closers.push(() => database.close());
  const links = new LinkStore(database, keys);
  const broker = await startEmbeddedBroker({ port, serverPassword, hashesOf: (ids) => links.hashesOf(ids) });
  closers.push(() => broker.stop());
  return { url: broker.url, serverPassword };
}

async function startMachine(
  databaseUrl: string,
  mqttUrl: string,
  { secret, caFile }: { secret: string; caFile: string },
  installation: Installation,
  environment: LocalEnvironment,
  closers: (() => Promise<void>)[],
) {
  const front = await withDatabase(databaseUrl, (database) => demoMachine(database));
  const { dispenseMs } = environment;
  const machine = await SimulatedMachine.start({ ...front, ...(dispenseMs === undefined ? {} : { dispenseMs }) });
  closers.push(() => machine.stop());
  const page = await startControlApi(machine, environment.machinePort);
  closers.push(() => page.close());
  const credentials = await withDatabase(databaseUrl, (database) =>
    demoCredentials(new LinkStore(database, new Keys(secret)), {
      file: join(installation.folder, 'demo-machine-credentials.json'),
      server: `https://localhost:${environment.httpsPort}`,
      caFile,
    }),
  );
  const bridge = await startBridge({
    machineId: DEMO_MACHINE_ID,
    serialPath: machine.path,
    mqttUrl,
    mqttUsername: DEMO_MACHINE_ID,
    mqttPassword: credentials.mqttPassword,
    linkKey: credentials.linkKey,
    previousLinkKey: credentials.previousLinkKey,
    journalDir: join(installation.folder, 'bridge'),
    currency: front.currency,
    decimals: front.decimals,
  });
  closers.push(() => bridge.stop());
  return { machine, machineUrl: `http://127.0.0.1:${environment.machinePort}`, bridge };
}

async function phoneMachines(databaseUrl: string, merchantId: string) {
  const machines = await withDatabase(databaseUrl, (database) =>
    database.client.machine.findMany({ orderBy: { id: 'asc' } }),
  );
  // The one that can be bought from here comes first.
  const first = machines.toSorted((a, b) => Number(b.id === DEMO_MACHINE_ID) - Number(a.id === DEMO_MACHINE_ID));
  return first.map(({ reservationToken: token, name }) => ({
    token,
    name,
    qrText: qrTextOf({ SEQR_RESELLER_ID: merchantId, SEQR_MERCHANT_ID: process.env['SEQR_MERCHANT_ID'] }, token),
  }));
}

async function withDatabase<T>(url: string, work: (database: Database) => Promise<T>): Promise<T> {
  const database = await Database.connect(url, 'vendrail-setup');
  try {
    return await work(database);
  } finally {
    await database.close();
  }
}
