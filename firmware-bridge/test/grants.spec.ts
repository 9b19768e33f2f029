import { randomUUID } from 'node:crypto';

import { encode } from '#machine-protocol/codec.js';
import { linkKey, sign } from '#machine-protocol/signature.js';
import { topicOf } from '#machine-protocol/topics.js';

import { Bench, DIALECTS } from './bench.js';
import type { TestGateway } from './test-gateway.js';

let bench: Bench;
afterEach(() => bench.clear());

describe.each(DIALECTS)('with a %s adapter', (dialect) => {
  it('answers a repeated grant again and starts nothing twice', async () => {
    bench = await Bench.set({ dialect });
    await bench.startBridge();
    const grant = bench.grant();
    await bench.gateway.event('grant.accepted');
    await bench.gateway.send(grant);

    const [first, second] = [
      await bench.gateway.event('grant.accepted'),
      await bench.gateway.event('grant.accepted', 2),
    ];
    expect(second).toEqual(first);
    bench.machine.finish();
    expect(await bench.gateway.event('session.closed')).toMatchObject({ selections: 0 });

    // Also after the end, however late the repeat comes.
    await bench.gateway.send(grant);
    await bench.gateway.event('session.closed', 2);
    expect(bench.machine.view().mode).toBe('ENABLED');
    expect(bench.gateway.bodies('grant.refused')).toEqual([]);
  });

  it('refuses a grant for another boot, an old number, another currency, and a second one at a time', async () => {
    bench = await Bench.set({ dialect });
    await bench.startBridge();
    bench.grant({ bootId: randomUUID(), grantNumber: 1 });
    bench.grant({ currency: 'EUR', grantNumber: 2 });
    bench.grant({ grantNumber: 2 });
    bench.grant({ grantNumber: 3 });
    await bench.gateway.event('grant.accepted');
    bench.grant({ grantNumber: 4 });

    await bench.gateway.event('grant.refused', 4);
    const reasons = bench.gateway.bodies('grant.refused').map(({ reason }) => reason);
    expect(reasons).toEqual(['other-boot', 'bad-grant', 'old-number', 'in-use']);
  });

  it('refuses a grant while the machine is out of service', async () => {
    bench = await Bench.set({ dialect });
    await bench.startBridge();
    bench.machine.setFault({ outOfService: true });
    await bench.gateway.presence(({ machineState }) => machineState === 'disabled');
    bench.grant();
    expect(await bench.gateway.event('grant.refused')).toMatchObject({ reason: 'not-ready' });
  });

  it('ignores a retained grant, which would unlock the machine at every reconnection', async () => {
    bench = await Bench.set({ dialect });
    const first = await bench.startBridge();
    await first.stop();
    // The boot to come is not known in advance, and the flag alone must be enough to refuse.
    const purchaseId = randomUUID();
    const at = new Date().toISOString();
    await bench.gateway.send(
      { v: 1, type: 'close', machineId: 'machine-1', purchaseId, grantNumber: 7, at },
      { retain: true },
    );
    await bench.startBridge();

    expect(await bench.gateway.event('fault')).toMatchObject({ code: 'retained-command' });
    bench.grant();
    await bench.gateway.event('grant.accepted');
    expect(bench.gateway.bodies('session.closed')).toEqual([]);
  });

  it('reports a message that is not of the protocol once, and goes on', async () => {
    bench = await Bench.set({ dialect });
    await bench.startBridge();
    for (const payload of ['not json', '{"v":2}', '[]']) bench.gateway.sendRaw(payload);
    bench.grant();

    await bench.gateway.event('grant.accepted');
    expect(bench.gateway.bodies('fault').map(({ code }) => code)).toEqual(['bad-message', 'forged-message']);
  });

  it('tells of a grant that it never opened when it is asked to close it, and never opens it afterwards', async () => {
    bench = await Bench.set({ dialect });
    await bench.startBridge();
    const purchaseId = randomUUID();
    bench.gateway.sendClose({ purchaseId, grantNumber: 1 });
    expect(await bench.gateway.event('session.closed')).toMatchObject({
      reason: 'never-opened',
      purchaseId,
      dispensed: 0,
    });

    bench.grant({ purchaseId, grantNumber: 1 });
    await bench.gateway.event('session.closed', 2);
    expect(bench.machine.view().mode).toBe('ENABLED');
  });

  it('repeats the closing report when it is asked to close a session that is over', async () => {
    bench = await Bench.set({ dialect });
    await bench.startBridge();
    bench.machine.scriptBuyer([{ press: 11 }, { finish: true }]);
    const grant = bench.grant();
    const report = await bench.gateway.event('session.closed');
    bench.gateway.sendClose(grant);
    expect(await bench.gateway.event('session.closed', 2)).toEqual(report);
  });
});

it('tries START again while the machine says -3, and gives up after a dozen times', async () => {
  bench = await Bench.set();
  await bench.startBridge();
  bench.machine.setFault({ refuseStart: 3 });
  bench.machine.scriptBuyer([{ finish: true }]);
  bench.grant();
  await bench.gateway.event('session.closed');
  expect(bench.gateway.story).toEqual(['grant.accepted', 'session.closed']);

  bench.machine.setFault({ refuseStart: 12 });
  bench.grant({ grantNumber: 2 });
  expect(await bench.gateway.event('grant.refused')).toMatchObject({
    reason: 'start-failed',
    detail: 'START -3, 12 times',
  });
});

describe('a grant that the servers did not make', () => {
  const OTHER_KEY = linkKey('e7'.repeat(32));
  const TOPIC = topicOf('machine-1', 'command');

  /** As somebody would try who has the broker, has listened for long, and lacks the machine's key. */
  const forgeries: readonly (readonly [string, (body: string, gateway: TestGateway) => string])[] = [
    ['without a MAC', (body) => body],
    ['with an empty MAC', (body) => JSON.stringify({ mac: '', body })],
    ['with a MAC of zeros', (body) => JSON.stringify({ mac: '0'.repeat(64), body })],
    ['signed with another machine’s key', (body) => sign(TOPIC, body, OTHER_KEY)],
    [
      'that was signed for another machine',
      (body, gateway) => gateway.signedFor(topicOf('machine-2', 'command'), body),
    ],
    ['that was signed as an acknowledgement', (body, gateway) => gateway.signed('ack', body)],
    ['that was signed as an event', (body, gateway) => gateway.signed('event', body)],
    [
      'with the MAC of another grant',
      (body, gateway) => {
        const { mac } = JSON.parse(
          gateway.signed('command', body.replace('"amountMinor":5000', '"amountMinor":1')),
        ) as {
          mac: string;
        };
        return JSON.stringify({ mac, body });
      },
    ],
    [
      'for another machine in its body',
      (body, gateway) => gateway.signed('command', body.replace('"machine-1"', '"machine-2"')),
    ],
  ];

  it.each(forgeries)('%s unlocks nothing, and gets no answer', async (_, forged) => {
    bench = await Bench.set();
    await bench.startBridge();
    bench.gateway.sendRaw(forged(encode(bench.someGrant()), bench.gateway));
    bench.grant({ grantNumber: 2 });

    // The real one behind it is the first that the machine hears of.
    expect(await bench.gateway.event('grant.accepted')).toMatchObject({ grantNumber: 2 });
    expect(bench.gateway.story).toEqual(['grant.accepted']);
  });

  it('cannot be an old one said again: not in its session, not after it, and not to the next boot', async () => {
    bench = await Bench.set();
    const first = await bench.startBridge();
    bench.machine.scriptBuyer([{ finish: true }]);
    const grant = bench.grant();
    const recorded = bench.gateway.signed('command', encode(grant));
    await bench.gateway.event('session.closed');
    bench.gateway.sendRaw(recorded);
    await bench.gateway.event('session.closed', 2);
    expect(bench.machine.view().mode).toBe('ENABLED');

    await first.stop();
    await bench.startBridge();
    bench.gateway.sendRaw(recorded);
    await bench.gateway.event('session.closed', 3);
    bench.grant({ grantNumber: 1, purchaseId: randomUUID() });
    expect(await bench.gateway.event('grant.refused')).toMatchObject({ reason: 'old-number' });
    expect(bench.gateway.bodies('grant.accepted')).toHaveLength(1);
  });
});
