import type { Currency } from '#purchase/money.js';

import { asReportAmount } from '../amounts.js';
import type { Terms } from '../compare.js';
import type { LedgerEntry, SeqrRow, SeqrSummary } from '../difference.js';

export const MARKED_AT = Date.UTC(2026, 10, 22, 3);
export const HOUR_MS = 3_600_000;
export const FLEET: Terms['fleet'] = new Map(
  ['a', 'b', 'c'].flatMap((name) => {
    const machine = { machineId: `machine-${name}`, currency: 'EUR' as Currency };
    return [[machine.machineId, machine] as const, [`terminal-${name}`, machine] as const];
  }),
);

export const TERMS: Terms = {
  period: 'period-1',
  since: MARKED_AT - 24 * HOUR_MS,
  markedAt: MARKED_AT,
  lost: null,
  fleet: FLEET,
};

/** A purchase of the middle of the day. */
export function entryOf(number: number, changes: Partial<LedgerEntry> = {}): LedgerEntry {
  const name = 'abc'.charAt(number % 3);
  return {
    purchaseId: `purchase-${number}`,
    machineId: `machine-${name}`,
    terminalId: `terminal-${name}`,
    ersReference: `ers-${number}`,
    committedMinor: BigInt(100 + (number % 900)),
    currency: 'EUR',
    refunds: [],
    committedAt: MARKED_AT - 12 * HOUR_MS,
    ...changes,
  };
}

/** The row that SEQR writes for it. */
export function rowOf(entry: LedgerEntry, changes: Partial<SeqrRow> = {}): SeqrRow {
  return {
    line: 1,
    ersReference: entry.ersReference,
    terminalId: entry.terminalId,
    cashierId: entry.machineId,
    amount: asReportAmount(entry.committedMinor ?? 0n, entry.currency),
    repeats: false,
    ...changes,
  };
}

/** The summary that belongs to these rows. */
export function summaryOf(rows: readonly SeqrRow[]): SeqrSummary {
  return { count: rows.length, total: rows.reduce((total, { amount }) => total + amount, 0n) };
}
