import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';

import { Aedes } from 'aedes';

/** How a machine connected, as the broker saw it. */
export interface Connection {
  readonly clientId: string;
  readonly clean: boolean;
  readonly protocolVersion: number;
  readonly keepAliveSeconds: number;
  readonly will:
    | { readonly topic: string; readonly qos: number; readonly retain: boolean; readonly payload: Uint8Array }
    | undefined;
  readonly subscriptions: { readonly topic: string; readonly qos: number }[];
  /** What it published, the latest last; `subscribed` when its subscriptions stood already. */
  readonly published: {
    readonly topic: string;
    readonly qos: number;
    readonly retain: boolean;
    readonly subscribed: boolean;
  }[];
}

/** A machine under test publishes some hundred messages a connection. */
const PUBLISHED_MAX = 10_000;
const CONNECTIONS_MAX = 1_000;

/** Clients whose id begins so are the kit’s own. */
export const OWN_CLIENTS = 'conformance-';

/**
 * The kit’s own broker: it sees what a gateway behind somebody else’s broker cannot (how the machine connects, whether it
 * retains), and can cut the machine’s line. Two doors, so that the gateway’s is not cut with it.
 */
export class Line {
  readonly connections: Connection[] = [];
  private readonly records = new WeakMap<object, Connection>();
  private readonly sockets = new Set<Socket>();
  private isOpen = true;

  static async start(listen: { readonly host: string; readonly port: number }): Promise<Line> {
    const broker = await Aedes.createBroker();
    const line = new Line(broker);
    line.watch();
    await listenOn(line.server, listen.host, listen.port);
    await listenOn(line.gatewayServer, '127.0.0.1', 0);
    return line;
  }

  private readonly server: Server;
  private readonly gatewayServer: Server;

  private constructor(private readonly broker: Aedes) {
    this.server = createServer((socket) => {
      if (!this.isOpen) return void socket.destroy();
      this.sockets.add(socket);
      socket.once('close', () => this.sockets.delete(socket));
      socket.setNoDelay(true);
      broker.handle(socket);
    });
    this.gatewayServer = createServer((socket) => {
      socket.setNoDelay(true);
      broker.handle(socket);
    });
  }

  /** For the machine. */
  get url(): string {
    const { address, port } = this.server.address() as AddressInfo;
    return `mqtt://${address.includes(':') ? `[${address}]` : address}:${port}`;
  }

  /** For the kit. */
  get gatewayUrl(): string {
    return `mqtt://127.0.0.1:${(this.gatewayServer.address() as AddressInfo).port}`;
  }

  /** The machine loses its connection without a word, and finds nobody until `restore`. */
  cut(): void {
    this.isOpen = false;
    for (const socket of this.sockets) socket.destroy();
  }

  restore(): void {
    this.isOpen = true;
  }

  async stop(): Promise<void> {
    this.cut();
    await new Promise<void>((resolve) => this.broker.close(() => resolve()));
    for (const server of [this.server, this.gatewayServer]) {
      await new Promise<void>((resolve) => server.close(() => resolve()));
    }
  }

  private watch(): void {
    this.broker.preConnect = (client, packet, done) => {
      if (!packet.clientId.startsWith(OWN_CLIENTS) && this.connections.length < CONNECTIONS_MAX) {
        const { will } = packet;
        const connection: Connection = {
          clientId: packet.clientId,
          clean: packet.clean ?? false,
          protocolVersion: packet.protocolVersion ?? 0,
          keepAliveSeconds: packet.keepalive ?? 0,
          will: will && {
            topic: will.topic,
            qos: will.qos ?? 0,
            retain: will.retain ?? false,
            payload: typeof will.payload === 'string' ? Buffer.from(will.payload) : will.payload,
          },
          subscriptions: [],
          published: [],
        };
        this.records.set(client, connection);
        this.connections.push(connection);
      }
      done(null, true);
    };
    this.broker.on('subscribe', (subscriptions, client) => {
      this.records.get(client)?.subscriptions.push(...subscriptions.map(({ topic, qos }) => ({ topic, qos })));
    });
    this.broker.authorizePublish = (client, { topic, qos, retain }, done) => {
      const record = client === null ? undefined : this.records.get(client);
      if (record !== undefined && record.published.length < PUBLISHED_MAX) {
        record.published.push({ topic, qos, retain, subscribed: record.subscriptions.length >= 2 });
      }
      done(null);
    };
  }
}

function listenOn(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
}
