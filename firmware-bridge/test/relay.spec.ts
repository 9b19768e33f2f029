import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { RelaySettings } from '#bridge/adapters/relay/relay-adapter.js';
import { startBridge, type RunningBridge } from '#bridge/bridge.js';
import { Pty } from '#simulated-machine/pty.js';

import { TestBroker } from './test-broker.js';
import { LINK_KEY, TestGateway } from './test-gateway.js';

const MACHINE_ID = 'machine-1';
const ON = 'a00101a2';
const OFF = 'a00100a1';

/** A relay board is a serial port that listens: a pseudo-terminal whose bytes are written down. */
let board: Pty;
let heard = '';
let plugged = false;
let broker: TestBroker;
let gateway: TestGateway;
let bridge: RunningBridge;
const dirs: string[] = [];

async function setUp(settings: Partial<RelaySettings> = {}): Promise<void> {
  heard = '';
  plugged = true;
  board = Pty.open((bytes) => (heard += bytes.toString('hex')));
  broker = await TestBroker.start();
  const mqttUrl = (await broker.openDoor()).url;
  gateway = await TestGateway.connect(mqttUrl, MACHINE_ID);
  const journalDir = mkdtempSync(join(tmpdir(), 'vendrail-relay-'));
  dirs.push(journalDir);
  bridge = await startBridge({
    machineId: MACHINE_ID,
    adapter: 'relay',
    serialPath: board.path,
    mqttUrl,
    journalDir,
    linkKey: LINK_KEY,
    currency: 'SEK',
    decimals: 2,
    relay: { priceMinor: 2_000, pulseMs: 50, ...settings },
    timings: { heartbeatMs: 50, reopenMinMs: 20, reopenMaxMs: 50 },
  });
  await gateway.presence(({ machineState }) => machineState === 'ready');
}

afterEach(async () => {
  await bridge.stop();
  await gateway.close();
  await broker.stop();
  if (plugged) await board.close();
});
afterAll(() => dirs.forEach((dir) => rmSync(dir, { recursive: true, force: true })));

function grant(priceMinor = 2_000): void {
  gateway.sendGrant({
    bootId: bridge.bootId,
    purchaseId: randomUUID(),
    grantNumber: 1,
    currency: 'SEK',
    exponent: 2,
    amountMinor: 5_000,
    prices: [{ selection: 1, priceMinor }],
    priceListVersion: 1,
    lifetimeMs: 60_000,
    selectionWindowMs: 10_000,
  });
}

it('gives one pulse for a grant, and leaves to a person whether anything came out', async () => {
  await setUp();
  grant();
  expect(await gateway.event('session.closed')).toMatchObject({ selections: 1, dispensed: 0, dispensedMinor: 0 });
  expect(gateway.story).toEqual(['grant.accepted', 'vend.selected', 'vend.uncertain', 'session.closed']);
  expect(gateway.bodies('vend.selected')).toMatchObject([{ selection: 1, approvedMinor: 2_000 }]);
  expect(heard).toBe(OFF + ON + OFF);
  await gateway.presence(({ machineState }) => machineState === 'ready');
});

it('counts a pulse as sold where the operator says so', async () => {
  await setUp({ countsAsVended: true });
  grant();
  expect(await gateway.event('session.closed')).toMatchObject({ dispensed: 1, dispensedMinor: 2_000 });
  expect(gateway.bodies('vend.uncertain')).toEqual([]);
});

it('gives no pulse when the price list says another price', async () => {
  await setUp();
  grant(1_900);
  expect(await gateway.event('session.closed')).toMatchObject({ selections: 1, dispensed: 0 });
  expect(gateway.bodies('vend.selected')).toMatchObject([{ denied: 'price-differs' }]);
  expect(heard).toBe(OFF);
});

it('is uncertain of a pulse during which the plug was pulled, whatever the operator says', async () => {
  await setUp({ countsAsVended: true, pulseMs: 400 });
  grant();
  await gateway.event('vend.selected');
  plugged = false;
  await board.close();
  expect(await gateway.event('session.closed')).toMatchObject({ reason: 'adapter-lost', dispensed: 0 });
  expect(gateway.bodies('vend.uncertain')).toMatchObject([{ reason: 'adapter-lost' }]);
});
