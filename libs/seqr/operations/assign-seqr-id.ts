import { SeqrRequestError } from '../request-error.js';
import { checkedText, LENGTHS } from '../wire-fields.js';

import { nothingMore, type Operation } from './operation.js';

export interface SeqrIdAssignment {
  /** Letters and digits, unique among all of SEQR's shops: begin it with a prefix of your own. */
  readonly seqrId: string;
}

/** SEQR API page, assignSeqrId: labels the terminal that calls, for a sticker with HTTP://SEQR.SE/Q<seqrId>. */
export const assignSeqrId: Operation<SeqrIdAssignment, object> = {
  name: 'assignSeqrId',
  request: ({ seqrId }) => {
    const text = checkedText('seqrId', seqrId, LENGTHS.id);
    if (!/^[A-Za-z0-9]+$/.test(text)) {
      throw new SeqrRequestError('FORBIDDEN_CHARACTER', 'seqrId', 'must be letters and digits (code 53)');
    }
    return { seqrId: text };
  },
  answer: nothingMore,
};
