import { type ChildProcess, spawn } from 'node:child_process';
import { copyFile, mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { connectAsync } from 'mqtt';
import { parse } from 'yaml';

import { newCredentials, passwordHash } from '#fleet/link/credentials.js';
import { developmentCertificate } from '#local/development-certificate.js';
import { PasswordFiles } from '#local/link-command.js';

import { eventually } from '../support/eventually.js';
import { Mosquitto } from '../support/mosquitto.js';
import { SERVER_PASSWORD, TestClient } from './client.js';

const COMPOSE = join(__dirname, '..', '..', 'docker-compose.yml');

/** What docker-compose.yml starts: its script, with the configuration that is shipped, in a folder of the test. */
describe('the broker of docker-compose.yml', () => {
  const credentials = newCredentials();
  const machines = { passwordLines: () => Promise.resolve([`machine-1:${passwordHash(credentials.password)}`]) };
  let broker: Mosquitto;
  let script: ChildProcess;
  /** What other containers write. */
  let given: string;
  let ca: string;
  let log = '';

  beforeAll(async () => {
    broker = await Mosquitto.prepare('mosquitto.conf');
    given = join(broker.folder, 'given');
    await rm(join(broker.folder, 'tls'), { recursive: true });
    await mkdir(join(given, 'passwords'), { recursive: true });
    await new PasswordFiles(machines, SERVER_PASSWORD, join(given, 'passwords')).write();
    ca = await readFile((await developmentCertificate(join(given, 'tls'))).caFile, 'utf8');
    const { services } = parse(await readFile(COMPOSE, 'utf8'), { merge: true }) as {
      services: { mosquitto: { command: [string, string, string] } };
    };
    // Its user is the image's; five seconds are a test's tenth of one.
    const own = services.mosquitto.command[2]
      .replaceAll('$$', '$')
      .replaceAll('/run/vendrail/', `${given}/`)
      .replaceAll('/mosquitto/config/', '/mosquitto/')
      .replaceAll('/mosquitto/', `${broker.folder}/`)
      .replace('chown -R mosquitto:mosquitto', 'ls')
      .replace('sleep 5', 'sleep 0.1');
    const env = { ...process.env, PATH: `/usr/sbin:${process.env['PATH']}` };
    script = spawn('sh', ['-c', own], { env, stdio: ['ignore', 'ignore', 'pipe'] });
    script.stderr?.on('data', (chunk: Buffer) => (log += chunk.toString()));
    await eventually('a server comes in', () => comesIn(SERVER_PASSWORD)).catch((error: unknown) => {
      throw new Error(`${String(error)}: ${log}`);
    });
  });

  afterAll(async () => {
    const ended = new Promise((resolve) => script.once('exit', resolve));
    script.kill('SIGTERM');
    await ended;
    await broker.remove();
  });

  async function comesIn(password: string): Promise<true | undefined> {
    const client = await TestClient.connect(broker.serverPort, { username: 'server', password }).catch(() => undefined);
    await client?.drop();
    return client === undefined ? undefined : true;
  }

  const connect = (username: string, password: string) =>
    connectAsync(
      `mqtts://localhost:${broker.tlsPort}`,
      { protocolVersion: 4, reconnectPeriod: 0, ca, username, password },
      false,
    );

  it('takes a machine from elsewhere over TLS, with its password and no certificate of its own', async () => {
    const server = await TestClient.asServer(broker);
    await server.subscribe('vendrail/v1/+/event');
    const machine = await connect('machine-1', credentials.password);
    await machine.publishAsync('vendrail/v1/machine-2/event', 'as another', { qos: 1 });
    await machine.publishAsync('vendrail/v1/machine-1/event', 'as itself', { qos: 1 });

    await server.hears('as itself');
    expect(server.received).toEqual(['as itself']);
    await machine.endAsync(true);
    await server.drop();
  });

  it.each([
    ['with a wrong password', 'machine-1', 'wrong'],
    ['as a machine that is not enrolled', 'machine-2', credentials.password],
    ['as the server', 'server', SERVER_PASSWORD],
  ])('lets nobody in from elsewhere %s', async (_, username, password) => {
    await expect(connect(username, password)).rejects.toThrow();
  });

  it('says nothing there without TLS', async () => {
    const who = { username: 'machine-1', password: credentials.password };
    await expect(TestClient.connect(broker.tlsPort, who)).rejects.toThrow();
  });

  it('takes the servers’ new password when only that was changed, and no longer the old one', async () => {
    await new PasswordFiles(machines, 'their new password', join(given, 'passwords')).write();

    await eventually('a server comes in', () => comesIn('their new password'));
    expect(await comesIn(SERVER_PASSWORD)).toBeUndefined();
  });

  it('shows a renewed certificate without a restart', async () => {
    const renewed = await developmentCertificate(join(given, 'renewed'));
    ca = await readFile(renewed.caFile, 'utf8');
    await copyFile(renewed.certFile, join(given, 'tls', 'server.pem'));
    await copyFile(renewed.keyFile, join(given, 'tls', 'server.key'));

    await eventually('it is trusted', async () => {
      const machine = await connect('machine-1', credentials.password).catch(() => undefined);
      await machine?.endAsync(true);
      return machine;
    });
  });
});
