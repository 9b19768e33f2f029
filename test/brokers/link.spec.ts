import { randomUUID } from 'node:crypto';

import type { LinkCredentials } from '#fleet/link/credentials.js';
import { systemClock } from '#bridge/clock.js';
import { silentLog } from '#bridge/log.js';
import { EventFeed, type EventSource } from '#bridge/uplink/event-feed.js';
import { Uplink } from '#bridge/uplink/uplink.js';
import { decodeEvent, encode } from '#machine-protocol/codec.js';
import type { MachineCommand, MachineEvent, Presence } from '#machine-protocol/messages.js';
import { linkKey, open, sign } from '#machine-protocol/signature.js';
import { machineOfTopic, topicOf, topicOfAll } from '#machine-protocol/topics.js';
import { sharedFilter } from '#machine-gateway/shared-filter.js';
import { Keys } from '#platform/keys.js';
import { createLogger } from '#platform/logging.js';
import { MqttConnection } from '#platform/mqtt.js';

import { TcpProxy } from '../crashes/tcp-proxy.js';
import { eventually } from '../support/eventually.js';
import { BROKERS, type BrokerUnderTest } from './broker-under-test.js';
import { SERVER_PASSWORD, TestClient } from './client.js';

const AT = '2026-11-21T12:00:00.000Z';
const TIMINGS = { reconnectMinMs: 20, reconnectMaxMs: 500, resendMs: 300, resendMaxMs: 1_000 };

/** The bridge's own uplink and event feed, with a journal in memory and no machine. */
class LightBridge implements EventSource {
  readonly commands: MachineCommand[] = [];
  readonly journalId = `journal-${randomUUID()}`;
  readonly bootId = `boot-${randomUUID()}`;
  readonly refused: string[] = [];
  acknowledgedUpTo = 0;
  lastSeq = 0;
  connections = 0;
  isConnected = false;
  private readonly uplink: Uplink;
  private readonly feed: EventFeed;

  constructor(
    readonly machineId: string,
    port: number,
    { password, key }: LinkCredentials,
  ) {
    this.feed = new EventFeed(this, (event) => this.uplink.publishEvent(event), TIMINGS, systemClock);
    this.uplink = new Uplink(
      {
        machineId,
        url: `mqtt://127.0.0.1:${port}`,
        login: { username: machineId, password },
        linkKey: linkKey(key),
        timings: TIMINGS,
      },
      systemClock,
      silentLog,
      {
        connected: () => {
          this.connections += 1;
          this.isConnected = true;
          this.feed.connect();
        },
        disconnected: () => {
          this.isConnected = false;
          this.feed.disconnect();
        },
        command: (command) => void this.commands.push(command),
        ack: (ack) => this.feed.acknowledged(ack),
        refused: (code) => void this.refused.push(code),
        presence: (online) => this.presence(online),
      },
    );
    this.uplink.start();
  }

  event(seq: number): MachineEvent {
    const { machineId, journalId, bootId } = this;
    return { v: 1, machineId, journalId, bootId, seq, at: AT, body: { type: 'fault', code: 'test', detail: 'x' } };
  }

  acknowledge(upTo: number): void {
    this.acknowledgedUpTo = upTo;
  }

  happens(count: number): void {
    this.lastSeq += count;
    this.feed.pump();
  }

  stop(): Promise<void> {
    this.feed.disconnect();
    return this.uplink.stop();
  }

  private presence(online: boolean): Presence {
    const { machineId, bootId } = this;
    const rest = { machineState: 'ready', simulated: true, adapter: 'x', software: 'x' } as const;
    return { v: 1, machineId, bootId, online, ...rest, unacknowledged: 0, highestGrantNumber: 0, at: AT };
  }
}

/** The servers' connection with the gateway's rule: events in order, each once, then acknowledged. */
class LightGateway {
  readonly keys = new Map<string, string>();
  readonly present = new Map<string, { bootId: string; online: boolean; retained: boolean }>();
  readonly events = new Map<string, number[]>();

  private constructor(private readonly mqtt: MqttConnection) {}

  static async connect(broker: BrokerUnderTest): Promise<LightGateway> {
    const mqtt = await MqttConnection.connect(
      {
        url: `mqtt://127.0.0.1:${broker.serverPort}`,
        username: 'server',
        password: SERVER_PASSWORD,
        clientId: `server-${randomUUID()}`,
      },
      createLogger('silent', 'test'),
    );
    const gateway = new LightGateway(mqtt);
    await mqtt.subscribe(topicOfAll('presence'), (topic, payload, retained) => gateway.hear(topic, payload, retained));
    await mqtt.subscribe(topicOfAll('event'), (topic, payload) => gateway.take(topic, payload));
    return gateway;
  }

  get isConnected(): boolean {
    return this.mqtt.connected;
  }

  async command(machineId: string): Promise<void> {
    const { topic, payload } = this.letter(machineId);
    await this.mqtt.publish(topic, payload);
  }

  letter(machineId: string): { topic: string; payload: string } {
    const topic = topicOf(machineId, 'command');
    const body = { v: 1, type: 'close', machineId, purchaseId: randomUUID(), grantNumber: 1, at: AT } as const;
    return { topic, payload: sign(topic, encode(body), this.keyOf(machineId)) };
  }

  close(): Promise<void> {
    return this.mqtt.close();
  }

  private hear(topic: string, payload: Uint8Array, retained: boolean): void {
    const machineId = machineOfTopic(topic, 'presence') ?? '';
    const { body } = open(topic, payload, [this.keyOf(machineId)]);
    const { bootId, online } = JSON.parse(body) as Presence;
    this.present.set(machineId, { bootId, online, retained });
  }

  private take(topic: string, payload: Uint8Array): void {
    const machineId = machineOfTopic(topic, 'event') ?? '';
    const { body, key } = open(topic, payload, [this.keyOf(machineId)]);
    const { journalId, seq } = decodeEvent(body, machineId);
    const seen = this.events.get(machineId) ?? [];
    this.events.set(machineId, seen);
    if (seq === seen.length + 1) seen.push(seq);
    const ack = encode({ v: 1, machineId, journalId, upTo: seen.length, at: AT });
    this.mqtt.publish(topicOf(machineId, 'ack'), sign(topicOf(machineId, 'ack'), ack, key)).catch(() => undefined);
  }

  private keyOf(machineId: string) {
    return linkKey(this.keys.get(machineId) ?? '0'.repeat(64));
  }
}

describe('gateways that share a group', () => {
  const keys = new Keys('the secret of this installation');
  const broker = BROKERS.find(([name]) => name === 'Mosquitto');

  it('hear each event once between them at Mosquitto, whoever tries to join them, and one goes on alone', async () => {
    const running = await broker?.[1]();
    if (running === undefined) throw new Error('there is no Mosquitto');
    const heard: [string[], string[]] = [[], []];
    const connect = async (ears: string[]): Promise<MqttConnection> => {
      const options = { username: 'server', password: SERVER_PASSWORD, clientId: `server-${randomUUID()}` };
      const url = `mqtt://127.0.0.1:${running.serverPort}`;
      const mqtt = await MqttConnection.connect({ ...options, url }, createLogger('silent', 'test'));
      await mqtt.subscribe(sharedFilter(keys, 'gateways', topicOfAll('event')), (_, payload) => {
        ears.push(Buffer.from(payload).toString());
      });
      return mqtt;
    };
    const [one, two] = [await connect(heard[0]), await connect(heard[1])];
    // A machine that guesses the name of the group. Mosquitto lets it join, and drops what falls to its share.
    const thief = await TestClient.asMachine(running, 'machine-2', await running.enrol('machine-2'));
    for (const guess of ['gateways', 'g', keys.mac('broker', 'gateways')])
      expect(await thief.subscribe(`$share/${guess}/${topicOfAll('event')}`)).toBe(true);
    const machine = await TestClient.asMachine(running, 'machine-1', await running.enrol('machine-1'));
    const say = (text: string) => machine.publish(topicOf('machine-1', 'event'), text);
    for (let count = 1; count <= 20; count += 1) await say(`event ${count}`);
    await eventually('all are heard', () => (heard.flat().length >= 20 ? true : undefined));
    expect(new Set(heard.flat()).size).toBe(20);
    expect(heard.flat()).toHaveLength(20);
    expect(heard.map(({ length }) => length > 0)).toEqual([true, true]);

    await one.close();
    // What the broker gave to the one as it died is lost with its session: a bridge sends again until it is acknowledged.
    await eventually('the other hears it', async () => {
      await say('after the death of one');
      return heard[1].includes('after the death of one') ? true : undefined;
    });
    expect(thief.received).toEqual([]);
    await thief.drop();
    await machine.drop();
    await two.close();
    await running.stop();
  });

  it('are told by the embedded broker, which cannot share, instead of hearing nothing', async () => {
    const running = await BROKERS[0]?.[1]();
    if (running === undefined) throw new Error('there is no embedded broker');
    const options = { username: 'server', password: SERVER_PASSWORD, clientId: `server-${randomUUID()}` };
    const url = `mqtt://127.0.0.1:${running.serverPort}`;
    const mqtt = await MqttConnection.connect({ ...options, url }, createLogger('silent', 'test'));
    const shared = mqtt.subscribe(sharedFilter(keys, 'gateways', topicOfAll('event')), () => undefined);
    await expect(shared).rejects.toThrow();
    await mqtt.close();
    await running.stop();
  });
});

describe.each(BROKERS)('the machine link at %s', (_name, start) => {
  let broker: BrokerUnderTest;
  let gateway: LightGateway;
  const bridges: LightBridge[] = [];

  beforeEach(async () => {
    broker = await start();
    gateway = await LightGateway.connect(broker);
  });

  afterEach(async () => {
    await Promise.all(bridges.splice(0).map((bridge) => bridge.stop()));
    await gateway.close();
    await broker.stop();
  });

  function bridgeWith(machineId: string, credentials: LinkCredentials, port = broker.machinePort): LightBridge {
    gateway.keys.set(machineId, credentials.key);
    const bridge = new LightBridge(machineId, port, credentials);
    bridges.push(bridge);
    return bridge;
  }

  async function bridgeOf(machineId: string, port = broker.machinePort): Promise<LightBridge> {
    return bridgeWith(machineId, await broker.enrol(machineId), port);
  }

  const isHere = (bridge: LightBridge) =>
    bridge.isConnected && gateway.present.get(bridge.machineId)?.bootId === bridge.bootId;
  const untilHere = (bridge: LightBridge) =>
    eventually(`${bridge.machineId} is here`, () => (isHere(bridge) ? true : undefined));
  const untilDelivered = (bridge: LightBridge) =>
    eventually(`the events of ${bridge.machineId} are acknowledged`, () =>
      bridge.acknowledgedUpTo === bridge.lastSeq ? true : undefined,
    );

  it.each([
    ['that keeps what is retained', false],
    ['that has forgotten everything', true],
  ])('goes on after a restart of a broker %s, and no event is lost', async (_, forgetting) => {
    const bridge = await bridgeOf('machine-1');
    await untilHere(bridge);
    bridge.happens(20);
    await broker.restart(forgetting);
    bridge.happens(20);
    await untilHere(bridge);
    await untilDelivered(bridge);
    expect(gateway.events.get('machine-1')).toEqual(Array.from({ length: 40 }, (__, i) => i + 1));

    await eventually('the gateway is back', () => (gateway.isConnected ? true : undefined));
    await gateway.command('machine-1');
    await eventually('a command arrives', () => (bridge.commands.length === 1 ? true : undefined));
  });

  it('keeps nothing for a machine that is away: a command of before is never heard', async () => {
    const proxy = await TcpProxy.to(broker.machinePort);
    const bridge = await bridgeOf('machine-1', proxy.port);
    await untilHere(bridge);
    proxy.set({ kind: 'down' });
    await eventually('the broker speaks the will', () =>
      gateway.present.get('machine-1')?.online === false ? true : undefined,
    );
    // Not as our servers send it, but with QoS 1, so that a broker could keep it.
    const server = await TestClient.asServer(broker);
    const { topic, payload } = gateway.letter('machine-1');
    await server.publish(topic, payload);
    await server.drop();
    proxy.set({ kind: 'clear' });
    await eventually('the machine is back', () => (bridge.connections === 2 ? true : undefined));
    await gateway.command('machine-1');
    await eventually('a new command arrives', () => (bridge.commands.length > 0 ? true : undefined));
    expect(bridge.commands).toHaveLength(1);
    await proxy.stop();
  });

  it('loses nothing over twenty breaks', async () => {
    const proxy = await TcpProxy.to(broker.machinePort);
    const bridge = await bridgeOf('machine-1', proxy.port);
    for (let breaks = 1; breaks <= 20; breaks += 1) {
      await eventually('a connection', () => (bridge.connections >= breaks ? true : undefined), 30_000, 5);
      bridge.happens(3);
      proxy.set({ kind: 'down' });
      await eventually('it is gone', () => (bridge.isConnected ? undefined : true), 30_000, 5);
      proxy.set({ kind: 'clear' });
    }
    await untilHere(bridge);
    await untilDelivered(bridge);
    expect(gateway.events.get('machine-1')).toHaveLength(60);
    await proxy.stop();
  });

  it('belongs to one of two bridges with the same credentials at a time, and neither is deaf to the other’s end', async () => {
    const credentials = await broker.enrol('machine-1');
    const first = bridgeWith('machine-1', credentials);
    await untilHere(first);
    const second = bridgeWith('machine-1', credentials);
    await untilHere(second);
    await first.stop();
    await untilHere(second);
    // The first may have thrown it out with its last breath: what is sent before it is back is lost, as it must be.
    await eventually('the second hears one', async () => {
      await gateway.command('machine-1');
      return second.commands.length > 0 ? true : undefined;
    });
    expect(first.commands).toEqual([]);
  });

  it('takes 200 machines back at once', async () => {
    const ids = Array.from({ length: 200 }, (_, i) => `machine-${i + 1}`);
    const all = [...(await broker.enrolAll(ids))].map(([id, credentials]) => bridgeWith(id, credentials));
    await eventually('all are here', () => (all.every(isHere) ? true : undefined));
    for (const bridge of all) bridge.happens(1);
    gateway.present.clear();
    await broker.restart(true);
    await eventually('all are back', () => (all.every(isHere) ? true : undefined), 60_000);
    await Promise.all(all.map(untilDelivered));

    await eventually('the gateway is back', () => (gateway.isConnected ? true : undefined));
    await Promise.all(ids.map((id) => gateway.command(id)));
    await eventually('each hears its own command', () =>
      all.every(({ commands }) => commands.length === 1) ? true : undefined,
    );
    expect(all.flatMap(({ refused }) => refused)).toEqual([]);
  });
});
