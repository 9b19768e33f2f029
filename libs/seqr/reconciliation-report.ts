import { SaxesParser } from 'saxes';

import { exponentOf, type Currency } from '#purchase/money.js';

/** As much as executeReport brings; a row takes some 200 bytes. */
const CHARACTERS_MAX = 8 * 1024 * 1024;
/** More than fit into the length: rows may be shorter than those of the vendor's samples. */
const ROWS_MAX = 100_000;
/** Report, row, field; one more for a wrapper around the rows, of which the pages say nothing. */
const DEPTH_MAX = 4;
/** The longest field is a reference of 25 digits. */
const FIELD_LENGTH_MAX = 255;

/** What SEQR sold for us in one period. Which fields a row has depends on the report. */
export interface ReconciliationReport {
  readonly resellerId?: string;
  /** In the reports of one terminal. */
  readonly terminalId?: string;
  readonly transactionPeriodId?: string;
  /** "yyyy-MM-dd HH:mm", as it came; no page states the zone. */
  readonly generatedAt?: string;
  readonly rows: readonly ReconciliationRow[];
}

export interface ReconciliationRow {
  readonly terminalId?: string;
  /** Absent also when SEQR wrote NULL. */
  readonly cashierId?: string;
  /** In summaries. */
  readonly salesCount?: number;
  /** SalesTotal of a summary, SalesAmount of one payment: the exact decimal as it came, e.g. "10.00000". Major units. */
  readonly sales?: string;
  /** The payment's, in detailed reports. */
  readonly ersReference?: string;
}

export class ReconciliationReportError extends Error {
  override readonly name = 'ReconciliationReportError';

  /**
   * - TOO_LARGE: over 8 Mi characters, 100,000 rows, four levels, or a field over 255 characters;
   * - XML: not well-formed, or with a DOCTYPE;
   * - NOT_A_REPORT: well-formed, and neither Meta nor Row in it;
   * - VALUE: a count or an amount that is none, or a field twice;
   * - NO_AMOUNT, TOO_PRECISE: see `amountMinorOf`.
   */
  constructor(
    readonly code: 'TOO_LARGE' | 'XML' | 'NOT_A_REPORT' | 'VALUE' | 'NO_AMOUNT' | 'TOO_PRECISE',
    message: string,
  ) {
    super(message);
  }
}

type Fields = Map<string, string>;

/**
 * Reads a report of SEQR's page on reporting by its fields, whatever its root is called: page and manual print different
 * bodies for the same report, and in some samples the root is closed by another name than it was opened with.
 *
 * @throws ReconciliationReportError
 */
export function readReconciliationReport(text: string): ReconciliationReport {
  if (text.length > CHARACTERS_MAX) throw new ReconciliationReportError('TOO_LARGE', 'the report is too long');
  const groups = readGroups(withClosedRoot(text));
  const meta = groups.find(({ name }) => name === 'Meta')?.fields;
  const rows = groups.filter(({ name }) => name === 'Row');
  if (!meta && rows.length === 0) throw new ReconciliationReportError('NOT_A_REPORT', 'neither Meta nor Row');
  return {
    ...present('resellerId', meta?.get('ResellerId')),
    ...present('terminalId', meta?.get('TerminalId')),
    ...present('transactionPeriodId', meta?.get('TransactionPeriodId')),
    ...present('generatedAt', meta?.get('GeneratedAt')),
    rows: rows.map(({ fields }) => rowOf(fields)),
  };
}

/**
 * A row's sales in the currency's smallest unit; below zero when refunds outweigh sales. The report does not name its
 * currency, the reseller's account has it.
 *
 * @throws ReconciliationReportError NO_AMOUNT; TOO_PRECISE when something below the smallest unit is left over
 */
export function amountMinorOf(row: ReconciliationRow, currency: Currency): bigint {
  const [, sign = '', whole = '', fraction = ''] = DECIMAL.exec(row.sales ?? '') ?? [];
  if (whole === '') throw new ReconciliationReportError('NO_AMOUNT', 'the row has no amount');
  const exponent = exponentOf(currency);
  if (/[1-9]/.test(fraction.slice(exponent))) {
    throw new ReconciliationReportError('TOO_PRECISE', `an amount with more than ${exponent} decimals in ${currency}`);
  }
  const minor = BigInt(whole + fraction.slice(0, exponent).padEnd(exponent, '0'));
  return sign === '-' ? -minor : minor;
}

const DECIMAL = /^(-?)(\d{1,15})(?:\.(\d{1,20}))?$/;

function rowOf(fields: Fields): ReconciliationRow {
  const count = fields.get('SalesCount');
  if (count !== undefined && !/^\d{1,9}$/.test(count)) throw new ReconciliationReportError('VALUE', 'a count is none');
  const sales = fields.get('SalesTotal') ?? fields.get('SalesAmount');
  if (sales !== undefined && !DECIMAL.test(sales)) throw new ReconciliationReportError('VALUE', 'an amount is none');
  const cashierId = fields.get('CashierId');
  return {
    ...present('terminalId', fields.get('TerminalId')),
    ...(cashierId !== 'NULL' && present('cashierId', cashierId)),
    ...(count !== undefined && { salesCount: Number(count) }),
    ...present('sales', sales),
    ...present('ersReference', fields.get('ErsReference')),
  };
}

function present<K extends string>(name: K, value: string | undefined): Partial<Record<K, string>> {
  return value === undefined ? {} : ({ [name]: value } as Record<K, string>);
}

/** Whatever closes the document closes its root. */
function withClosedRoot(text: string): string {
  const root = /^[^<]*(?:<[?!][^>]*>[^<]*)*<([\w:.-]+)/.exec(text)?.[1];
  return root === undefined ? text : text.replace(/<\/[\w:.-]+>\s*$/, () => `</${root}>`);
}

interface Group {
  readonly name: string;
  readonly fields: Fields;
}

/** Every Meta and Row with its fields, in the document's order. Empty fields are absent. */
function readGroups(text: string): Group[] {
  const parser = new SaxesParser({ xmlns: true, position: false });
  const groups: Group[] = [];
  const open: string[] = [];
  let group: Group | undefined;
  let value = '';
  parser.on('doctype', () => {
    throw new ReconciliationReportError('XML', 'holds a DOCTYPE');
  });
  parser.on('error', () => {
    // The parser's own message may quote the document.
    throw new ReconciliationReportError('XML', 'not well-formed');
  });
  parser.on('opentag', ({ local }) => {
    open.push(local);
    value = '';
    if (open.length > DEPTH_MAX) throw new ReconciliationReportError('TOO_LARGE', 'nested too deeply');
    if (group || (local !== 'Meta' && local !== 'Row')) return;
    if (groups.length > ROWS_MAX) throw new ReconciliationReportError('TOO_LARGE', `over ${ROWS_MAX} rows`);
    groups.push((group = { name: local, fields: new Map() }));
  });
  const addText = (characters: string) => {
    value += characters;
    if (group && value.length > FIELD_LENGTH_MAX) throw new ReconciliationReportError('TOO_LARGE', 'an endless field');
  };
  parser.on('text', addText);
  parser.on('cdata', addText);
  parser.on('closetag', ({ local }) => {
    open.pop();
    if (local === group?.name) group = undefined;
    else if (group && value.trim() !== '') {
      if (group.fields.has(local)) throw new ReconciliationReportError('VALUE', `${local} occurs twice`);
      group.fields.set(local, value.trim());
    }
    value = '';
  });
  parser.write(text).close();
  return groups;
}
