import { type Currency, exponentOf, formatAmount } from '#purchase/money.js';

/**
 * An amount as SEQR's reports write it: five decimals and no currency ("10.00000"). Held exactly, as a count of
 * hundred-thousandths of the currency's unit, so that amounts of any currency can be compared and added.
 */
export type ReportAmount = bigint;

const DECIMALS = 5;
/** 18 digits are what SEQR documents for an amount; they fit PostgreSQL's bigint. */
const DIGITS_MAX = 18;

/** @returns null for what is no plain decimal, has more than five decimals or too many digits. A minus means a refund. */
export function readReportAmount(text: string): ReportAmount | null {
  const match = /^(-?)(\d{1,40})(?:\.(\d{1,40}))?$/.exec(text.trim());
  if (match?.[2] === undefined) return null;
  const fraction = match[3] ?? '';
  if (/[1-9]/.test(fraction.slice(DECIMALS))) return null;
  const digits = (match[2] + fraction.slice(0, DECIMALS).padEnd(DECIMALS, '0')).replace(/^0+(?=\d)/, '');
  if (digits.length > DIGITS_MAX) return null;
  return match[1] === '-' ? -BigInt(digits) : BigInt(digits);
}

/** What SEQR should write for an amount of ours. */
export function asReportAmount(minor: bigint, currency: Currency): ReportAmount {
  return minor * 10n ** BigInt(DECIMALS - exponentOf(currency));
}

/** Whole smallest units, rounded towards zero: only for showing an amount, never for comparing. */
export function minorOfReportAmount(amount: ReportAmount, currency: Currency): bigint {
  return amount / 10n ** BigInt(DECIMALS - exponentOf(currency));
}

/** "3.70", or as many decimals more as there are: exact. */
export function formatReportAmount(amount: ReportAmount, currency: Currency): string {
  const scale = 10n ** BigInt(DECIMALS - exponentOf(currency));
  if (amount % scale === 0n) return formatAmount({ minor: amount / scale, currency });
  const digits = (amount < 0n ? -amount : amount).toString().padStart(DECIMALS + 1, '0');
  return `${amount < 0n ? '-' : ''}${digits.slice(0, -DECIMALS)}.${digits.slice(-DECIMALS)}`;
}
