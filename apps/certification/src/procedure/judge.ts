import type { Answered, Ending } from '#seqr/reply.js';

import type { Facts } from './facts.js';

/** Something an answer must be, as a sentence. */
export interface Expectation<Answer extends object> {
  readonly says: string;
  readonly isMet: (answer: Answer, facts: Facts) => boolean;
  /** What was there instead, or was there: for the report. */
  readonly seen?: (answer: Answer) => string;
}

/** One expectation, held against what came. */
export interface Finding {
  readonly says: string;
  readonly met: boolean;
  readonly seen?: string;
}

interface Judged<Answer extends object> {
  readonly refusedWith: readonly number[] | undefined;
  readonly expects: readonly Expectation<Answer>[];
  /** Without them nothing is judged: the sentences are wanted. */
  readonly reply?: Ending<Answer>;
  readonly facts?: Facts;
}

/** Decides whether a reply is what the procedure asks for. An expectation of an answer that did not come is not met. */
export function judge<Answer extends object>({ refusedWith, expects, reply, facts }: Judged<Answer>): Finding[] {
  const outcome: Finding = {
    says: refusedWith
      ? `SEQR refuses it with resultCode ${refusedWith.join(' or ')}`
      : 'SEQR answers with resultCode 0',
    met: reply !== undefined && isWanted(reply, refusedWith),
    ...(reply && { seen: inWords(reply) }),
  };
  const rest = expects.map(({ says, isMet, seen }): Finding => {
    if (reply?.outcome !== 'answered' || !facts) return { says, met: false };
    const answer: Answered<Answer> = reply;
    return { says, met: isMet(answer, facts), ...(seen && { seen: seen(answer) }) };
  });
  return [outcome, ...rest];
}

function isWanted(reply: Ending, refusedWith: readonly number[] | undefined): boolean {
  if (!refusedWith) return reply.outcome === 'answered';
  return reply.outcome === 'refused' && refusedWith.includes(reply.resultCode);
}

/** How a call ended, for a person. */
export function inWords(reply: Ending): string {
  switch (reply.outcome) {
    case 'answered':
      return '0 SUCCESS';
    case 'refused':
      return `${reply.resultCode} ${reply.resultName}`;
    case 'not-sent':
      return `SEQR was not reached (${reply.reason})`;
    case 'unknown':
      return `no readable reply came (${reply.reason})`;
  }
}
