import { formatAmount, sum, type Currency } from '#purchase/money.js';

import type { Period, Transaction } from './ledger.js';
import { escapeXml } from './xml.js';

/**
 * The reconciliation reports (SEQR reporting page; manual, chapter 8). The samples of the last two are broken in the
 * documents (their roots open and close with different names); here they have the root and the rows of their scope's other report.
 */
interface ReportKind {
  readonly title: string;
  readonly scope: 'shop' | 'terminal';
  readonly root: string;
  readonly rows: (transactions: readonly Transaction[]) => readonly Row[];
}

type Row = readonly (readonly [name: string, value: string])[];

export const REPORTS: Readonly<Record<string, ReportKind>> = {
  'Reconciliation/Shop.xml': {
    title: 'STD_RECON_001',
    scope: 'shop',
    root: 'ResellerTransactionSummary',
    rows: (transactions) => summary(transactions),
  },
  'Reconciliation/STD_RECON_002.xml': {
    title: 'STD_RECON_002',
    scope: 'shop',
    root: 'TerminalTransactionSummary',
    rows: (transactions) => summary(transactions, ['TerminalId', terminalOf]),
  },
  'Reconciliation/STD_RECON_003.xml': {
    title: 'STD_RECON_003',
    scope: 'shop',
    root: 'TransactionDetails',
    rows: details,
  },
  'Reconciliation/STD_RECON_004.xml': {
    title: 'STD_RECON_004',
    scope: 'shop',
    root: 'CashierTransactionSummary',
    rows: (transactions) => summary(transactions, ['CashierId', cashierOf]),
  },
  'Reconciliation/STD_RECON_006.xml': {
    title: 'STD_RECON_006',
    scope: 'terminal',
    root: 'TerminalTransactionSummary',
    rows: (transactions) => summary(transactions),
  },
  'Reconciliation/STD_RECON_007.xml': {
    title: 'STD_RECON_007',
    scope: 'terminal',
    root: 'TransactionDetails',
    rows: details,
  },
};

/** The report as XML. `Meta` says whose it is; then come the rows. */
export function renderReport({ root, scope, rows }: ReportKind, period: Period, now: Date): string {
  const meta: Row = [
    ['ResellerId', period.shop],
    ...(scope === 'terminal' ? ([['TerminalId', period.terminalId ?? '']] as const) : []),
    ['TransactionPeriodId', period.id],
    ['GeneratedAt', now.toISOString().slice(0, 16).replace('T', ' ')],
  ];
  const parts = [group('Meta', meta), ...rows(period.transactions).map((row) => group('Row', row))];
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${root}>\n${parts.join('\n')}\n</${root}>\n`;
}

/** One row for all that have the same key and currency. A report names no currency, and two cannot be summed. */
function summary(
  transactions: readonly Transaction[],
  key?: readonly [name: string, of: (transaction: Transaction) => string],
): readonly Row[] {
  const groups = Map.groupBy(transactions, (one) => JSON.stringify([key?.[1](one), one.currency]));
  return [...groups.values()].map((group) => {
    const [first] = group;
    const currency = first?.currency ?? 'EUR';
    const total = sum(group.map(({ minor }) => minor));
    return [
      ...(key && first ? ([[key[0], key[1](first)]] as const) : []),
      ['SalesCount', String(group.length)],
      ['SalesTotal', fiveDecimals(total, currency)],
    ];
  });
}

function details(transactions: readonly Transaction[]): readonly Row[] {
  return transactions.map((transaction) => [
    ['TerminalId', terminalOf(transaction)],
    ['CashierId', cashierOf(transaction)],
    ['SalesAmount', fiveDecimals(transaction.minor, transaction.currency)],
    ['ErsReference', transaction.ersReference],
  ]);
}

/** A reseller's user has no terminal: it stands there itself, as "reseller/user". */
function terminalOf({ owner }: Transaction): string {
  return owner.slice(owner.indexOf(' ') + 1);
}

function cashierOf({ cashierId }: Transaction): string {
  return cashierId || 'NULL';
}

/** "10.00000", as in the samples. */
function fiveDecimals(minor: bigint, currency: Currency): string {
  const [whole, decimals = ''] = formatAmount({ minor, currency }).split('.');
  return `${whole}.${decimals.padEnd(5, '0')}`;
}

function group(name: string, row: Row): string {
  const fields = row.map(([field, value]) => `    <${field}>${escapeXml(value)}</${field}>`);
  return `  <${name}>\n${fields.join('\n')}\n  </${name}>`;
}
