import type { AdapterEvent, MachineAdapter } from '#bridge/adapters/adapter.js';
import { react, type Vmc, type VmcInput, type VmcOutput } from '#simulated-machine/vmc-model.js';

/** What a person beside the machine saw in one session. */
export interface Seen {
  readonly creditMinor: number;
  /** In the order of the approvals: their price, and whether the item fell. */
  readonly vends: { readonly priceMinor: number; fell: boolean }[];
}

/** The machine, which keeps its power or not, and remembers what really happened. Everything happens at once. */
export class WatchedMachine {
  readonly sessions: Seen[] = [];
  private vmc: Vmc = {
    mode: 'INACTIVE',
    slots: [
      { selection: 11, priceMinor: 1_500, stock: 1_000 },
      { selection: 12, priceMinor: 1_250, stock: 1_000 },
      { selection: 99, priceMinor: 500, stock: 1_000 },
    ],
    multiVend: true,
    outOfService: false,
    creditMinor: 0,
  };
  /** The bridge, while it runs. */
  private listener: ((event: AdapterEvent) => void) | undefined;

  get locked(): boolean {
    return this.vmc.mode === 'ENABLED';
  }

  /** The adapter's part of a bridge's start: off, on, and from then on the bridge hears the machine. */
  plugIn(listener: (event: AdapterEvent) => void): void {
    this.put({ type: 'reader-off' });
    this.listener = listener;
    this.put({ type: 'reader-on' });
  }

  unplug(): void {
    this.listener = undefined;
  }

  put(input: VmcInput): void {
    if (input.type === 'begin-session' && this.locked) {
      this.sessions.push({ creditMinor: input.creditMinor, vends: [] });
    }
    const { vmc, outputs } = react(this.vmc, input);
    this.vmc = vmc;
    for (const output of outputs) this.happen(output);
  }

  private happen(output: VmcOutput): void {
    const vends = this.sessions.at(-1)?.vends;
    if (output.type === 'motor') vends?.push({ priceMinor: this.vmc.vend?.priceMinor ?? 0, fell: false });
    const last = vends?.at(-1);
    if (output.type === 'delivery' && last !== undefined) last.fell = true;
    const event = eventOf(output);
    if (event !== undefined) this.listener?.(event);
  }

  /** @param powered false as soon as the bridge's computer is dead, whatever its program still tries */
  adapter(
    powered: () => boolean,
  ): Pick<MachineAdapter, 'openSession' | 'approve' | 'deny' | 'closeSession' | 'restart' | 'takeTranscript'> {
    const put = (input: VmcInput): void => (powered() ? this.put(input) : undefined);
    return {
      openSession: (creditMinor) => put({ type: 'begin-session', creditMinor }),
      approve: (amountMinor) => put({ type: 'approve', amountMinor }),
      deny: () => put({ type: 'deny' }),
      closeSession: () => put({ type: 'stop-session' }),
      restart: () => {
        put({ type: 'reader-off' });
        put({ type: 'reader-on' });
      },
      takeTranscript: () => ['< a line of the machine'],
    };
  }
}

function eventOf(output: VmcOutput): AdapterEvent | undefined {
  switch (output.type) {
    case 'status':
      return { type: 'status', status: STATUS[output.mode] };
    case 'vend-request':
      return { type: 'selection', selection: output.selection, priceMinor: output.priceMinor };
    case 'vend-success':
      return { type: 'vend-success' };
    case 'vend-error':
      if (output.code === 5) return { type: 'vend-reset' };
      return { type: 'vend-failure', reason: output.code === 3 ? 'not-dispensed' : 'cancelled' };
    case 'wrong-state':
      return output.command === 'VEND' ? { type: 'approval-refused' } : undefined;
    case 'cash-sale':
      return { type: 'cash-sale', selection: output.selection, priceMinor: output.priceMinor };
    case 'approval-heard':
    case 'denied':
    case 'motor':
    case 'delivery':
      return undefined;
  }
}

const STATUS = { INACTIVE: 'inactive', DISABLED: 'disabled', ENABLED: 'enabled', IDLE: 'idle' } as const;
