import type { InvoiceBook } from '../book.js';
import type { Clock } from '../clock.js';
import type { ReplyFields } from '../envelope.js';
import type { ClientSessions } from '../sessions.js';
import type { Principal, Principals } from '../principals.js';
import type { XmlElement } from '../xml.js';

/** The bank behind SEQR. When it is down, every operation that needs it is answered with 94. */
export interface Bank {
  isDown: boolean;
}

/** What operations work on. */
export interface OperationParts {
  readonly book: InvoiceBook;
  readonly principals: Principals;
  readonly bank: Bank;
  readonly sessions: ClientSessions;
  readonly clock: Clock;
}

/** One operation: what it does for whom, and what it replies. Refusals are thrown. */
export type Operation = (message: XmlElement, principal: Principal, parts: OperationParts) => ReplyFields;
