import type { Faults } from '#simulated-machine/faults.js';

import { Bench, DIALECTS } from './bench.js';

let bench: Bench;
afterEach(() => bench.clear());

const LINES: [string, Partial<Faults>][] = [
  ['in pieces', { pieces: true }],
  ['several at once', { joined: true }],
  ['with noise before each', { garbage: true }],
  ['with every status twice', { duplicateStatus: true }],
  ['in pieces, with noise and twice', { pieces: true, garbage: true, duplicateStatus: true }],
];


describe.each(DIALECTS)('with a %s adapter', (dialect) => {
it.each(LINES)('sells as always when the lines come %s', async (_, faults) => {
  bench = await Bench.set({ dialect });
  bench.machine.setFault(faults);
  await bench.startBridge();
  bench.machine.scriptBuyer([
    { press: 11 },
    { press: 99 },
    { press: 12, result: 'jammed' },
    { press: 24 },
    { finish: true },
  ]);
  bench.grant();

  const closed = await bench.gateway.event('session.closed');
  expect(closed).toMatchObject({ reason: 'machine', selections: 4, dispensed: 2, dispensedMinor: 2_700 });
  expect(bench.machine.dispensed.map(({ selection }) => selection)).toEqual([11, 24]);
});

it('denies an item that the machine cannot name', async () => {
  bench = await Bench.set({ dialect });
  await bench.startBridge();
  bench.machine.setFault({ reportedSelection: 65_535 });
  bench.machine.scriptBuyer([{ press: 11 }, { finish: true }]);
  bench.grant();
  await bench.gateway.event('session.closed');
  expect(bench.gateway.bodies('vend.selected')).toMatchObject([{ selection: 65_535, denied: 'unknown-selection' }]);
  expect(bench.machine.dispensed).toEqual([]);
});
});

/** What a WaferStar can be known to have lost is in its adapter's own tests: an idle machine says nothing to it anyway. */
it('calls an adapter lost that stays silent, and finds it again', async () => {
  bench = await Bench.set();
  await bench.startBridge();
  bench.machine.setFault({ silent: true });
  await bench.gateway.presence(({ machineState }) => machineState === 'adapter-lost');
  bench.machine.setFault({ silent: false });
  await bench.gateway.presence(({ machineState }) => machineState === 'ready');
});

