import { formatAmount, isCurrency, MoneyError, parseMoney, type Money } from '#purchase/money.js';

import { UnknownOutcomeError } from './outcome-errors.js';
import { SeqrRequestError } from './request-error.js';
import { onlyChild, textOf, type XmlElement } from './xml-element.js';

/** An earlier edition of the API page limits an amount's value to 18 characters. */
const VALUE_LENGTH = 18;

type AmountFields = Readonly<Record<'currency' | 'value', string>>;

/**
 * An amount as SEQR writes it: the currency before the value, major units, a point, at most two decimals (one more is
 * answered with 49 INVALID_INVOICE_DATA).
 *
 * @throws SeqrRequestError ILLEGAL_AMOUNT
 */
export function amountFields(field: string, money: Money): AmountFields {
  const value = formatAmount(money);
  if (value.length > VALUE_LENGTH) throw new SeqrRequestError('ILLEGAL_AMOUNT', field, 'has too many digits');
  return { currency: money.currency, value };
}

/** @throws SeqrRequestError ILLEGAL_AMOUNT unless the amount is above zero */
export function positiveAmountFields(field: string, money: Money): AmountFields {
  if (money.minor <= 0n) throw new SeqrRequestError('ILLEGAL_AMOUNT', field, 'must be above zero');
  return amountFields(field, money);
}

/** Reads an amount exactly, from its text. @throws UnknownOutcomeError SHAPE, VALUE */
export function readAmount(parent: XmlElement, name: string): Money | undefined {
  const amount = onlyChild(parent, name);
  if (amount === undefined) return undefined;
  const currency = textOf(amount, 'currency') ?? '';
  if (!isCurrency(currency)) throw new UnknownOutcomeError('VALUE', `${name}: unknown or missing currency`);
  try {
    return parseMoney(textOf(amount, 'value') ?? '', currency);
  } catch (error) {
    if (error instanceof MoneyError) throw new UnknownOutcomeError('VALUE', `${name}: ${error.code}`);
    throw error;
  }
}
