import type { AdapterEvent } from '#bridge/adapters/adapter.js';
import { type Slot, type Vmc, type VmcInput, type VmcOutput, react } from '#simulated-machine/vmc-model.js';

import type { Random } from './random.js';
import type { Time, Timer } from './time.js';
import type { Weather } from './weather.js';

/** As DEFAULT_TIMINGS of the bridge. */
const START_RETRY_MS = 900;
const START_TRIES = 12;

/** Which vend the motor turns for. */
export interface VendKey {
  readonly purchaseId: string;
  readonly vendNumber: number;
}

export interface HardwareListener {
  /** A word from the line, for the bridge. */
  hear(event: AdapterEvent): void;
  /** The session is open: from now on the payer may choose. */
  unlocked(): void;
  idle(): void;
  fell(vend: VendKey, priceMinor: number): void;
  /** What became of it the machine never says. */
  unreported(vend: VendKey): void;
}

/**
 * The machine itself, behind its serial line: the very controller of the simulated machine, with a line that delays and
 * breaks. It keeps its state when the bridge loses its power, unless it loses its own.
 */
export class Hardware {
  private vmc: Vmc;
  private isConnected = false;
  private turningFor: VendKey | null = null;
  private approvedFor: VendKey | null = null;
  private opening: Timer | null = null;
  /** Words of an earlier connection never arrive. */
  private connection = 0;

  constructor(
    slots: readonly Slot[],
    multiVend: boolean,
    private readonly time: Time,
    private readonly weather: Weather,
    private readonly random: Random,
    private readonly listener: HardwareListener,
  ) {
    this.vmc = { mode: 'INACTIVE', slots, multiVend, outOfService: false, creditMinor: 0 };
  }

  get isOpen(): boolean {
    return this.vmc.mode === 'IDLE' || this.vmc.mode === 'VEND';
  }

  connect(): void {
    // Already there, to the machine it is a RESET: a result on its way is lost.
    if (this.isConnected && this.approvedFor !== null) this.listener.unreported(this.approvedFor);
    this.isConnected = true;
    this.connection += 1;
    this.later(() => this.put({ type: 'reader-on' }));
  }

  /** The line is gone; the adapter, which it powers, too. */
  disconnect(): void {
    this.endOpening();
    // Its result may just be on the line.
    if (this.isConnected && this.approvedFor !== null) this.listener.unreported(this.approvedFor);
    if (this.isConnected) this.silently({ type: 'reader-off' });
    this.isConnected = false;
    this.connection += 1;
  }

  lose(): void {
    this.disconnect();
    this.listener.hear({ type: 'status', status: 'lost' });
  }

  powerOff(): void {
    // The spiral had almost turned: the item falls in the dark.
    if (this.turningFor !== null && this.random.chance(0.5)) {
      this.silently({ type: 'motor-done', result: 'unreported' });
    }
    this.silently({ type: 'power-off' });
    this.disconnect();
    this.turningFor = null;
  }

  reset(): void {
    if (this.approvedFor !== null) this.listener.unreported(this.approvedFor);
    this.put({ type: 'reset' });
  }

  press(selection: number): void {
    this.put({ type: 'press', selection });
  }

  finish(): void {
    this.put({ type: 'finish' });
  }

  openSession(creditMinor: number, withinMs: number): void {
    this.endOpening();
    this.tryToOpen(creditMinor, this.time.now + withinMs, 1);
  }

  private tryToOpen(creditMinor: number, until: number, tries: number): void {
    this.later(() => {
      if (this.vmc.mode === 'ENABLED') return this.put({ type: 'begin-session', creditMinor });
      if (tries >= START_TRIES || this.time.now + START_RETRY_MS > until) {
        return this.say({ type: 'open-failed', detail: `START refused ${tries} times` });
      }
      this.opening = this.time.after(START_RETRY_MS, () => this.tryToOpen(creditMinor, until, tries + 1));
    });
  }

  approve(vend: VendKey, amountMinor: number): void {
    this.approvedFor = vend;
    this.later(() => this.put({ type: 'approve', amountMinor }));
  }

  deny(): void {
    this.later(() => this.put({ type: 'deny' }));
  }

  closeSession(): void {
    this.endOpening();
    this.later(() => this.put({ type: 'stop-session' }));
  }

  restart(): void {
    this.disconnect();
    this.time.after(1_000, () => this.connect());
  }

  private endOpening(): void {
    this.opening?.cancel();
    this.opening = null;
  }

  private put(input: VmcInput): void {
    const before = this.vmc;
    const { vmc, outputs } = react(this.vmc, input);
    this.vmc = vmc;
    for (const output of outputs) this.react(output);
    if (before.mode !== 'IDLE' && vmc.mode === 'IDLE') {
      if (before.mode !== 'VEND') this.listener.unlocked();
      this.listener.idle();
    }
  }

  /** The controller moves on and nobody hears of it. */
  private silently(input: VmcInput): void {
    const { vmc, outputs } = react(this.vmc, input);
    this.vmc = vmc;
    for (const output of outputs) if (output.type === 'delivery') this.deliver(output.priceMinor);
  }

  private react(output: VmcOutput): void {
    switch (output.type) {
      case 'motor':
        this.turningFor = this.approvedFor;
        return this.turn();
      case 'delivery':
        return this.deliver(output.priceMinor);
      case 'status':
        if (output.mode === 'IDLE') this.endOpening();
        return this.say({ type: 'status', status: LOWER[output.mode] });
      case 'vend-request':
        return this.say({ type: 'selection', selection: output.selection, priceMinor: output.priceMinor });
      case 'vend-success':
        return this.say({ type: 'vend-success' });
      case 'vend-error':
        if (output.code === 5) return this.say({ type: 'vend-reset' });
        return this.say({ type: 'vend-failure', reason: output.code === 1 ? 'cancelled' : 'not-dispensed' });
      case 'wrong-state':
        if (output.command === 'VEND') {
          // It was reset since it asked; the bridge, which had approved, never learns what came of it.
          if (this.approvedFor !== null) this.listener.unreported(this.approvedFor);
          return this.say({ type: 'approval-refused' });
        }
        // The adapter repeats where the machine stands, unless it is in a session.
        if (output.command === 'STOP' && this.vmc.mode !== 'IDLE' && this.vmc.mode !== 'VEND') {
          this.say({ type: 'status', status: LOWER[this.vmc.mode] });
        }
        return;
      case 'cash-sale':
      case 'approval-heard':
      case 'denied':
        return;
    }
  }

  private turn(): void {
    const turning = this.turningFor;
    this.time.after(this.random.between(500, 12_000), () => {
      if (this.turningFor !== turning || turning === null) return;
      const jams = this.weather.strikes('motor-jams');
      const unreported = !jams && this.weather.strikes('motor-unreported');
      if (unreported) this.listener.unreported(turning);
      this.put({ type: 'motor-done', result: jams ? 'jammed' : unreported ? 'unreported' : 'dispensed' });
      this.turningFor = null;
    });
  }

  private deliver(priceMinor: number): void {
    if (this.turningFor !== null) this.listener.fell(this.turningFor, priceMinor);
  }

  private say(event: AdapterEvent): void {
    this.later(() => this.listener.hear(event));
  }

  /** Over the line, in order; what is under way when the line breaks is lost. */
  private later(work: () => void): void {
    const { connection } = this;
    this.time.after(LINE_MS, () => {
      if (this.isConnected && this.connection === connection) work();
    });
  }
}

/** A line of some twenty characters at 115,200 baud, and the adapter's own pace. */
const LINE_MS = 20;

const LOWER = { INACTIVE: 'inactive', DISABLED: 'disabled', ENABLED: 'enabled', IDLE: 'idle' } as const;
