import { lookup } from 'node:dns/promises';
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

import mqtt, { ErrorWithReasonCode, type MqttClient } from 'mqtt';

import { topicOf } from '#machine-protocol/topics.js';

import type { BridgeConfig } from '../../bridge.js';
import { type BrokerSettings, loginOf, mayRead } from '../../uplink/broker-login.js';
import type { Finding } from './finding.js';

type BrokerConfig = Pick<BridgeConfig, 'machineId' | 'mqttUrl' | keyof BrokerSettings>;

/** A mobile line takes seconds; what needs longer would not carry a sale either. */
const STEP_MS = 10_000;

const PORTS: Readonly<Record<string, number>> = { 'mqtt:': 1_883, 'mqtts:': 8_883, 'ws:': 80, 'wss:': 443 };

interface Address {
  readonly host: string;
  readonly port: number;
  readonly encrypted: boolean;
}

/**
 * From the name to the topics, one step after the other; the first that fails is the last that is told.
 *
 * @param bridgeRuns Then nobody signs in: brokers that make the user name the client id (deploy/mosquitto) would take the
 * connection from the bridge, perhaps in the middle of a sale.
 */
export async function* checkBroker(config: BrokerConfig, bridgeRuns: boolean): AsyncGenerator<Finding> {
  const url = new URL(config.mqttUrl);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const port = url.port === '' ? (PORTS[url.protocol] ?? 0) : Number(url.port);
  const address = { host, port, encrypted: url.protocol === 'mqtts:' || url.protocol === 'wss:' };
  for (const check of [checkName, checkPort, checkCertificate, bridgeRuns ? notSignedIn : checkSignIn]) {
    const finding = await check(address, config);
    yield finding;
    if (finding.well === false) return;
  }
}

const not = (name: string, found: string, advice: string): Finding => ({ name, well: false, found, advice });

async function checkName({ host }: Address): Promise<Finding> {
  const name = 'broker, name';
  try {
    return { name, well: true, found: `${host} is ${(await lookup(host)).address}` };
  } catch (error) {
    return not(
      name,
      `${host} cannot be found (${codeOf(error)})`,
      'Check mqttUrl, and whether this computer is on the network.',
    );
  }
}

async function checkPort({ host, port }: Address): Promise<Finding> {
  const name = 'broker, port';
  try {
    (await opened(connectTcp({ host, port }), 'connect')).destroy();
    return { name, well: true, found: `${host} answers on port ${port}` };
  } catch (error) {
    const refused = codeOf(error) === 'ECONNREFUSED';
    return not(
      name,
      `${host} does not take connections on port ${port} (${codeOf(error)})`,
      refused
        ? 'Is the broker running, and is the port in mqttUrl right?'
        : 'A firewall or the mobile network may block the port: ask for outgoing connections to it.',
    );
  }
}

async function checkCertificate({ host, port, encrypted }: Address, config: BrokerConfig): Promise<Finding> {
  const name = 'broker, encryption';
  if (!encrypted) {
    const local = ['localhost', '127.0.0.1', '::1'].includes(host);
    if (local) return { name, well: true, found: 'none, within this computer' };
    return not(name, 'none: password and sales cross the network readable', 'Use mqtts:// in mqttUrl.');
  }
  const servername = /^[\d.]+$|:/.test(host) ? '' : host;
  try {
    const { ca, cert, key } = loginOf(config);
    const socket = connectTls({ host, port, servername, ca, cert, key });
    await opened(socket, 'secureConnect');
    const found = `${socket.getProtocol() ?? 'TLS'}, certificate of ${host} valid until ${socket.getPeerCertificate().valid_to}`;
    socket.destroy();
    return { name, well: true, found };
  } catch (error) {
    const code = codeOf(error);
    return not(name, `the certificate was refused (${code})`, CERTIFICATE_ADVICE[code] ?? 'Is this port one with TLS?');
  }
}

const PRIVATE_AUTHORITY = 'Set mqttCaFile to the certificate of the authority that signed it.';

const CERTIFICATE_ADVICE: Readonly<Record<string, string>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: PRIVATE_AUTHORITY,
  SELF_SIGNED_CERT_IN_CHAIN: PRIVATE_AUTHORITY,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: PRIVATE_AUTHORITY,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: PRIVATE_AUTHORITY,
  CERT_HAS_EXPIRED: 'The broker needs a new one; or the clock of this computer is wrong, see below.',
  CERT_NOT_YET_VALID: 'The clock of this computer is wrong, see below.',
  ERR_TLS_CERT_ALTNAME_INVALID: 'Use the name in mqttUrl that stands in the certificate.',
};

const SIGN_IN = 'broker, sign-in';

async function notSignedIn(): Promise<Finding> {
  return { name: SIGN_IN, well: undefined, found: 'not asked, the bridge is running' };
}

async function checkSignIn(_: Address, config: BrokerConfig): Promise<Finding> {
  const { machineId, mqttUrl, mqttUsername: username } = config;
  const name = SIGN_IN;
  const user = username === undefined ? 'without a user name' : `as ${username}`;
  const client = mqtt.connect(mqttUrl, {
    protocolVersion: 4,
    clean: true,
    clientId: `doctor-${machineId}`,
    connectTimeout: STEP_MS,
    reconnectPeriod: 0,
    ...loginOf(config),
  });
  try {
    await signedIn(client);
    if (!(await subscribed(client, machineId))) {
      return not(
        name,
        `${user} the topics of machine ${machineId} cannot be read`,
        'The broker lets a user read the topics of its own machine only: user name and machineId must belong together.',
      );
    }
    return { name, well: true, found: `${user}, own topics can be read; writing is not told apart by MQTT 3.1.1` };
  } catch (error) {
    // MQTT 3.1.1, CONNACK: 4 bad user name or password, 5 not authorized.
    const refused = error instanceof ErrorWithReasonCode && [4, 5].includes(error.code);
    return refused
      ? not(name, `refused ${user}`, 'Check mqttUsername and VENDRAIL_MQTT_PASSWORD, or enrol the machine again.')
      : not(name, `failed ${user} (${codeOf(error)})`, 'Does an MQTT broker listen on this port?');
  } finally {
    client.end(true);
  }
}

function signedIn(client: MqttClient): Promise<void> {
  return new Promise((resolve, reject) => {
    client.once('connect', () => resolve());
    client.once('error', reject);
    client.once('close', () => reject(new Error('the broker closed the connection')));
  });
}

function subscribed(client: MqttClient, machineId: string): Promise<boolean> {
  const topics = [topicOf(machineId, 'command'), topicOf(machineId, 'ack')];
  return new Promise((resolve) => {
    client.once('close', () => resolve(false));
    client.subscribe(topics, { qos: 1 }, (error, granted) => resolve(!error && mayRead(granted)));
  });
}

function opened<T extends Socket>(socket: T, event: string): Promise<T> {
  return new Promise((resolve, reject) => {
    socket.once(event, () => resolve(socket));
    socket.once('error', reject);
    socket.setTimeout(STEP_MS, () => {
      socket.destroy();
      reject(Object.assign(new Error('no answer'), { code: 'no answer' }));
    });
  });
}

function codeOf(error: unknown): string {
  if (typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string') {
    return error.code;
  }
  return error instanceof Error ? error.message : String(error);
}
