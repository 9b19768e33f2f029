import type { Database } from '#platform/database.js';
import type { Ids } from '#platform/ids.js';
import { type Currency, sum } from '#purchase/money.js';
import type { SeqrCall } from '#seqr/reply.js';

import { type BusinessDay, lastWholeDay } from './business-day.js';
import {
  MARGIN_MS,
  type Terms,
  judgeRow,
  judgeSummary,
  judgeUnreported,
  lostPeriod,
  mayBeLost,
  provesNothingLost,
} from './compare.js';
import type { Difference, LedgerEntry } from './difference.js';
import { BATCH, LedgerStore, type RowVerdict } from './ledger-store.js';
import { type Run, terminalOf } from './run.js';
import { LeaseLostError, RunStore } from './run-store.js';
import type { PeriodReports, SeqrReports } from './seqr-reports.js';

/** Payers come first: SEQR's 64 connections are theirs, and a fleet of 2,000 terminals is done within half an hour. */
const RUNS_AT_ONCE = 8;
/** SEQR's page on reporting: a report is ready about 3 s after the mark, and is asked for again after about 3 s. */
const READY_AFTER_MS = 3_000;
/** A report that is not there after minutes will not be there in three seconds either. */
const RETRY_MAX_MS = 15 * 60_000;
/** A fault that lasts this long is not one of SEQR's pauses: the next run covers the gap. */
const GIVE_UP_AFTER_MS = 36 * 3_600_000;

export interface ReconcilerOptions {
  readonly database: Database;
  readonly reports: Pick<SeqrReports, 'mark' | 'ofPeriod'>;
  readonly ids: Ids;
  readonly clock: { now(): number };
  /** This process in `server_instances`. */
  readonly serverId: string;
  /** May it act on what it leased? */
  readonly mayAct: () => boolean;
  /** "03:00": when the business day ends. */
  readonly at: string;
  readonly timeZone: string;
  readonly onCase?: (reason: string) => void;
  readonly onEnd?: (run: Run, state: 'done' | 'failed') => void;
  readonly onFault?: (run: Run, error: unknown) => void;
}

/**
 * Reconciles our ledger with SEQR's reports, run by run. What is to be done stands in the database before it is done, so
 * that any server goes on where another stopped; time is waited for by being asked again (`work`), never by sleeping.
 */
export class Reconciler {
  private readonly runs: RunStore;
  private readonly ledger: LedgerStore;

  constructor(private readonly options: ReconcilerOptions) {
    this.runs = new RunStore(options.database, options.serverId);
    this.ledger = new LedgerStore(options.database, options.ids);
  }

  /** Opens the runs that the calendar asks for, or those up to `day`. @returns how many were opened. */
  open(day: BusinessDay = this.lastWholeDay()): Promise<number> {
    return this.runs.open(day, this.options.clock.now());
  }

  lastWholeDay(): BusinessDay {
    return lastWholeDay(this.options.clock.now(), this.options.at, this.options.timeZone);
  }

  /** Goes on with the runs that are due, as far as they go now. @returns how many it had. */
  async work(): Promise<number> {
    if (!this.options.mayAct()) return 0;
    const claimed = await this.runs.claim(this.options.clock.now(), RUNS_AT_ONCE);
    await Promise.all(claimed.map((run) => this.goOn(run)));
    return claimed.length;
  }

  private async goOn(claimed: Run): Promise<void> {
    let run = claimed;
    try {
      // Each step writes down what it came to; null means that there is nothing to do for now.
      for (let next: Run | null = run; next !== null && this.options.mayAct(); next = await this.step(run)) run = next;
    } catch (error) {
      if (!(error instanceof LeaseLostError)) {
        this.options.onFault?.(run, error);
        await this.runs.postpone(run, String(error), this.again(run)).catch(() => undefined);
      }
    }
    // A database that is gone does not get it back; then the lease runs out.
    await this.runs.release(run).catch(() => undefined);
  }

  private step(run: Run): Promise<Run | null> {
    switch (run.state) {
      case 'due':
        return this.mark(run);
      case 'marking':
        // Whoever called stopped before it wrote down what came of it.
        return this.unknownMark(run, 'the server stopped while it called markTransactionPeriod', []);
      case 'marked':
        return this.read(run);
      case 'read':
        return this.settle(run);
      case 'done':
      case 'failed':
        return Promise.resolve(null);
    }
  }

  private async mark(due: Run): Promise<Run | null> {
    if (this.isLate(due)) return this.end(due, 'failed', 0);
    const run = await this.runs.marking(due, this.now());
    const reply = await this.options.reports.mark(terminalOf(run));
    switch (reply.outcome) {
      case 'marked':
        await this.runs.marked(run, reply.transactionPeriodId, this.now(), this.now() + READY_AFTER_MS, reply.calls);
        return null;
      case 'unknown':
        return this.unknownMark(run, reply.detail, reply.calls);
      case 'not-ready':
      case 'failed':
        await this.runs.notMarked(run, reply.detail, this.again(run), reply.calls);
        return null;
    }
  }

  private async unknownMark(run: Run, detail: string, calls: readonly SeqrCall[]): Promise<null> {
    await this.runs.markUnknown(run, detail, this.now(), this.again(run), calls);
    return null;
  }

  private async read(run: Run): Promise<Run | null> {
    const reply = await this.options.reports.ofPeriod(run.transactionPeriodId ?? '', terminalOf(run));
    if (reply.outcome !== 'read') {
      const waiting = await this.runs.notRead(run, reply.detail, this.again(run), reply.calls);
      return this.isLate(run) ? this.giveUp(waiting) : null;
    }
    return this.keep(run, reply);
  }

  private async keep(run: Run, { sales, summary, calls }: PeriodReports): Promise<Run> {
    await this.ledger.clearRows(run);
    for (let line = 0; line < sales.length; line += BATCH) {
      await this.runs.renew(run);
      await this.ledger.addRows(run, sales.slice(line, line + BATCH), line + 1);
    }
    await this.ledger.rowsAdded();
    return this.runs.read(run, summary, calls);
  }

  /** Judges what was read. Done again after a crash it finds the same, and opens no case twice. */
  private async settle(run: Run): Promise<null> {
    await this.ledger.linkRows();
    const { fleet, currency } = await this.ledger.fleet();
    const lost = run.unknownMarks === null ? null : { first: run.unknownMarks.first, until: run.unknownMarks.last };
    const terms = termsOf(run, fleet, lost);
    const carriedRows = await this.judgeRows(run, terms, currency);
    const oldest = lost === null ? null : await this.ledger.oldestReported(run);
    const isLost = lost !== null && (oldest === null || !provesNothingLost(oldest, terms));
    const carried = await this.judgePurchases(run, isLost ? terms : { ...terms, lost: null }, currency);
    const { rowsRead: count, rowsTotal: total } = await this.ledger.figures(run);
    const difference = judgeSummary(run.summary, { count, total }, run.machineId === null ? null : currency, terms);
    if (difference !== null) await this.openCases(run, [{ ...difference, machineId: run.machineId }], terms, currency);
    await this.ledger.closeResolved(run, this.now());
    return this.end(run, 'done', carriedRows + carried);
  }

  /** @returns how many rows wait for the next run. */
  private async judgeRows(run: Run, terms: Terms, currency: Currency): Promise<number> {
    const pending = await this.ledger.pending();
    let carried = 0;
    for await (const rows of this.ledger.rowsToJudge(run)) {
      await this.runs.renew(run);
      const judged = rows.map((row) => ({ row, judgement: judgeRow(row, row.known, pending, terms) }));
      const differences = judged.flatMap(({ judgement }) =>
        judgement === null || judgement === 'carried' ? [] : [judgement],
      );
      // Cases first: a verdict that stands means that its case does.
      await this.openCases(run, differences, terms, currency);
      const verdicts = judged.map(({ row: { runId, line }, judgement }): RowVerdict => {
        const verdict = judgement === null ? 'agrees' : judgement === 'carried' ? 'carried' : judgement.kind;
        return { runId, line, verdict };
      });
      await this.ledger.saveVerdicts(verdicts);
      carried += verdicts.filter(({ verdict }) => verdict === 'carried').length;
    }
    return carried;
  }

  /** @returns how many purchases wait for the next run. */
  private async judgePurchases(run: Run, terms: Terms, currency: Currency): Promise<number> {
    let carried = 0;
    const lost = new Map<Currency, { count: number; minor: bigint }>();
    for await (const entries of this.ledger.unreported(run)) {
      await this.runs.renew(run);
      addLost(
        lost,
        entries.filter((entry) => mayBeLost(entry, terms)),
      );
      const judged = entries.filter((entry) => !mayBeLost(entry, terms)).map((entry) => judgeUnreported(entry, terms));
      const differences = judged.flatMap((one) => (one === null || one === 'carried' ? [] : [one]));
      await this.openCases(run, differences, terms, currency);
      carried += judged.filter((one) => one === 'carried').length;
    }
    const periods = [...lost].map(([currency, { count, minor }]) => lostPeriod({ count, minor, currency }, terms));
    const differences = periods.map((difference) => ({ ...difference, machineId: run.machineId }));
    await this.openCases(run, differences, terms, currency);
    return carried;
  }

  /** SEQR gave no report of a period that it ended: its purchases are one difference. */
  private async giveUp(run: Run): Promise<null> {
    const { fleet, currency } = await this.ledger.fleet();
    const until = (run.markedAt ?? 0) - MARGIN_MS;
    const carried = await this.judgePurchases(run, termsOf(run, fleet, { first: until, until }), currency);
    return this.end(run, 'failed', carried);
  }

  private async end(run: Run, state: 'done' | 'failed', carriedOver: number): Promise<null> {
    await this.runs.end(run, state, { ...(await this.ledger.figures(run)), carriedOver }, this.now());
    this.options.onEnd?.(run, state);
    return null;
  }

  private async openCases(
    run: Run,
    differences: readonly Difference[],
    terms: Terms,
    currency: Currency,
  ): Promise<void> {
    const opened = await this.ledger.openCases(run, differences, terms, currency, this.now());
    for (const reason of opened) this.options.onCase?.(reason);
  }

  private now(): number {
    return this.options.clock.now();
  }

  private isLate(run: Run): boolean {
    return this.now() - run.startedAt > GIVE_UP_AFTER_MS;
  }

  /** 3 s, 6 s, 12 s, … at most a quarter of an hour. */
  private again(run: Run): number {
    return this.now() + Math.min(READY_AFTER_MS * 2 ** Math.min(run.failures, 20), RETRY_MAX_MS);
  }
}

function termsOf(run: Run, fleet: Terms['fleet'], lost: Terms['lost']): Terms {
  return { period: run.id, since: run.since, markedAt: run.markedAt ?? 0, lost, fleet };
}

function addLost(lost: Map<Currency, { count: number; minor: bigint }>, entries: readonly LedgerEntry[]): void {
  for (const [currency, ones] of Map.groupBy(entries, (entry) => entry.currency)) {
    const before = lost.get(currency) ?? { count: 0, minor: 0n };
    lost.set(currency, {
      count: before.count + ones.length,
      minor: before.minor + sum(ones.map((one) => one.committedMinor ?? 0n)),
    });
  }
}
