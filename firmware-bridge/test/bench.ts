import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { startBridge, type BridgeConfig, type RunningBridge } from '#bridge/bridge.js';
import { jsonLog } from '#bridge/log.js';
import type { Timings } from '#bridge/timings.js';
import type { Grant } from '#machine-protocol/messages.js';
import { SimulatedMachine, type SimulatedMachineOptions } from '#simulated-machine/simulated-machine.js';

import { TestBroker, type Door } from './test-broker.js';
import { LINK_KEY, TestGateway } from './test-gateway.js';

/** Fast enough for a test, slow enough for a busy computer. */
const TIMINGS: Partial<Timings> = {
  heartbeatMs: 100,
  silentMs: 600,
  startRetryMs: 30,
  reopenMinMs: 30,
  reopenMaxMs: 100,
  resultMs: 2_000,
  resultGraceMs: 200,
  stopRetryMs: 300,
  resendMs: 200,
  reconnectMinMs: 20,
  reconnectMaxMs: 100,
};

type GrantFields = Parameters<TestGateway['sendGrant']>[0];

export const MACHINE_ID = 'machine-1';

/** A whole site on one computer: broker, gateway, bridge, and the machine on a real pseudo-terminal. */
export class Bench {
  bridge: RunningBridge | undefined;
  private readonly journalDir = mkdtempSync(join(tmpdir(), 'vendrail-bridge-'));

  private constructor(
    readonly machine: SimulatedMachine,
    readonly gateway: TestGateway,
    private readonly broker: TestBroker,
    private readonly bridgeDoor: Door,
  ) {}

  static async set(options: Partial<SimulatedMachineOptions> = {}): Promise<Bench> {
    const broker = await TestBroker.start();
    const machine = await SimulatedMachine.start({
      name: 'bench',
      slots: [
        { selection: 11, priceMinor: 1_500, stock: 5 },
        { selection: 12, priceMinor: 1_250, stock: 5 },
        { selection: 24, priceMinor: 1_200, stock: 5 },
        { selection: 99, priceMinor: 500, stock: 5 },
      ],
      currency: 'SEK',
      decimals: 2,
      dispenseMs: 20,
      ...options,
    });
    const gateway = await TestGateway.connect((await broker.openDoor()).url, MACHINE_ID);
    return new Bench(machine, gateway, broker, await broker.openDoor());
  }

  /** The bridge's way to the broker is interrupted; the gateway's is not. */
  cutNetwork(): Promise<void> {
    return this.bridgeDoor.shut();
  }

  restoreNetwork(): Promise<void> {
    return this.bridgeDoor.open();
  }

  async startBridge(timings: Partial<Timings> = {}): Promise<RunningBridge> {
    const config: BridgeConfig = {
      machineId: MACHINE_ID,
      serialPath: this.machine.path,
      mqttUrl: this.bridgeDoor.url,
      linkKey: LINK_KEY,
      journalDir: this.journalDir,
      currency: 'SEK',
      decimals: 2,
      timings: { ...TIMINGS, ...timings },
    };
    const log =
      process.env['BENCH_LOG'] === undefined ? {} : { log: jsonLog((line) => process.stderr.write(line), 'bridge') };
    const bridge = await startBridge(config, log);
    this.bridge = bridge;
    await this.gateway.presence(
      (seen) => seen.bootId === bridge.bootId && seen.machineState === 'ready' && seen.simulated,
    );
    return bridge;
  }

  async clear(): Promise<void> {
    await this.bridge?.stop();
    await this.gateway.close();
    await this.machine.stop();
    await this.broker.stop();
    rmSync(this.journalDir, { recursive: true, force: true });
  }

  /** Selections 11, 12 and 24 at their prices; 99 is not for sale. */
  grant(changes: Partial<GrantFields> = {}): Grant {
    return this.gateway.sendGrant(this.fields(changes));
  }

  /** The same, made and not sent. */
  someGrant(changes: Partial<GrantFields> = {}): Grant {
    return this.gateway.makeGrant(this.fields(changes));
  }

  private fields(changes: Partial<GrantFields>): GrantFields {
    return {
      bootId: this.bridge?.bootId ?? randomUUID(),
      purchaseId: randomUUID(),
      grantNumber: 1,
      currency: 'SEK',
      exponent: 2,
      amountMinor: 5_000,
      prices: [
        { selection: 11, priceMinor: 1_500 },
        { selection: 12, priceMinor: 1_250 },
        { selection: 24, priceMinor: 1_200 },
      ],
      priceListVersion: 1,
      lifetimeMs: 60_000,
      selectionWindowMs: 10_000,
      ...changes,
    };
  }
}
