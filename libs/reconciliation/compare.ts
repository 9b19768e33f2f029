import { type Currency, sum } from '#purchase/money.js';

import { asReportAmount, formatReportAmount } from './amounts.js';
import type { Difference, LedgerEntry, PendingEntry, SeqrRow, SeqrSummary } from './difference.js';

/**
 * A purchase committed this shortly before the mark may stand in the next period: our commit is dated when SEQR's PAID
 * was read, its report by SEQR's own clock, and a commit with an unknown outcome is looked up for minutes.
 */
export const MARGIN_MS = 15 * 60_000;

/** What the comparison has to know of the period and of the fleet. */
export interface Terms {
  /** Names the period in keys: its transactionPeriodId, or the run's id while there is none. */
  readonly period: string;
  /** When the period before ended; null for the first. */
  readonly since: number | null;
  /** When the period was marked. */
  readonly markedAt: number;
  /**
   * A period may be lost: `first` is when a call of markTransactionPeriod went out whose outcome nobody knows (it may have
   * ended a period that has no name we know), `until` when the last such call did.
   */
  readonly lost: { readonly first: number; readonly until: number } | null;
  /** Machine and currency by terminal id and by machine id. */
  readonly fleet: ReadonlyMap<string, { readonly machineId: string; readonly currency: Currency }>;
}

export interface Verdict {
  readonly differences: readonly Difference[];
  /** How many purchases and rows wait for the next run: too near the boundary to be judged. */
  readonly carried: number;
  readonly matched: number;
}

/**
 * One of SEQR's rows against the ledger.
 *
 * @param known the purchase with this ersReference, or undefined. @returns null when they agree.
 */
export function judgeRow(
  row: SeqrRow,
  known: LedgerEntry | undefined,
  pending: readonly PendingEntry[],
  terms: Terms,
): Difference | 'carried' | null {
  if (row.repeats && row.ersReference !== null) return duplicate(row, known, terms);
  if (known === undefined) return pending.some((one) => mayBe(one, row)) ? 'carried' : unknownHere(row, terms);
  // A person decides about it already: its case says what SEQR took.
  if (known.committedMinor === null) return null;
  const refund = known.refunds.find(({ ersReference }) => ersReference === row.ersReference);
  const oursMinor = refund === undefined ? known.committedMinor : -refund.amountMinor;
  const about = { ...factsOf(known), ersReference: row.ersReference, oursMinor, seqr: row.amount };
  if (asReportAmount(oursMinor, known.currency) !== row.amount) {
    const key = `amount-differs:${row.ersReference}`;
    return { ...about, kind: 'amount-differs', key, detail: '' };
  }
  const misplaced = placeOf(row, known);
  if (misplaced !== null) {
    return { ...about, kind: 'wrong-terminal', key: `wrong-terminal:${row.ersReference}`, detail: misplaced };
  }
  return null;
}

/** One purchase that no report has named so far. @returns 'carried' when it may still stand in the next period. */
export function judgeUnreported(entry: LedgerEntry, terms: Terms): Difference | 'carried' | null {
  if (entry.committedMinor === null) return null;
  if (entry.committedAt > terms.markedAt - MARGIN_MS) return 'carried';
  const key = `missing-at-seqr:${entry.purchaseId}`;
  const { ersReference } = entry;
  return {
    ...factsOf(entry),
    kind: 'missing-at-seqr',
    key,
    ersReference,
    oursMinor: entry.committedMinor,
    seqr: null,
    detail: '',
  };
}

/** Should a purchase that is not reported be counted to a lost period? */
export function mayBeLost(entry: LedgerEntry, { lost }: Terms): boolean {
  return lost !== null && entry.committedMinor !== null && entry.committedAt <= lost.until;
}

/**
 * Does this reported purchase prove that the unknown marks ended nothing? It was committed well before the first of
 * them and well after the mark before, and stands in the period that a later mark ended.
 */
export function provesNothingLost({ committedAt }: Pick<LedgerEntry, 'committedAt'>, { lost, since }: Terms): boolean {
  if (lost === null) return true;
  return committedAt < lost.first - MARGIN_MS && (since === null || committedAt > since + MARGIN_MS);
}

/** The purchases of a lost period are one difference: what happened is one thing. */
export function lostPeriod(lost: { count: number; minor: bigint; currency: Currency }, terms: Terms): Difference {
  return {
    kind: 'period-lost',
    key: `period-lost:${terms.period}:${lost.currency}`,
    purchaseId: null,
    machineId: null,
    ersReference: null,
    currency: lost.currency,
    oursMinor: lost.minor,
    seqr: null,
    detail: `${lost.count} purchases`,
  };
}

/** SEQR's summary against SEQR's own details. */
export function judgeSummary(
  summary: SeqrSummary,
  details: { readonly count: number; readonly total: bigint },
  currency: Currency | null,
  terms: Terms,
): Difference | null {
  const countAgrees = summary.count === null || summary.count === details.count;
  const totalAgrees = summary.total === null || summary.total === details.total;
  if (countAgrees && totalAgrees) return null;
  const said = (count: number | null, total: bigint | null) =>
    `${count ?? 'no'} sales, ${total === null ? 'no total' : shown(total, currency)}`;
  return {
    kind: 'summary-differs',
    key: `summary-differs:${terms.period}`,
    purchaseId: null,
    machineId: null,
    ersReference: null,
    currency,
    oursMinor: null,
    seqr: (summary.total ?? details.total) - details.total,
    detail: `its summary says ${said(summary.count, summary.total)}; its details add up to ${said(details.count, details.total)}`,
  };
}

/**
 * The whole comparison at once: the ledger of a period against SEQR's report of it. A run does the same in batches, from
 * the same judgements.
 *
 * @param entries every purchase of the period that took money, and those that earlier runs carried over.
 */
export function compare(input: {
  readonly entries: readonly LedgerEntry[];
  readonly pending: readonly PendingEntry[];
  readonly rows: readonly SeqrRow[];
  readonly summary: SeqrSummary;
  readonly terms: Terms;
}): Verdict {
  const { entries, pending, summary, terms } = input;
  const rows = withRepeats(input.rows);
  const differences: Difference[] = [];
  let carried = 0;
  const note = (judged: Difference | 'carried' | null) => {
    if (judged === 'carried') carried += 1;
    else if (judged !== null) differences.push(judged);
  };
  const byReference = new Map<string, LedgerEntry>();
  for (const entry of entries) {
    if (entry.ersReference !== null) byReference.set(entry.ersReference, entry);
    for (const refund of entry.refunds) byReference.set(refund.ersReference, entry);
  }
  const reported = new Set<string | null>(rows.map(({ ersReference }) => ersReference));
  for (const row of rows) note(judgeRow(row, byReference.get(row.ersReference ?? ''), pending, terms));
  const isReported = ({ ersReference }: LedgerEntry) => ersReference !== null && reported.has(ersReference);
  const unreported = entries.filter((entry) => !isReported(entry));
  const nothingLost = entries.some((entry) => isReported(entry) && provesNothingLost(entry, terms));
  const lost = nothingLost ? [] : unreported.filter((entry) => mayBeLost(entry, terms));
  for (const entry of unreported) if (!lost.includes(entry)) note(judgeUnreported(entry, terms));
  for (const [currency, ones] of Map.groupBy(lost, (entry) => entry.currency)) {
    note(lostPeriod({ count: ones.length, minor: sum(ones.map((one) => one.committedMinor ?? 0n)), currency }, terms));
  }
  const total = sum(rows.map(({ amount }) => amount));
  note(judgeSummary(summary, { count: rows.length, total }, null, terms));
  const matched = entries.length - unreported.length;
  return { differences, carried, matched };
}

function withRepeats(rows: readonly SeqrRow[]): SeqrRow[] {
  const seen = new Set<string>();
  return rows.map((row) => {
    const repeats = row.repeats || (row.ersReference !== null && seen.has(row.ersReference));
    if (row.ersReference !== null) seen.add(row.ersReference);
    return { ...row, repeats };
  });
}

function factsOf({ purchaseId, machineId, currency }: LedgerEntry) {
  return { purchaseId, machineId, currency };
}

/** The machine that a row belongs to as SEQR tells it: by terminal, or by cashier, which is our machine's id. */
function machineOf(row: SeqrRow, { fleet }: Terms) {
  return fleet.get(row.terminalId ?? '') ?? fleet.get(row.cashierId ?? '');
}

function unknownHere(row: SeqrRow, terms: Terms): Difference {
  const machine = machineOf(row, terms);
  return {
    kind: 'missing-here',
    key: row.ersReference === null ? `missing-here:${terms.period}:${row.line}` : `missing-here:${row.ersReference}`,
    purchaseId: null,
    machineId: machine?.machineId ?? null,
    ersReference: row.ersReference,
    currency: machine?.currency ?? null,
    oursMinor: null,
    seqr: row.amount,
    detail: `terminal ${row.terminalId ?? 'not named'}, cashier ${row.cashierId ?? 'not named'}`,
  };
}

function duplicate(row: SeqrRow, known: LedgerEntry | undefined, terms: Terms): Difference {
  const machine = machineOf(row, terms);
  return {
    kind: 'duplicate-at-seqr',
    key: `duplicate-at-seqr:${row.ersReference}`,
    purchaseId: known?.purchaseId ?? null,
    machineId: known?.machineId ?? machine?.machineId ?? null,
    ersReference: row.ersReference,
    currency: known?.currency ?? machine?.currency ?? null,
    oursMinor: known?.committedMinor ?? null,
    seqr: row.amount,
    detail: '',
  };
}

/** @returns null when the row stands where the purchase was made, or does not say where. */
function placeOf(row: SeqrRow, entry: LedgerEntry): string | null {
  if (row.terminalId !== null && entry.terminalId !== null && row.terminalId !== entry.terminalId) {
    return `SEQR names terminal ${row.terminalId}; the purchase was made at terminal ${entry.terminalId}`;
  }
  if (row.cashierId !== null && row.cashierId !== entry.machineId) {
    return `SEQR names cashier ${row.cashierId}; the purchase was made at machine ${entry.machineId}`;
  }
  return null;
}

/** Could SEQR have charged this purchase with this row, and we have not read it yet? */
function mayBe(pending: PendingEntry, row: SeqrRow): boolean {
  const sameMachine = row.cashierId === null || row.cashierId === pending.machineId;
  return sameMachine && asReportAmount(pending.amountMinor, pending.currency) === row.amount;
}

function shown(amount: bigint, currency: Currency | null): string {
  return currency === null ? formatReportAmount(amount, 'EUR') : `${formatReportAmount(amount, currency)} ${currency}`;
}
