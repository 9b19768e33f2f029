import { Socket } from 'node:net';

import { Bench, DIALECTS } from './bench.js';

let bench: Bench;
afterEach(() => bench.clear());

describe.each(DIALECTS)('with a %s adapter', (dialect) => {
  it('sends everything again until the gateway acknowledges it', async () => {
    bench = await Bench.set({ dialect });
    await bench.startBridge();
    bench.gateway.acknowledging = false;
    bench.machine.scriptBuyer([{ press: 11 }, { finish: true }]);
    bench.grant();
    await bench.gateway.event('session.closed');
    const { journalId } = bench.gateway.events[0] ?? { journalId: '' };
    await bench.gateway.until(() => bench.gateway.received >= 8);

    bench.gateway.acknowledging = true;
    bench.gateway.acknowledge(journalId);
    await bench.bridge?.stop();
    expect(bench.bridge?.presence().unacknowledged).toBe(0);
    expect(bench.gateway.story).toEqual(['grant.accepted', 'vend.selected', 'vend.dispensed', 'session.closed']);
  });

  it('says once more that it is there when it came back, for a server that came back after it', async () => {
    bench = await Bench.set();
    await bench.startBridge({ presenceMs: 600_000 });
    await bench.cutNetwork();
    await bench.gateway.presence(({ online }) => !online);
    await bench.restoreNetwork();
    const first = await bench.gateway.presence(({ online }) => online);

    const second = await bench.gateway.presence(({ at }) => at > first.at);
    expect(second).toEqual({ ...first, at: second.at });
  });

  it('lets no message wait until the one before it is acknowledged', async () => {
    const setNoDelay = jest.spyOn(Socket.prototype, 'setNoDelay');
    try {
      bench = await Bench.set({ dialect });
      await bench.startBridge();
      expect(setNoDelay).toHaveBeenCalledWith(true);
    } finally {
      setNoDelay.mockRestore();
    }
  });

  it('finishes a sale without the broker and reports it afterwards', async () => {
    bench = await Bench.set({ dialect });
    await bench.startBridge();
    bench.machine.scriptBuyer([{ press: 11, afterMs: 100 }, { press: 12 }, { finish: true }]);
    bench.grant();
    await bench.gateway.event('grant.accepted');
    await bench.cutNetwork();
    await bench.machine.until(({ mode, dispensed }) => mode === 'ENABLED' && dispensed.length === 2);
    expect(bench.gateway.bodies('session.closed')).toEqual([]);

    await bench.restoreNetwork();
    expect(await bench.gateway.event('session.closed')).toMatchObject({ dispensed: 2, dispensedMinor: 2_750 });
  });

  it('is announced as offline by the broker when it dies, and by itself when it stops', async () => {
    bench = await Bench.set({ dialect });
    const first = await bench.startBridge();
    first.kill();
    await bench.gateway.presence(({ online, bootId }) => !online && bootId === first.bootId);
    const second = await bench.startBridge();
    await second.stop();
    await bench.gateway.presence(({ online, bootId }) => !online && bootId === second.bootId);
  });

  it('closes the open session when it is stopped in an orderly way', async () => {
    bench = await Bench.set({ dialect });
    const bridge = await bench.startBridge();
    bench.grant();
    await bench.gateway.event('grant.accepted');
    await bridge.stop();
    expect(await bench.gateway.event('session.closed')).toMatchObject({ reason: 'asked' });
    expect(bench.machine.view().mode).toBe('ENABLED');
  });
});
