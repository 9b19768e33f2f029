import type { AdapterEvent } from '../adapter.js';
import type { AnswerName, IdFields, Level } from './answers.js';
import { OPTION } from './answers.js';
import type { CashlessAddress, VmcCommand } from './commands.js';

/** The states of a cashless device, MDB/ICP 4.2, section 7.3. */
export type Phase = 'inactive' | 'disabled' | 'enabled' | 'session-idle' | 'vend' | 'revalue' | 'negative-vend';

/** As OUT OF SEQUENCE names them. */
export const STATE_NUMBERS: Readonly<Record<Phase, number>> = {
  inactive: 1,
  disabled: 2,
  enabled: 3,
  'session-idle': 4,
  vend: 5,
  revalue: 6,
  'negative-vend': 7,
};

/** A data answer; the machine gets it at its next POLL. */
export interface Answer {
  readonly name: AnswerName;
  /** With checksum. */
  readonly bytes: Uint8Array;
  /** Of BEGIN SESSION and VEND APPROVED; for people only. */
  readonly amountMinor?: number;
  /** Monotonic: from then on it must not leave. */
  readonly notAfter?: number;
}

export interface Vend {
  readonly units: number;
  readonly item: number;
  /** Monotonic: when the machine asked. */
  readonly askedAt: number;
  /**
   * - `asked`: nobody decided yet. `denied`: the denial waits to leave.
   * - `approved`: the approval waits to leave. `sent`: it left, so the machine may have heard it.
   */
  readonly standing: 'asked' | 'denied' | 'approved' | 'sent';
  readonly approvedMinor: number;
  /** A VEND CANCEL met an approval that had left: which of the two the machine goes by, its next word tells. */
  readonly crossed?: true;
}

export interface MdbState {
  readonly phase: Phase;
  /** SETUP CONFIG was heard; with the prices it makes the set-up complete. */
  readonly configured: boolean;
  /** The highest that both sides know. */
  readonly level: Level;
  /** What both sides want of `OPTION`; a RESET takes it back. */
  readonly options: number;
  /** What the machine last said of READER ENABLE and DISABLE; in a session it counts afterwards. */
  readonly readerEnabled: boolean;
  /** Each name once, so it cannot grow. */
  readonly waiting: readonly Answer[];
  /** What is left of the grant. Without one nothing is approved. */
  readonly leftMinor?: number;
  readonly vend?: Vend;
  /** The last command, to know it again when it is repeated. */
  readonly last?: { readonly command: VmcCommand; readonly at: number };
}

export interface MdbRules {
  readonly address: CashlessAddress;
  /** The most this side can. */
  readonly level: Level;
  /** Four digits: 1 and the number of ISO 4217. */
  readonly currency: string;
  /** Units times scale are smallest units of the currency, which has `decimals` decimals. */
  readonly scale: number;
  readonly decimals: number;
  /** MDB's Z7, the time from a request to its answer. At least 5 (MDB/ICP 4.2: the default non-response time). */
  readonly responseSeconds: number;
  readonly multiVend: boolean;
  /** Bits of `OPTION` that this side offers at level 3. */
  readonly options: number;
  readonly identity: IdFields;
}

export type MdbInput =
  | { readonly type: 'command'; readonly command: VmcCommand }
  /** The way to the machine is free: the next answer may leave. */
  | { readonly type: 'fetch' }
  /** A grant. Not offered at or after `notAfter` (monotonic). */
  | { readonly type: 'begin'; readonly creditMinor: number; readonly notAfter: number }
  | { readonly type: 'approve'; readonly amountMinor: number }
  | { readonly type: 'deny' }
  /** Ask the machine to end the session. */
  | { readonly type: 'end' }
  /** Power-up of this side. */
  | { readonly type: 'restart' }
  /** Ask for the time, to hear something. */
  | { readonly type: 'probe' }
  /** Time has passed. */
  | { readonly type: 'tick' };

export type MdbEvent =
  | AdapterEvent
  /** What the machine says of itself in EXPANSION REQUEST ID. */
  | ({ readonly type: 'machine-id' } & IdFields);

export const POWER_UP: MdbState = {
  phase: 'inactive',
  configured: false,
  level: 1,
  options: 0,
  readerEnabled: false,
  waiting: [],
};

/** Amounts of 32 bits: one of the two options of "expanded currency mode" is on. */
export function isWide({ options }: Pick<MdbState, 'options'>): boolean {
  return (options & (OPTION.money32 | OPTION.currencies)) !== 0;
}

/** The machine stops waiting for our answer at Z7; ours has left by this much before, or never leaves. */
const MARGIN_MS = 2_000;

/** Monotonic: from then on no approval may leave. */
export function approveBefore({ askedAt }: Vend, { responseSeconds }: MdbRules): number {
  return askedAt + responseSeconds * 1_000 - MARGIN_MS;
}
