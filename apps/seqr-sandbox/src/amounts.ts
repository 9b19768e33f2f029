import { formatAmount, isCurrency, MoneyError, parseMoney, type Currency, type Money } from '#purchase/money.js';

import { SeqrRefusal } from './result-codes.js';

/** The API page allows a value of 18 characters. */
const VALUE_LENGTH_MAX = 18;

/**
 * Reads an amount as SEQR does: major units, a point, at most two decimals, not even a superfluous zero as third.
 * Rows may be negative to balance a total (SEQR POS page), so a sign is read here and judged by the caller.
 *
 * @throws SeqrRefusal INVALID_INVOICE_DATA (49).
 */
export function readAmount(value: string, currency: string, where: string): Money {
  if (!isCurrency(currency)) throw invalid(`${where}: the currency is not one that SEQR settles here`);
  if (value.length > VALUE_LENGTH_MAX)
    throw invalid(`${where}: the value has more than ${VALUE_LENGTH_MAX} characters`);
  if (!/^-?\d+(?:\.\d{1,2})?$/.test(value)) {
    throw invalid(`${where}: the value must be digits, at most one point and at most two decimals`);
  }
  try {
    const isNegative = value.startsWith('-');
    const { minor } = parseMoney(isNegative ? value.slice(1) : value, currency);
    return { minor: isNegative ? -minor : minor, currency };
  } catch (error) {
    if (error instanceof MoneyError) throw invalid(`${where}: ${error.message}`);
    throw error;
  }
}

/** "23.50" */
export function amountText(minor: bigint, currency: Currency): string {
  return formatAmount({ minor, currency });
}

function invalid(reason: string): SeqrRefusal {
  return new SeqrRefusal('INVALID_INVOICE_DATA', reason);
}
