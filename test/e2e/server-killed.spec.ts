import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Agent, request } from 'undici';

import { type RunningBridge, startBridge } from '#bridge/bridge.js';
import type { LinkCredentials } from '#fleet/link/credentials.js';
import { LinkStore } from '#fleet/link/link-store.js';
import { demoMachine } from '#local/demo-machine.js';
import { developmentCertificate } from '#local/development-certificate.js';
import { type EmbeddedBroker, startEmbeddedBroker } from '#local/embedded-broker.js';
import { freePort } from '#local/installation.js';
import { Database } from '#platform/database.js';
import { Keys } from '#platform/keys.js';
import { type RunningSandbox, startSandbox } from '#seqr-sandbox/sandbox.js';
import { SimulatedMachine } from '#simulated-machine/simulated-machine.js';

import { newDatabase, queryOf } from '../support/database.js';
import { enrol } from '../support/enrol.js';
import { eventually } from '../support/eventually.js';
import { ServerProcess } from '../support/server-process.js';
import { MACHINE_ID, PRICES } from '../support/test-system.js';

const RESELLER = { id: 'killed', userId: '9900', password: 'a-canary-password-9173' };
const SECRET = 'a-canary-secret-8264-that-is-long-enough';
const MSISDN = '46700424242';
const OPERATOR_TOKEN = 'a-canary-token-5540';

/** The two server roles, each a process of its own, and neighbours that live on when they are killed. */
describe('kill -9 of the servers', () => {
  let folder: string;
  let baseUrl: string;
  let agent: Agent;
  let databaseUrl: string;
  let broker: EmbeddedBroker;
  let linksDatabase: Database;
  let secrets: LinkCredentials;
  let sandbox: RunningSandbox;
  let machine: SimulatedMachine;
  let bridge: RunningBridge;
  let api: ServerProcess;
  let gateway: ServerProcess;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'vendrail-killed-'));
    databaseUrl = await newDatabase();
    const links = await Database.connect(databaseUrl, 'test-broker');
    linksDatabase = links;
    const store = new LinkStore(links, new Keys(SECRET));
    broker = await startEmbeddedBroker({
      port: 0,
      serverPassword: 'of-the-test',
      hashesOf: (ids) => store.hashesOf(ids),
    });
    const certificate = await developmentCertificate(join(folder, 'tls'));
    const [apiPort, gatewayPort] = [await freePort(), await freePort()];
    baseUrl = `https://localhost:${apiPort}`;
    sandbox = await startSandbox({
      port: 0,
      resellers: [RESELLER],
      createPurchaseUrl: `${baseUrl}/seqr/createPurchase`,
      caFile: certificate.caFile,
    });
    const database = await Database.connect(databaseUrl, 'test');
    machine = await SimulatedMachine.start({ ...(await demoMachine(database)), dispenseMs: 20 });
    await database.close();
    const environment = {
      DATABASE_URL: databaseUrl,
      MQTT_URL: broker.url,
      MQTT_USERNAME: 'server',
      MQTT_PASSWORD: 'of-the-test',
      PUBLIC_BASE_URL: baseUrl,
      TLS_CERT_FILE: certificate.certFile,
      TLS_KEY_FILE: certificate.keyFile,
      SEQR_SOAP_URL: sandbox.soapUrl,
      SEQR_RESELLER_ID: RESELLER.id,
      SEQR_RESELLER_USER_ID: RESELLER.userId,
      SEQR_RESELLER_PASSWORD: RESELLER.password,
      VENDRAIL_SECRET: SECRET,
      OPERATOR_TOKEN,
    };
    agent = new Agent({ connect: { ca: await readFile(certificate.caFile, 'utf8') } });
    const ready = (port: number) => () =>
      request(`https://localhost:${port}/health/ready`, { dispatcher: agent }).then(
        ({ statusCode }) => statusCode === 200,
        () => false,
      );
    api = new ServerProcess('reseller-api', { ...environment, HTTPS_PORT: String(apiPort) }, ready(apiPort));
    gateway = new ServerProcess(
      'machine-gateway',
      { ...environment, HTTPS_PORT: String(gatewayPort) },
      ready(gatewayPort),
    );
    await Promise.all([api.start(), gateway.start()]);
    // After them, so that they hear it come and need not wait for its next word.
    secrets = await enrol(databaseUrl, SECRET, MACHINE_ID);
    const { key, password } = secrets;
    bridge = await startBridge({
      machineId: MACHINE_ID,
      serialPath: machine.path,
      mqttUrl: broker.url,
      mqttUsername: MACHINE_ID,
      mqttPassword: password,
      linkKey: key,
      journalDir: join(folder, 'bridge'),
      currency: 'EUR',
      decimals: 2,
    });
  });

  afterAll(async () => {
    await bridge.stop();
    await Promise.all([api.stop(), gateway.stop()]);
    await agent.close();
    await machine.stop();
    await sandbox.stop();
    await broker.stop();
    await linksDatabase.close();
    await rm(folder, { recursive: true, force: true });
  });

  const stateOf = (reference: string) =>
    queryOf<{ state: string; committed_minor: string | null }>(
      databaseUrl,
      'SELECT state, committed_minor FROM purchases WHERE invoice_reference = $1',
      [reference],
    ).then(([row]) => row);

  const reaches = (reference: string, state: string) =>
    eventually(`the purchase is ${state}`, async () =>
      (await stateOf(reference))?.state === state ? true : undefined,
    );

  async function scan(): Promise<string> {
    await eventually('the machine is ready for the next', async () => {
      const [row] = await queryOf<{ ready: boolean }>(
        databaseUrl,
        `SELECT online AND last_seen_at > now() - interval '1 minute' AND machine_state = 'ready' AND NOT EXISTS (SELECT FROM purchases WHERE holds_machine) AS ready
         FROM machine_presences WHERE machine_id = $1`,
        [MACHINE_ID],
      );
      return row?.ready === true ? true : undefined;
    });
    const result = await sandbox.payer.scan({ token: 'VR-1001', msisdn: MSISDN, amount: '20.00', currency: 'EUR' });
    if (result.outcome !== 'invoice') throw new Error(`no invoice: ${JSON.stringify(result)}`);
    return result.invoiceReference;
  }

  const killBoth = () => Promise.all([api.kill(), gateway.kill()]);
  const startBoth = () => Promise.all([api.start(), gateway.start()]);
  const fallen = () => machine.dispensed.reduce((total, { priceMinor }) => total + priceMinor, 0);

  it('while the payer chooses: what was dispensed meanwhile is committed once after the restart', async () => {
    const before = fallen();
    machine.scriptBuyer([{ press: 11, afterMs: 1_500 }, { finish: true }]);
    const reference = await scan();
    sandbox.payer.confirm(reference, '1234');
    await reaches(reference, 'UNLOCKED');
    await killBoth();
    await eventually('the item falls while no server runs', () => (fallen() > before ? true : undefined));
    await startBoth();
    await reaches(reference, 'COMMITTED');

    expect(fallen() - before).toBe(PRICES[11]);
    expect(sandbox.book.find(reference)).toMatchObject({ state: 'PAID', committed: BigInt(PRICES[11]), commits: 1 });
    expect(await stateOf(reference)).toMatchObject({ committed_minor: String(PRICES[11]) });
  });

  it('while the commit is under way: it is looked up, and committed once', async () => {
    machine.scriptBuyer([{ press: 12 }, { finish: true }]);
    const reference = await scan();
    sandbox.faults.add({ operation: 'commitReservation', kind: 'delay', delayMs: 1_500, times: 1 });
    sandbox.payer.confirm(reference, '1234');
    await eventually('the commit is decided', async () => {
      const rows = await queryOf(
        databaseUrl,
        `SELECT 1 FROM effects e JOIN purchases p ON p.id = e.purchase_id
         WHERE p.invoice_reference = $1 AND e.kind = 'commitReservation' AND e.done_at IS NULL`,
        [reference],
      );
      return rows.length > 0 ? true : undefined;
    });
    await killBoth();
    await startBoth();
    await reaches(reference, 'COMMITTED');

    expect(sandbox.book.find(reference)).toMatchObject({ state: 'PAID', committed: BigInt(PRICES[12]), commits: 1 });
    // The sandbox would refuse a second commit, so its own count proves little: between two tries somebody looked.
    const asked = sandbox.journal.calls.filter(({ invoiceReference }) => invoiceReference === reference);
    const operations = asked.map(({ operation }) => operation).join(' ');
    expect(operations).not.toMatch(/commitReservation (submitPaymentReceipt )?commitReservation/);
    expect(await queryOf(databaseUrl, 'SELECT reason FROM review_cases')).toEqual([]);
  });

  it('before the payer confirms: the confirmation is found after the restart', async () => {
    machine.scriptBuyer([{ press: 11 }, { finish: true }]);
    const reference = await scan();
    await killBoth();
    sandbox.payer.confirm(reference, '1234');
    await startBoth();
    await reaches(reference, 'COMMITTED');

    expect(sandbox.book.find(reference)).toMatchObject({ state: 'PAID', committed: BigInt(PRICES[11]), commits: 1 });
  });

  /** The machine gets a terminal at SEQR, at the second attempt. @returns the terminal's password */
  async function provision(): Promise<string> {
    const post = (path: string, headers: Record<string, string>, body?: string) =>
      request(`${baseUrl}/api/${path}`, { method: 'POST', headers, body: body ?? null, dispatcher: agent });
    const login = await post(
      'session',
      { 'content-type': 'application/json' },
      JSON.stringify({ token: OPERATOR_TOKEN }),
    );
    const cookie = String(login.headers['set-cookie']).split(';')[0] ?? '';
    sandbox.faults.add({ operation: 'assignSeqrId', kind: 'garbage', times: 1 });
    const attempts = [];
    for (let attempt = 1; attempt <= 2; attempt += 1) {
      const { statusCode, body } = await post(`machines/${MACHINE_ID}/seqr-terminal`, { cookie });
      await body.dump();
      attempts.push(statusCode);
    }
    expect(attempts).toEqual([502, 200]);
    const [row] = await queryOf<{ secret: Buffer }>(
      databaseUrl,
      'SELECT seqr_terminal_secret AS secret FROM machines WHERE id = $1',
      [MACHINE_ID],
    );
    return new Keys(SECRET).open('terminal', row?.secret ?? Buffer.alloc(0), MACHINE_ID);
  }

  it('leaves no secret and no phone number in any log, a new terminal’s password neither', async () => {
    const password = await provision();
    machine.scriptBuyer([{ press: 11 }, { finish: true }]);
    const reference = await scan();
    sandbox.payer.confirm(reference, '1234');
    await reaches(reference, 'COMMITTED');
    expect(sandbox.book.find(reference)?.owner).toMatch(/^TERMINALID /);

    const logs = api.log + gateway.log;
    expect(logs).not.toBe('');
    const canaries = [RESELLER.password, password, MSISDN, SECRET, OPERATOR_TOKEN, '/seqr/notifications/'];
    for (const secret of [...canaries, secrets.key, secrets.password]) {
      expect(logs).not.toContain(secret);
    }
  });
});
