/** ISO 4217 numbers of the currencies a machine may sell in. */
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

/** The currency as MDB writes it: a leading 1 for "ISO 4217", then its three digits (MDB/ICP 4.2, READER CONFIG). */
export function mdbCurrency(letters: string): string {
  const number = ISO_NUMBERS[letters];
  if (number === undefined) throw new Error(`${letters} is not a currency of the adapters`);
  return `1${number}`;
}
