import type { AmountView } from '#fleet/operator-views.js';

const DECIMAL = /^-?\d{1,30}(?:\.\d{1,10})?$/;

/** Decimals that any amount has room for when amounts are compared; currencies have at most 4. */
const SCALE = 4;

/**
 * "€12.50" in the reader's own notation. The decimal goes to Intl as text, which formats it exactly: no float holds an
 * amount. What is not a decimal is shown as it came, never as another amount.
 */
export function formatMoney(amount: AmountView, locale?: string): string {
  if (!isDecimal(amount.amount)) return `${amount.amount} ${amount.currency}`;
  try {
    return new Intl.NumberFormat(locale, { style: 'currency', currency: amount.currency }).format(amount.amount);
  } catch {
    // Intl throws a RangeError on a currency that is not three letters.
    return `${amount.amount} ${amount.currency}`;
  }
}

/** The amount as an integer count of ten-thousandths, to add and compare amounts of one currency; null: no decimal. */
export function units(amount: string): bigint | null {
  if (!isDecimal(amount)) return null;
  const [whole = '', fraction = ''] = amount.split('.');
  return BigInt(whole + fraction.slice(0, SCALE).padEnd(SCALE, '0'));
}

function isDecimal(text: string): text is `${number}` {
  return DECIMAL.test(text);
}
