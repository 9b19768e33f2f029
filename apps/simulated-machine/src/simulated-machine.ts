import { type AdapterBox, qibixxBox, type Surroundings } from './adapter-box.js';
import { Buyer, type BuyerStep, type PressResult } from './buyer.js';
import { type Dialect, type Faults, NO_FAULTS, vendEndingOf, withFaults } from './faults.js';
import { type Delivery, displayOf, type MachineView } from './machine-view.js';
import { SerialEnd } from './serial-end.js';
import { WaferStarDialect } from './wafer-star-dialect.js';
import { mayAsk, react, type Slot, type Vmc, type VmcInput, type VmcOutput, type WrongApproval } from './vmc-model.js';

export interface SimulatedMachineOptions {
  /** Letters, digits and dashes: it stands in the adapter's version line. */
  readonly name: string;
  readonly slots: readonly Slot[];
  readonly currency: string;
  readonly decimals: number;
  /** What stands between machine and computer; `qibixx` when left out. */
  readonly dialect?: Dialect;
  /** Where the serial device appears; a fresh name under the system's temporary folder when left out. */
  readonly linkPath?: string;
  /** From approval to the item's fall. */
  readonly dispenseMs?: number;
  /** On from the beginning: a machine that starts out of service, for one. */
  readonly faults?: Partial<Faults>;
}

const DISPENSE_MS = 1_500;
const POWER_CUT_MS = 500;

/** What READER CONFIG usually asks a machine to wait for an answer (MDB/ICP 4.2, Z7). After it the machine resets. */
const RESPONSE_MS = 30_000;

/** Tray and wrong approvals are lists for people and tests; a machine that was never emptied keeps the latest. */
const KEPT_MAX = 10_000;

/** A vending machine with an adapter on a real pseudo-terminal. It says SIMULATOR wherever it can. */
export class SimulatedMachine {
  readonly dispensed: Delivery[] = [];
  /** Approvals of another amount than was asked; nothing fell for them. A right host makes none. */
  readonly wrongApprovals: WrongApproval[] = [];
  private vmc: Vmc;
  private faults: Faults = NO_FAULTS;
  private pressed: { result: PressResult; afterMs: number } | undefined;
  private motor: NodeJS.Timeout | undefined;
  private sessionTimer: NodeJS.Timeout | undefined;
  private patience: NodeJS.Timeout | undefined;
  private slowAnswer: NodeJS.Timeout | undefined;
  private storm: NodeJS.Timeout | undefined;
  private powerReturns: NodeJS.Timeout | undefined;
  private notice = '';
  private readonly box: AdapterBox;
  private readonly serial: SerialEnd;
  private readonly buyer: Buyer;
  private readonly listeners = new Set<() => void>();

  static async start(options: SimulatedMachineOptions): Promise<SimulatedMachine> {
    const machine = new SimulatedMachine(options);
    machine.serial.plugIn();
    machine.box.powerOn();
    machine.setFault(options.faults ?? {});
    return machine;
  }

  private constructor(private readonly options: SimulatedMachineOptions) {
    if (!/^[A-Za-z0-9-]{1,32}$/.test(options.name))
      throw new RangeError('a name has 1 to 32 letters, digits or dashes');
    this.vmc = {
      mode: 'INACTIVE',
      slots: options.slots,
      multiVend: true,
      outOfService: false,
      creditMinor: 0,
    };
    this.box = boxOf(options, {
      send: (messages) => this.serial.send(messages),
      put: (input) => this.obey(input),
    });
    this.serial = new SerialEnd(
      options.name,
      options.linkPath,
      () => this.faults,
      (bytes) => this.box.hear(bytes),
    );
    this.buyer = new Buyer((step) => ('press' in step ? this.choose(step) : this.finish()));
  }

  get name(): string {
    return this.options.name;
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

  /** Scripts whose session never came are for nobody else's session. */
  forgetScripts(): void {
    this.buyer.expectNobody();
  }

  /** @param result how it ends; without one, as the faults that are on have it. */
  press(selection: number, result?: PressResult): void {
    this.choose({ press: selection, result });
  }

  private choose(step: Extract<BuyerStep, { press: number }>): void {
    const { mode } = this.vmc;
    const takesMoney = mayAsk(this.vmc) || this.faults.cashSale;
    this.notice = takesMoney ? this.objectionTo(step.press) : '';
    // Nothing happens at the machine, so the payer goes on to the next idea.
    if (!takesMoney || this.notice !== '') return mode === 'IDLE' ? this.buyer.mayChoose() : this.changed();
    const result = step.result ?? vendEndingOf(this.faults);
    const afterMs = step.resultAfterMs ?? (this.faults.successLateMs || (this.options.dispenseMs ?? DISPENSE_MS));
    if (this.faults.cashSale) return this.payCash(step.press, afterMs);
    this.pressed = { result, afterMs };
    this.put({ type: 'press', selection: step.press });
    if (result === 'cancelled') this.put({ type: 'cancel' });
    if (result === 'cancelled-too-late') this.box.cancelTooLate();
    if (result === 'reset-before-approval') this.reset();
  }

  private payCash(selection: number, afterMs: number): void {
    this.pressed = { result: 'dispensed', afterMs };
    this.put({ type: 'pay-cash', selection });
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

  /** Switches faults on and off; what stands in {@link FAULTS} tells what each does. */
  setFault(change: Partial<Faults>): void {
    const before = this.faults;
    const now = withFaults(before, change);
    this.faults = now;
    this.vmc = {
      ...this.vmc,
      multiVend: !now.singleVend,
      alwaysIdle: now.selectionFirst,
      priceOffsetMinor: now.priceOffsetMinor || 0,
    };
    if (now.unplugged && !before.unplugged) void this.serial.unplug();
    if (!now.unplugged && before.unplugged) this.serial.plugIn();
    if (now.inactive !== before.inactive) this.box.mute(now.inactive);
    if (now.outOfService !== before.outOfService) this.put({ type: 'service', out: now.outOfService });
    if (now.sessionTimeoutMs !== before.sessionTimeoutMs) this.armSessionTimer();
    clearInterval(this.storm);
    if (now.resetStormMs !== false) this.storm = setInterval(() => this.reset(), now.resetStormMs);
    this.changed();
  }

  /** The machine controller is reset by itself. */
  reset(): void {
    this.box.reset();
  }

  /** Machine and adapter lose their power: the spiral stands still, the session and the settings are gone. */
  async powerCut(forMs = POWER_CUT_MS): Promise<void> {
    clearTimeout(this.motor);
    this.buyer.sessionOver();
    this.box.powerOff();
    this.put({ type: 'power-off' });
    await this.serial.unplug();
    this.changed();
    this.powerReturns = setTimeout(() => {
      if (!this.faults.unplugged) this.serial.plugIn();
      this.box.powerOn();
      this.changed();
    }, forMs);
  }

  view(): MachineView {
    const { mode, creditMinor, slots } = this.vmc;
    const { name, currency, decimals } = this.options;
    return {
      simulator: true,
      name,
      dialect: this.options.dialect ?? 'qibixx',
      serialPath: this.path,
      mode,
      plugged: this.serial.plugged,
      display: this.notice === '' ? displayOf(this.vmc) : this.notice,
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
    clearInterval(this.storm);
    for (const timer of [this.motor, this.sessionTimer, this.patience, this.slowAnswer, this.powerReturns]) {
      clearTimeout(timer);
    }
    this.buyer.sessionOver();
    this.box.powerOff();
    await this.serial.remove();
    this.changed();
  }

  // ------------------------------------------------------------------------------------------------------ inner works

  /** What the adapter passes on to the machine. */
  private obey(input: VmcInput): void {
    const { refuseStart, slowAnswerMs } = this.faults;
    if (input.type === 'begin-session' && refuseStart !== false) {
      this.setFault({ refuseStart: refuseStart > 1 && refuseStart - 1 });
      return this.tell({ type: 'wrong-state', command: 'START' });
    }
    const isAnswer = input.type === 'approve' || input.type === 'deny';
    if (!isAnswer || slowAnswerMs === false) return this.put(input);
    this.slowAnswer = setTimeout(() => this.put(input), slowAnswerMs);
  }

  private put(input: VmcInput): void {
    const before = this.vmc.mode;
    const { vmc, outputs } = react(this.vmc, input);
    this.vmc = vmc;
    if (vmc.mode !== before) this.notice = '';
    for (const output of outputs) this.tell(output);
    this.armSessionTimer();
    this.armPatience();
    if (vmc.mode === 'IDLE' && before !== 'IDLE') this.buyer.mayChoose();
    if (vmc.mode !== 'IDLE' && vmc.mode !== 'VEND') this.buyer.sessionOver();
    this.changed();
  }

  private armSessionTimer(): void {
    clearTimeout(this.sessionTimer);
    const { sessionTimeoutMs } = this.faults;
    if (this.vmc.mode !== 'IDLE' || sessionTimeoutMs === false) return;
    this.sessionTimer = setTimeout(() => this.finish(), sessionTimeoutMs);
  }

  /** A request that nobody answers in time ends with a RESET (MDB/ICP 4.2, non-response time). */
  private armPatience(): void {
    const waits = this.vmc.vend?.approved === false;
    if (!waits) clearTimeout(this.patience);
    if (!waits) this.patience = undefined;
    else this.patience ??= setTimeout(() => this.reset(), this.faults.impatientMs || RESPONSE_MS);
  }

  private tell(output: VmcOutput): void {
    this.box.tell(this.distort(output));
    if (output.type === 'motor') this.turn();
    if (output.type === 'vend-error' && output.wrong !== undefined) keep(this.wrongApprovals, output.wrong);
    if (output.type !== 'delivery') return;
    const { type: _, ...item } = output;
    keep(this.dispensed, { ...item, at: new Date() });
  }

  private distort(output: VmcOutput): VmcOutput {
    if (output.type !== 'vend-request') return output;
    const { reportedSelection } = this.faults;
    return reportedSelection === false ? output : { ...output, selection: reportedSelection };
  }

  private turn(): void {
    const { result, afterMs } = this.pressed ?? { result: 'dispensed', afterMs: DISPENSE_MS };
    this.motor = setTimeout(() => {
      if (result === 'jammed') return this.put({ type: 'motor-done', result: 'jammed' });
      const isSilent = result === 'never-result' || result === 'reset-after-approval';
      this.put({ type: 'motor-done', result: isSilent ? 'unreported' : 'dispensed' });
      if (result === 'reset-after-approval') this.reset();
    }, afterMs);
  }

  private changed(): void {
    for (const listener of this.listeners) listener();
  }
}

function keep<T>(list: T[], item: T): void {
  list.push(item);
  if (list.length > KEPT_MAX) list.shift();
}

function boxOf(
  { dialect, name, currency, decimals, slots }: SimulatedMachineOptions,
  around: Surroundings,
): AdapterBox {
  if (dialect !== 'wafer-star') return qibixxBox(name, decimals, around);
  const dearestMinor = Math.max(0, ...slots.map(({ priceMinor }) => priceMinor));
  return new WaferStarDialect({ name, currency, decimals, dearestMinor }, around);
}
