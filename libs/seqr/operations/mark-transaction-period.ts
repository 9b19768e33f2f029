import { UnknownOutcomeError } from '../outcome-errors.js';

import type { Operation } from './operation.js';
import { parametersFields } from './parameters.js';
import { checkedReference, readReference } from './reference.js';

export interface PeriodMark {
  /** Ends the period of this terminal. Without it the shop's, for which reports per terminal never become ready. */
  readonly terminalId?: string;
}

export interface MarkedPeriod {
  /** Names the period that has just ended, for executeReport. */
  readonly transactionPeriodId: string;
}

/** SEQR API page, markTransactionPeriod, and page on reporting; made as a RESELLERUSER. A repeat ends one more period. */
export const markTransactionPeriod: Operation<PeriodMark, MarkedPeriod> = {
  name: 'markTransactionPeriod',
  request: ({ terminalId }) => ({
    parameters: parametersFields({
      TERMINALID: terminalId === undefined ? undefined : checkedReference('terminalId', terminalId),
    }),
  }),
  answer: (reply) => {
    // The page on reporting takes the period's id from ersReference; schema and API page have an element of its own.
    const transactionPeriodId = readReference(reply, 'transactionPeriodId') ?? readReference(reply, 'ersReference');
    if (transactionPeriodId === undefined) throw new UnknownOutcomeError('SHAPE', 'success without a period');
    return { transactionPeriodId };
  },
};
