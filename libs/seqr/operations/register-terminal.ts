import { UnknownOutcomeError } from '../outcome-errors.js';
import { SeqrRequestError } from '../request-error.js';
import { checkedText, LENGTHS } from '../wire-fields.js';

import type { Operation } from './operation.js';
import { readReference } from './reference.js';

/** SEQR API page, code 21: every later call of a terminal with a shorter password is refused. */
const PASSWORD_LENGTH_MIN = 4;

export interface TerminalRegistration {
  /** Ours, e.g. "Site 1/Machine 7". */
  readonly externalTerminalId: string;
  /** Chosen by us, best at random; at least 4 characters. */
  readonly password: string;
  /** Shown to the payer. */
  readonly name: string;
}

export interface RegisteredTerminal {
  /** The id of the terminal's principal, TERMINALID. */
  readonly terminalId: string;
}

/**
 * SEQR API page, registerTerminal; made as a RESELLERUSER. There is no look-up: after an unknown outcome a terminal may
 * exist whose id nobody knows, and registering again makes another one.
 */
export const registerTerminal: Operation<TerminalRegistration, RegisteredTerminal> = {
  name: 'registerTerminal',
  request: ({ externalTerminalId, password, name }) => {
    if (password.length < PASSWORD_LENGTH_MIN) {
      throw new SeqrRequestError('TOO_SHORT', 'password', `shorter than ${PASSWORD_LENGTH_MIN} characters`);
    }
    return {
      externalTerminalId: checkedText('externalTerminalId', externalTerminalId, LENGTHS.id),
      password: checkedText('password', password, LENGTHS.text),
      name: checkedText('name', name, LENGTHS.text),
    };
  },
  secrets: ({ password }) => [password],
  answer: (reply) => {
    const terminalId = readReference(reply, 'terminalId');
    if (terminalId === undefined) throw new UnknownOutcomeError('SHAPE', 'success without a terminalId');
    return { terminalId };
  },
};
