import type { Money } from '#purchase/money.js';

import { positiveAmountFields } from '../amount.js';
import { UnknownOutcomeError } from '../outcome-errors.js';
import { SeqrRequestError } from '../request-error.js';
import { checkedText, LENGTHS } from '../wire-fields.js';
import { textOf } from '../xml-element.js';

import type { Operation } from './operation.js';
import { readReference } from './reference.js';

/** SEQR API page, creditUser: userId and description. */
const USER_ID_LENGTH = 36;
const DESCRIPTION_LENGTH = 160;

export interface UserCredit {
  /** Letters and digits: the value of a customer token with the id I_GAMING_INTEGRATION (see PaymentStatus). */
  readonly userId: string;
  /** Above zero. SEQR converts it when the user's currency is another. */
  readonly amount: Money;
  /** Letters, digits, blanks, dots and commas; SEQR writes a text of its own without it. */
  readonly description?: string;
  /** Ours; comes back in the answer. In the vendor's sample only. */
  readonly correlationId?: string;
}

export interface CreditedUser {
  readonly ersReference?: string;
  readonly correlationId?: string;
}

/**
 * SEQR API page (2018), creditUser: pays money out to a user. In no schema of the vendor's. It has no look-up: after an
 * unknown outcome a repeat may pay twice.
 */
export const creditUser: Operation<UserCredit, CreditedUser> = {
  name: 'creditUser',
  request: ({ userId, amount, description, correlationId }) => ({
    creditUserRequest: {
      userId: matching('userId', checkedText('userId', userId, USER_ID_LENGTH), /^[A-Za-z0-9]+$/),
      amount: positiveAmountFields('amount', amount),
      description:
        description === undefined
          ? undefined
          : matching(
              'description',
              checkedText('description', description, DESCRIPTION_LENGTH),
              /^[\p{L}\p{Nd} .,]+$/u,
            ),
      correlationId: correlationId === undefined ? undefined : checkedText('correlationId', correlationId, LENGTHS.id),
    },
  }),
  answer: (reply, input) => {
    const ersReference = readReference(reply, 'ersReference');
    const correlationId = textOf(reply, 'correlationId') || undefined;
    if (correlationId !== undefined && correlationId !== (input.correlationId ?? correlationId)) {
      throw new UnknownOutcomeError('VALUE', 'the answer belongs to another request');
    }
    return {
      ...(ersReference !== undefined && { ersReference }),
      ...(correlationId !== undefined && { correlationId }),
    };
  },
};

function matching(field: string, text: string, allowed: RegExp): string {
  if (allowed.test(text)) return text;
  throw new SeqrRequestError('FORBIDDEN_CHARACTER', field, 'holds a character that SEQR does not take there');
}
