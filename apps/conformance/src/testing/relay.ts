import { createServer, type AddressInfo, type Server } from 'node:net';

import { Aedes } from 'aedes';
import mqtt, { type IClientOptions, type MqttClient } from 'mqtt';

import { linkKey, sign } from '#machine-protocol/signature.js';
import { CHANNELS, type Channel, topicOf } from '#machine-protocol/topics.js';

/** A message on its way through, as its sender wrote it. */
export interface Letter {
  readonly channel: Channel;
  readonly payload: Buffer;
  readonly qos: 0 | 1;
  readonly retain: boolean;
}

/** What is wrong with a machine: how it connects, and what becomes of the messages that it gets and sends. */
export interface Bend {
  connect?(options: IClientOptions): IClientOptions;
  toMachine?(letter: Letter, desk: Desk): readonly Letter[];
  fromMachine?(letter: Letter, desk: Desk): readonly Letter[];
}

/** What a bend may do beside changing a letter. */
export interface Desk {
  readonly machineId: string;
  /** Signed with the machine’s key. */
  letter(channel: Channel, message: unknown, like?: Partial<Letter>): Letter;
  toMachine(letter: Letter): void;
  fromMachine(letter: Letter): void;
  /** On a topic of one’s own choice. */
  publish(topic: string, payload: string): void;
}

export interface Relay {
  readonly url: string;
  stop(): Promise<void>;
}

type LocalClient = Parameters<Aedes['authorizeSubscribe']>[0];

/**
 * Stands between a bridge and its broker: seen from the broker it is the machine, with one fault. Each connection of the
 * bridge is one of its own, with the same options, and both end together.
 */
export async function startRelay(upstreamUrl: string, machineId: string, key: string, bend: Bend): Promise<Relay> {
  const broker = await Aedes.createBroker();
  const lines = new Map<LocalClient, MqttClient>();
  const secret = linkKey(key);

  const deskOf = (local: LocalClient, upstream: MqttClient): Desk => ({
    machineId,
    letter: (channel, message, like = {}) => {
      const body = typeof message === 'string' ? message : JSON.stringify(message);
      const payload = Buffer.from(sign(topicOf(machineId, channel), body, secret));
      const { qos, retained } = CHANNELS[channel];
      return { channel, qos, retain: retained, ...like, payload };
    },
    toMachine: ({ channel, payload, qos, retain }) => {
      local.publish(
        { cmd: 'publish', topic: topicOf(machineId, channel), payload, qos, retain, dup: false },
        () => undefined,
      );
    },
    fromMachine: ({ channel, payload, qos, retain }) => {
      if (upstream.connected) upstream.publish(topicOf(machineId, channel), payload, { qos, retain });
    },
    publish: (topic, payload) => void upstream.publish(topic, payload, { qos: 1 }),
  });

  broker.preConnect = (local, packet, done) => {
    const options: IClientOptions = {
      protocolVersion: 4,
      clean: packet.clean ?? true,
      clientId: packet.clientId,
      keepalive: packet.keepalive ?? 0,
      reconnectPeriod: 0,
      ...(packet.will !== undefined && {
        will: {
          topic: packet.will.topic,
          payload: bytesOf(packet.will.payload),
          qos: packet.will.qos ?? 0,
          retain: packet.will.retain ?? false,
        },
      }),
    };
    const upstream = mqtt.connect(upstreamUrl, bend.connect?.(options) ?? options);
    const desk = deskOf(local, upstream);
    upstream.once('connect', () => {
      lines.set(local, upstream);
      done(null, true);
    });
    upstream.on('error', () => undefined);
    upstream.on('close', () => {
      lines.delete(local);
      if (upstream.connected) return;
      local.conn.destroy();
    });
    upstream.on('message', (topic, payload, { qos, retain }) => {
      const channel = topic.endsWith('/ack') ? 'ack' : 'command';
      const letter: Letter = { channel, payload, qos: qos === 0 ? 0 : 1, retain };
      for (const one of bend.toMachine?.(letter, desk) ?? [letter]) desk.toMachine(one);
    });
    local.conn.once('close', () => upstream.stream?.destroy());
  };
  // The bridge is told that it is subscribed when it really is.
  broker.authorizeSubscribe = (local, subscription, done) => {
    const upstream = lines.get(local);
    if (upstream === undefined) return done(null, null);
    upstream.subscribe(subscription.topic, { qos: subscription.qos }, () => done(null, subscription));
  };
  broker.authorizePublish = (local, { topic, payload, qos, retain }, done) => {
    const upstream = local === null ? undefined : lines.get(local);
    if (local !== null && upstream !== undefined) {
      const desk = deskOf(local, upstream);
      const channel = topic.endsWith('/event') ? 'event' : 'presence';
      const letter: Letter = { channel, payload: bytesOf(payload), qos: qos === 0 ? 0 : 1, retain };
      for (const one of bend.fromMachine?.(letter, desk) ?? [letter]) desk.fromMachine(one);
    }
    done(null);
  };

  const server = createServer((socket) => {
    socket.setNoDelay(true);
    broker.handle(socket);
  });
  await listen(server);
  return {
    url: `mqtt://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: async () => {
      for (const upstream of lines.values()) upstream.end(true);
      await new Promise<void>((resolve) => broker.close(() => resolve()));
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

function bytesOf(payload: string | Buffer): Buffer {
  return typeof payload === 'string' ? Buffer.from(payload) : payload;
}

function listen(server: Server): Promise<void> {
  return new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
}
