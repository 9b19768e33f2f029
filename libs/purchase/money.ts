/**
 * Money is an integer count of the currency's smallest unit, with its currency. No float ever holds an amount.
 *
 * Source of the rule: law 2 of the house and invariant I7 ("integer minor units of that currency's exponent").
 */
export interface Money {
  /** Smallest units of the currency: 1250n is 12.50 EUR. May be negative only in ledgers. */
  readonly minor: bigint;
  /** ISO 4217 letters, upper case. */
  readonly currency: Currency;
}

/** ISO 4217 exponents of the currencies a machine may sell in. SEQR takes at most two decimals on the wire. */
const EXPONENTS = {
  EUR: 2,
  SEK: 2,
  NOK: 2,
  DKK: 2,
  GBP: 2,
  USD: 2,
  CHF: 2,
  PLN: 2,
  CZK: 2,
  HUF: 2,
  RON: 2,
  BGN: 2,
  THB: 2,
  INR: 2,
  ISK: 0,
  JPY: 0,
  KRW: 0,
} as const;

export type Currency = keyof typeof EXPONENTS;

export const CURRENCIES = Object.keys(EXPONENTS) as readonly Currency[];

/** 18 digits before the point is what SEQR documents for `totalAmount`; a payer's limit is far below. */
const DIGITS_MAX = 15;

export class MoneyError extends Error {
  override readonly name = 'MoneyError';
  constructor(
    readonly code: 'NOT_A_DECIMAL' | 'TOO_PRECISE' | 'TOO_LARGE' | 'UNKNOWN_CURRENCY' | 'CURRENCY_MISMATCH',
    message: string,
  ) {
    super(message);
  }
}

export function isCurrency(text: string): text is Currency {
  return Object.hasOwn(EXPONENTS, text);
}

/** Decimals of the currency's smallest unit: 2 for EUR, 0 for JPY. */
export function exponentOf(currency: Currency): number {
  return EXPONENTS[currency];
}

/**
 * Reads a plain decimal ("20", "20.0", "20.00") exactly.
 *
 * @throws MoneyError NOT_A_DECIMAL for signs, exponents, blanks, commas and everything else that is not digits with
 *   one point; TOO_PRECISE when a digit other than 0 stands beyond the currency's exponent; TOO_LARGE over 15 digits.
 */
export function parseMoney(text: string, currency: Currency): Money {
  const match = /^(\d{1,40})(?:\.(\d{1,40}))?$/.exec(text);
  if (!match?.[1]) throw new MoneyError('NOT_A_DECIMAL', 'the amount is not a plain decimal number');
  const exponent = EXPONENTS[currency];
  const fraction = match[2] ?? '';
  if (/[1-9]/.test(fraction.slice(exponent))) {
    throw new MoneyError('TOO_PRECISE', `${currency} has ${exponent} decimals, the amount has more`);
  }
  const whole = match[1].replace(/^0+(?=\d)/, '');
  if (whole.length > DIGITS_MAX) throw new MoneyError('TOO_LARGE', `the amount has more than ${DIGITS_MAX} digits`);
  return { minor: BigInt(whole + fraction.slice(0, exponent).padEnd(exponent, '0')), currency };
}

/** "12.50": the exact decimal with all decimals of the currency, as SEQR and the serial adapters want it. */
export function formatAmount(money: Money): string {
  const exponent = EXPONENTS[money.currency];
  const isNegative = money.minor < 0n;
  const sign = isNegative ? '-' : '';
  const digits = (isNegative ? -money.minor : money.minor).toString().padStart(exponent + 1, '0');
  return exponent === 0 ? sign + digits : `${sign}${digits.slice(0, -exponent)}.${digits.slice(-exponent)}`;
}

/** "12.50 EUR": for people. */
export function formatMoney(money: Money): string {
  return `${formatAmount(money)} ${money.currency}`;
}

export function sum(amounts: readonly bigint[]): bigint {
  return amounts.reduce((total, amount) => total + amount, 0n);
}
