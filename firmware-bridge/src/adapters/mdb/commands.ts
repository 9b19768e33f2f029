import { numberOf } from './blocks.js';

/** First and second cashless device on one bus (MDB/ICP 4.2, section 2.3). */
export type CashlessAddress = 0x10 | 0x60;

/** Commands that say nothing but their name, or nothing that matters here. */
const BARE = [
  'RESET',
  'POLL',
  'VEND CANCEL',
  'VEND FAILURE',
  'SESSION COMPLETE',
  'READER DISABLE',
  'READER ENABLE',
  'READER CANCEL',
  'DATA ENTRY RESPONSE',
  'REVALUE LIMIT REQUEST',
  'READ USER FILE',
  'WRITE USER FILE',
  'WRITE TIME/DATE',
  'FILE TRANSPORT',
  'DIAGNOSTICS',
] as const;
type BareName = (typeof BARE)[number];

/** What a machine says to a cashless device (MDB/ICP 4.2, section 7.4). Amounts in the machine's units: see `money.ts`. */
export type VmcCommand =
  | { readonly name: BareName }
  | { readonly name: 'SETUP CONFIG'; readonly level: number }
  | { readonly name: 'SETUP PRICES'; readonly maxUnits: number; readonly minUnits: number }
  | { readonly name: 'VEND REQUEST'; readonly units: number; readonly item: number }
  | { readonly name: 'CASH SALE'; readonly units: number; readonly item: number }
  | { readonly name: 'NEGATIVE VEND REQUEST'; readonly units: number; readonly item: number }
  | { readonly name: 'VEND SUCCESS'; readonly item: number }
  | { readonly name: 'REVALUE REQUEST'; readonly units: number }
  | { readonly name: 'REQUEST ID'; readonly manufacturer: string; readonly serial: string; readonly model: string }
  /** Bit 31 first. */
  | { readonly name: 'ENABLE OPTIONS'; readonly options: number };

export type CommandName = VmcCommand['name'];

/** `narrow` and `wide`: bytes after command and subcommand; `any`: the sender's own business. */
interface Row {
  readonly narrow: number | 'any';
  /** In expanded currency mode, where it differs. */
  readonly wide?: number;
  readonly read: (data: Uint8Array, wide: boolean) => VmcCommand;
}

const bare = (name: BareName, narrow: number | 'any' = 0): Row => ({ narrow, read: () => ({ name }) });

const priced = (name: 'VEND REQUEST' | 'CASH SALE' | 'NEGATIVE VEND REQUEST', wide: number): Row => ({
  narrow: 4,
  wide,
  read: (data, isWide) => {
    const money = isWide ? 4 : 2;
    return { name, units: numberOf(data.subarray(0, money)), item: numberOf(data.subarray(money, money + 2)) };
  },
});

/** By command (address bits cleared) and subcommand. */
const ROWS: Readonly<Record<string, Row>> = {
  '0': bare('RESET'),
  '2': bare('POLL'),
  '1/0': { narrow: 4, read: ([level = 1]) => ({ name: 'SETUP CONFIG', level }) },
  '1/1': {
    narrow: 4,
    wide: 10,
    read: (data, isWide) => {
      const money = isWide ? 4 : 2;
      const maxUnits = numberOf(data.subarray(0, money));
      return { name: 'SETUP PRICES', maxUnits, minUnits: numberOf(data.subarray(money, 2 * money)) };
    },
  },
  '3/0': priced('VEND REQUEST', 6),
  '3/1': bare('VEND CANCEL'),
  '3/2': { narrow: 2, read: (data) => ({ name: 'VEND SUCCESS', item: numberOf(data) }) },
  '3/3': bare('VEND FAILURE'),
  '3/4': bare('SESSION COMPLETE'),
  '3/5': priced('CASH SALE', 8),
  '3/6': priced('NEGATIVE VEND REQUEST', 6),
  '4/0': bare('READER DISABLE'),
  '4/1': bare('READER ENABLE'),
  '4/2': bare('READER CANCEL'),
  '4/3': bare('DATA ENTRY RESPONSE', 8),
  '5/0': { narrow: 2, wide: 4, read: (data) => ({ name: 'REVALUE REQUEST', units: numberOf(data) }) },
  '5/1': bare('REVALUE LIMIT REQUEST'),
  '7/0': {
    narrow: 29,
    read: (data) => ({
      name: 'REQUEST ID',
      manufacturer: textOf(data.subarray(0, 3)),
      serial: textOf(data.subarray(3, 15)),
      model: textOf(data.subarray(15, 27)),
    }),
  },
  '7/1': bare('READ USER FILE', 'any'),
  '7/2': bare('WRITE USER FILE', 'any'),
  '7/3': bare('WRITE TIME/DATE', 10),
  '7/4': { narrow: 4, read: (data) => ({ name: 'ENABLE OPTIONS', options: numberOf(data) }) },
  '7/250': bare('FILE TRANSPORT', 'any'),
  '7/251': bare('FILE TRANSPORT', 'any'),
  '7/252': bare('FILE TRANSPORT', 'any'),
  '7/253': bare('FILE TRANSPORT', 'any'),
  '7/254': bare('FILE TRANSPORT', 'any'),
  '7/255': bare('DIAGNOSTICS', 'any'),
};

/** Commands of one byte; all others have a subcommand. */
const LONE = new Set([0, 2]);

function textOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => (byte >= 0x20 && byte <= 0x7e ? String.fromCodePoint(byte) : ' '))
    .join('')
    .trim();
}

export interface CommandForm {
  readonly address: CashlessAddress;
  /** Expanded currency mode: amounts of 32 bits. The checksum does not tell the two forms apart. */
  readonly wide: boolean;
}

function rowOf(bytes: Uint8Array, address: CashlessAddress): { row: Row; head: number } | 'incomplete' | undefined {
  const [first, second] = bytes;
  if (first === undefined) return 'incomplete';
  if ((first & 0xf8) !== address) return undefined;
  const command = first & 0x07;
  const head = LONE.has(command) ? 1 : 2;
  if (bytes.length < head) return 'incomplete';
  const row = ROWS[head === 1 ? `${command}` : `${command}/${second}`];
  return row && { row, head };
}

/**
 * How many bytes the command has, without checksum, as far as its beginning tells.
 *
 * @returns undefined when there is no such command, `any` when only its sender knows
 */
export function lengthOf(beginning: Uint8Array, form: CommandForm): number | 'any' | 'incomplete' | undefined {
  const found = rowOf(beginning, form.address);
  if (found === undefined || found === 'incomplete') return found;
  const { row, head } = found;
  if (row.narrow === 'any') return 'any';
  return head + (form.wide ? (row.wide ?? row.narrow) : row.narrow);
}

/** @param body a block without its checksum @returns undefined for what is no command, or has another length */
export function decode(body: Uint8Array, form: CommandForm): VmcCommand | undefined {
  const found = rowOf(body, form.address);
  if (found === undefined || found === 'incomplete') return undefined;
  const length = lengthOf(body, form);
  if (length !== 'any' && length !== body.length) return undefined;
  return found.row.read(body.subarray(found.head), form.wide);
}
