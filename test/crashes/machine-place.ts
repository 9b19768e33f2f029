import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { LinkCredentials } from '#fleet/link/credentials.js';
import type { BuyerStep } from '#simulated-machine/buyer.js';
import type { Delivery } from '#simulated-machine/machine-view.js';
import { SimulatedMachine } from '#simulated-machine/simulated-machine.js';

import { Child } from './child.js';
import { PROJECT, harnessProgram } from './project-folder.js';

/** Prices of the seed's EUR price list, by selection, in cents. */
export const PRICES: ReadonlyMap<number, number> = new Map([
  [11, 180],
  [12, 190],
  [13, 220],
  [14, 220],
  [21, 250],
  [22, 290],
]);
/** Never sold out: an empty machine would end the load. */
const STOCK = 1_000_000;
/** From approval to the item's fall: long enough to be hit by a power cut, short enough for many purchases. */
const DISPENSE_MS = 80;
/**
 * The bridge backs off for up to a minute from a broker that keeps failing. Here it fails every few seconds, once a
 * month elsewhere: with the usual pause a campaign would measure that.
 */
const RECONNECT_MAX_MS = 2_000;

/** A machine with its bridge: the machine lives here, where its tray is the truth; the bridge is a process. */
export class MachinePlace {
  /** When power was cut: what the machine was doing then nobody may know. */
  private readonly cutAt: Date[] = [];
  private readonly confirmations: { readonly invoiceReference: string; readonly at: Date }[] = [];
  /** The script that no session has taken yet. */
  private isScripted = false;

  private constructor(
    readonly machineId: string,
    readonly token: string,
    readonly machine: SimulatedMachine,
    readonly bridge: Child,
  ) {}

  static async start(
    machineId: string,
    token: string,
    mqttUrl: string,
    credentials: LinkCredentials,
    folder: string,
  ): Promise<MachinePlace> {
    const machine = await SimulatedMachine.start({
      name: machineId,
      currency: 'EUR',
      decimals: 2,
      slots: [...PRICES].map(([selection, priceMinor]) => ({ selection, priceMinor, stock: STOCK })),
      dispenseMs: DISPENSE_MS,
    });
    const configuration = join(folder, `bridge-${machineId}.json`);
    await writeFile(configuration, JSON.stringify({ timings: { reconnectMaxMs: RECONNECT_MAX_MS } }));
    const bridge = new Child({
      name: `the bridge of ${machineId}`,
      command: process.execPath,
      args: [
        '--import',
        harnessProgram('leash.mjs'),
        join(PROJECT, 'dist', 'firmware-bridge', 'src', 'main.js'),
        '--config',
        configuration,
      ],
      environment: {
        NODE_OPTIONS: await serviceNodeOptions(),
        VENDRAIL_MACHINE_ID: machineId,
        VENDRAIL_SERIAL_PATH: machine.path,
        VENDRAIL_MQTT_URL: mqttUrl,
        VENDRAIL_MQTT_USERNAME: machineId,
        VENDRAIL_MQTT_PASSWORD: credentials.password,
        VENDRAIL_LINK_KEY: credentials.key,
        VENDRAIL_JOURNAL_DIR: join(folder, `bridge-${machineId}`),
        VENDRAIL_CURRENCY: 'EUR',
        VENDRAIL_DECIMALS: '2',
      },
      isReady: (log) => log.includes('"started"'),
    });
    await bridge.start();
    return new MachinePlace(machineId, token, machine, bridge);
  }

  /** What the payer does in the next session. A script that no session took is still the next one's. */
  script(steps: readonly BuyerStep[]): void {
    if (this.isScripted) return;
    this.isScripted = true;
    this.machine.scriptBuyer(steps);
    void this.machine
      .until(({ mode }) => mode !== 'IDLE' && mode !== 'VEND')
      .then(() => this.machine.until(({ mode }) => mode === 'IDLE'))
      .then(() => {
        this.isScripted = false;
      });
  }

  /** The payer is about to confirm this invoice: from now on, until the next confirmation, the machine is his. */
  confirming(invoiceReference: string): void {
    this.confirmations.push({ invoiceReference, at: new Date() });
  }

  /**
   * What fell out for this invoice, and whether power was cut meanwhile. Only a confirmed payer's machine unlocks, and the
   * next one is not let in before; so this needs no clock but the one here, and no word of the product.
   */
  truthOf(invoiceReference: string | null): { fallen: readonly Delivery[]; wasCut: boolean } {
    const index = this.confirmations.findIndex((one) => one.invoiceReference === invoiceReference);
    const from = this.confirmations[index]?.at;
    if (from === undefined) return { fallen: [], wasCut: false };
    const to = this.confirmations[index + 1]?.at;
    const isMeanwhile = (at: Date) => at >= from && (to === undefined || at < to);
    return {
      fallen: this.machine.dispensed.filter(({ at }) => isMeanwhile(at)),
      wasCut: this.cutAt.some(isMeanwhile),
    };
  }

  /** Machine, adapter and bridge lose their power at once. */
  async powerCut(): Promise<void> {
    this.cutAt.push(new Date());
    await Promise.all([this.bridge.kill(), this.machine.powerCut()]);
  }

  async stop(): Promise<void> {
    await this.bridge.stop();
    await this.machine.stop();
  }
}

/** A bridge beside a machine is started by its service, which says how Node is run. */
async function serviceNodeOptions(): Promise<string> {
  const unit = await readFile(join(PROJECT, 'firmware-bridge', 'systemd', 'vendrail-bridge.service'), 'utf8');
  const options = /^Environment="NODE_OPTIONS=(.+)"$/m.exec(unit)?.[1];
  if (options === undefined) throw new Error('the service of the bridge has no NODE_OPTIONS');
  return options;
}
