import { Bench, DIALECTS } from './bench.js';

let bench: Bench;
afterEach(() => bench.clear());

/** What was on the line, as the evidence of a sale of selection 24 for 12.00 under a grant of 20.00. */
const LINES = {
  qibixx: {
    accepted: ['> C,START,20.00', '< c,STATUS,IDLE,20.00'],
    selected: ['< c,STATUS,VEND,12.00,24'],
    dispensed: ['> C,VEND,12.00', '< r,ACK', '< c,VEND,SUCCESS'],
  },
  'wafer-star': {
    accepted: ['> 03 07 D0 FF FF FF FF 00 00 00 D6 BEGIN SESSION 20.00'],
    selected: ['< 13 00 04 B0 00 18 VEND REQUEST 12.00 item 24'],
    dispensed: ['> 05 04 B0 B9 VEND APPROVED 12.00', '< 13 02 00 18 VEND SUCCESS item 24'],
  },
} as const;

describe.each(DIALECTS)('with a %s adapter', (dialect) => {
it('sells one item: accepted, selected before approved, dispensed, closed, acknowledged', async () => {
  bench = await Bench.set({ dialect });
  const bridge = await bench.startBridge();
  bench.machine.scriptBuyer([{ press: 24 }, { finish: true }]);
  bench.grant({ amountMinor: 2_000 });

  const closed = await bench.gateway.event('session.closed');
  expect(closed).toMatchObject({ reason: 'machine', selections: 1, dispensed: 1, dispensedMinor: 1_200 });
  expect(bench.gateway.bodies('grant.accepted')[0]?.serial).toEqual(LINES[dialect].accepted);
  expect(bench.gateway.bodies('vend.selected')[0]).toMatchObject({
    vendNumber: 1,
    selection: 24,
    machinePriceMinor: 1_200,
    approvedMinor: 1_200,
    serial: LINES[dialect].selected,
  });
  expect(bench.gateway.bodies('vend.dispensed')[0]?.serial).toEqual(LINES[dialect].dispensed);
  await bench.gateway.presence(({ machineState }) => machineState === 'ready');
  await bridge.stop();
  expect(bridge.presence().unacknowledged).toBe(0);
});

it('sells three items under one grant and reports each, and their sum', async () => {
  bench = await Bench.set({ dialect });
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
});

it('does not count the item that jammed', async () => {
  bench = await Bench.set({ dialect });
  await bench.startBridge();
  bench.machine.scriptBuyer([{ press: 11, result: 'jammed' }, { press: 12 }, { finish: true }]);
  bench.grant();

  const closed = await bench.gateway.event('session.closed');
  expect(bench.gateway.bodies('vend.failed')).toMatchObject([{ vendNumber: 1, reason: 'not-dispensed' }]);
  expect(closed).toMatchObject({ selections: 2, dispensed: 1, dispensedMinor: 1_250 });
  expect(bench.machine.dispensed.map(({ selection }) => selection)).toEqual([12]);
});

it('locks the machine when the payer walks away', async () => {
  bench = await Bench.set({ dialect });
  await bench.startBridge();
  bench.machine.scriptBuyer([{ press: 11 }, { walkAway: true }]);
  bench.grant({ selectionWindowMs: 1_000 });

  const closed = await bench.gateway.event('session.closed');
  expect(closed).toMatchObject({ reason: 'payer-idle', selections: 1, dispensed: 1, dispensedMinor: 1_500 });
  expect(bench.machine.view().mode).toBe('ENABLED');
});

it('locks the machine when the gateway asks for it', async () => {
  bench = await Bench.set({ dialect });
  await bench.startBridge();
  const grant = bench.grant();
  await bench.gateway.event('grant.accepted');
  bench.gateway.sendClose(grant);

  expect(await bench.gateway.event('session.closed')).toMatchObject({
    reason: 'asked',
    selections: 0,
    dispensedMinor: 0,
  });
  expect(bench.machine.view().mode).toBe('ENABLED');
});

it('takes the session for over when the machine ends it after one item', async () => {
  bench = await Bench.set({ dialect, faults: { singleVend: true } });
  await bench.startBridge();
  bench.machine.scriptBuyer([{ press: 11 }, { press: 12 }, { finish: true }]);
  bench.grant();

  expect(await bench.gateway.event('session.closed')).toMatchObject({
    reason: 'machine',
    dispensed: 1,
    dispensedMinor: 1_500,
  });
  expect(bench.machine.dispensed).toHaveLength(1);
});

it('denies what is not in the price list, what is too dear, and what the machine prices differently', async () => {
  bench = await Bench.set({ dialect });
  await bench.startBridge();
  bench.machine.scriptBuyer([{ press: 99 }, { press: 11 }, { press: 24 }, { finish: true }]);
  bench.grant({ amountMinor: 1_300 });
  await bench.gateway.event('session.closed');

  bench.machine.setFault({ priceOffsetMinor: 50 });
  bench.machine.scriptBuyer([{ press: 24 }, { finish: true }]);
  bench.grant({ grantNumber: 2 });
  const closed = await bench.gateway.event('session.closed', 2);

  const denials = bench.gateway.bodies('vend.selected').map(({ denied, approvedMinor }) => [denied, approvedMinor]);
  expect(denials).toEqual([
    ['unknown-selection', 0],
    ['over-amount', 0],
    [undefined, 1_200],
    ['price-differs', 0],
  ]);
  expect(closed).toMatchObject({ selections: 1, dispensed: 0, dispensedMinor: 0 });
  expect(bench.machine.dispensed.map(({ selection }) => selection)).toEqual([24]);
});
});
