import type { Ending } from '#seqr/reply.js';

import type { Facts } from './facts.js';
import { judge, type Expectation } from './judge.js';

const facts = { invoices: {} } as unknown as Facts;
const hasTerminal: Expectation<{ terminalId: string }> = {
  says: 'the reply holds a terminalId',
  isMet: ({ terminalId }) => terminalId !== '',
  seen: ({ terminalId }) => terminalId,
};

const refused: Ending<never> = {
  outcome: 'refused',
  resultCode: 29,
  resultName: 'INVALID_INITIATOR_PRINCIPAL_ID',
  resultDescription: '',
  retry: 'configuration',
};

describe('a reply is judged', () => {
  it('as right when SEQR did it and said what was expected', () => {
    const reply = { outcome: 'answered', resultCode: 0, terminalId: 'ab12' } as const;

    expect(judge({ refusedWith: undefined, expects: [hasTerminal], reply, facts })).toEqual([
      { says: 'SEQR answers with resultCode 0', met: true, seen: '0 SUCCESS' },
      { says: 'the reply holds a terminalId', met: true, seen: 'ab12' },
    ]);
  });

  it.each<[string, Ending<never>, string]>([
    ['refused', refused, '29 INVALID_INITIATOR_PRINCIPAL_ID'],
    ['not sent', { outcome: 'not-sent', reason: 'NOT_CONNECTED' }, 'SEQR was not reached (NOT_CONNECTED)'],
    ['unknown', { outcome: 'unknown', reason: 'DEADLINE' }, 'no readable reply came (DEADLINE)'],
  ])('as wrong in everything when it is %s', (_, reply, seen) => {
    expect(judge({ refusedWith: undefined, expects: [hasTerminal], reply, facts })).toEqual([
      { says: 'SEQR answers with resultCode 0', met: false, seen },
      { says: 'the reply holds a terminalId', met: false },
    ]);
  });

  it('as right when it is the refusal that was wanted, and as wrong when it is not', () => {
    const verdict = (refusedWith: readonly number[], reply: Ending) =>
      judge({ refusedWith, expects: [], reply, facts }).map(({ met }) => met);

    expect(verdict([29, 33], refused)).toEqual([true]);
    expect(verdict([33], refused)).toEqual([false]);
    expect(verdict([33], { outcome: 'answered', resultCode: 0 })).toEqual([false]);
    expect(verdict([33], { outcome: 'unknown', reason: 'FAULT' })).toEqual([false]);
  });
});
