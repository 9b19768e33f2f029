import {
  ANSWERS,
  fieldOf,
  kindExists,
  SELECTORS,
  type AnswerField,
  type FaultKind,
  type FaultTarget,
} from './fault-kinds.js';

export { FAULT_KINDS, FAULT_TARGETS, type FaultKind, type FaultTarget } from './fault-kinds.js';

/** What a wrong answer says; each field in the place of the truth. */
export interface WrongAnswer {
  readonly operation?: FaultTarget;
  readonly ersReference?: string;
  readonly invoiceReference?: string;
  readonly status?: string;
  /** "12.00" */
  readonly amount?: string;
  readonly version?: number | 'stale';
  readonly terminalId?: string;
  readonly transactionPeriodId?: string;
}

export interface FaultOrder {
  readonly operation: FaultTarget;
  readonly kind: FaultKind;
  /** How many calls it strikes. */
  readonly times: number;
  /** How many matching calls it lets through before; 0 without it. */
  readonly after?: number;
  /** Only calls about this invoice. */
  readonly invoiceReference?: string;
  /** Only calls of this terminal. */
  readonly terminalId?: string;
  /** For 'delay'. */
  readonly delayMs?: number;
  /** For 'result-code'. */
  readonly resultCode?: number;
  /** For 'result-code': whether the operation is done all the same, so that the answer is a lie. */
  readonly acted?: boolean;
  /** For 'wrong-answer'. */
  readonly answer?: WrongAnswer;
}

/** What a call names; undefined what it does not. */
export interface FaultSubject {
  readonly invoiceReference?: string | undefined;
  readonly terminalId?: string | undefined;
}

export class FaultError extends Error {
  override readonly name = 'FaultError';
  readonly code = 'BAD_FAULT';
}

/** A test orders a handful; thousands are a mistake. */
const ORDERS_MAX = 100;
const CALLS_MAX = 1000;
/** Longer than every deadline of a caller. */
export const DELAY_MS_MAX = 60_000;

/** The faults ordered for the calls to come. One call meets one fault at most, in the order in which they were ordered. */
export class Faults {
  #orders: FaultOrder[] = [];

  /** @throws FaultError */
  add(order: FaultOrder): void {
    if (this.#orders.length >= ORDERS_MAX) throw new FaultError(`at most ${ORDERS_MAX} faults can wait`);
    const complaint = complaintAbout(order);
    if (complaint !== undefined) throw new FaultError(complaint);
    this.#orders.push({ ...order });
  }

  /** The fault that strikes this call; it has one stroke less afterwards. */
  take(operation: string, subject: FaultSubject = {}): FaultOrder | undefined {
    for (const [index, order] of this.#orders.entries()) {
      if (order.operation !== operation || !selects(order, subject)) continue;
      if (order.after) {
        this.#orders[index] = { ...order, after: order.after - 1 };
        continue;
      }
      this.#orders.splice(index, 1, ...(order.times > 1 ? [{ ...order, times: order.times - 1 }] : []));
      return order;
    }
    return undefined;
  }

  list(): readonly FaultOrder[] {
    return this.#orders;
  }

  clear(): void {
    this.#orders = [];
  }
}

function selects({ invoiceReference, terminalId }: FaultOrder, subject: FaultSubject): boolean {
  const isInvoice = invoiceReference === undefined || invoiceReference === subject.invoiceReference;
  return isInvoice && (terminalId === undefined || terminalId === subject.terminalId);
}

function complaintAbout(order: FaultOrder): string | undefined {
  const { operation, kind, times, after = 0, delayMs, resultCode } = order;
  if (!kindExists(kind, operation)) return `the kind ${kind} does not exist for ${operation}`;
  if (!isWhole(times, 1, CALLS_MAX)) return `times must be 1 to ${CALLS_MAX}`;
  if (!isWhole(after, 0, CALLS_MAX)) return `after must be 0 to ${CALLS_MAX}`;
  for (const [field, owner] of [
    ['delayMs', 'delay'],
    ['resultCode', 'result-code'],
    ['answer', 'wrong-answer'],
  ] as const) {
    const isGiven = order[field] !== undefined;
    if (isGiven !== (fieldOf(kind) === field)) return `${field} goes with the kind ${owner}, and only with it`;
  }
  if (delayMs !== undefined && !isWhole(delayMs, 1, DELAY_MS_MAX)) return `delayMs must be 1 to ${DELAY_MS_MAX}`;
  if (resultCode !== undefined && !isWhole(resultCode, 0, 99)) return 'resultCode must be 0 to 99';
  if (order.acted !== undefined && kind !== 'result-code') return 'acted goes with the kind result-code only';
  for (const field of ['invoiceReference', 'terminalId'] as const) {
    if (order[field] !== undefined && !includes(SELECTORS[field].of, operation))
      return `a call of ${operation} names no ${field}`;
  }
  return order.answer && complaintAboutAnswer(operation, order.answer);
}

function complaintAboutAnswer(operation: FaultTarget, answer: WrongAnswer): string | undefined {
  const fields = Object.keys(answer) as AnswerField[];
  if (fields.length === 0) return 'answer must say what is told instead of the truth';
  const stranger = fields.find((field) => !includes(ANSWERS[field].of, operation));
  if (stranger !== undefined) return `the reply of ${operation} has no ${stranger}`;
  if (answer.operation === operation) return `answer.operation must be another operation than ${operation}`;
  if (answer.operation !== undefined && fields.length > 1) return 'answer.operation stands alone';
  if (answer.operation !== undefined && !includes(ANSWERS.operation.of, answer.operation))
    return 'answer.operation must be a SOAP operation';
  if (answer.amount !== undefined && !/^\d{1,15}(?:\.\d{1,2})?$/.test(answer.amount))
    return 'answer.amount must be digits with at most two decimals';
  return undefined;
}

function includes(list: readonly string[], text: string): boolean {
  return list.includes(text);
}

function isWhole(value: number, min: number, max: number): boolean {
  return Number.isInteger(value) && value >= min && value <= max;
}
