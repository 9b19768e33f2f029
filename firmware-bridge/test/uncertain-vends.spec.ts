import { Bench, DIALECTS } from './bench.js';

let bench: Bench;
afterEach(() => bench.clear());

describe.each(DIALECTS)('with a %s adapter', (dialect) => {
  it('reports a vend as uncertain when the bridge died during it, and voids the grant', async () => {
    bench = await Bench.set({ dialect });
    const first = await bench.startBridge();
    bench.machine.scriptBuyer([{ press: 11 }, { press: 12, resultAfterMs: 60_000 }]);
    const grant = bench.grant();
    await bench.gateway.event('vend.selected', 2);
    await bench.machine.until(({ display }) => display === 'PLEASE WAIT');
    first.kill();
    await bench.gateway.presence(({ online }) => !online);

    const second = await bench.startBridge();
    expect(await bench.gateway.event('session.closed')).toMatchObject({
      reason: 'power-cut',
      selections: 2,
      dispensed: 1,
      dispensedMinor: 1_500,
    });
    expect(bench.gateway.bodies('vend.uncertain')).toMatchObject([{ vendNumber: 2, reason: 'power-cut' }]);
    expect(bench.machine.view().mode).toBe('ENABLED');

    // The old grant is dead, and said to be, even if it names the new boot.
    await bench.gateway.send({ ...grant, bootId: second.bootId });
    expect(await bench.gateway.event('session.closed', 2)).toMatchObject({ reason: 'power-cut' });
    expect(bench.gateway.bodies('grant.accepted')).toHaveLength(1);
  });

  it('reports a vend as uncertain after a reset behind the approval, as nobody saw the item', async () => {
    bench = await Bench.set({ dialect });
    await bench.startBridge();
    bench.machine.scriptBuyer([{ press: 11, result: 'reset-after-approval' }]);
    bench.grant();

    expect(await bench.gateway.event('session.closed')).toMatchObject({ reason: 'reset', selections: 1, dispensed: 0 });
    expect(bench.gateway.bodies('vend.uncertain')).toMatchObject([{ vendNumber: 1, reason: 'reset' }]);
  });

  it('does not call a vend dispensed after a reset before the approval', async () => {
    bench = await Bench.set({ dialect });
    await bench.startBridge();
    bench.machine.scriptBuyer([{ press: 11, result: 'reset-before-approval' }]);
    bench.grant();

    expect(await bench.gateway.event('session.closed')).toMatchObject({ reason: 'reset', selections: 1, dispensed: 0 });
    // With MDB in our own hands it is known when the approval had not left: then the vend was cancelled, and no more.
    const uncertain = bench.gateway.bodies('vend.uncertain').map(({ reason }) => reason);
    const failed = bench.gateway.bodies('vend.failed').map(({ reason }) => reason);
    expect([['reset'], ...(dialect === 'wafer-star' ? [['cancelled']] : [])]).toContainEqual([...uncertain, ...failed]);
  });

  it('reports a vend as cancelled when the machine took the request back', async () => {
    bench = await Bench.set({ dialect });
    await bench.startBridge();
    // Nobody chooses again in the same breath: the approval of what was cancelled would meet the next choice.
    const next = { press: 12, afterMs: 500 };
    bench.machine.scriptBuyer([{ press: 11, result: 'cancelled' }, next, { finish: true }]);
    bench.grant();

    expect(await bench.gateway.event('session.closed')).toMatchObject({
      selections: 2,
      dispensed: 1,
      dispensedMinor: 1_250,
    });
    expect(bench.gateway.bodies('vend.failed')).toMatchObject([{ vendNumber: 1, reason: 'cancelled' }]);
  });

  it('gives up on a result that never comes, and switches the adapter off and on to lock the machine', async () => {
    bench = await Bench.set({ dialect });
    await bench.startBridge({ resultMs: 800, stopRetryMs: 100 });
    bench.machine.scriptBuyer([{ press: 11, result: 'never-result' }]);
    bench.grant();

    await bench.gateway.event('session.closed');
    expect(bench.gateway.bodies('vend.uncertain')).toMatchObject([{ vendNumber: 1, reason: 'no-result' }]);
    await bench.gateway.presence(({ machineState }) => machineState === 'ready');
    expect(bench.machine.dispensed).toHaveLength(1);
  });

  it('reports a vend as uncertain when the serial plug is pulled during it, and sells again after it was put back', async () => {
    bench = await Bench.set({ dialect });
    await bench.startBridge();
    bench.machine.scriptBuyer([{ press: 11, resultAfterMs: 300 }]);
    bench.grant();
    await bench.machine.until(({ display }) => display === 'PLEASE WAIT');
    bench.machine.setFault({ unplugged: true });

    expect(await bench.gateway.event('session.closed')).toMatchObject({ reason: 'adapter-lost', dispensed: 0 });
    expect(bench.gateway.bodies('vend.uncertain')).toMatchObject([{ reason: 'adapter-lost' }]);
    await bench.gateway.presence(({ machineState }) => machineState === 'adapter-lost');

    // The item falls, and nobody is told: that is what "uncertain" is for.
    await bench.machine.until(({ dispensed }) => dispensed.length === 1);
    bench.machine.setFault({ unplugged: false });
    await bench.gateway.presence(({ machineState }) => machineState === 'ready');
    bench.machine.scriptBuyer([{ press: 12 }, { finish: true }]);
    bench.grant({ grantNumber: 2 });
    expect(await bench.gateway.event('session.closed', 2)).toMatchObject({ dispensed: 1, dispensedMinor: 1_250 });
  });

  it('closes the session as lost when machine and adapter lose their power between two vends', async () => {
    bench = await Bench.set({ dialect });
    await bench.startBridge();
    bench.machine.scriptBuyer([{ press: 11 }, { walkAway: true }]);
    bench.grant();
    await bench.gateway.event('vend.dispensed');
    await bench.machine.powerCut(50);

    expect(await bench.gateway.event('session.closed')).toMatchObject({ reason: 'adapter-lost', dispensed: 1 });
    expect(bench.gateway.bodies('vend.uncertain')).toEqual([]);
    await bench.gateway.presence(({ machineState }) => machineState === 'ready');
  });
});
