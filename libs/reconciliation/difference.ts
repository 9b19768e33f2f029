import type { Currency } from '#purchase/money.js';

import type { ReportAmount } from './amounts.js';

/** What our ledger says of one purchase that took money. */
export interface LedgerEntry {
  readonly purchaseId: string;
  readonly machineId: string;
  /** The terminal that issued the invoice; null when the reseller did, whose terminal only SEQR knows. */
  readonly terminalId: string | null;
  readonly ersReference: string | null;
  /** Smallest units; null for a purchase that a person is looking at: we claim no amount. */
  readonly committedMinor: bigint | null;
  readonly currency: Currency;
  /** Given back since; each is a transaction of its own at SEQR. */
  readonly refunds: readonly { readonly ersReference: string; readonly amountMinor: bigint }[];
  /** Milliseconds since 1970. */
  readonly committedAt: number;
}

/** A purchase that is being settled: SEQR may have charged it, and we do not know its ersReference yet. */
export interface PendingEntry {
  readonly purchaseId: string;
  readonly machineId: string;
  /** The frozen amount, in smallest units. */
  readonly amountMinor: bigint;
  readonly currency: Currency;
}

/** One row of SEQR's details. */
export interface SeqrRow {
  readonly line: number;
  readonly ersReference: string | null;
  readonly terminalId: string | null;
  /** The machine's id: we send it as cashierId. */
  readonly cashierId: string | null;
  readonly amount: ReportAmount;
  /** The same reference stood in an earlier line, or in the report of an earlier period. */
  readonly repeats: boolean;
}

/** Count and total as SEQR sums them up; null where its summary cannot be read as one. */
export interface SeqrSummary {
  readonly count: number | null;
  readonly total: ReportAmount | null;
}

export const DIFFERENCE_KINDS = [
  'missing-at-seqr',
  'missing-here',
  'amount-differs',
  'duplicate-at-seqr',
  'wrong-terminal',
  'summary-differs',
  'period-lost',
] as const;
export type DifferenceKind = (typeof DIFFERENCE_KINDS)[number];

export interface Difference {
  readonly kind: DifferenceKind;
  /** The same for the same difference, whenever and in whichever report it is found: it is opened once. */
  readonly key: string;
  readonly purchaseId: string | null;
  readonly machineId: string | null;
  readonly ersReference: string | null;
  /** Null where no machine tells it: SEQR's reports name no currency. */
  readonly currency: Currency | null;
  /** What we have, in smallest units. */
  readonly oursMinor: bigint | null;
  /** What SEQR has. */
  readonly seqr: ReportAmount | null;
  /** What belongs to this kind alone, for people. */
  readonly detail: string;
}
