import type { AuditFileViews, ComparisonLine } from '#dex/audit-file-views.js';
import { csvLine } from '#reconciliation/csv.js';

const COLUMNS = [
  'machine_id',
  'read_before',
  'read_at',
  'verdict',
  'machine_sales',
  'machine_amount',
  'our_sales',
  'our_amount',
  'currency',
  'findings',
  'review_case_id',
  'case_closed_at',
];

/** What the machines of the fleet counted against what was charged, in pieces of bounded size. */
export async function* auditReport(views: AuditFileViews): AsyncGenerator<string> {
  yield csvLine(COLUMNS);
  for await (const lines of views.comparisons()) yield lines.map(lineOf).join('');
}

function lineOf({ machineId, currency, readBefore, readAt, summary }: ComparisonLine): string {
  const { verdict, cashless, findings, reviewCaseId, caseClosedAt } = summary;
  return csvLine([
    machineId,
    readBefore,
    readAt,
    verdict,
    cashless?.machine.count?.toString() ?? null,
    cashless?.machine.amount ?? null,
    cashless?.ours.count?.toString() ?? null,
    cashless?.ours.amount ?? null,
    currency,
    findings.length === 0 ? null : findings.map(({ text }) => text).join(' '),
    reviewCaseId,
    caseClosedAt,
  ]);
}
