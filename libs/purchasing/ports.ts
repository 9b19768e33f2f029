import type { PurchaseEvent } from '#purchase/reserve-first/events.js';
import type { Beginning } from '#purchase/reserve-first/lifecycle.js';
import type { Act, Purchase, ReviewCase } from '#purchase/reserve-first/purchase.js';

/**
 * What the runner needs from the outside. Production brings PostgreSQL, SEQR's SOAP service and the broker; the
 * simulation brings its own of each.
 */
export interface PurchaseStore {
  /**
   * Writes down a purchase in state NEW, its first event and its first act, leased to this server.
   *
   * @throws MachineHeldError when another purchase holds the machine.
   */
  begin(beginning: Omit<Beginning, 'grantNumber'>, request: PurchaseRequest): Promise<Purchase>;
  load(purchaseId: string): Promise<Purchase | null>;
  /** Those of these that there are, in no order: one question for all that a sweep claimed. */
  loadAll(purchaseIds: readonly string[]): Promise<Purchase[]>;
  /**
   * Writes down a step: the purchase, the event, the next act, cases and calls, all or nothing. A new act is leased to
   * this server; an act that stays (`after.next === before.next`) stays leased to whom it is.
   *
   * @throws ConflictError when somebody else moved the purchase on first.
   * @throws EventTakenError when the machine's event is not the next of its journal.
   * @throws InvoiceReferenceTakenError when another purchase has this invoice.
   */
  save(change: Change): Promise<void>;
  /**
   * Leases acts that are due and that no living server is doing, oldest first.
   *
   * @param dropped purchases whose acts this server has leased and does not do: those are free too.
   */
  claimDue(limit: number, dropped: readonly string[]): Promise<ClaimedAct[]>;
}

export interface PurchaseRequest {
  /** Keyed pseudonym of the payer's phone number. */
  readonly payer: string;
  /** Keyed hash of machine, payer, amount and currency. */
  readonly requestKey: string;
}

export interface Change {
  readonly before: Purchase;
  readonly after: Purchase;
  readonly event: PurchaseEvent;
  readonly at: number;
  readonly cases: readonly ReviewCase[];
  readonly calls: readonly SeqrCallRecord[];
  /** The event of the machine's journal that this step answers: taken in with the step or not at all. */
  readonly machineEvent?: MachineEventRecord;
}

export interface ClaimedAct {
  readonly purchaseId: string;
  readonly act: Act;
  /** A server had begun it, or may have: its effect is not known. One that was dead when it fell due had not. */
  readonly begun: boolean;
}

export interface SeqrCallRecord {
  readonly operation: string;
  readonly clientReference: string;
  readonly sentAt: string;
  readonly durationMs: number;
  readonly outcome: 'answered' | 'refused' | 'not-sent' | 'unknown';
  readonly resultCode?: number | undefined;
  readonly detail?: string | undefined;
}

export interface MachineEventRecord {
  readonly machineId: string;
  readonly journalId: string;
  readonly bootId: string;
  readonly seq: number;
  readonly type: string;
  readonly body: object;
  readonly machineAt: string;
  readonly purchaseId: string | null;
  /** Why it means nothing to the server; it is recorded and acknowledged all the same. */
  readonly rejected: string | null;
}

/** Does one act in the world and says what came of it. Never throws for what the world does. */
export interface Performer {
  perform(purchase: Purchase, act: Act): Promise<{ event: PurchaseEvent; calls: readonly SeqrCallRecord[] }>;
}

/** Its heartbeat is late, or it is stopping. */
export class NotActingError extends Error {
  override readonly name = 'NotActingError';
}

export class MachineHeldError extends Error {
  override readonly name = 'MachineHeldError';
}

export class ConflictError extends Error {
  override readonly name = 'ConflictError';
}

export class InvoiceReferenceTakenError extends Error {
  override readonly name = 'InvoiceReferenceTakenError';
}

export class EventTakenError extends Error {
  override readonly name = 'EventTakenError';
}
