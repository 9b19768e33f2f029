import 'reflect-metadata';

import { webcrypto } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import {
  BasicConstraintsExtension,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
  X509CrlGenerator,
  cryptoProvider,
} from '@peculiar/x509';
import { connectAsync } from 'mqtt';

import { PasswordFiles } from '#local/link-command.js';

import { Mosquitto } from '../support/mosquitto.js';
import { SERVER_PASSWORD, TestClient } from './client.js';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const DAY_MS = 86_400_000;
const DAYS = (count: number) => new Date(Date.now() + count * DAY_MS);

interface Issued {
  readonly cert: string;
  readonly key: string;
  readonly serialNumber: string;
}

/** A certificate authority of the test. */
class Authority {
  private constructor(
    readonly pem: string,
    private readonly keys: webcrypto.CryptoKeyPair,
  ) {}

  static async make(): Promise<Authority> {
    cryptoProvider.set(webcrypto as never);
    const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
    const authority = await X509CertificateGenerator.createSelfSigned({
      serialNumber: '01',
      name: 'CN=Machine link',
      notBefore: DAYS(-10),
      notAfter: DAYS(10),
      keys,
      signingAlgorithm: ALGORITHM,
      extensions: [new BasicConstraintsExtension(true, 0, true)],
    });
    return new Authority(authority.toString('pem'), keys);
  }

  async issue(name: string, serialNumber: string, until = DAYS(5)): Promise<Issued> {
    const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
    const certificate = await X509CertificateGenerator.create({
      serialNumber,
      subject: `CN=${name}`,
      issuer: 'CN=Machine link',
      notBefore: DAYS(-5),
      notAfter: until,
      publicKey: keys.publicKey,
      signingKey: this.keys.privateKey,
      signingAlgorithm: ALGORITHM,
      extensions: [new SubjectAlternativeNameExtension([{ type: 'dns', value: 'localhost' }])],
    });
    const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64');
    const key = `-----BEGIN PRIVATE KEY-----\n${pkcs8}\n-----END PRIVATE KEY-----\n`;
    return { cert: `${certificate.toString('pem')}\n`, key, serialNumber };
  }

  async revoked(...issued: readonly Issued[]): Promise<string> {
    const list = await X509CrlGenerator.create({
      issuer: 'CN=Machine link',
      thisUpdate: DAYS(-1),
      nextUpdate: DAYS(5),
      signingAlgorithm: ALGORITHM,
      signingKey: this.keys.privateKey,
      entries: issued.map(({ serialNumber }) => ({ serialNumber, revocationDate: DAYS(-1) })),
    });
    // OpenSSL wants its own name for it.
    return `${list.toString('pem').replaceAll(/(BEGIN|END) CRL/g, '$1 X509 CRL')}\n`;
  }
}

describe('Mosquitto with client certificates', () => {
  let broker: Mosquitto;
  let authority: Authority;
  let one: Issued;
  let two: Issued;
  let server: TestClient;

  beforeAll(async () => {
    broker = await Mosquitto.prepare('certificates.conf');
    authority = await Authority.make();
    [one, two] = [await authority.issue('machine-1', '11'), await authority.issue('machine-2', '12')];
    const own = await authority.issue('localhost', '10');
    const tls = (name: string, text: string) => writeFile(join(broker.folder, 'tls', name), text);
    await tls('ca.pem', `${authority.pem}\n`);
    await tls('broker.pem', own.cert);
    await tls('broker.key', own.key);
    await tls('revoked.pem', await authority.revoked());
    const nobody = { passwordLines: () => Promise.resolve([]) };
    await new PasswordFiles(nobody, SERVER_PASSWORD, join(broker.folder, 'passwords')).write();
    await broker.start();
    server = await TestClient.asServer(broker);
    await server.subscribe('vendrail/v1/+/event');
  });

  afterAll(async () => {
    await server.drop();
    await broker.remove();
  });

  const connect = ({ cert, key }: Partial<Issued>, others: object = {}) =>
    connectAsync(
      `mqtts://localhost:${broker.machinePort}`,
      {
        protocolVersion: 4,
        reconnectPeriod: 0,
        ca: authority.pem,
        ...(cert !== undefined && { cert }),
        ...(key !== undefined && { key }),
        ...others,
      },
      false,
    );

  it('knows a machine by its certificate, whatever name it gives', async () => {
    const machine = await connect(one, { username: 'machine-2', clientId: 'machine-2' });
    await machine.publishAsync('vendrail/v1/machine-2/event', 'as another', { qos: 1 });
    await machine.publishAsync('vendrail/v1/machine-1/event', 'as itself', { qos: 1 });
    await server.hears('as itself');
    expect(server.received).not.toContain('as another');
    await machine.endAsync(true);
  });

  it.each([
    ['without a certificate', () => Promise.resolve({})],
    ['with one of another authority', async () => (await Authority.make()).issue('machine-1', '11')],
    ['with one that has run out', () => authority.issue('machine-1', '13', DAYS(-1))],
  ])('lets nobody in %s', async (_, made) => {
    await expect(connect(await made())).rejects.toThrow();
  });

  it('lets nobody in as a server where machines come in', async () => {
    const machine = await connect(one, { username: 'server', password: SERVER_PASSWORD });
    await machine.publishAsync('vendrail/v1/machine-1/command', 'as a server', { qos: 1 });
    const other = await connect(two);
    const heard: string[] = [];
    other.on('message', (__, payload) => heard.push(payload.toString()));
    await other.subscribeAsync('vendrail/v1/machine-2/command', { qos: 1 });
    await machine.publishAsync('vendrail/v1/machine-2/command', 'as a server', { qos: 1 });
    await server.publish('vendrail/v1/machine-2/command', 'the real one');
    await new Promise<void>((resolve) => {
      const look = (): void => {
        if (heard.includes('the real one')) resolve();
      };
      other.on('message', look);
      look();
    });
    expect(heard).toEqual(['the real one']);
    await Promise.all([machine.endAsync(true), other.endAsync(true)]);
  });

  it('keeps out whose certificate was revoked, and nobody else', async () => {
    await server.drop();
    await broker.stop();
    await writeFile(join(broker.folder, 'tls', 'revoked.pem'), await authority.revoked(one));
    await broker.start();
    server = await TestClient.asServer(broker);

    await expect(connect(one)).rejects.toThrow();
    const other = await connect(two);
    expect(other.connected).toBe(true);
    await other.endAsync(true);
  });
});
