import type { LinkCredentials } from '#fleet/link/credentials.js';

import { BROKERS, type BrokerUnderTest } from './broker-under-test.js';
import { TestClient } from './client.js';

const topic = (machine: string, channel: string) => `vendrail/v1/${machine}/${channel}`;
const CHANGES = 'vendrail/v1/changes';
/** Topics on which nobody at all may say anything. */
const NOBODYS = [topic('machine-1', 'more'), 'vendrail/v2/machine-1/event', 'elsewhere'];
const TOPICS = [
  ...['machine-1', 'machine-2'].flatMap((machine) =>
    ['presence', 'event', 'command', 'ack'].map((channel) => topic(machine, channel)),
  ),
  CHANGES,
  ...NOBODYS,
];

/** What is allowed, said once more in other words than the product's; everything else is not. */
const ALLOWED: Readonly<
  Record<string, { readonly publish: readonly string[]; readonly subscribe: readonly string[] }>
> = {
  'the server': {
    publish: [
      topic('machine-1', 'command'),
      topic('machine-2', 'command'),
      topic('machine-1', 'ack'),
      topic('machine-2', 'ack'),
      CHANGES,
    ],
    subscribe: [
      topic('machine-1', 'presence'),
      topic('machine-2', 'presence'),
      topic('machine-1', 'event'),
      topic('machine-2', 'event'),
      CHANGES,
    ],
  },
  'machine-1': {
    publish: [topic('machine-1', 'presence'), topic('machine-1', 'event')],
    subscribe: [topic('machine-1', 'command'), topic('machine-1', 'ack')],
  },
  nobody: { publish: [], subscribe: [] },
};

const CASES = Object.entries(ALLOWED).flatMap(([role, allowed]) =>
  TOPICS.flatMap((name) =>
    (['publish', 'subscribe'] as const).map((act) => [role, act, name, allowed[act].includes(name)] as const),
  ),
);

it('has a matrix of 144 cases', () => {
  expect(CASES.length * BROKERS.length).toBe(144);
});

describe.each(BROKERS)('at %s', (_, start) => {
  let broker: BrokerUnderTest;
  let one: LinkCredentials;
  let two: LinkCredentials;
  /** They hear whatever they may, as everybody does who is meant by a message. */
  let server: TestClient;
  let other: TestClient;
  let count = 0;

  beforeAll(async () => {
    broker = await start();
    one = await broker.enrol('machine-1');
    two = await broker.enrol('machine-2');
    server = await TestClient.asServer(broker);
    for (const filter of ['vendrail/v1/+/presence', 'vendrail/v1/+/event', CHANGES]) await server.subscribe(filter);
    other = await connectMachine('machine-2', two);
  });

  afterAll(async () => {
    await server.drop();
    await other.drop();
    await broker.stop();
  });

  async function connectMachine(id: string, credentials: LinkCredentials): Promise<TestClient> {
    const machine = await TestClient.asMachine(broker, id, credentials);
    for (const channel of ['command', 'ack']) await machine.subscribe(topic(id, channel));
    return machine;
  }

  /** What came before it at the broker has been delivered when this is. */
  async function fence(to: TestClient, name: string): Promise<void> {
    const text = `fence ${(count += 1)}`;
    await server.publish(name, text);
    if (!to.isClosed) await to.hears(text);
  }

  async function actorFor(role: string): Promise<TestClient | undefined> {
    if (role === 'the server') return TestClient.asServer(broker);
    if (role === 'machine-1') return connectMachine('machine-1', one);
    return TestClient.connect(broker.machinePort).catch(() => undefined);
  }

  /** Whether anybody hears what the role says on the topic. */
  async function isHeard(role: string, name: string): Promise<boolean> {
    const text = `said ${(count += 1)}`;
    const actor = await actorFor(role);
    const machine = role === 'machine-1' && actor !== undefined ? actor : await connectMachine('machine-1', one);
    await actor?.publish(name, text);
    await fence(server, CHANGES);
    await fence(other, topic('machine-2', 'command'));
    await fence(machine, topic('machine-1', 'command'));
    const heard = [server, other, machine].some(({ received }) => received.includes(text));
    await actor?.drop();
    await machine.drop();
    return heard;
  }

  /** What nobody may say comes in through a door without rules, where it is heard; whether it is told to the actor, too. */
  async function isToldByAnybody(actor: TestClient, name: string, text: string): Promise<boolean> {
    if (broker.openPort === undefined) throw new Error('the broker granted what nobody may hear');
    const anybody = await TestClient.connect(broker.openPort);
    await anybody.subscribe(name);
    await anybody.publish(name, text);
    await anybody.hears(text);
    await anybody.drop();
    // What was said before it is there when the answer to this is.
    await actor.subscribe(name);
    return actor.received.includes(text);
  }

  /** Whether the role is told what somebody who may says on the topic. */
  async function isTold(role: string, name: string): Promise<boolean> {
    const text = `told ${(count += 1)}`;
    const actor = await actorFor(role);
    if (actor === undefined) return false;
    const isGranted = await actor.subscribe(name);
    if (NOBODYS.includes(name)) {
      const told = isGranted && (await isToldByAnybody(actor, name, text));
      await actor.drop();
      return told;
    }
    const machine = role === 'machine-1' ? actor : await connectMachine('machine-1', one);
    const author = /^vendrail\/v1\/(machine-.)\/(presence|event)$/.exec(name)?.[1];
    // The embedded broker ends a connection that says what it may not: where nobody may, that is not the common one.
    const stranger = author === undefined ? await TestClient.asServer(broker) : undefined;
    await (author === 'machine-1' ? machine : (stranger ?? other)).publish(name, text);
    await stranger?.drop();
    await fence(server, CHANGES);
    await fence(other, topic('machine-2', 'command'));
    await fence(machine, topic('machine-1', 'command'));
    if (role === 'the server') {
      await actor.subscribe(CHANGES);
      await fence(actor, CHANGES);
    }
    const told = actor.received.includes(text);
    await actor.drop();
    await machine.drop();
    return told;
  }

  it.each(CASES)('%s, to %s %s: %s', async (role, act, name, allowed) => {
    expect(await (act === 'publish' ? isHeard(role, name) : isTold(role, name))).toBe(allowed);
  });

  it.each(['#', '+', '+/#', 'vendrail/#', 'vendrail/v1/#', 'vendrail/v1/+/command', 'vendrail/v1/+/+', '$SYS/#'])(
    'a machine that asks for %s is told nothing of others',
    async (filter) => {
      const machine = await connectMachine('machine-1', one);
      await machine.subscribe(filter);
      const texts = ['command', 'ack'].map(
        (channel) => [topic('machine-2', channel), `secret ${(count += 1)}`] as const,
      );
      for (const [name, text] of texts) {
        await server.publish(name, text);
        await other.hears(text);
      }
      await fence(machine, topic('machine-1', 'command'));
      expect(machine.received.filter((text) => !text.startsWith('fence'))).toEqual([]);
      await machine.drop();
    },
  );

  it.each([
    ['without a name', {}],
    ['without a password', { username: 'machine-1' }],
    ['with a wrong password', { username: 'machine-1', password: 'wrong' }],
    ['with an empty password', { username: 'machine-1', password: '' }],
    ['as a machine that is not enrolled', { username: 'machine-3', password: 'p'.repeat(32) }],
    ['as a wildcard', { username: '+', password: 'p'.repeat(32) }],
    ['as the server with a wrong password', { username: 'server', password: 'wrong' }],
  ])('nobody comes in %s', async (_how, who) => {
    await expect(TestClient.connect(broker.machinePort, who)).rejects.toThrow();
    await expect(TestClient.connect(broker.serverPort, who)).rejects.toThrow();
  });

  it('a machine takes over its own connection, and no other’s', async () => {
    const first = await TestClient.connect(broker.machinePort, { username: 'machine-1', password: one.password });
    const thief = { username: 'machine-2', password: two.password, clientId: 'machine-1' };
    other = await TestClient.connect(broker.machinePort, thief);
    for (const channel of ['command', 'ack']) await other.subscribe(topic('machine-2', channel));
    await first.subscribe(topic('machine-1', 'command'));
    await fence(first, topic('machine-1', 'command'));
    expect(first.isClosed).toBe(false);

    const second = await TestClient.connect(broker.machinePort, { username: 'machine-1', password: one.password });
    await first.closed();
    expect(second.isClosed).toBe(false);
    await second.drop();
  });

  it('a revoked machine is put out, and does not come in again', async () => {
    const three = await broker.enrol('machine-3');
    const machine = await TestClient.asMachine(broker, 'machine-3', three);
    await broker.revoke('machine-3');

    await machine.closed();
    await expect(TestClient.asMachine(broker, 'machine-3', three)).rejects.toThrow();
    expect(server.isClosed).toBe(false);
  });

  it('a machine with new credentials comes in with these only', async () => {
    const before = await broker.enrol('machine-4');
    const after = await broker.enrol('machine-4');
    const machine = await TestClient.asMachine(broker, 'machine-4', after);
    await expect(TestClient.asMachine(broker, 'machine-4', before)).rejects.toThrow();
    await machine.drop();
  });
});
