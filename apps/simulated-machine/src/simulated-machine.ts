import { Buyer, type BuyerStep, type PressResult } from './buyer.js';
import { NO_FAULTS, type Faults } from './faulty-line.js';
import { QibixxDialect } from './qibixx-dialect.js';
import { SerialEnd } from './serial-end.js';
import { react, type Slot, type Vmc, type VmcInput, type VmcMode, type VmcOutput } from './vmc-model.js';

export interface SimulatedMachineOptions {
  /** Letters, digits and dashes: it stands in the adapter's version line. */
  readonly name: string;
  readonly slots: readonly Slot[];
  readonly currency: string;
  readonly decimals: number;
  readonly multiVend?: boolean;
  /** Where the serial device appears; a fresh name under the system's temporary folder when left out. */
  readonly linkPath?: string;
  /** From approval to the item's fall. */
  readonly dispenseMs?: number;
  /** The machine ends a session in which nothing is pressed for this long; by default it leaves that to the reader. */
  readonly sessionTimeoutMs?: number;
}

/** An item that really fell: what the books must agree with. */
export interface Delivery {
  readonly selection: number;
  readonly priceMinor: number;
  readonly at: Date;
}

export interface MachineView {
  readonly simulator: true;
  readonly name: string;
  readonly mode: VmcMode;
  readonly plugged: boolean;
  readonly display: string;
  readonly currency: string;
  readonly decimals: number;
  readonly creditMinor: number;
  readonly slots: readonly Slot[];
  readonly dispensed: readonly Delivery[];
  readonly faults: Faults;
}

const DISPENSE_MS = 1_500;
const POWER_CUT_MS = 500;

/** The tray is a list for people and tests; a machine that was never emptied keeps the latest. */
const DELIVERIES_MAX = 10_000;

/** A vending machine with a Qibixx adapter on a real pseudo-terminal. It says SIMULATOR wherever it can. */
export class SimulatedMachine {
  readonly dispensed: Delivery[] = [];
  private vmc: Vmc;
  private faults: Faults = NO_FAULTS;
  private pressed: { result: PressResult; afterMs: number } | undefined;
  private motor: NodeJS.Timeout | undefined;
  private sessionTimer: NodeJS.Timeout | undefined;
  private powerReturns: NodeJS.Timeout | undefined;
  private notice = '';
  private readonly dialect: QibixxDialect;
  private readonly serial: SerialEnd;
  private readonly buyer: Buyer;
  private readonly listeners = new Set<() => void>();

  static async start(options: SimulatedMachineOptions): Promise<SimulatedMachine> {
    const machine = new SimulatedMachine(options);
    machine.replug();
    return machine;
  }

  private constructor(private readonly options: SimulatedMachineOptions) {
    if (!/^[A-Za-z0-9-]{1,32}$/.test(options.name))
      throw new RangeError('a name has 1 to 32 letters, digits or dashes');
    this.vmc = {
      mode: 'INACTIVE',
      slots: options.slots,
      multiVend: options.multiVend ?? true,
      outOfService: false,
      creditMinor: 0,
    };
    this.dialect = new QibixxDialect(options.name, options.decimals);
    this.serial = new SerialEnd(
      options.name,
      options.linkPath,
      () => this.faults,
      (line) => this.obey(line),
    );
    this.buyer = new Buyer((step) => ('press' in step ? this.choose(step) : this.finish()));
  }

  /** Open this like any serial device. It stays the same when the machine is unplugged and plugged in again. */
  get path(): string {
    return this.serial.path;
  }

  // ------------------------------------------------------------------------------------------------- for the payer

  /** What the payer of the next session does. Called several times, the scripts are for the sessions after it. */
  scriptBuyer(steps: readonly BuyerStep[]): void {
    this.buyer.expect(steps);
  }

  press(selection: number, result: PressResult = 'dispensed'): void {
    this.choose({ press: selection, result });
  }

  private choose(step: Extract<BuyerStep, { press: number }>): void {
    const { mode } = this.vmc;
    this.notice = mode === 'IDLE' ? this.objectionTo(step.press) : '';
    const result = step.result ?? 'dispensed';
    const ready = mode === 'IDLE' && this.notice === '';
    if (ready) this.pressed = { result, afterMs: step.resultAfterMs ?? this.options.dispenseMs ?? DISPENSE_MS };
    this.put({ type: 'press', selection: step.press });
    if (!ready) {
      // Nothing happened at the machine, so the payer goes on to the next idea.
      if (mode === 'IDLE') this.buyer.mayChoose();
      return;
    }
    if (result === 'cancelled') this.put({ type: 'cancel' });
    if (result === 'reset-before-approval') this.put({ type: 'reset' });
  }

  private objectionTo(selection: number): string {
    const slot = this.vmc.slots.find((candidate) => candidate.selection === selection);
    if (this.vmc.turning !== undefined) return 'PLEASE WAIT';
    if (slot === undefined) return 'NO SUCH PRODUCT';
    return slot.stock === 0 ? 'SOLD OUT' : '';
  }

  /** The return lever. */
  finish(): void {
    this.put({ type: 'finish' });
  }

  // ---------------------------------------------------------------------------------------------- for the test bench

  setFault(change: Partial<Faults>): void {
    this.faults = { ...this.faults, ...change };
    this.changed();
  }

  /** The door is opened, or the machine is taken out of service; false puts it back. */
  setOutOfService(out: boolean): void {
    this.put({ type: 'service', out });
  }

  /** The machine controller is reset by itself. */
  reset(): void {
    this.put({ type: 'reset' });
  }

  /** The serial plug is pulled; machine and adapter go on. */
  async unplug(): Promise<void> {
    await this.serial.unplug();
    this.changed();
  }

  replug(): void {
    this.serial.plugIn();
    this.changed();
  }

  /** Machine and adapter lose their power: the spiral stands still, the session and the settings are gone. */
  async powerCut(forMs = POWER_CUT_MS): Promise<void> {
    clearTimeout(this.motor);
    this.buyer.sessionOver();
    this.dialect.loseMemory();
    this.put({ type: 'power-off' });
    await this.unplug();
    this.powerReturns = setTimeout(() => this.replug(), forMs);
  }

  view(): MachineView {
    const { mode, creditMinor, slots } = this.vmc;
    const { name, currency, decimals } = this.options;
    return {
      simulator: true,
      name,
      mode,
      plugged: this.serial.plugged,
      display: this.display(),
      currency,
      decimals,
      creditMinor,
      slots,
      dispensed: this.dispensed,
      faults: this.faults,
    };
  }

  /** Resolves as soon as the machine is as described; for tests, which give it a time limit of their own. */
  until(condition: (view: MachineView) => boolean): Promise<void> {
    return new Promise((resolve) => {
      const check = (): void => {
        if (!condition(this.view())) return;
        this.listeners.delete(check);
        resolve();
      };
      this.listeners.add(check);
      check();
    });
  }

  async stop(): Promise<void> {
    for (const timer of [this.motor, this.sessionTimer, this.powerReturns]) clearTimeout(timer);
    this.buyer.sessionOver();
    await this.serial.remove();
    this.changed();
  }

  // ------------------------------------------------------------------------------------------------------ inner works

  private obey(line: string): void {
    const { lines, input } = this.dialect.hear(line);
    this.serial.send(lines);
    if (input === undefined) return;
    if (input.type === 'begin-session' && this.faults.refuseStart > 0) {
      this.setFault({ refuseStart: this.faults.refuseStart - 1 });
      return this.serial.send(['c,ERR,"START -3"']);
    }
    this.put(input);
  }

  private put(input: VmcInput): void {
    const before = this.vmc.mode;
    const { vmc, outputs } = react(this.vmc, input);
    this.vmc = vmc;
    if (vmc.mode !== before) this.notice = '';
    for (const output of outputs) this.tell(output);
    clearTimeout(this.sessionTimer);
    if (vmc.mode === 'IDLE') this.letChoose(before);
    else if (vmc.mode !== 'VEND') this.buyer.sessionOver();
    this.changed();
  }

  private letChoose(before: VmcMode): void {
    const { sessionTimeoutMs } = this.options;
    if (sessionTimeoutMs !== undefined) this.sessionTimer = setTimeout(() => this.finish(), sessionTimeoutMs);
    if (before !== 'IDLE') this.buyer.mayChoose();
  }

  private tell(output: VmcOutput): void {
    this.serial.send(this.dialect.tell(this.distort(output)));
    if (output.type === 'motor') this.turn();
    if (output.type !== 'delivery') return;
    this.dispensed.push({ selection: output.selection, priceMinor: output.priceMinor, at: new Date() });
    if (this.dispensed.length > DELIVERIES_MAX) this.dispensed.shift();
  }

  private distort(output: VmcOutput): VmcOutput {
    if (output.type !== 'vend-request') return output;
    const { priceOffsetMinor, reportedSelection } = this.faults;
    return {
      ...output,
      priceMinor: Math.max(0, output.priceMinor + priceOffsetMinor),
      selection: reportedSelection ?? output.selection,
    };
  }

  private turn(): void {
    const { result, afterMs } = this.pressed ?? { result: 'dispensed', afterMs: DISPENSE_MS };
    this.motor = setTimeout(() => {
      if (result === 'jammed') return this.put({ type: 'motor-done', result: 'jammed' });
      if (result === 'dispensed') return this.put({ type: 'motor-done', result: 'dispensed' });
      this.put({ type: 'motor-done', result: 'unreported' });
      if (result === 'reset-after-approval') this.put({ type: 'reset' });
    }, afterMs);
  }

  private display(): string {
    if (this.notice !== '') return this.notice;
    switch (this.vmc.mode) {
      case 'INACTIVE':
        return 'NO CARD READER';
      case 'DISABLED':
        return 'OUT OF SERVICE';
      case 'ENABLED':
        return 'SCAN TO PAY';
      case 'IDLE':
        return 'CHOOSE A PRODUCT';
      case 'VEND':
        return this.vmc.vend?.approved === true ? 'PLEASE WAIT' : 'ONE MOMENT';
    }
  }

  private changed(): void {
    for (const listener of this.listeners) listener();
  }
}
