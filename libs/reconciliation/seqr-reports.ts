import type { SeqrClient } from '#seqr/client.js';
import { readReconciliationReport, ReconciliationReportError } from '#seqr/reconciliation-report.js';
import type { Reply, SeqrCall } from '#seqr/reply.js';

import { readReportAmount, type ReportAmount } from './amounts.js';
import type { SeqrSummary } from './difference.js';

/** How an attempt ended that brought nothing: `unknown` may have had an effect at SEQR, the others had none. */
export interface Failed {
  readonly outcome: 'not-ready' | 'failed' | 'unknown';
  /** For a person. */
  readonly detail: string;
  readonly calls: readonly SeqrCall[];
}

export interface ReportedSale {
  readonly ersReference: string | null;
  readonly terminalId: string | null;
  readonly cashierId: string | null;
  readonly amount: ReportAmount;
}

export interface Marked {
  readonly outcome: 'marked';
  readonly transactionPeriodId: string;
  readonly calls: readonly SeqrCall[];
}
export interface PeriodReports {
  readonly outcome: 'read';
  readonly summary: SeqrSummary;
  readonly sales: readonly ReportedSale[];
  readonly calls: readonly SeqrCall[];
}

const REPORT_NOT_READY = 2;

/** SEQR's periods and reports, of the shop or of one terminal (`terminalId`); never throws for what SEQR does. */
export class SeqrReports {
  constructor(private readonly seqr: Pick<SeqrClient, 'markTransactionPeriod' | 'executeReport'>) {}

  async mark(terminalId: string | null): Promise<Marked | Failed> {
    const reply = await this.seqr.markTransactionPeriod(terminalId === null ? {} : { terminalId });
    if (reply.outcome !== 'answered') return failedBy(reply, [reply.call]);
    return { outcome: 'marked', transactionPeriodId: reply.transactionPeriodId, calls: [reply.call] };
  }

  /** The summary and the details of a period that has ended. */
  async ofPeriod(transactionPeriodId: string, terminalId: string | null): Promise<PeriodReports | Failed> {
    const query = { transactionPeriodId, ...(terminalId === null ? {} : { terminalId }) };
    const [summaryId, detailsId] =
      terminalId === null
        ? (['Reconciliation/Shop.xml', 'Reconciliation/STD_RECON_003.xml'] as const)
        : (['Reconciliation/STD_RECON_006.xml', 'Reconciliation/STD_RECON_007.xml'] as const);
    const details = await this.seqr.executeReport({ ...query, reportId: detailsId });
    if (details.outcome !== 'answered') return failedBy(details, [details.call]);
    const summary = await this.seqr.executeReport({ ...query, reportId: summaryId });
    const calls = [details.call, summary.call];
    if (summary.outcome !== 'answered') return failedBy(summary, calls);
    try {
      return {
        outcome: 'read',
        calls,
        sales: salesOf(details.report.text, transactionPeriodId),
        summary: summaryOf(summary.report.text, transactionPeriodId),
      };
    } catch (error) {
      if (!(error instanceof ReconciliationReportError || error instanceof ForeignReportError)) throw error;
      return { outcome: 'failed', detail: `the report cannot be read: ${error.message}`, calls };
    }
  }
}

/** SEQR answered with what cannot be the report that was asked for. */
class ForeignReportError extends Error {
  override readonly name = 'ForeignReportError';
}

function rowsOf(text: string, transactionPeriodId: string) {
  const { rows, transactionPeriodId: named } = readReconciliationReport(text);
  if (named !== undefined && named !== transactionPeriodId) {
    throw new ForeignReportError(`it is of period ${named.slice(0, 40)}`);
  }
  return rows.map((row) => ({ ...row, amount: row.sales === undefined ? null : readReportAmount(row.sales) }));
}

function salesOf(text: string, transactionPeriodId: string): ReportedSale[] {
  return rowsOf(text, transactionPeriodId).map(({ ersReference, terminalId, cashierId, amount }) => {
    // A summary in place of the details (discrepancy of SEQR's pages on report 007) cannot be compared.
    if (amount === null) throw new ForeignReportError('a row has no amount that can be read exactly');
    if (ersReference === undefined) throw new ForeignReportError('a row names no payment');
    return { ersReference, terminalId: terminalId ?? null, cashierId: cashierId ?? null, amount };
  });
}

/** Rows of a summary are added up; SEQR's page prints details in its place, which are counted. */
function summaryOf(text: string, transactionPeriodId: string): SeqrSummary {
  let count = 0;
  let total = 0n;
  for (const row of rowsOf(text, transactionPeriodId)) {
    if (row.amount === null) throw new ForeignReportError('the summary has no total that can be read exactly');
    count += row.salesCount ?? 1;
    total += row.amount;
  }
  return { count, total };
}

function failedBy(reply: Exclude<Reply, { outcome: 'answered' }>, calls: readonly SeqrCall[]): Failed {
  if (reply.outcome === 'refused') {
    const detail = `SEQR refused ${reply.call.operation}: ${reply.resultName}`;
    return { outcome: reply.resultCode === REPORT_NOT_READY ? 'not-ready' : 'failed', detail, calls };
  }
  const detail = `${reply.call.operation}: ${reply.call.detail ?? reply.reason}`;
  return { outcome: reply.outcome === 'unknown' ? 'unknown' : 'failed', detail, calls };
}
