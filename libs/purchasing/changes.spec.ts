import type { MqttConnection } from '#platform/mqtt.js';

import { Changes } from './changes.js';

describe('notices of changes', () => {
  async function heard(payload: string): Promise<unknown[]> {
    const notices: unknown[] = [];
    let deliver: (payload: Uint8Array) => void = () => undefined;
    const mqtt: Pick<MqttConnection, 'subscribe' | 'publish'> = {
      subscribe: (_topic, _qos, handler) => {
        deliver = (bytes) => handler('', bytes, false);
        return Promise.resolve();
      },
      publish: () => Promise.resolve(),
    };
    await new Changes(mqtt as MqttConnection).watch((notice) => notices.push(notice));
    deliver(Buffer.from(payload));
    return notices;
  }

  it('reach whoever watches', async () => {
    const notice = { kind: 'purchase', purchaseId: 'p', machineId: 'm' };

    expect(await heard(JSON.stringify(notice))).toEqual([notice]);
  });

  it.each(['', 'no JSON', 'null', '[]', '{"kind":"machine"}', '{"kind":"other","machineId":"m"}'])(
    'are ignored when they are none: %s',
    async (payload) => {
      expect(await heard(payload)).toEqual([]);
    },
  );
});
