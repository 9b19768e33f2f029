import { readParameters } from '../parameters.js';
import { renderReport, REPORTS } from '../reports.js';
import { SeqrRefusal } from '../result-codes.js';
import { SchemaViolation } from '../schema-violation.js';
import { textAt, type XmlElement } from '../xml.js';
import type { Operation, OperationParts } from './parts.js';
import { success } from './reply.js';

/** The end of a day: the period is closed, then reports are fetched (SEQR reporting page). */
export const RECONCILIATION: Readonly<Record<string, Operation>> = {
  markTransactionPeriod: (message, { shop }, { book, principals }) => {
    const terminalId = readParameters('markTransactionPeriod', message, ['TERMINALID']).get('TERMINALID');
    if (terminalId !== undefined && principals.terminals.find(terminalId)?.shop !== shop) {
      throw new SeqrRefusal('SYSTEM_ERROR', 'the shop has no terminal of that id');
    }
    const isPart = (owner: string) =>
      terminalId === undefined ? principals.shopOf(owner) === shop : owner === `TERMINALID ${terminalId}`;
    return [...success(), ['transactionPeriodId', book.ledger.mark(shop, terminalId, isPart).id]];
  },

  executeReport: (message, { shop }, parts) => {
    const wanted = readWanted(message);
    const period = parts.book.ledger.find(wanted.periodId);
    if (period?.shop !== shop) throw new SeqrRefusal('SYSTEM_ERROR', 'the shop has no such transaction period');
    mustBeReady(wanted.terminalId, period, parts);
    const xml = renderReport(wanted.report, period, parts.clock.now());
    return [
      ...success(),
      [
        'report',
        [
          ['title', wanted.report.title],
          // The vendor's samples say text/html, although the text is XML.
          ['mimeType', 'text/html'],
          ['content', Buffer.from(xml, 'utf8').toString('base64')],
          ['contentString', xml],
        ],
      ],
    ];
  },
};

function readWanted(message: XmlElement) {
  const report = REPORTS[textAt(message, 'reportId') ?? ''];
  if (!report) throw new SeqrRefusal('SYSTEM_ERROR', 'there is no such report');
  const parameters = readParameters('executeReport', message, ['transactionPeriodId', 'TERMINALID']);
  const periodId = parameters.get('transactionPeriodId');
  if (periodId === undefined) throw new SchemaViolation('executeReport/parameters: transactionPeriodId is missing');
  const terminalId = parameters.get('TERMINALID');
  if ((report.scope === 'terminal') !== (terminalId !== undefined)) {
    throw new SchemaViolation(
      `executeReport/parameters: TERMINALID goes with the reports of one terminal, and only with them`,
    );
  }
  return { report, periodId, terminalId };
}

type Marked = NonNullable<ReturnType<OperationParts['book']['ledger']['find']>>;

/** The report is made some seconds after the mark, and only for the scope that the mark had (FAQ). */
function mustBeReady(terminalId: string | undefined, period: Marked, { book, clock }: OperationParts): void {
  if (terminalId !== period.terminalId) {
    throw new SeqrRefusal('REPORT_NOT_READY', 'markTransactionPeriod did not name this terminal, or named one');
  }
  const readyAt = period.markedAt.getTime() + book.rules.reportReadyAfterSeconds * 1000;
  if (clock.now().getTime() < readyAt) throw new SeqrRefusal('REPORT_NOT_READY', 'the report is being made');
}
