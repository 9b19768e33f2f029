import { SeqrRefusal } from '../result-codes.js';
import { textAt } from '../xml.js';
import type { Operation } from './parts.js';
import { success } from './reply.js';

/** The operations on terminals. Who may call them is decided before (`operations.ts`). */
export const PROVISIONING: Readonly<Record<string, Operation>> = {
  registerTerminal: (message, { shop }, { principals }) => {
    const { id } = principals.terminals.register(shop, {
      externalTerminalId: textAt(message, 'externalTerminalId') ?? '',
      password: textAt(message, 'password') ?? '',
      name: textAt(message, 'name') ?? '',
    });
    return [...success(), ['terminalId', id]];
  },

  assignSeqrId: (message, { id }, { principals }) => {
    principals.terminals.label(id, textAt(message, 'seqrId') ?? '');
    return success();
  },

  /**
   * A terminal removes itself. Under the certification procedure's reading a reseller's user calls, and since the request
   * has no place to name a terminal, the one that the shop registered last is meant.
   */
  unregisterTerminal: (_, { type, id, shop }, { principals: { terminals } }) => {
    const last = terminals.list().findLast((one) => one.shop === shop && one.state !== 'unregistered');
    const terminalId = type === 'TERMINALID' ? id : last?.id;
    if (terminalId === undefined) throw new SeqrRefusal('SYSTEM_ERROR', 'the shop has no terminal');
    terminals.unregister(terminalId);
    return success();
  },
};
