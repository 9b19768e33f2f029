import { nothingMore, type Operation } from './operation.js';

/** The terminal to remove is the principal of the call: the request has no other place to name it. */
export type TerminalRemoval = Readonly<Record<string, never>>;

/** SEQR API page, unRegisterTerminal; the element on the wire is spelled with a small r. */
export const unregisterTerminal: Operation<TerminalRemoval, object> = {
  name: 'unregisterTerminal',
  request: () => ({}),
  answer: nothingMore,
};
