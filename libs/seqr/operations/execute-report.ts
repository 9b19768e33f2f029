import { UnknownOutcomeError } from '../outcome-errors.js';
import { checkedText, LENGTHS } from '../wire-fields.js';
import { onlyChild, textOf, type XmlElement } from '../xml-element.js';

import type { Operation } from './operation.js';
import { parametersFields } from './parameters.js';
import { checkedReference } from './reference.js';

/** A row of the detailed report takes some 200 bytes: 8 MiB are 40,000 sales in one period. */
const REPORT_REPLY_BYTES_MAX = 8 * 1024 * 1024;

/** SEQR page on reporting. */
export type ReportId =
  | 'Reconciliation/Shop.xml'
  | 'Reconciliation/STD_RECON_002.xml'
  | 'Reconciliation/STD_RECON_003.xml'
  | 'Reconciliation/STD_RECON_004.xml'
  | 'Reconciliation/STD_RECON_006.xml'
  | 'Reconciliation/STD_RECON_007.xml';

export interface ReportQuery {
  /** One of `ReportId`, or one that SEQR has set up for this reseller. */
  readonly reportId: ReportId | (string & {});
  readonly transactionPeriodId: string;
  /** For the reports of one terminal, 006 and 007. */
  readonly terminalId?: string;
  /** E.g. "en". SEQR's default without it. */
  readonly language?: string;
}

export interface ExecutedReport {
  readonly report: {
    readonly title?: string;
    /** SEQR says text/html although the text is XML. */
    readonly mimeType?: string;
    /** The report itself, below 8 MiB: see `readReconciliationReport`. */
    readonly text: string;
  };
}

/**
 * SEQR API page, executeReport, and page on reporting; made as a RESELLERUSER. Changes nothing, so that it may be repeated
 * after any outcome. Refusal 2 means that the report is still being made: see `waitForReport`.
 */
export const executeReport: Operation<ReportQuery, ExecutedReport> = {
  name: 'executeReport',
  request: ({ reportId, transactionPeriodId, terminalId, language }) => ({
    reportId: checkedText('reportId', reportId, LENGTHS.text),
    language: language === undefined ? undefined : checkedText('language', language, LENGTHS.id),
    parameters: parametersFields({
      transactionPeriodId: checkedReference('transactionPeriodId', transactionPeriodId),
      TERMINALID: terminalId === undefined ? undefined : checkedReference('terminalId', terminalId),
    }),
  }),
  replyBytesMax: REPORT_REPLY_BYTES_MAX,
  answer: (reply) => {
    const report = onlyChild(reply, 'report');
    if (!report) throw new UnknownOutcomeError('SHAPE', 'success without a report');
    const title = textOf(report, 'title');
    const mimeType = textOf(report, 'mimeType');
    return {
      report: { ...(title && { title }), ...(mimeType && { mimeType }), text: readContent(report) },
    };
  },
};

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** The vendor's samples fill contentString, content (Base64) or both. */
function readContent(report: XmlElement): string {
  const content = textOf(report, 'content')?.replaceAll(/[ \t\r\n]/g, '') ?? '';
  const contentString = textOf(report, 'contentString');
  if (contentString !== undefined && contentString.trim() !== '') return contentString;
  if (content === '') throw new UnknownOutcomeError('SHAPE', 'a report without content');
  if (content.length % 4 !== 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(content)) {
    throw new UnknownOutcomeError('VALUE', 'content is not Base64');
  }
  try {
    return utf8.decode(Buffer.from(content, 'base64'));
  } catch {
    throw new UnknownOutcomeError('VALUE', 'content is not UTF-8');
  }
}
