import type { AdapterEvent, AdapterIdentity, MachineAdapter, MachineStatus } from '../adapters/adapter.js';
import { openAdapter, type AdapterConfig } from '../adapters/open-adapter.js';
import { systemClock } from '../clock.js';
import { silentLog } from '../log.js';
import { DEFAULT_TIMINGS, type Timings } from '../timings.js';

/** A machine that talks without end is told apart from one that is to be waited for. */
const EVENTS_MAX = 1_000;

/** The machine for a person at the keyboard: the bridge's own adapter, without a server behind it. */
export class MachineContact {
  readonly adapter: MachineAdapter;
  /** As of the last event that was taken: what is still in the queue comes after it, however soon. */
  status: MachineStatus = 'lost';
  private readonly events: AdapterEvent[] = [];
  private waiting: ((event: AdapterEvent | undefined) => void) | undefined;
  private interrupted = false;

  constructor(config: AdapterConfig & { readonly timings?: Partial<Timings> }) {
    const timings = { ...DEFAULT_TIMINGS, ...config.timings };
    const emit = (event: AdapterEvent): void => this.take(event);
    this.adapter = openAdapter(config, { timings, clock: systemClock, log: silentLog, emit });
    this.adapter.start();
  }

  get identity(): AdapterIdentity {
    return this.adapter.identity;
  }

  private take(event: AdapterEvent): void {
    if (this.waiting !== undefined) return this.waiting(event);
    if (this.events.length < EVENTS_MAX) this.events.push(event);
  }

  /** The next thing that the machine says; undefined when it says nothing for so long, or the person has enough. */
  next(withinMs: number): Promise<AdapterEvent | undefined> {
    const early = this.events.shift();
    if (early !== undefined) return Promise.resolve(this.taken(early));
    if (this.interrupted) return Promise.resolve(undefined);
    return new Promise((resolve) => {
      const settle = (event?: AdapterEvent): void => {
        cancel();
        this.waiting = undefined;
        resolve(event && this.taken(event));
      };
      const cancel = systemClock.after(withinMs, () => settle());
      this.waiting = settle;
    });
  }

  private taken(event: AdapterEvent): AdapterEvent {
    if (event.type === 'status') this.status = event.status;
    if (event.type === 'selection') this.status = 'vend';
    return event;
  }

  /** The first event that `find` makes something of. */
  async first<T>(withinMs: number, find: (event: AdapterEvent) => T | undefined): Promise<T | undefined> {
    const until = systemClock.monotonicMs() + withinMs;
    for (;;) {
      const left = until - systemClock.monotonicMs();
      const event = left > 0 ? await this.next(left) : undefined;
      if (event === undefined) return undefined;
      const found = find(event);
      if (found !== undefined) return found;
    }
  }

  /** @returns whether the machine is in this state within the time */
  async becomes(status: MachineStatus, withinMs: number): Promise<boolean> {
    if (this.status === status) return true;
    const reached = await this.first(withinMs, () => (this.status === status ? true : undefined));
    return reached === true;
  }

  /** The person pressed Ctrl-C: nothing more is waited for. */
  interrupt(): void {
    this.interrupted = true;
    this.waiting?.(undefined);
  }

  async end(): Promise<void> {
    this.interrupted = false;
    await this.adapter.stop();
  }
}
