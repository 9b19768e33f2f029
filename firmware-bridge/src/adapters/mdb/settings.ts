import { mdbCurrency } from '../currencies.js';
import { OPTION, type Level } from './answers.js';
import type { CashlessAddress } from './commands.js';
import type { MdbRules } from './state.js';

/** What a site may set; what is usual stands in `DEFAULT_MDB`. */
export interface MdbSettings {
  /** 0x10 is the first cashless device of a machine, 0x60 the second. */
  readonly address: CashlessAddress;
  /** The highest that this side tells the machine of. */
  readonly level: Level;
  /** The machine's prices are multiples of this many smallest units, 1 to 255. */
  readonly scale: number;
  /** How long the machine shall wait for an answer (Z7); some machines ignore large values. */
  readonly responseSeconds: number;
  /** Offered at level 3: the machine may ask without a session. Without a grant it is denied. */
  readonly alwaysIdle: boolean;
  /** Several items in one session. */
  readonly multiVend: boolean;
  /** Whether the adapter passes on each command's checksum; that differs by model. */
  readonly chkForwarded: boolean;
}

export const DEFAULT_MDB: MdbSettings = {
  address: 0x10,
  level: 3,
  scale: 1,
  responseSeconds: 30,
  alwaysIdle: false,
  multiVend: true,
  chkForwarded: true,
};

/** @param currency ISO 4217 letters */
export function rulesOf(settings: MdbSettings, currency: string, decimals: number): MdbRules {
  const { alwaysIdle, chkForwarded: _, ...rest } = settings;
  return {
    ...rest,
    currency: mdbCurrency(currency),
    decimals,
    options: OPTION.money32 | (alwaysIdle ? OPTION.alwaysIdle : 0),
    identity: { manufacturer: 'VDR', serial: '1', model: 'VENDRAIL' },
  };
}
