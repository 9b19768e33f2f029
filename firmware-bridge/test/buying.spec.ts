import { Bench } from './bench.js';

let bench: Bench;
afterEach(() => bench.clear());

it('sells three items under one grant and reports each, and their sum', async () => {
  bench = await Bench.set();
  await bench.startBridge();
  bench.machine.scriptBuyer([{ press: 11 }, { press: 12 }, { press: 24 }, { finish: true }]);
  bench.grant();

  const closed = await bench.gateway.event('session.closed');
  expect(bench.gateway.story).toEqual([
    'grant.accepted',
    'vend.selected',
    'vend.dispensed',
    'vend.selected',
    'vend.dispensed',
    'vend.selected',
    'vend.dispensed',
    'session.closed',
  ]);
  expect(closed).toMatchObject({ reason: 'machine', selections: 3, dispensed: 3, dispensedMinor: 3_950 });
  expect(bench.machine.dispensed.map(({ selection }) => selection)).toEqual([11, 12, 24]);
  await bench.gateway.presence(({ machineState, unacknowledged }) => machineState === 'ready' && unacknowledged === 0);
});
