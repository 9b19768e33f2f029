import type { CloseGrant, Grant, MachineEventBody } from '#machine-protocol/messages.js';

import type { AdapterEvent, MachineStatus } from '../adapters/adapter.js';
import type { Timings } from '../timings.js';
import type { House, Selected } from './judgement.js';
import type { GrantKey, Ledger } from './ledger.js';

export type CloseReason = Extract<MachineEventBody, { type: 'session.closed' }>['reason'];

/**
 * ```
 *            START            IDLE             VEND, approved
 *  (none) ──────────► opening ────► choosing ◄─────────────► vending
 *     ▲                  │           │    ▲                     │
 *     │                  │           ▼    │ IDLE                │ result, when it is to be closed
 *     │                  │          denied┘                     │
 *     └── ENABLED ── closing ◄──────────────────────────────────┘
 * ```
 */
export type Phase = 'opening' | 'choosing' | 'vending' | 'denied' | 'closing';

/** What dies with the process: clocks and phases. What must not is in the ledger. */
export interface Session {
  readonly grant: Grant;
  readonly phase: Phase;
  /** Monotonic: end of the grant's life, counted from its receipt. */
  readonly expiresAt: number;
  /** Monotonic: when the phase has lasted too long. */
  readonly phaseEndsAt: number;
  /** The choice under way or just denied: the machine may repeat its line. */
  readonly asked?: Selected;
  /** The machine said IDLE, or the adapter refused the approval, and no result came yet. */
  readonly resultOverdue: boolean;
  /** To be closed for this reason as soon as no vend is under way. */
  readonly closing?: CloseReason;
  /** STOPs sent so far. */
  readonly stops: number;
}

export interface BridgeState {
  readonly machine: MachineStatus;
  readonly ledger: Ledger;
  readonly session?: Session;
  /** Monotonic: the machine is idle without a grant; STOP is sent again then. */
  readonly strayUntil?: number;
}

export type Input =
  | { readonly type: 'grant'; readonly grant: Grant; readonly obstacle?: string | undefined }
  | { readonly type: 'close'; readonly close: CloseGrant }
  | AdapterEvent
  /** An `approve` action was not carried out: its time had passed. */
  | { readonly type: 'approval-late' }
  /** The bridge is about to stop. */
  | { readonly type: 'stop' }
  /** A deadline has passed. */
  | { readonly type: 'tick' };

/** Carried out one after the other, in this order; a `record` is on disk before the next one begins. */
export type Action =
  /** The event's `serial` is empty; the transcript is put in when it is carried out. */
  | { readonly type: 'record'; readonly body: MachineEventBody }
  | { readonly type: 'admit'; readonly key: GrantKey }
  /** Say this again: it is recorded already. */
  | { readonly type: 'answer-again'; readonly body: MachineEventBody }
  | { readonly type: 'open'; readonly creditMinor: number; readonly withinMs: number }
  /** Must not leave at or after `notAfter` (monotonic). */
  | { readonly type: 'approve'; readonly priceMinor: number; readonly notAfter: number }
  | { readonly type: 'deny' }
  | { readonly type: 'close' }
  | { readonly type: 'restart-adapter' };

export interface Rules extends House {
  readonly timings: Pick<Timings, 'approvalMs' | 'resultMs' | 'resultGraceMs' | 'stopRetryMs'>;
}
