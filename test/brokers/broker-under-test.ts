import { type LinkCredentials, newCredentials, passwordHash } from '#fleet/link/credentials.js';
import { type EmbeddedBroker, startEmbeddedBroker } from '#local/embedded-broker.js';
import { freePort } from '#local/installation.js';
import { PasswordFiles } from '#local/link-command.js';

import { eventually } from '../support/eventually.js';
import { Mosquitto } from '../support/mosquitto.js';
import { SERVER_PASSWORD, TestClient } from './client.js';

/** A broker with machines that may come in, as the database would have them. */
export interface BrokerUnderTest {
  readonly serverPort: number;
  readonly machinePort: number;
  /** Where anybody may say everything: a broker that takes every subscription must refuse at delivery. */
  readonly openPort: number | undefined;
  enrol(machineId: string): Promise<LinkCredentials>;
  enrolAll(machineIds: readonly string[]): Promise<Map<string, LinkCredentials>>;
  revoke(machineId: string): Promise<void>;
  /** @param forgetting what it kept, retained messages too. */
  restart(forgetting: boolean): Promise<void>;
  stop(): Promise<void>;
}

class Enrolled {
  private readonly hashes = new Map<string, string>();

  enrol(machineId: string): LinkCredentials {
    const credentials = newCredentials();
    this.hashes.set(machineId, passwordHash(credentials.password));
    return credentials;
  }

  revoke(machineId: string): void {
    this.hashes.delete(machineId);
  }

  hashesOf(machineIds: readonly string[]): Promise<Map<string, string[]>> {
    const found = machineIds.flatMap((id) => {
      const hash = this.hashes.get(id);
      return hash === undefined ? [] : [[id, [hash]] as [string, string[]]];
    });
    return Promise.resolve(new Map(found));
  }

  passwordLines(): Promise<string[]> {
    return Promise.resolve([...this.hashes].map(([id, hash]) => `${id}:${hash}`));
  }
}

/** It keeps nothing over a restart. */
async function embedded(): Promise<BrokerUnderTest> {
  const enrolled = new Enrolled();
  const port = await freePort();
  const start = (): Promise<EmbeddedBroker> =>
    startEmbeddedBroker({ port, serverPassword: SERVER_PASSWORD, hashesOf: (ids) => enrolled.hashesOf(ids) });
  let broker = await start();
  return {
    serverPort: port,
    machinePort: port,
    openPort: undefined,
    enrol: (machineId) => Promise.resolve(enrolled.enrol(machineId)),
    enrolAll: (machineIds) => Promise.resolve(new Map(machineIds.map((id) => [id, enrolled.enrol(id)]))),
    revoke: (machineId) => Promise.resolve(enrolled.revoke(machineId)),
    restart: async () => {
      await broker.stop();
      broker = await start();
    },
    stop: () => broker.stop(),
  };
}

async function mosquitto(): Promise<BrokerUnderTest> {
  const enrolled = new Enrolled();
  const broker = await Mosquitto.prepare('mosquitto.conf');
  const folder = `${broker.folder}/passwords`;
  await new PasswordFiles(enrolled, SERVER_PASSWORD, folder).write();
  await broker.start();
  const files = new PasswordFiles(enrolled, SERVER_PASSWORD, folder, broker.pidFile);
  return {
    serverPort: broker.serverPort,
    machinePort: broker.machinePort,
    openPort: broker.openPort,
    enrol: async (machineId) => {
      const credentials = enrolled.enrol(machineId);
      await files.write();
      await untilKnown(broker, machineId, credentials);
      return credentials;
    },
    enrolAll: async (machineIds) => {
      const all = new Map(machineIds.map((id) => [id, enrolled.enrol(id)]));
      await files.write();
      for (const [id, credentials] of [...all].slice(-1)) await untilKnown(broker, id, credentials);
      return all;
    },
    revoke: async (machineId) => {
      enrolled.revoke(machineId);
      await files.write();
    },
    restart: async (forgetting) => {
      await broker.stop(forgetting);
      await broker.start();
    },
    stop: () => broker.remove(),
  };
}

/** Mosquitto reads its files when it gets to it. */
async function untilKnown(broker: Mosquitto, machineId: string, credentials: LinkCredentials): Promise<void> {
  await eventually(`${machineId} comes in`, async () => {
    const client = await TestClient.asMachine(broker, machineId, credentials).catch(() => undefined);
    await client?.drop();
    return client;
  });
}

export const BROKERS: readonly (readonly [string, () => Promise<BrokerUnderTest>])[] = [
  ['the embedded broker', embedded],
  ['Mosquitto', mosquitto],
];
