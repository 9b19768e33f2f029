import { formatAmount, parseAmount } from '../amounts.js';

/**
 * The text protocol of the Qibixx MDB adapters as a cashless peripheral (maker's pages "api-cashless-slave",
 * "api-configuration" and "vending-sessions-examples"): UPPER case from host to adapter, lower case from adapter to
 * host, fields separated by commas, some error texts in quotes.
 */
export type AdapterLine =
  | { readonly kind: 'version'; readonly text: string }
  | { readonly kind: 'switched'; readonly on: boolean }
  | { readonly kind: 'setting-taken' }
  | { readonly kind: 'status'; readonly status: 'inactive' | 'disabled' | 'enabled' | 'idle' }
  | { readonly kind: 'vend-request'; readonly priceMinor: number; readonly selection: number }
  | { readonly kind: 'vend-success' }
  /** 1: the machine took the request back. 3: not dispensed. 5: RESET during the vend. */
  | { readonly kind: 'vend-error'; readonly code: number }
  /** Our command could not be done: -2 bad payload, -3 wrong state. */
  | { readonly kind: 'refused'; readonly command: 'START' | 'VEND' | 'STOP'; readonly code: number }
  | { readonly kind: 'denied' }
  | { readonly kind: 'cashless-is'; readonly on: boolean }
  | { readonly kind: 'unknown-command'; readonly text: string }
  | { readonly kind: 'other-error'; readonly text: string }
  | { readonly kind: 'acknowledged' }
  | { readonly kind: 'garbage' };

/** ONLINE and OFFLINE are the words of older firmware. */
const STATUSES: Readonly<Record<string, 'inactive' | 'disabled' | 'enabled'>> = {
  INACTIVE: 'inactive',
  OFFLINE: 'inactive',
  DISABLED: 'disabled',
  ENABLED: 'enabled',
  ONLINE: 'enabled',
};

/** MDB item numbers are 16 bit, and 0xFFFF says "unknown item": no price list has it, so it is denied. */
const SELECTION_MAX = 65_535;

/** @param decimals as configured with `mdb-decimal-places` */
export function parseLine(line: string, decimals: number): AdapterLine {
  if (line.startsWith('v,')) return { kind: 'version', text: line.slice(2) };
  if (line === 'r,ACK') return { kind: 'acknowledged' };
  if (line === 'c,0' || line === 'c,1') return { kind: 'switched', on: line === 'c,1' };
  if (line === 'c,SET,OK') return { kind: 'setting-taken' };
  if (line === 'c,VEND,SUCCESS') return { kind: 'vend-success' };
  if (line.startsWith('c,STATUS,')) return parseStatus(line.slice('c,STATUS,'.length).split(','), decimals);
  if (line.startsWith('c,ERR,')) return parseError(line.slice('c,ERR,'.length).replaceAll('"', ''));
  if (line.startsWith('c,UNKNOWN')) return { kind: 'unknown-command', text: line.slice('c,UNKNOWN,'.length) };
  return { kind: 'garbage' };
}

function parseStatus(fields: readonly string[], decimals: number): AdapterLine {
  const [word = '', price = '', item = ''] = fields;
  const status = Object.hasOwn(STATUSES, word) ? STATUSES[word] : undefined;
  if (status !== undefined && fields.length === 1) return { kind: 'status', status };
  // The credit behind IDLE is the machine's display and decides nothing.
  if (word === 'IDLE' && fields.length <= 2) return { kind: 'status', status: 'idle' };
  if (word !== 'VEND' || fields.length !== 3) return { kind: 'garbage' };
  const priceMinor = parseAmount(price, decimals);
  const selection = /^\d{1,5}$/.test(item) ? Number(item) : undefined;
  if (priceMinor === undefined || selection === undefined || selection > SELECTION_MAX) return { kind: 'garbage' };
  return { kind: 'vend-request', priceMinor, selection };
}

function parseError(text: string): AdapterLine {
  if (text === '-3') return { kind: 'denied' };
  if (text === 'cashless is on' || text === 'cashless is off') return { kind: 'cashless-is', on: text.endsWith('on') };
  const result = /^VEND (\d{1,3})$/.exec(text);
  if (result) return { kind: 'vend-error', code: Number(result[1]) };
  const refused = /^(START|VEND|STOP) (-\d{1,3})$/.exec(text);
  if (refused) return { kind: 'refused', command: refused[1] as 'START' | 'VEND' | 'STOP', code: Number(refused[2]) };
  return { kind: 'other-error', text };
}

/** The maximum of MDB's 16 bit funds field; 0xFFFF would mean "not known yet" (MDB/ICP 4.2, BEGIN SESSION). */
const FUNDS_MAX = 65_534;

export const commands = {
  version: 'V',
  off: 'C,0',
  on: 'C,1',
  stop: 'C,STOP',
  deny: 'C,VEND,-1',
  set: (parameter: string, value: string | number) => `C,SETCONF,${parameter}=${value}`,
  /** A larger grant shows less credit on the machine's display; what is approved is decided by the grant alone. */
  start: (creditMinor: number, decimals: number) =>
    `C,START,${formatAmount(Math.min(creditMinor, FUNDS_MAX), decimals)}`,
  approve: (priceMinor: number, decimals: number) => `C,VEND,${formatAmount(priceMinor, decimals)}`,
} as const;
