import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { ConfigError, readConfig } from './config.js';

const dir = mkdtempSync(join(tmpdir(), 'vendrail-config-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const good = {
  machineId: 'lobby-1',
  serialPath: '/dev/serial/by-id/usb-Qibixx_MDB-HAT_0-if00',
  mqttUrl: 'mqtts://broker.example:8883',
  linkKey: 'ab'.repeat(32),
  journalDir: '/var/lib/vendrail',
  currency: 'SEK',
  decimals: 2,
};

function fileOf(content: unknown): string {
  const path = join(dir, 'bridge.json');
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

function faultsOf(read: () => unknown): readonly string[] {
  try {
    read();
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
  return [];
}

it('reads a file', () => {
  expect(readConfig(fileOf({ ...good, timings: { presenceMs: 5_000 } }), {})).toEqual({
    ...good,
    timings: { presenceMs: 5_000 },
  });
});

it('puts the environment above the file, so that a password need not be written into it', () => {
  const config = readConfig(fileOf(good), { VENDRAIL_MQTT_PASSWORD: 'secret', VENDRAIL_MACHINE_ID: 'lobby-2' });
  expect(config).toEqual({ ...good, machineId: 'lobby-2', mqttPassword: 'secret' });
});

it('needs no file', () => {
  const config = readConfig(undefined, {
    VENDRAIL_MACHINE_ID: 'lobby-1',
    VENDRAIL_SERIAL_PATH: '/dev/ttyACM0',
    VENDRAIL_MQTT_URL: 'mqtt://localhost',
    VENDRAIL_LINK_KEY: 'cd'.repeat(32),
    VENDRAIL_JOURNAL_DIR: '/tmp/j',
    VENDRAIL_CURRENCY: 'EUR',
    VENDRAIL_DECIMALS: '2',
  });
  expect(config).toMatchObject({ currency: 'EUR', decimals: 2 });
});

it('reads the private authority’s certificate', () => {
  const ca = join(dir, 'ca.pem');
  writeFileSync(ca, 'PEM');
  expect(readConfig(fileOf({ ...good, mqttCaFile: ca }), {})).toMatchObject({ mqttCa: 'PEM' });
});

it('lists every fault at once, and never a value', () => {
  const file = fileOf({
    machineId: 'a/b',
    serialPath: 'COM1',
    mqttUrl: 'http://broker',
    mqttPassword: 7,
    currency: 'XXX',
    decimals: 9,
    colour: 'red',
    timings: { presenceMs: 0 },
  });
  const faults = faultsOf(() => readConfig(file, {}));
  expect(faults.map((fault) => fault.split(':')[0])).toEqual([
    'machineId',
    'serialPath',
    'mqttUrl',
    'mqttPassword',
    'linkKey',
    'journalDir',
    'currency',
    'decimals',
    'timings.presenceMs',
    'file',
  ]);
});

it('names what is missing', () => {
  const faults = faultsOf(() => readConfig(undefined, { VENDRAIL_CURRENCY: 'SEK', VENDRAIL_DECIMALS: '2' }));
  expect(faults).toEqual(
    ['machineId', 'serialPath', 'mqttUrl', 'linkKey', 'journalDir'].map((name) => `${name}: is missing`),
  );
});

it.each([
  ['a missing file', () => readConfig('/nowhere/bridge.json', {})],
  ['a file that is not JSON', () => readConfig(fileOf('{'), {})],
  ['a file that is not an object', () => readConfig(fileOf('[]'), {})],
])('refuses %s', (_, read) => {
  expect(faultsOf(read)).toHaveLength(1);
});
