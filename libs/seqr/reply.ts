import type { NotSentReason, UnknownReason } from './outcome-errors.js';
import type { RetryClass } from './result-codes.js';
import type { OperationName } from './operation-name.js';

/** What may be logged and counted about one call. Holds no secret and no phone number. */
export interface SeqrCall {
  readonly operation: OperationName;
  /** Sent with the call and unique: SEQR's support finds the call by it. */
  readonly clientReference: string;
  /** ISO 8601, UTC. */
  readonly sentAt: string;
  readonly durationMs: number;
  /** Absent when no status line arrived. */
  readonly httpStatus?: number;
  readonly outcome: Ending['outcome'];
  readonly resultCode?: number;
  /** For a person: what was wrong. At most 200 characters. */
  readonly detail?: string;
}

/** SEQR did it, and said `T`. */
export type Answered<T extends object = object> = { readonly outcome: 'answered'; readonly resultCode: 0 } & T;

/** SEQR said in so many words that it did not do it. */
export interface Refused {
  readonly outcome: 'refused';
  /** Not 0. */
  readonly resultCode: number;
  /** The vendor's constant, or UNKNOWN_<code>. */
  readonly resultName: string;
  /** SEQR's text, shortened, for a person only. */
  readonly resultDescription: string;
  readonly retry: RetryClass;
}

/** It is certain that SEQR received nothing: the call may be made again. */
export interface NotSent {
  readonly outcome: 'not-sent';
  readonly reason: NotSentReason;
}

/**
 * Nobody can know whether SEQR did it. Look it up with getPaymentStatus before anything else: neither assume nor repeat
 * with another amount.
 */
export interface Unknown {
  readonly outcome: 'unknown';
  readonly reason: UnknownReason;
}

export type Ending<T extends object = object> = Answered<T> | Refused | NotSent | Unknown;

/** How a call ended. Nothing that happens on the wire is an exception. */
export type Reply<T extends object = object> = Ending<T> & { readonly call: SeqrCall };
