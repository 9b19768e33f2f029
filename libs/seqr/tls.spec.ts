import 'reflect-metadata';
import { createServer, type Server } from 'node:https';

import { X509CertificateGenerator, SubjectAlternativeNameExtension } from '@peculiar/x509';

import { clientOf } from './test/fixtures.js';
import { always, envelope, listen } from './test/stub-server.js';

const QUESTION = { invoiceReference: '2017', invoiceVersion: 0 };

let server: Server;
let port: number;
let certificate: string;
let requests = 0;

beforeAll(async () => {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const issued = await X509CertificateGenerator.createSelfSigned({
    name: 'CN=localhost',
    keys,
    signingAlgorithm: algorithm,
    extensions: [new SubjectAlternativeNameExtension([{ type: 'dns', value: 'localhost' }])],
  });
  certificate = issued.toString('pem');
  const key = Buffer.from(await crypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64');
  const pem = `-----BEGIN PRIVATE KEY-----\n${key}\n-----END PRIVATE KEY-----\n`;
  server = createServer({ key: pem, cert: certificate }, (request, response) => {
    requests += 1;
    always(envelope('getPaymentStatus', '<resultCode>93</resultCode>'))(request, response);
  });
  port = await listen(server);
});

afterAll(() => {
  server.close();
  server.closeAllConnections();
});

async function ask(host: string, ca?: string) {
  const client = await clientOf({ endpoint: `https://${host}:${port}/soap`, ...(ca !== undefined && { ca }) });
  const reply = await client.getPaymentStatus(QUESTION);
  await client.close();
  return reply;
}

test('a certificate that is trusted by configuration is good', async () => {
  await expect(ask('localhost', certificate)).resolves.toMatchObject({ outcome: 'refused', resultCode: 93 });
});

test('a certificate that nobody vouches for is not talked to, whatever the environment says', async () => {
  const before = requests;
  process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';
  const reply = await ask('localhost').finally(() => delete process.env['NODE_TLS_REJECT_UNAUTHORIZED']);
  expect(reply).toMatchObject({ outcome: 'not-sent', reason: 'NOT_CONNECTED' });
  expect(requests).toBe(before);
});

test('a certificate for another name is not talked to', async () => {
  const before = requests;
  await expect(ask('127.0.0.1', certificate)).resolves.toMatchObject({ outcome: 'not-sent', reason: 'NOT_CONNECTED' });
  expect(requests).toBe(before);
});
