import type { AuditReport } from './audit-report.js';

/** One reading of a machine: its counters, and between which moments they were read (milliseconds since 1970). */
export interface Reading {
  readonly report: AuditReport;
  readonly from: number;
  readonly until: number;
}

/** Something that came out of the machine and was paid through us, in our ledger's words. */
export interface OurVend {
  readonly selection: number;
  readonly priceMinor: bigint;
  /** When its purchase began, and when the server learned of the choice: the machine counted it in between. */
  readonly from: number;
  readonly until: number;
}

export interface OurSales {
  /** Dispensed and charged, in the order of their purchases: a machine serves one payer at a time. */
  readonly charged: readonly OurVend[];
  /** Not charged, and with a review case of its own: the machine may have counted them or not. */
  readonly undecided: readonly OurVend[];
}

/** Null stands for what the files do not say. Amounts are smallest units of the machine's currency. */
export interface Counted {
  readonly count: number | null;
  readonly minor: bigint | null;
}

export type FindingKind =
  /** A counter that nobody can clear went backwards. */
  | 'counters-restarted'
  /** The machine counted more cashless sales than were charged here, fewer, or as many for another amount. */
  | 'cashless-more'
  | 'cashless-less'
  | 'cashless-value'
  /** One selection was sold more or less often than was charged here. */
  | 'selection-differs'
  /** The files cannot tell. No difference. */
  | 'not-compared';

export interface Finding {
  readonly kind: FindingKind;
  /** What is at stake; null where nobody can say. */
  readonly amountMinor: bigint | null;
  /** For an operator. */
  readonly text: string;
}

export interface CashlessComparison {
  /** Which of the machine's cashless readers is ours: 1 is DA, 2 is DB. */
  readonly reader: 1 | 2;
  readonly machine: Counted;
  readonly ours: { readonly count: number; readonly minor: bigint };
}

export interface SelectionComparison {
  /** As the machine writes it. */
  readonly selection: string;
  /** Paid vends by whatever means (PA2). */
  readonly paid: Counted;
  /** Paid vends through our reader (PA7), where the machine counts them. */
  readonly cashless: Counted | null;
  /** Vends that we charged. */
  readonly ours: number;
  readonly differs: boolean;
}

/** What the machine did with cash between the two readings, and what its tubes hold since the second. */
export interface CashBetween {
  readonly sales: Counted;
  readonly toBoxMinor: bigint | null;
  readonly toTubesMinor: bigint | null;
  readonly billsMinor: bigint | null;
  readonly outMinor: bigint | null;
  readonly outByHandMinor: bigint | null;
  readonly filledMinor: bigint | null;
  readonly inTubesMinor: bigint | null;
}

/** Two successive audit files of a machine against what was charged there between them. */
export interface Comparison {
  /** `differs` is for a person; `not-compared` when the files say too little. */
  readonly verdict: 'agrees' | 'differs' | 'not-compared';
  readonly cashless: CashlessComparison | null;
  readonly selections: readonly SelectionComparison[];
  readonly cash: CashBetween;
  readonly findings: readonly Finding[];
}
