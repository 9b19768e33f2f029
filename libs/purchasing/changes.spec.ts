import type { MqttConnection } from '#platform/mqtt.js';

import { Changes } from './changes.js';
import { ManualClock } from './testing/manual-clock.js';

/** A broker that brings everything to everybody at once, or loses it. */
class Broker implements Pick<MqttConnection, 'publish' | 'subscribe'> {
  readonly messages: string[] = [];
  isAway = false;
  private readonly watching: ((payload: string) => void)[] = [];

  publish(_topic: string, payload: string): Promise<void> {
    if (this.isAway) return Promise.reject(new Error('away'));
    this.messages.push(payload);
    this.deliver(payload);
    return Promise.resolve();
  }

  subscribe(...[topic, handler]: Parameters<MqttConnection['subscribe']>): Promise<void> {
    this.watching.push((payload) => handler(topic, Buffer.from(payload), false));
    return Promise.resolve();
  }

  deliver(payload: string): void {
    for (const tell of this.watching) tell(payload);
  }
}

describe('notices of changes', () => {
  let clock: ManualClock;
  let broker: Broker;
  let changes: Changes;
  let heard: unknown[];

  beforeEach(async () => {
    clock = new ManualClock(0);
    broker = new Broker();
    changes = new Changes(broker, (delayMs, work) => clock.after(delayMs, work));
    heard = [];
    await changes.watch((notice) => heard.push(notice));
  });

  it('reach whoever watches within a tenth of a second, each once, in one message', async () => {
    changes.purchase('p', 'm');
    changes.machine('m');
    changes.purchase('p', 'm');
    await clock.advance(99);
    changes.purchase('q', 'n');
    await clock.advance(1);

    expect(heard).toEqual([
      { kind: 'purchase', purchaseId: 'p', machineId: 'm' },
      { kind: 'machine', machineId: 'm' },
      { kind: 'purchase', purchaseId: 'q', machineId: 'n' },
    ]);
    expect(broker.messages).toHaveLength(1);
  });

  it('are told again when it changes again', async () => {
    changes.machine('m');
    await clock.advance(100);
    changes.machine('m');
    await clock.advance(100);

    expect(heard).toHaveLength(2);
  });

  it('all arrive when there are many, in messages that every broker takes', async () => {
    const machineId = 'm'.repeat(64);
    const ids = Array.from({ length: 250 }, (_, i) => `00000000-0000-4000-8000-${String(i).padStart(12, '0')}`);
    for (const id of ids) changes.purchase(id, machineId);
    await clock.advance(100);

    expect(heard).toEqual(ids.map((purchaseId) => ({ kind: 'purchase', purchaseId, machineId })));
    expect(broker.messages).toHaveLength(3);
    for (const message of broker.messages) expect(message.length).toBeLessThanOrEqual(16_384);
  });

  it('are lost while the broker is away, and not told later', async () => {
    broker.isAway = true;
    changes.machine('before');
    await clock.advance(100);
    broker.isAway = false;
    changes.machine('after');
    await clock.advance(100);

    expect(heard).toEqual([{ kind: 'machine', machineId: 'after' }]);
  });

  it('are understood from a server of the version before, which tells one by itself', () => {
    broker.deliver('{"kind":"machine","machineId":"m"}');

    expect(heard).toEqual([{ kind: 'machine', machineId: 'm' }]);
  });

  it.each([
    '',
    'no JSON',
    'null',
    '[]',
    '[null]',
    '{"kind":"machine"}',
    '[{"kind":"purchase","machineId":"m"}]',
    '[{"kind":"other","machineId":"m"}]',
    JSON.stringify(Array.from({ length: 101 }, () => ({ kind: 'machine', machineId: 'm' }))),
  ])('are ignored when they are none: %s', (payload) => {
    broker.deliver(payload);

    expect(heard).toEqual([]);
  });
});
