import { type AddressInfo, type Server, type Socket, createServer } from 'node:net';

import { Aedes } from 'aedes';

/** A broker on loopback whose door can be shut and opened again under the same number. */
export class TestBroker {
  private readonly sockets = new Set<Socket>();
  private server: Server | undefined;
  private port = 0;

  private constructor(private readonly aedes: Aedes) {}

  static async start(): Promise<TestBroker> {
    const broker = new TestBroker(await Aedes.createBroker());
    await broker.open();
    return broker;
  }

  get url(): string {
    return `mqtt://127.0.0.1:${this.port}`;
  }

  /** Fulfilled when a client has subscribed to this. */
  subscribed(topic: string): Promise<void> {
    return new Promise((resolve) => {
      this.aedes.on('subscribe', (subscriptions) => {
        if (subscriptions.some((one) => one.topic === topic)) resolve();
      });
    });
  }

  /** As from another client. */
  publish(topic: string, payload: string, retain = false): Promise<void> {
    const packet = { cmd: 'publish', topic, payload: Buffer.from(payload), qos: 1, retain, dup: false } as const;
    return new Promise((resolve, reject) => {
      this.aedes.publish(packet, (error) => (error ? reject(error) : resolve()));
    });
  }

  async open(): Promise<void> {
    const server = createServer((socket) => {
      this.sockets.add(socket);
      socket.once('close', () => this.sockets.delete(socket));
      this.aedes.handle(socket);
    });
    await new Promise<void>((resolve) => server.listen(this.port, '127.0.0.1', resolve));
    this.port = (server.address() as AddressInfo).port;
    this.server = server;
  }

  /** Every connection breaks, and no new one is made. */
  async shut(): Promise<void> {
    const { server } = this;
    this.server = undefined;
    for (const socket of this.sockets) socket.destroy();
    if (server !== undefined) await new Promise((resolve) => server.close(resolve));
  }

  async stop(): Promise<void> {
    await new Promise<void>((resolve) => this.aedes.close(() => resolve()));
    await this.shut();
  }
}
