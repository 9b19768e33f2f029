import { mdbCurrency } from '../currencies.js';
import { commands } from './protocol.js';

/** The adapter forgets its settings when the power goes, and takes them only while switched off: sent at every start. */
export function settingCommands(currency: string, decimals: number): string[] {
  return [
    commands.set('mdb-addr', '0x10'),
    commands.set('mdb-currency-code', `0x${mdbCurrency(currency)}`),
    commands.set('mdb-decimal-places', decimals),
    commands.set('mdb-scale-factor', 1),
    // The payer has paid before choosing: the machine stays locked until START.
    commands.set('mdb-always-idle', 0),
  ];
}
