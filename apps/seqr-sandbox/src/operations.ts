import type { ReplyFields } from './envelope.js';
import { CREDITING } from './operations/crediting.js';
import { INVOICING } from './operations/invoicing.js';
import type { Operation, OperationParts } from './operations/parts.js';
import { PROVISIONING } from './operations/provisioning.js';
import { RECONCILIATION } from './operations/reconciliation.js';
import { replyBase, success } from './operations/reply.js';
import { SESSIONS } from './operations/sessions.js';
import type { Principal } from './principals.js';
import { SeqrRefusal } from './result-codes.js';
import type { ValidRequest } from './schema.js';

export interface OperationReply {
  readonly resultCode: number;
  readonly fields: ReplyFields;
  /** Why it was refused; undefined for success. */
  readonly reason?: string;
}

const OPERATIONS: Readonly<Record<string, Operation>> = {
  ...INVOICING,
  ...PROVISIONING,
  ...RECONCILIATION,
  ...CREDITING,
  ...SESSIONS,
};

/** API page: whose operation it is. The others are for terminals and resellers alike. */
const ONLY_FOR: Readonly<Record<string, Principal['type']>> = {
  registerTerminal: 'RESELLERUSER',
  assignSeqrId: 'TERMINALID',
  markTransactionPeriod: 'RESELLERUSER',
  executeReport: 'RESELLERUSER',
};

/**
 * Does one operation and says what SEQR would reply. A business refusal is an ordinary reply with a result code.
 *
 * @throws SchemaViolation where only the book can tell that the request breaks the contract.
 */
export function perform({ operation, message }: ValidRequest, parts: OperationParts): OperationReply {
  // The connectivity probe has no arguments, and so nobody who asks.
  if (operation === 'benchmarkingNop') return { resultCode: 0, fields: success() };
  try {
    const principal = parts.principals.authenticate(message);
    const act = OPERATIONS[operation];
    if (!act) throw new SeqrRefusal('UNSUPPORTED_OPERATION', 'the sandbox does not play this operation');
    const onlyFor = operation === 'unregisterTerminal' ? parts.book.rules.unregisterBy : ONLY_FOR[operation];
    if (onlyFor && principal.type !== onlyFor) throw new SeqrRefusal('ACCESS_DENIED', `only a ${onlyFor} may do this`);
    if (parts.bank.isDown) throw new SeqrRefusal('SERVICE_UNAVAILABLE', 'the bank is down');
    return { resultCode: 0, fields: act(message, principal, parts) };
  } catch (error) {
    if (!(error instanceof SeqrRefusal)) throw error;
    return { ...replyWithCode(operation, error.resultCode), reason: error.reason };
  }
}

/** The reply that carries nothing but a result code. */
export function replyWithCode(operation: string, resultCode: number): OperationReply {
  const fields = replyBase(undefined, resultCode);
  // The schema demands a version in every reply of getPaymentStatus, also where there is no invoice to have one.
  return { resultCode, fields: operation === 'getPaymentStatus' ? [...fields, ['version', 0]] : fields };
}
