import type { Finding } from '../procedure/judge.js';
import type { ScanStep } from '../procedure/procedure.js';

import type { Exchange, Result } from './record.js';

/** What the walk needs of the world beside SEQR's service: each is chosen by configuration. */
export interface Surroundings {
  readonly scanner: Scanner;
  readonly time: Time;
  readonly notifications: Notifications;
  readonly createPurchase: CreatePurchaseProbe;
  /** Takes what was exchanged with SEQR since it was last asked. */
  readonly takeExchanges: () => readonly Exchange[];
  readonly tell: (event: Progress) => void;
}

/** The payer: a person with a phone, or a stand-in. */
export interface Scanner {
  /** Asks for it, and returns when it was asked for: the status tells when it was done. @throws Error when it cannot be asked for */
  scan(order: ScanOrder): Promise<void>;
}

export interface ScanOrder {
  readonly invoiceReference: string;
  readonly qrText: string;
  readonly decision: ScanStep['decision'];
  readonly withinSeconds: number;
}

export interface Time {
  now(): Date;
  /** Milliseconds of a clock that never jumps. */
  elapsed(): number;
  /** Between two questions for a status. */
  pause(milliseconds: number): Promise<void>;
  /** A wait that the procedure asks for. @returns in words, how it was waited */
  wait(seconds: number): Promise<string>;
}

export interface Notifications {
  /** Whether SEQR can reach the listener; the reason when it cannot. */
  readonly unreachable: string | undefined;
  /** @returns in words, what arrived; undefined when nothing did in time */
  arrived(label: string, withinSeconds: number): Promise<string | undefined>;
}

export interface CreatePurchaseProbe {
  run(): Promise<{ readonly notes: readonly string[]; readonly findings: readonly Finding[] }>;
}

export type Progress =
  | { readonly kind: 'test'; readonly number: number; readonly title: string }
  | { readonly kind: 'step'; readonly title: string; readonly result: Result; readonly faults: readonly string[] };
