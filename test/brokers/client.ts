import { type MqttClient, connectAsync } from 'mqtt';

import type { LinkCredentials } from '#fleet/link/credentials.js';

import { eventually } from '../support/eventually.js';

export const SERVER_PASSWORD = 'the password of the servers in this test';

/** One connection, which is not made again, and everything that came in over it. */
export class TestClient {
  readonly received: string[] = [];
  isClosed = false;

  private constructor(private readonly client: MqttClient) {
    client.on('message', (_, payload) => this.received.push(payload.toString()));
    client.on('close', () => (this.isClosed = true));
    client.on('error', () => undefined);
  }

  /** @throws when the broker does not let it in */
  static async connect(
    port: number,
    who: { readonly username?: string; readonly password?: string; readonly clientId?: string } = {},
  ): Promise<TestClient> {
    const client = await connectAsync(
      `mqtt://127.0.0.1:${port}`,
      { protocolVersion: 4, reconnectPeriod: 0, ...who },
      false,
    );
    return new TestClient(client);
  }

  static asServer({ serverPort }: { readonly serverPort: number }): Promise<TestClient> {
    return TestClient.connect(serverPort, { username: 'server', password: SERVER_PASSWORD });
  }

  static asMachine(
    { machinePort }: { readonly machinePort: number },
    machineId: string,
    { password }: LinkCredentials,
  ): Promise<TestClient> {
    return TestClient.connect(machinePort, { username: machineId, password });
  }

  /** @returns false when the broker refused it */
  async subscribe(filter: string): Promise<boolean> {
    try {
      const granted = await this.client.subscribeAsync(filter, { qos: 1 });
      return granted.every(({ qos }) => qos < 128);
    } catch {
      return false;
    }
  }

  /** Until the broker has confirmed it, or ended the connection over it. */
  async publish(topic: string, payload: string, retain = false): Promise<void> {
    if (this.isClosed) return;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        this.client.off('close', done);
        resolve();
      };
      this.client.once('close', done);
      this.client.publish(topic, payload, { qos: 1, retain }, done);
    });
  }

  hears(payload: string): Promise<true> {
    return eventually(`"${payload}" comes in`, () => (this.received.includes(payload) ? true : undefined), 10_000, 2);
  }

  closed(): Promise<true> {
    return eventually('the connection ends', () => (this.isClosed ? true : undefined), 10_000, 5);
  }

  /** Breaks off without a goodbye. */
  async drop(): Promise<void> {
    await this.client.endAsync(true);
  }
}
