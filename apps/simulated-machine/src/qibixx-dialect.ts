import type { VmcInput, VmcOutput } from './vmc-model.js';

/**
 * The adapter's side of the Qibixx text protocol, written from the maker's pages and on purpose not from the bridge's
 * own encoder: two readings of one document find each other's mistakes.
 */
export interface Heard {
  /** What the adapter itself answers. */
  readonly lines: readonly string[];
  /** What it passes on to the machine. */
  readonly input?: VmcInput;
}

const PARAMETERS = new Set([
  'mdb-addr',
  'mdb-address',
  'mdb-currency-code',
  'mdb-decimal-places',
  'mdb-scale-factor',
  'mdb-always-idle',
  'mdb-timeout',
  'mdb-timeout-idle',
  'mdb-timeout-vend',
  'mdb-cashsale-enabled',
  'mdb-restore-funds',
  'mdb-ftl-enabled',
  'mdb-display-time',
]);

export class QibixxDialect {
  private on = false;
  private readonly settings = new Map<string, string>();

  constructor(
    private readonly name: string,
    private readonly decimals: number,
  ) {}

  /** What a power cut does to the adapter: off, and its settings forgotten. */
  loseMemory(): void {
    this.on = false;
    this.settings.clear();
  }

  hear(line: string): Heard {
    if (line === 'V') return { lines: [`v,4.0.2.0,SIMULATOR-${this.name}`] };
    if (line === 'H') return { lines: ['h,4.0,SIMULATOR'] };
    const [family, command = '', argument = ''] = line.split(',');
    if (family !== 'C') return { lines: [`c,UNKNOWN,${line}`] };
    if (command === '0') {
      this.on = false;
      return { lines: ['c,0'], input: { type: 'reader-off' } };
    }
    if (command === '1') return this.switchOn();
    if (command === 'SETCONF') return { lines: [this.setting(argument)] };
    if (!this.on) return { lines: ['c,ERR,"cashless is off"'] };
    return this.hearSession(command, argument, line);
  }

  private switchOn(): Heard {
    this.on = true;
    // As the machine would see it: a reader of no known currency is never enabled.
    const known = this.settings.has('mdb-currency-code') && this.settings.has('mdb-decimal-places');
    return known ? { lines: ['c,1'], input: { type: 'reader-on' } } : { lines: ['c,1', 'c,STATUS,INACTIVE'] };
  }

  private setting(argument: string): string {
    if (this.on) return 'c,ERR,"cashless is on"';
    const [parameter = '', value = ''] = argument.split('=');
    if (!PARAMETERS.has(parameter) || value === '') return 'c,ERR,"SETCONF -2"';
    this.settings.set(parameter, value);
    return 'c,SET,OK';
  }

  private hearSession(command: string, argument: string, line: string): Heard {
    const amount = this.amountOf(argument);
    switch (command) {
      case 'START':
        if (amount === undefined) return { lines: ['c,ERR,"START -2"'] };
        return { lines: [], input: { type: 'begin-session', creditMinor: amount } };
      case 'VEND':
        if (argument === '-1') return { lines: [], input: { type: 'deny' } };
        if (amount === undefined) return { lines: ['c,ERR,"VEND -2"'] };
        return { lines: [], input: { type: 'approve', amountMinor: amount } };
      case 'STOP':
        return { lines: [], input: { type: 'stop-session' } };
      case 'DISPLAY':
        return { lines: [] };
      default:
        return { lines: [`c,UNKNOWN,${line}`] };
    }
  }

  /** Exactly the configured decimals: the strict reading, so that a sloppy sender is found here and not in the field. */
  private amountOf(text: string): number | undefined {
    const pattern = this.decimals === 0 ? /^\d{1,8}$/ : new RegExp(`^\\d{1,8}\\.\\d{${this.decimals}}$`);
    return pattern.test(text) ? Number(text.replace('.', '')) : undefined;
  }

  /** The lines for what the machine said; nothing while the adapter is off. */
  tell(output: VmcOutput): string[] {
    if (!this.on) return [];
    switch (output.type) {
      case 'status': {
        const credit = output.creditMinor === undefined ? '' : `,${this.textOf(output.creditMinor)}`;
        return [`c,STATUS,${output.mode}${credit}`];
      }
      case 'vend-request':
        return [`c,STATUS,VEND,${this.textOf(output.priceMinor)},${output.selection}`];
      case 'approval-heard':
        return ['r,ACK'];
      case 'vend-success':
        return ['c,VEND,SUCCESS'];
      case 'vend-error':
        return [`c,ERR,VEND ${output.code}`];
      case 'denied':
        return ['c,ERR,-3'];
      case 'wrong-state':
        return [`c,ERR,"${output.command} -3"`];
      case 'motor':
      case 'delivery':
      // The maker's pages name no line for a cash sale at the machine.
      case 'cash-sale':
        return [];
    }
  }

  private textOf(minor: number): string {
    const scale = 10 ** this.decimals;
    const whole = Math.floor(minor / scale);
    return this.decimals === 0 ? `${minor}` : `${whole}.${String(minor % scale).padStart(this.decimals, '0')}`;
  }
}
