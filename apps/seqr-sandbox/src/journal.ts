import type { Clock } from './clock.js';

export type CallOutcome =
  | 'answered'
  | 'violation'
  | 'soap fault'
  | 'dropped before acting'
  | 'dropped after acting'
  | 'garbage after acting'
  | 'lie after acting';

/** One SOAP call. The request is what was read of it, without passwords. */
export interface CallRecord {
  readonly at: Date;
  readonly operation: string;
  readonly outcome: CallOutcome;
  readonly resultCode?: number;
  readonly invoiceReference?: string;
  /** Why it was refused, or which rule it broke. */
  readonly reason?: string;
  readonly delayMs?: number;
  readonly request?: unknown;
}

/** One breach of the published contract by the program under test. */
export interface Violation {
  readonly at: Date;
  /** The SOAP operation, or "createPurchase" for a breach in the answer to it. */
  readonly operation: string;
  readonly complaint: string;
}

/** Enough to look back over some minutes of a test; older entries are forgotten. */
const RECORDS_MAX = 500;

/** What was called and what was wrong with it, the newest last. */
export class Journal {
  readonly #calls: CallRecord[] = [];
  readonly #violations: Violation[] = [];

  constructor(
    private readonly clock: Clock,
    private readonly log: (line: string) => void = () => undefined,
  ) {}

  get calls(): readonly CallRecord[] {
    return this.#calls;
  }

  get violations(): readonly Violation[] {
    return this.#violations;
  }

  recordCall(call: Omit<CallRecord, 'at'>): void {
    keep(this.#calls, { at: this.clock.now(), ...call });
    const { operation, outcome, resultCode = '', invoiceReference = '', reason = '' } = call;
    this.log(`${operation} ${invoiceReference} ${outcome} ${resultCode} ${reason}`.replaceAll(/ +/g, ' ').trim());
  }

  recordViolation(operation: string, complaint: string): void {
    keep(this.#violations, { at: this.clock.now(), operation, complaint });
    this.log(`VIOLATION ${operation}: ${complaint}`);
  }
}

function keep<T>(records: T[], record: T): void {
  records.push(record);
  if (records.length > RECORDS_MAX) records.shift();
}
