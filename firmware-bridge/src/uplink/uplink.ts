import { Socket } from 'node:net';

import mqtt, { type IClientOptions, type MqttClient } from 'mqtt';

import { decodeAck, decodeCommand, encode } from '#machine-protocol/codec.js';
import type { EventAck, MachineCommand, MachineEvent, Presence } from '#machine-protocol/messages.js';
import { ProtocolError } from '#machine-protocol/protocol-error.js';
import { type LinkKey, open, sign } from '#machine-protocol/signature.js';
import { type Channel, topicOf } from '#machine-protocol/topics.js';

import { backOffMs } from '../back-off.js';
import type { Cancel, Clock } from '../clock.js';
import type { Log } from '../log.js';
import type { Timings } from '../timings.js';
import { type BrokerLogin, mayRead } from './broker-login.js';

/**
 * `mqtt-packet` keeps the bytes of each message length that it ever wrote, and each pins the slab that it was cut from: 64 KB
 * since Node 24, 8 before.
 */
Buffer.poolSize = 8_192;

export interface UplinkOptions {
  readonly machineId: string;
  readonly url: string;
  readonly login: BrokerLogin;
  readonly linkKey: LinkKey;
  readonly timings: Pick<Timings, 'reconnectMinMs' | 'reconnectMaxMs'>;
}

export interface UplinkListener {
  connected(): void;
  disconnected(): void;
  command(command: MachineCommand): void;
  ack(ack: EventAck): void;
  /** A message was refused; `detail` never repeats its content. */
  refused(code: string, detail: string): void;
  /** What to say about the machine: now, or as the broker's last word when the connection breaks. */
  presence(online: boolean): Presence;
}

/** Half of the 30 s after which a broker may call a silent client gone (MQTT 3.1.1: one and a half keep-alives). */
const KEEPALIVE_S = 15;

const CONNECT_TIMEOUT_MS = 10_000;

/** A connection that held this long was no accident: the next back-off begins at the minimum. */
const STABLE_MS = 30_000;

/** A broker that keeps the connection but confirms nothing gets no more than this: four windows of events. */
const UNCONFIRMED_MAX = 200;

/** A broker that does not take the goodbye in this time will publish the will instead. */
const GOODBYE_MS = 2_000;

/**
 * The connection to the broker. Every connection is a new client with a clean session: nothing that was meant for an
 * earlier moment can leave later, which a client that reconnects by itself would do from its queue. The journal is the
 * only queue.
 */
export class Uplink {
  private client: MqttClient | undefined;
  private online = false;
  /** Messages of this connection without a PUBACK. */
  private unconfirmed = 0;
  private attempt = 0;
  private waiting: Cancel | undefined;
  private stopped = false;

  constructor(
    private readonly options: UplinkOptions,
    private readonly clock: Clock,
    private readonly log: Log,
    private readonly listener: UplinkListener,
  ) {}

  start(): void {
    const { machineId, url, login } = this.options;
    const will = { topic: this.topic('presence'), payload: Buffer.from(this.goodbye()) };
    const clientOptions: IClientOptions = {
      protocolVersion: 4,
      clean: true,
      clientId: `machine-${machineId}`,
      keepalive: KEEPALIVE_S,
      connectTimeout: CONNECT_TIMEOUT_MS,
      reconnectPeriod: 0,
      queueQoSZero: false,
      // It would keep a Buffer for each of the 65,536 packet numbers: 9 MB for what is two bytes to make.
      writeCache: false,
      will: { ...will, qos: 1, retain: true },
      ...login,
    };
    const client = mqtt.connect(url, clientOptions);
    this.client = client;
    let stable: Cancel | undefined;
    client.on('connect', () => {
      // By TCP's default an event behind a small packet waits until the broker's computer acknowledges that: up to 40 ms.
      if (client.stream instanceof Socket) client.stream.setNoDelay(true);
      stable = this.clock.after(STABLE_MS, () => (this.attempt = 0));
      this.subscribe(client);
    });
    client.on('message', (topic, payload, packet) => {
      if (client === this.client) this.receive(topic, payload, packet.retain);
    });
    client.on('error', (error) => this.log.warn('broker connection failed', { reason: error.message }));
    client.on('close', () => {
      stable?.();
      this.lost(client);
    });
  }

  private subscribe(client: MqttClient): void {
    const topics = [this.topic('command'), this.topic('ack')];
    client.subscribe(topics, { qos: 1 }, (error, granted) => {
      if (client !== this.client || this.stopped) return;
      if (error || !mayRead(granted)) {
        this.log.error('the broker refused the subscription', { reason: error?.message });
        client.end(true);
        return;
      }
      this.online = true;
      this.unconfirmed = 0;
      this.log.info('connected to the broker', { url: withoutCredentials(this.options.url) });
      this.publishPresence();
      this.listener.connected();
    });
  }

  private lost(client: MqttClient): void {
    if (client !== this.client || this.stopped) return;
    this.client = undefined;
    if (this.online) this.listener.disconnected();
    this.online = false;
    const { reconnectMinMs, reconnectMaxMs } = this.options.timings;
    const pause = backOffMs(this.attempt, reconnectMinMs, reconnectMaxMs, Math.random());
    this.attempt += 1;
    this.log.warn('not connected to the broker', { retryInMs: pause });
    this.waiting = this.clock.after(pause, () => this.start());
  }

  private receive(topic: string, payload: Buffer, retained: boolean): void {
    const { machineId, linkKey } = this.options;
    const bodyOf = () => open(topic, payload, [linkKey]).body;
    try {
      if (topic === this.topic('ack')) return this.listener.ack(decodeAck(bodyOf(), machineId));
      if (topic !== this.topic('command')) return;
      // A command is for one moment; a broker that keeps it would unlock the machine at every reconnection.
      if (retained) return this.listener.refused('retained-command', 'a retained command was ignored');
      this.listener.command(decodeCommand(bodyOf(), machineId));
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      const isForged = error.code === 'FORGED' || error.code === 'NOT_SIGNED';
      this.listener.refused(isForged ? 'forged-message' : 'bad-message', `${error.code}: ${error.message}`);
    }
  }

  /** While offline nothing is said: the next connection begins with the presence of that moment. */
  publishPresence(): void {
    this.publish('presence', encode(this.listener.presence(true)), true);
  }

  publishEvent(event: MachineEvent): void {
    this.publish('event', encode(event), false);
  }

  private publish(channel: 'presence' | 'event', body: string, retain: boolean): void {
    const client = this.client;
    if (!this.online || client?.connected !== true || this.unconfirmed >= UNCONFIRMED_MAX) return;
    this.unconfirmed += 1;
    client.publish(this.topic(channel), this.signed(channel, body), { qos: 1, retain }, (error) => {
      if (client === this.client) this.unconfirmed -= 1;
      if (error && !this.stopped)
        this.log.warn('a message did not reach the broker', { channel, reason: error.message });
    });
  }

  private topic(channel: Channel): string {
    return topicOf(this.options.machineId, channel);
  }

  private signed(channel: Channel, body: string): string {
    return sign(this.topic(channel), body, this.options.linkKey);
  }

  private goodbye(): string {
    return this.signed('presence', encode(this.listener.presence(false)));
  }

  /** Connects anew, as the last will names what the machine was taken for at the time of connecting. */
  async renew(): Promise<void> {
    const client = this.client;
    if (client === undefined || this.stopped) return;
    this.client = undefined;
    if (this.online) this.listener.disconnected();
    this.online = false;
    await this.end(client, client.connected);
    if (!this.stopped) this.start();
  }

  /** Says goodbye, so that the broker does not have to find out. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.waiting?.();
    const client = this.client;
    this.client = undefined;
    if (client === undefined) return;
    if (this.online && client.connected) {
      const topic = this.topic('presence');
      const payload = this.goodbye();
      await new Promise<void>((resolve) => {
        const giveUp = this.clock.after(GOODBYE_MS, resolve);
        client.publish(topic, payload, { qos: 1, retain: true }, () => {
          giveUp();
          resolve();
        });
      });
    }
    await this.end(client, this.online);
  }

  /** Asked to end gracefully, the client waits for every PUBACK that is due: from a silent broker none comes. */
  private async end(client: MqttClient, gracefully: boolean): Promise<void> {
    const ended = client.endAsync(!gracefully).then(() => undefined);
    let giveUp: Cancel | undefined;
    const late = new Promise<void>((resolve) => (giveUp = this.clock.after(GOODBYE_MS, resolve)));
    await Promise.race([ended, late]);
    giveUp?.();
    client.stream.destroy();
  }

  /** Drops the connection without a word; the broker publishes the will. */
  kill(): void {
    this.stopped = true;
    this.waiting?.();
    this.client?.end(true);
    this.client = undefined;
  }
}

function withoutCredentials(url: string): string {
  const { protocol, host } = new URL(url);
  return `${protocol}//${host}`;
}
