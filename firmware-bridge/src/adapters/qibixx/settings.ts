import { commands } from './protocol.js';

/** ISO 4217 numbers of the currencies a machine may sell in; MDB shows a leading 1 for "ISO 4217". */
const ISO_NUMBERS: Readonly<Record<string, string>> = {
  BGN: '975',
  CHF: '756',
  CZK: '203',
  DKK: '208',
  EUR: '978',
  GBP: '826',
  HUF: '348',
  INR: '356',
  ISK: '352',
  JPY: '392',
  KRW: '410',
  NOK: '578',
  PLN: '985',
  RON: '946',
  SEK: '752',
  THB: '764',
  USD: '840',
};

export const ADAPTER_CURRENCIES = Object.keys(ISO_NUMBERS);

/** The adapter forgets its settings when the power goes, and takes them only while switched off: sent at every start. */
export function settingCommands(currency: string, decimals: number): string[] {
  const number = ISO_NUMBERS[currency];
  if (number === undefined) throw new Error(`${currency} is not a currency of the adapter`);
  return [
    commands.set('mdb-addr', '0x10'),
    commands.set('mdb-currency-code', `0x1${number}`),
    commands.set('mdb-decimal-places', decimals),
    commands.set('mdb-scale-factor', 1),
    // The payer has paid before choosing: the machine stays locked until START.
    commands.set('mdb-always-idle', 0),
  ];
}
