import { readAmount } from '../amounts.js';
import { SeqrRefusal } from '../result-codes.js';
import { SchemaViolation } from '../schema-violation.js';
import { childOf, textAt } from '../xml.js';
import type { Operation } from './parts.js';
import { success } from './reply.js';

/** The API page's limits of the two texts. */
const USER_ID = /^[A-Za-z0-9]{1,36}$/;
const DESCRIPTION = /^[\p{L}\p{N}., ]{0,160}$/u;

/**
 * creditUser: money to a payer whose id came with an earlier invoice, as a token (API page). The page lists no codes of its
 * own: 11 for amounts and 52 for payers are read from their names.
 */
export const CREDITING: Readonly<Record<string, Operation>> = {
  creditUser: (message, { name }, { book }) => {
    const request = childOf(message, 'creditUserRequest');
    const userId = textAt(request, 'userId') ?? '';
    const description = textAt(request, 'description') ?? '';
    if (!USER_ID.test(userId)) {
      throw new SchemaViolation('creditUser/creditUserRequest/userId: must be 1 to 36 letters and digits');
    }
    if (!DESCRIPTION.test(description)) {
      throw new SchemaViolation(
        'creditUser/creditUserRequest/description: must be letters, digits, dot and comma, at most 160',
      );
    }
    const amount = readCredit(textAt(request, 'amount/value') ?? '', textAt(request, 'amount/currency') ?? '');
    const { ersReference } = book.credit(name, userId, amount, description);
    return [...success(ersReference), ['correlationId', textAt(request, 'correlationId')]];
  },
};

function readCredit(value: string, currency: string) {
  try {
    const amount = readAmount(value, currency, 'amount');
    if (amount.minor > 0n) return amount;
  } catch (error) {
    if (!(error instanceof SeqrRefusal)) throw error;
    throw new SeqrRefusal('REJECTED_AMOUNT', error.reason);
  }
  throw new SeqrRefusal('REJECTED_AMOUNT', 'the amount must be more than nothing');
}
