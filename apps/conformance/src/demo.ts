import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { type BridgeConfig, type RunningBridge, startBridge } from '#bridge/bridge.js';
import type { Timings } from '#bridge/timings.js';
import { startControlApi } from '#simulated-machine/control-api.js';
import { SimulatedMachine } from '#simulated-machine/simulated-machine.js';

import type { Hands } from './hands/hands.js';
import { withPower } from './hands/hands.js';
import { SimulatedFront } from './hands/simulated.js';

/** A bridge on the same desk: it need not spare a mobile line or a fleet’s broker. */
const TIMINGS: Partial<Timings> = {
  heartbeatMs: 1_000,
  startRetryMs: 50,
  reopenMinMs: 50,
  reopenMaxMs: 500,
  stopRetryMs: 500,
  stopGraceMs: 300,
  presenceMs: 1_000,
  resendMs: 300,
  resendMaxMs: 1_000,
  reconnectMinMs: 20,
  reconnectMaxMs: 200,
};

const MACHINE_ID = 'conformance-demo';

export interface Demo {
  readonly machineId: string;
  /** 64 hexadecimal digits. */
  readonly key: string;
  readonly front: SimulatedFront;
  readonly hands: Hands;
  stop(): Promise<void>;
}

/**
 * Our own bridge with a simulated machine, to show what the kit does.
 *
 * @param url the broker. @param start starts a bridge: ours, unless a test brings one with a fault
 */
export async function startDemo(url: string, start: StartBridge = (config) => startBridge(config)): Promise<Demo> {
  const folder = await mkdtemp(join(tmpdir(), 'vendrail-conformance-'));
  const machine = await SimulatedMachine.start({
    name: 'conformance',
    slots: [11, 12, 13].map((selection) => ({ selection, priceMinor: selection * 10, stock: 100 })),
    currency: 'EUR',
    decimals: 2,
    dispenseMs: 200,
  });
  const control = await startControlApi([machine], 0);
  const key = randomBytes(32).toString('hex');
  const config: BridgeConfig = {
    machineId: MACHINE_ID,
    serialPath: machine.path,
    mqttUrl: url,
    linkKey: key,
    journalDir: join(folder, 'journal'),
    currency: 'EUR',
    decimals: 2,
    timings: TIMINGS,
  };
  let bridge = await start(config);
  const front = new SimulatedFront(`${control.url}/machines/${machine.name}`);
  const hands = withPower(front, {
    restart: async () => {
      await bridge.stop();
      bridge = await start(config);
    },
    cutPower: async () => {
      bridge.kill();
      bridge = await start(config);
    },
  });
  return {
    machineId: MACHINE_ID,
    key,
    front,
    hands,
    stop: async () => {
      await bridge.stop();
      await control.close();
      await machine.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export type StartBridge = (config: BridgeConfig) => Promise<Pick<RunningBridge, 'stop' | 'kill'>>;
