import { Socket } from 'node:net';

import { type MqttClient, connectAsync } from 'mqtt';

import type { Logger } from './logging.js';

export interface MqttOptions {
  readonly url: string;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  /** One for each process: two with the same would throw each other out in a loop. */
  readonly clientId: string;
}

export class NotConnectedError extends Error {
  override readonly name = 'NotConnectedError';
}

/** The handler's payload is only valid during the call. `retained`: what was true when it was published. */
export type MessageHandler = (topic: string, payload: Uint8Array, retained: boolean) => void;

/**
 * `mqtt-packet` keeps the bytes of each message length that it ever wrote, and each pins the slab that it was cut from. Since
 * Node 24 a slab has 64 KB: with lists of notices of any length that came to hundreds of megabytes. Before it had 8.
 */
Buffer.poolSize = 8_192;

/** A connection that is alive takes the bytes at once; later than this it is as good as lost. */
const PUBLISH_WITHIN_MS = 2_000;
const CONNECT_WITHIN_MS = 10_000;

/**
 * The server's connection to the broker. It never keeps a message for later: mqtt.js would deliver a publish made while
 * offline at the next connect, however old, and a grant must never be old.
 *
 * It speaks and listens with QoS 0. What left once is never sent again by the client or the broker, and PUBACKs would cost both
 * of them as much again and promise nothing, as sessions are clean. What got lost comes again from whoever still wants it: an
 * event from its journal, a command from its purchase, a presence with the next. A machine whose last will got lost counts as
 * gone when it has not been heard of for a minute.
 */
export class MqttConnection {
  private readonly subscriptions = new Map<string, MessageHandler>();

  private constructor(
    private readonly client: MqttClient,
    private readonly log: Logger,
  ) {}

  static async connect(options: MqttOptions, log: Logger): Promise<MqttConnection> {
    const client = await connectAsync(options.url, {
      clientId: options.clientId,
      protocolVersion: 4,
      clean: true,
      keepalive: 15,
      reconnectPeriod: 1_000,
      connectTimeout: CONNECT_WITHIN_MS,
      queueQoSZero: false,
      // It would keep a Buffer for each of the 65,536 packet numbers: 9 MB for what is two bytes to make.
      writeCache: false,
      resubscribe: false,
      ...(options.username === undefined ? {} : { username: options.username }),
      ...(options.password === undefined ? {} : { password: options.password }),
    });
    const connection = new MqttConnection(client, log);
    client.on('message', (topic, payload, packet) => connection.deliver(topic, payload, packet.retain));
    sendAtOnce(client);
    client.on('connect', () => {
      sendAtOnce(client);
      void connection.subscribeAll();
    });
    client.on('error', (error) => log.warn({ error: error.message }, 'the broker connection has a fault'));
    client.on('offline', () => log.warn('the broker is not reachable'));
    return connection;
  }

  get connected(): boolean {
    return this.client.connected;
  }

  /**
   * Fulfilled when it has left, received or not.
   *
   * @throws NotConnectedError when it certainly was not sent; any other error means that it may have been.
   */
  async publish(topic: string, payload: string): Promise<void> {
    if (!this.client.connected) throw new NotConnectedError('not connected to the broker');
    let timeout: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timeout = setTimeout(() => reject(new Error('it did not leave in time')), PUBLISH_WITHIN_MS);
    });
    try {
      await Promise.race([this.client.publishAsync(topic, payload, { qos: 0, retain: false }), late]);
    } finally {
      clearTimeout(timeout);
    }
  }

  /** Subscribes now and again after every reconnect. */
  async subscribe(filter: string, handler: MessageHandler): Promise<void> {
    this.subscriptions.set(filter, handler);
    if (this.client.connected) await this.ask(filter);
  }

  private async ask(filter: string): Promise<void> {
    const granted = await this.client.subscribeAsync(filter, { qos: 0 });
    // 128 is the broker's "no" (MQTT 3.1.1, SUBACK): a server that hears nothing must not look as if it did.
    if (granted.some((one) => one.qos >= 128)) throw new Error(`the broker refused the subscription ${filter}`);
  }

  async close(): Promise<void> {
    // Acts under way have come to their end by now. Without force it waits for what a broker that is away was asked.
    await this.client.endAsync(true);
  }

  private async subscribeAll(): Promise<void> {
    for (const filter of this.subscriptions.keys()) {
      try {
        await this.ask(filter);
      } catch (error) {
        // Closed meanwhile: told to reconnect, the client would come back after its end.
        if (this.client.disconnecting) return;
        // A connection without its subscriptions is deaf: better to lose it and try anew.
        this.log.warn({ filter, error: String(error) }, 'could not subscribe');
        this.client.reconnect();
        return;
      }
    }
  }

  private deliver(topic: string, payload: Uint8Array, retained: boolean): void {
    for (const [filter, handler] of this.subscriptions) {
      if (!matches(filter, topic)) continue;
      try {
        handler(topic, payload, retained);
      } catch (error) {
        // Thrown into the client it would take the whole process down, and anybody may be the sender.
        this.log.error({ topic: filter, error: String(error) }, 'a message could not be handled');
      }
    }
  }
}

/**
 * By TCP's default the second of two small packets waits until the other side acknowledges the first, which it puts off for
 * 40 ms.
 */
function sendAtOnce({ stream }: MqttClient): void {
  if (stream instanceof Socket) stream.setNoDelay(true);
}

/** `$share/<group>/<filter>`: of all who subscribe for the group, one hears each message. */
const SHARED = /^\$share\/[^/]+\//;

/** `+` stands for one level; no other wildcard is used here. */
function matches(filter: string, topic: string): boolean {
  const expected = filter.replace(SHARED, '').split('/');
  const levels = topic.split('/');
  return expected.length === levels.length && expected.every((level, i) => level === '+' || level === levels[i]);
}
