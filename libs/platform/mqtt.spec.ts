import { Socket } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

import { createLogger } from './logging.js';
import { MqttConnection, NotConnectedError } from './mqtt.js';
import { TestBroker } from './testing/test-broker.js';

const log = createLogger('silent', 'test');

interface Message {
  readonly topic: string;
  readonly text: string;
  readonly retained: boolean;
}

/** Messages as they come, each awaited once. */
class Inbox {
  private readonly messages: Message[] = [];
  private readonly waiting: ((message: Message) => void)[] = [];

  readonly take = (topic: string, payload: Uint8Array, retained: boolean): void => {
    const message = { topic, text: Buffer.from(payload).toString(), retained };
    const waiting = this.waiting.shift();
    if (waiting === undefined) this.messages.push(message);
    else waiting(message);
  };

  next(): Promise<Message> {
    const message = this.messages.shift();
    return message === undefined ? new Promise((resolve) => this.waiting.push(resolve)) : Promise.resolve(message);
  }
}

describe('the connection to the broker', () => {
  let broker: TestBroker;
  let connection: MqttConnection;
  let inbox: Inbox;

  beforeEach(async () => {
    broker = await TestBroker.start();
    connection = await MqttConnection.connect({ url: broker.url, clientId: 'server-test' }, log);
    inbox = new Inbox();
  });

  afterEach(async () => {
    await connection.close();
    await broker.stop();
  });

  const disconnected = async () => {
    while (connection.connected) await new Promise((resolve) => setImmediate(resolve));
  };

  it('hands a message to whom it may concern', async () => {
    const other = new Inbox();
    await connection.subscribe('machines/+/event', inbox.take);
    await connection.subscribe('machines/+/presence', other.take);
    await connection.publish('machines/a/presence', 'first');
    await connection.publish('machines/a/event', 'second');

    expect(await inbox.next()).toEqual({ topic: 'machines/a/event', text: 'second', retained: false });
    expect(await other.next()).toEqual({ topic: 'machines/a/presence', text: 'first', retained: false });
  });

  it('keeps little of each length of message that it ever sent', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    collect();
    const before = process.memoryUsage().arrayBuffers;
    for (let length = 1; length <= 1_000; length += 1) {
      await connection.publish('machines/a/command', 'x'.repeat(length));
      // What else a server does in between: the next length comes from another slab.
      for (let part = 0; part < 5; part += 1) Buffer.allocUnsafe(Buffer.poolSize >>> 2);
    }
    collect();

    expect((process.memoryUsage().arrayBuffers - before) / 1_048_576).toBeLessThan(16);
  });

  it('tells what was true once from what is said now', async () => {
    await broker.publish('machines/a/presence', 'long ago', true);
    await connection.subscribe('machines/+/presence', inbox.take);
    expect(await inbox.next()).toMatchObject({ text: 'long ago', retained: true });

    await broker.publish('machines/a/presence', 'now', true);
    expect(await inbox.next()).toMatchObject({ text: 'now', retained: false });
  });

  it('lets no message wait for the acknowledgement of the one before, also when the broker is back', async () => {
    const ports: (number | undefined)[] = [];
    const spy = jest.spyOn(Socket.prototype, 'setNoDelay').mockImplementation(function (this: Socket, isAtOnce) {
      if (isAtOnce === true) ports.push(this.remotePort);
      return this;
    });
    const ours = () => ports.filter((port) => port === Number(new URL(broker.url).port)).length;
    try {
      const other = await MqttConnection.connect({ url: broker.url, clientId: 'server-other' }, log);
      await other.close();
      expect(ours()).toBe(1);

      await connection.subscribe('machines/+/command', inbox.take);
      await broker.shut();
      const back = broker.subscribed('machines/+/command');
      await broker.open();
      await back;
      expect(ours()).toBe(2);
    } finally {
      spy.mockRestore();
    }
  });

  it('goes on when a handler throws', async () => {
    await connection.subscribe('bad', () => {
      throw new Error('a defect');
    });
    await connection.subscribe('good', inbox.take);
    await broker.publish('bad', 'x');
    await broker.publish('good', 'y');

    expect(await inbox.next()).toMatchObject({ text: 'y' });
  });

  it('refuses to publish while the broker is away', async () => {
    await broker.shut();
    await disconnected();

    await expect(connection.publish('machines/a/command', 'grant')).rejects.toThrow(NotConnectedError);
  });

  it('closes while the broker is away, with something unacknowledged, and comes back no more', async () => {
    const lost = connection.subscribe('machines/+/event', inbox.take).catch(() => undefined);
    await broker.shut();
    await disconnected();
    await connection.close();
    await lost;
    await broker.open();

    expect(connection.connected).toBe(false);
  });

  it('subscribes again when the broker is back, and delivers nothing that was published meanwhile', async () => {
    await connection.subscribe('machines/+/command', inbox.take);
    await broker.shut();
    await disconnected();
    await expect(connection.publish('machines/a/command', 'old')).rejects.toThrow(NotConnectedError);

    const back = broker.subscribed('machines/+/command');
    await broker.open();
    await back;
    await connection.publish('machines/a/command', 'new');

    expect(await inbox.next()).toMatchObject({ text: 'new' });
  });
});
