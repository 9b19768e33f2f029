import { join } from 'node:path';

import { type RunningBridge, startBridge } from '#bridge/bridge.js';
import type { Credentials } from '#bridge/credentials.js';
import type { Timings } from '#bridge/timings.js';
import { startControlApi } from '#simulated-machine/control-api.js';
import type { Dialect } from '#simulated-machine/faults.js';
import { SimulatedMachine, type SimulatedMachineOptions } from '#simulated-machine/simulated-machine.js';

/** A simulated machine with the bridge beside it. */
export interface FleetMachine {
  readonly machine: SimulatedMachine;
  readonly bridge: RunningBridge;
}

export interface FleetOptions {
  /** Of their pages, all on one port. */
  readonly port: number;
  readonly mqttUrl: string;
  /** Where the bridges keep their journals. */
  readonly folder: string;
  /** Of all of them. The bridge calls its adapters by the same names. */
  readonly dialect: Dialect;
  readonly dispenseMs: number | undefined;
  readonly bridgeTimings: Partial<Timings> | undefined;
  /** What a machine's bridge proves itself with. */
  credentialsOf(machineId: string): Promise<Credentials>;
}

/**
 * Starts the machines and a bridge for each, all in this process: a bridge waits nearly all its life.
 *
 * @param closers gets what stops each part, in the order of starting
 */
export async function startFleet(
  fronts: readonly SimulatedMachineOptions[],
  options: FleetOptions,
  closers: (() => Promise<void>)[],
): Promise<readonly FleetMachine[]> {
  const { dialect, dispenseMs } = options;
  const alike = { dialect, ...(dispenseMs !== undefined && { dispenseMs }) };
  const machines: SimulatedMachine[] = [];
  for (const front of fronts) {
    const machine = await SimulatedMachine.start({ ...front, ...alike });
    closers.push(() => machine.stop());
    machines.push(machine);
  }
  const pages = await startControlApi(machines, options.port);
  closers.push(() => pages.close());
  const fleet: FleetMachine[] = [];
  // Each may wait for its last words to be acknowledged: all wait together.
  closers.push(async () => void (await Promise.all(fleet.map(({ bridge }) => bridge.stop()))));
  for (const machine of machines) {
    fleet.push({ machine, bridge: await bridgeOf(machine, options, machine === machines[0]) });
  }
  return fleet;
}

async function bridgeOf(machine: SimulatedMachine, options: FleetOptions, isFirst: boolean): Promise<RunningBridge> {
  const { currency, decimals } = machine.view();
  const { mqttPassword, linkKey } = await options.credentialsOf(machine.name);
  return startBridge({
    machineId: machine.name,
    adapter: options.dialect,
    serialPath: machine.path,
    mqttUrl: options.mqttUrl,
    mqttUsername: machine.name,
    mqttPassword,
    linkKey,
    // The first has always had the folder to itself, and finds in it what it did not tell yet.
    journalDir: isFirst ? join(options.folder, 'bridge') : join(options.folder, 'bridges', machine.name),
    currency,
    decimals,
    ...(options.bridgeTimings !== undefined && { timings: options.bridgeTimings }),
  });
}
