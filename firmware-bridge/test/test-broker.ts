import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';

import { Aedes } from 'aedes';

/** One broker with several doors, so that one client's network can be cut without the other's. */
export class TestBroker {
  private readonly doors: Door[] = [];

  static async start(): Promise<TestBroker> {
    return new TestBroker(await Aedes.createBroker());
  }

  private constructor(private readonly broker: Aedes) {}

  async openDoor(): Promise<Door> {
    const door = new Door((socket) => this.broker.handle(socket));
    await door.open();
    this.doors.push(door);
    return door;
  }

  async stop(): Promise<void> {
    await new Promise<void>((resolve) => this.broker.close(() => resolve()));
    for (const door of this.doors) await door.shut();
  }
}

/** A port of the broker that can be shut and opened again under the same number. */
export class Door {
  private server: Server | undefined;
  private port = 0;
  private readonly sockets = new Set<Socket>();

  constructor(private readonly handle: (socket: Socket) => void) {}

  get url(): string {
    return `mqtt://127.0.0.1:${this.port}`;
  }

  async open(): Promise<void> {
    const server = createServer((socket) => {
      this.sockets.add(socket);
      socket.on('close', () => this.sockets.delete(socket));
      this.handle(socket);
    });
    await new Promise<void>((resolve) => server.listen(this.port, '127.0.0.1', resolve));
    this.port = (server.address() as AddressInfo).port;
    this.server = server;
  }

  async shut(): Promise<void> {
    const server = this.server;
    this.server = undefined;
    for (const socket of this.sockets) socket.destroy();
    if (server !== undefined) await new Promise<void>((resolve) => server.close(() => resolve()));
  }
}
