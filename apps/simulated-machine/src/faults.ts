import type { PressResult } from './buyer.js';

/** How the machine is reached: a Qibixx adapter's text lines, or a WaferStar PC2MDB's MDB bytes. */
export const DIALECTS = ['qibixx', 'wafer-star'] as const;
export type Dialect = (typeof DIALECTS)[number];

export interface FaultDescription {
  /** What a person reads beside the switch. */
  readonly title: string;
  /** Where it sits: on the line, in the machine controller, in what it asks, in how a vend ends. */
  readonly group: 'line' | 'machine' | 'request' | 'vend';
  /** What it is on the line, in the words of each dialect. */
  readonly means: Readonly<Record<Dialect, string>>;
  /** A number belongs to it; without one it is on or off. */
  readonly number?: { readonly unit: string; readonly min: number; readonly max: number; readonly usual: number };
}

const MS = { unit: 'ms', min: 1, max: 600_000 } as const;
const SAME = (text: string) => ({ qibixx: text, 'wafer-star': text });

/** Everything that can be wrong, in the order in which people read it. All off by default. */
export const FAULTS = {
  pieces: {
    title: 'Lines in pieces',
    group: 'line',
    means: { qibixx: 'each line in two reads', 'wafer-star': 'each block in two reads' },
  },
  joined: {
    title: 'Lines joined',
    group: 'line',
    means: { qibixx: 'several lines in one read', 'wafer-star': 'several blocks in one read' },
  },
  garbage: {
    title: 'Garbage',
    group: 'line',
    means: { qibixx: 'noise before each line', 'wafer-star': 'noise before each block' },
  },
  duplicateStatus: {
    title: 'Duplicate status',
    group: 'line',
    means: { qibixx: 'each status line twice', 'wafer-star': 'each block twice, as after a lost answer' },
  },
  silent: { title: 'Silent', group: 'line', means: SAME('the adapter neither hears nor answers') },
  unplugged: { title: 'Unplugged', group: 'line', means: SAME('the serial plug is pulled') },

  inactive: {
    title: 'Inactive',
    group: 'machine',
    means: { qibixx: 'STATUS INACTIVE: nobody talks to the adapter', 'wafer-star': 'the machine sends nothing' },
  },
  outOfService: {
    title: 'Out of service',
    group: 'machine',
    means: { qibixx: 'STATUS DISABLED instead of ENABLED', 'wafer-star': 'READER DISABLE' },
  },
  refuseStart: {
    title: 'START refused',
    group: 'machine',
    means: { qibixx: 'START -3, so many times', 'wafer-star': 'BEGIN SESSION is not taken, so many times' },
    number: { unit: 'times', min: 1, max: 1_000, usual: 3 },
  },
  singleVend: { title: 'No multi-vend', group: 'machine', means: SAME('the session ends after one item') },
  sessionTimeoutMs: {
    title: 'Session time-out',
    group: 'machine',
    means: SAME('the machine ends a session in which nothing is pressed'),
    number: { ...MS, usual: 5_000 },
  },
  resetStormMs: {
    title: 'RESET storm',
    group: 'machine',
    means: SAME('a RESET again and again, this far apart'),
    number: { ...MS, min: 20, usual: 500 },
  },

  priceOffsetMinor: {
    title: 'Wrong price',
    group: 'request',
    means: SAME('the machine asks this much more, or less, than its label says'),
    number: { unit: 'smallest units', min: -1_000_000, max: 1_000_000, usual: 50 },
  },
  reportedSelection: {
    title: 'Unknown selection',
    group: 'request',
    means: SAME('the machine names this item, whatever was pressed; 65535 is MDB’s "unknown"'),
    number: { unit: 'item', min: 0, max: 65_535, usual: 65_535 },
  },
  selectionFirst: {
    title: 'Selection first',
    group: 'request',
    means: SAME('the machine asks without a session, as if it were always idle'),
  },
  cashSale: {
    title: 'Cash sale',
    group: 'request',
    means: { qibixx: 'whoever presses pays in coins; not told', 'wafer-star': 'coins instead: CASH SALE' },
  },
  slowAnswerMs: {
    title: 'Slow answer',
    group: 'request',
    means: SAME('the answer to a choice reaches the machine this late'),
    number: { ...MS, usual: 31_000 },
  },
  impatientMs: {
    title: 'Impatient',
    group: 'request',
    means: SAME('RESET when a choice is not answered for this long; usual are 30 s'),
    number: { ...MS, usual: 1_000 },
  },

  vendFailed: {
    title: 'Vend failed',
    group: 'vend',
    means: { qibixx: 'ERR VEND 3: nothing falls', 'wafer-star': 'VEND FAILURE: nothing falls' },
  },
  vendCancelled: {
    title: 'Vend cancelled',
    group: 'vend',
    means: { qibixx: 'ERR VEND 1, before the approval', 'wafer-star': 'VEND CANCEL, before the approval' },
  },
  vendCancelledTooLate: {
    title: 'Vend cancelled too late',
    group: 'vend',
    means: {
      qibixx: 'the adapter’s own business: the item falls',
      'wafer-star': 'VEND CANCEL meets the approval: the item falls',
    },
  },
  resetBeforeApproval: {
    title: 'RESET before approval',
    group: 'vend',
    means: { qibixx: 'ERR VEND 5: nothing falls', 'wafer-star': 'RESET: nothing falls' },
  },
  resetAfterApproval: {
    title: 'RESET after approval',
    group: 'vend',
    means: { qibixx: 'ERR VEND 5: the item has fallen', 'wafer-star': 'RESET: the item has fallen' },
  },
  successNever: { title: 'Success never', group: 'vend', means: SAME('the item falls and the machine says nothing') },
  successLateMs: {
    title: 'Success late',
    group: 'vend',
    means: SAME('item and success come this long after the approval'),
    number: { ...MS, usual: 20_000 },
  },
} as const satisfies Record<string, FaultDescription>;

export type FaultName = keyof typeof FAULTS;
type SwitchedFault = { [N in FaultName]: (typeof FAULTS)[N] extends { number: object } ? never : N }[FaultName];

/** False is off. On is true, or the number that belongs to it. */
export type Faults = { readonly [N in FaultName]: N extends SwitchedFault ? boolean : number | false };

export const FAULT_NAMES = Object.keys(FAULTS) as readonly FaultName[];

export const NO_FAULTS = Object.fromEntries(FAULT_NAMES.map((name) => [name, false])) as Faults;

export function describeFault(name: FaultName): FaultDescription {
  return FAULTS[name];
}

export function isFaultName(name: string): name is FaultName {
  return Object.hasOwn(FAULTS, name);
}

/**
 * A switch as a person writes it: `silent`, `silent=off`, `refuseStart` (with its usual number), `refuseStart=5`.
 *
 * @throws RangeError in words for that person
 */
export function readFault(text: string): Partial<Faults> {
  const [name = '', value = 'on'] = text.split('=');
  if (!isFaultName(name)) throw new RangeError(`there is no fault "${name}"; there are ${FAULT_NAMES.join(', ')}`);
  if (value === 'off') return { [name]: false };
  const { number } = describeFault(name);
  if (value === 'on') return { [name]: number?.usual ?? true };
  if (number === undefined) throw new RangeError(`${name} is on or off`);
  const { min, max, unit } = number;
  const given = /^-?\d{1,9}$/.test(value) ? Number(value) : Number.NaN;
  if (given >= min && given <= max) return { [name]: given };
  throw new RangeError(`${name} is off, on, or ${unit} from ${min} to ${max}`);
}

/** How a vend ends: one of these at a time. */
const VEND_ENDINGS = {
  vendFailed: 'jammed',
  vendCancelled: 'cancelled',
  vendCancelledTooLate: 'cancelled-too-late',
  resetBeforeApproval: 'reset-before-approval',
  resetAfterApproval: 'reset-after-approval',
  successNever: 'never-result',
} as const satisfies Partial<Record<FaultName, PressResult>>;

const ENDINGS = Object.keys(VEND_ENDINGS) as (keyof typeof VEND_ENDINGS)[];

/** What happens to a choice for which nobody ordered anything else. */
export function vendEndingOf(faults: Faults): PressResult {
  const on = ENDINGS.find((name) => faults[name]);
  return on === undefined ? 'dispensed' : VEND_ENDINGS[on];
}

/** Of two endings of a vend the one switched on last counts, and the other goes off. */
export function withFaults(before: Faults, change: Partial<Faults>): Faults {
  const ending = ENDINGS.some((name) => change[name] === true);
  const others = ending ? Object.fromEntries(ENDINGS.map((name) => [name, false])) : {};
  return { ...before, ...others, ...change };
}
