import { randomUUID } from 'node:crypto';
import { performance } from 'node:perf_hooks';

import { connectAsync, type IClientOptions, type MqttClient } from 'mqtt';

import { decodeEvent, decodePresence, encode } from '#machine-protocol/codec.js';
import type { EventAck, MachineCommand, MachineEvent, Presence } from '#machine-protocol/messages.js';
import { ProtocolError } from '#machine-protocol/protocol-error.js';
import { type LinkKey, open, sign } from '#machine-protocol/signature.js';
import { type Channel, topicOf } from '#machine-protocol/topics.js';

import { OWN_CLIENTS } from './line.js';

export interface Broker {
  readonly url: string;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  /** PEM text of a private authority. */
  readonly ca?: string | undefined;
}

/** A message of the machine, as it came. */
export interface Arrival {
  readonly channel: 'presence' | 'event' | 'elsewhere';
  readonly topic: string;
  readonly qos: number;
  readonly retained: boolean;
  /** Monotonic milliseconds. */
  readonly atMs: number;
  readonly presence?: Presence;
  readonly event?: MachineEvent;
  /** Why it is no message of the protocol. */
  readonly fault?: ProtocolError;
}

/** A run of all trials hears some thousand messages. */
const ARRIVALS_MAX = 100_000;

/** The gateway’s end of the link, for one machine: it hears everything and judges nothing. */
export class Gateway {
  readonly arrivals: Arrival[] = [];
  /** The kit’s own connection broke: what the machine said since was not heard. */
  isLost = false;
  private readonly loss: Promise<void>;
  private readonly listeners = new Set<(arrival: Arrival) => void>();

  static async connect(broker: Broker, machineId: string, key: LinkKey): Promise<Gateway> {
    const client = await connectAsync(broker.url, optionsFor(broker));
    const gateway = new Gateway(client, broker, machineId, key);
    client.on('message', (topic, payload, { qos, retain }) => gateway.hear(topic, payload, qos, retain));
    await client.subscribeAsync(topicOf(machineId, 'presence').replace(/[^/]+$/, '#'), { qos: 1 });
    return gateway;
  }

  private constructor(
    private readonly client: MqttClient,
    private readonly broker: Broker,
    readonly machineId: string,
    private readonly key: LinkKey,
  ) {
    this.loss = new Promise((resolve) => {
      client.once('close', () => {
        this.isLost = true;
        resolve();
      });
    });
  }

  onArrival(listener: (arrival: Arrival) => void): void {
    this.listeners.add(listener);
  }

  command(command: MachineCommand): void {
    void this.publish('command', this.signed('command', encode(command)));
  }

  ack(ack: EventAck): void {
    void this.publish('ack', this.signed('ack', encode(ack)));
  }

  signed(channel: Channel, body: string): string {
    return sign(topicOf(this.machineId, channel), body, this.key);
  }

  /** Whatever it is, on the topic of the channel. With QoS 1 the broker has it afterwards, or the connection is lost. */
  async publish(channel: 'command' | 'ack', payload: string | Buffer, manner: Manner = {}): Promise<void> {
    const { qos = 0, retain = false } = manner;
    const sent = this.client.publishAsync(topicOf(this.machineId, channel), payload, { qos, retain });
    await Promise.race([sent.catch(() => undefined), this.loss]);
  }

  /** What the broker keeps of the machine’s presence, as somebody sees it who comes later; undefined when it keeps nothing. */
  async keptPresence(withinMs: number): Promise<Arrival | undefined> {
    const client = await connectAsync(this.broker.url, optionsFor(this.broker));
    try {
      return await new Promise<Arrival | undefined>((resolve, reject) => {
        const giveUp = setTimeout(() => resolve(undefined), withinMs);
        client.on('message', (topic, payload, { qos, retain }) => {
          if (!retain) return;
          clearTimeout(giveUp);
          resolve(this.read(topic, payload, qos, retain));
        });
        client.subscribeAsync(topicOf(this.machineId, 'presence'), { qos: 1 }).catch(reject);
      });
    } finally {
      await client.endAsync(true);
    }
  }

  /** A will, as the broker holds it. */
  readPresence(payload: Uint8Array): Presence {
    const { machineId } = this;
    return decodePresence(open(topicOf(machineId, 'presence'), payload, [this.key]).body, machineId);
  }

  async close(): Promise<void> {
    await this.client.endAsync();
  }

  private hear(topic: string, payload: Buffer, qos: number, retained: boolean): void {
    const own = topic === topicOf(this.machineId, 'command') || topic === topicOf(this.machineId, 'ack');
    // What the kit said itself; and an empty presence only clears the topic.
    if (own || payload.length === 0) return;
    const arrival = this.read(topic, payload, qos, retained);
    if (this.arrivals.length < ARRIVALS_MAX) this.arrivals.push(arrival);
    for (const listener of this.listeners) listener(arrival);
  }

  private read(topic: string, payload: Buffer, qos: number, retained: boolean): Arrival {
    const { machineId, key } = this;
    const facts = { topic, qos, retained, atMs: performance.now() };
    const channel = (['presence', 'event'] as const).find((name) => topic === topicOf(machineId, name));
    if (channel === undefined) return { ...facts, channel: 'elsewhere' };
    try {
      const { body } = open(topic, payload, [key]);
      return channel === 'presence'
        ? { ...facts, channel, presence: decodePresence(body, machineId) }
        : { ...facts, channel, event: decodeEvent(body, machineId) };
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      return { ...facts, channel, fault: error };
    }
  }
}

export interface Manner {
  readonly qos?: 0 | 1;
  readonly retain?: boolean;
}

function optionsFor({ username, password, ca }: Broker): IClientOptions {
  return {
    protocolVersion: 4,
    clean: true,
    reconnectPeriod: 0,
    clientId: `${OWN_CLIENTS}${randomUUID()}`,
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    ...(ca !== undefined && { ca }),
  };
}
