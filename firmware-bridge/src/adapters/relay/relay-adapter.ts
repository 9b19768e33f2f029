import type { Cancel, Clock } from '../../clock.js';
import type { Timings } from '../../timings.js';
import type { AdapterEvent, AdapterIdentity, MachineAdapter } from '../adapter.js';
import type { ByteLink } from '../serial-link.js';
import { Transcript } from '../transcript.js';

export interface RelaySettings {
  /** What one pulse costs, in smallest units; the price list must say the same. */
  readonly priceMinor: number;
  /** The selection that stands for a pulse in the price list. */
  readonly selection: number;
  readonly pulseMs: number;
  /** The operator's word that a pulse is a sale. Without it every pulse is uncertain, and a person decides. */
  readonly countsAsVended: boolean;
}

export const DEFAULT_RELAY = { selection: 1, pulseMs: 500, countsAsVended: false } as const;

/** LCUS-1 boards: a CH340 serial chip at 9600 8N1. */
export const RELAY_BAUD = 9_600;

/** Start, channel, state, sum of the three. The board answers nothing. */
const ON = Uint8Array.of(0xa0, 0x01, 0x01, 0xa2);
const OFF = Uint8Array.of(0xa0, 0x01, 0x00, 0xa1);

/** A plug that was pulled during the pulse is found in this time. */
const LOOK_MS = 200;

/**
 * A relay in place of a data link (LCUS-1, "USB relay module"): a grant is one pulse, which gives the machine one credit
 * or opens one lock. Nothing comes back, so it is trusted with little: "ready" says only that the board is plugged in,
 * and a pulse says nothing about an item (invariant I16). A machine like this never settles by itself unless the
 * operator says what a pulse is.
 */
export class RelayAdapter implements MachineAdapter {
  readonly identity: AdapterIdentity;
  private readonly transcript = new Transcript();
  private ready = false;
  private inSession = false;
  private next: Cancel | undefined;
  private heartbeat: Cancel | undefined;

  constructor(
    private readonly link: ByteLink,
    private readonly settings: RelaySettings,
    private readonly timings: Pick<Timings, 'heartbeatMs'>,
    private readonly clock: Clock,
    private readonly emit: (event: AdapterEvent) => void,
  ) {
    const trust = settings.countsAsVended ? 'each pulse counts as sold' : 'what is sold is never known';
    this.identity = { description: `relay LCUS-1, sees nothing of the machine: ${trust}`, simulated: false };
  }

  start(): void {
    this.link.start({
      opened: () => {
        this.beat();
        this.restart();
      },
      bytes: () => {},
      closed: () => {
        this.silence();
        if (this.ready) this.emit({ type: 'status', status: 'lost' });
        this.ready = false;
      },
    });
  }

  /** The pulse is the payer's only choice, so it is chosen at once. */
  openSession(): void {
    if (!this.ready) return this.emit({ type: 'open-failed', detail: 'the relay board is not plugged in' });
    this.inSession = true;
    this.emit({ type: 'status', status: 'idle' });
    const { selection, priceMinor } = this.settings;
    this.emit({ type: 'selection', selection, priceMinor });
  }

  approve(): void {
    if (!this.inSession) return;
    this.send(ON);
    this.next = this.clock.after(this.settings.pulseMs, () => {
      this.send(OFF);
      this.link.check();
      this.next = this.clock.after(LOOK_MS, () => this.pulsed());
    });
  }

  private pulsed(): void {
    this.next = undefined;
    if (this.settings.countsAsVended) this.emit({ type: 'vend-success' });
    // An approved vend without a result, and the session is over: uncertain.
    this.endSession();
  }

  deny(): void {
    if (this.next === undefined) this.endSession();
  }

  closeSession(): void {
    // A pulse that has begun is brought to its end.
    if (this.next === undefined) this.endSession();
  }

  restart(): void {
    this.next?.();
    this.next = undefined;
    this.send(OFF);
    this.ready = true;
    this.endSession();
  }

  takeTranscript(): string[] {
    return this.transcript.take();
  }

  stop(): Promise<void> {
    if (this.next !== undefined) this.send(OFF);
    this.silence();
    return this.link.stop();
  }

  /** Without the computer's power the board has none either, and the relay falls off. */
  kill(): void {
    this.silence();
    void this.link.stop();
  }

  private endSession(): void {
    this.inSession = false;
    this.emit({ type: 'status', status: 'enabled' });
  }

  private send(bytes: Uint8Array): void {
    this.transcript.sent(Buffer.from(bytes).toString('hex'));
    this.link.write(bytes);
  }

  /** The board says nothing, so only the port itself can tell that it is there. */
  private beat(): void {
    this.heartbeat = this.clock.after(this.timings.heartbeatMs, () => {
      this.link.check();
      this.link.settled();
      this.beat();
    });
  }

  private silence(): void {
    this.heartbeat?.();
    this.next?.();
    this.next = undefined;
    this.inSession = false;
  }
}
