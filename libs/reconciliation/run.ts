import type { BusinessDay } from './business-day.js';
import type { SeqrSummary } from './difference.js';

/**
 * due → marking → marked → read → done; failed when SEQR gave no report for too long.
 *
 * `marking` is written before markTransactionPeriod is called: found later without an answer, it means that nobody knows
 * whether SEQR ended a period.
 */
export type RunState = 'due' | 'marking' | 'marked' | 'read' | 'done' | 'failed';

export const SHOP = 'shop';

/** A run as the database has it. Times are milliseconds since 1970. */
export interface Run {
  readonly id: string;
  /** `shop`, or a terminal's id. */
  readonly scope: string;
  readonly machineId: string | null;
  readonly firstDay: BusinessDay;
  readonly day: BusinessDay;
  readonly state: RunState;
  readonly startedAt: number;
  readonly unknownMarks: { readonly first: number; readonly last: number } | null;
  readonly markedAt: number | null;
  readonly transactionPeriodId: string | null;
  readonly failures: number;
  readonly summary: SeqrSummary;
  /** When the period before ended, of this scope; null for the first. */
  readonly since: number | null;
}

export interface RunFigures {
  readonly rowsRead: number;
  readonly rowsTotal: bigint;
  readonly purchasesMatched: number;
  readonly differencesFound: number;
  readonly carriedOver: number;
}

export function terminalOf(run: Pick<Run, 'scope'>): string | null {
  return run.scope === SHOP ? null : run.scope;
}

/** "SEQR’s report of the shop, 2026-11-19 to 2026-11-21". */
export function titleOf(run: Pick<Run, 'scope' | 'firstDay' | 'day'>): string {
  const days = run.firstDay === run.day ? run.day : `${run.firstDay} to ${run.day}`;
  return `SEQR’s report of ${run.scope === SHOP ? 'the shop' : `terminal ${run.scope}`}, ${days}`;
}
