import { type Server, type Socket, createServer } from 'node:net';

import type { Database } from '#platform/database.js';
import { createLogger } from '#platform/logging.js';
import { MqttConnection } from '#platform/mqtt.js';

import { LinkKeys } from './link/link-keys.js';
import { MachineCommands, MachineOfflineError } from './machine-commands.js';

const TERMS = {
  machineId: 'machine-1',
  purchaseId: '01a1fc3c-dd49-7a49-a7e8-98acb605abc6',
  grantNumber: 7,
  currency: 'EUR',
  exponent: 2,
  amountMinor: 2000,
  prices: [],
  priceListVersion: 1,
  lifetimeMs: 60_000,
  selectionWindowMs: 30_000,
};

const LINKS = new LinkKeys({
  keysOf: () => Promise.resolve(['0'.repeat(64)]),
  endPrevious: () => Promise.resolve(),
});

/** A broker that takes connections and messages and acknowledges no message. */
class SilentBroker {
  readonly published: Buffer[] = [];
  private readonly sockets = new Set<Socket>();
  private readonly connections: (() => void)[] = [];

  private constructor(private readonly server: Server) {}

  static async start(): Promise<SilentBroker> {
    const broker: SilentBroker = new SilentBroker(createServer((socket) => broker.serve(socket)));
    await new Promise<void>((resolve) => broker.server.listen(0, '127.0.0.1', resolve));
    return broker;
  }

  get url(): string {
    const address = this.server.address();
    return `mqtt://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
  }

  nextConnection(): Promise<void> {
    return new Promise((resolve) => this.connections.push(resolve));
  }

  breakConnections(): void {
    for (const socket of this.sockets) socket.destroy();
  }

  async stop(): Promise<void> {
    this.breakConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private serve(socket: Socket): void {
    this.sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('data', (data) => {
      const kind = (data[0] ?? 0) >> 4;
      if (kind === 1) {
        socket.write(Buffer.from([0x20, 0x02, 0x00, 0x00]));
        this.connections.shift()?.();
      }
      if (kind === 3) this.published.push(data);
    });
  }
}

function databaseThatSays(rows: readonly object[]): Database {
  return { query: () => Promise.resolve(rows) } as unknown as Database;
}

describe('commands to machines', () => {
  const clock = { now: () => 0 };

  it('a grant that nobody acknowledged is not sent again after a reconnect', async () => {
    const broker = await SilentBroker.start();
    const log = createLogger('silent', 'test');
    const mqtt = await MqttConnection.connect({ url: broker.url, clientId: 'server' }, log);
    const commands = new MachineCommands(databaseThatSays([{ boot_id: 'boot-0001' }]), mqtt, LINKS, clock);
    await commands.grant(TERMS).catch(() => undefined);
    while (broker.published.length === 0) await new Promise((resolve) => setImmediate(resolve));
    const again = broker.nextConnection();
    broker.breakConnections();
    await again;
    while (!mqtt.connected) await new Promise((resolve) => setImmediate(resolve));
    // The client sends what it kept before it takes anything new: this one is behind it.
    await mqtt.publish('vendrail/v1/marker', 'now');
    while (!broker.published.some((data) => data.includes('marker'))) {
      await new Promise((resolve) => setImmediate(resolve));
    }

    expect(broker.published.filter((data) => data.includes('grantNumber'))).toHaveLength(1);
    await mqtt.close();
    await broker.stop();
  });

  it('a machine that is offline gets none', async () => {
    const published: string[] = [];
    const publisher = { publish: (topic: string) => Promise.resolve(void published.push(topic)) };
    const commands = new MachineCommands(databaseThatSays([]), publisher, LINKS, clock);

    await expect(commands.grant(TERMS)).rejects.toThrow(MachineOfflineError);
    expect(published).toEqual([]);
  });
});
