import { amountMinorOf, readReconciliationReport } from './reconciliation-report.js';

const META =
  '<Meta><ResellerId>shop</ResellerId><TransactionPeriodId>77</TransactionPeriodId>' +
  '<GeneratedAt>2013-03-15 10:05</GeneratedAt></Meta>';
const DETAIL =
  '<Row><TerminalId>8609</TerminalId><CashierId>NULL</CashierId><SalesAmount>10.00000</SalesAmount>' +
  '<ErsReference>2013031500000000000000001</ErsReference></Row>';
const SUMMARY = '<Row><SalesCount>3</SalesCount><SalesTotal>30.50000</SalesTotal></Row>';

const codeOf = (act: () => unknown) => {
  try {
    act();
    return 'none';
  } catch (error) {
    return (error as { code?: string }).code;
  }
};

test.each([
  ['of details', `<TransactionDetails>${META}${DETAIL}</TransactionDetails>`],
  [
    'with a declaration',
    `<?xml version="1.0" encoding="UTF-8"?>\n<TransactionDetails>${META}${DETAIL}</TransactionDetails>`,
  ],
  ['under another root', `<ResellerTransactionSummary>${META}${DETAIL}</ResellerTransactionSummary>`],
  ['whose root is closed by another name', `<TerminalTransactionSummary>\n${META}\n${DETAIL}\n</TransactionSummary>\n`],
  ['with a wrapper around its rows', `<Report>${META}<Rows>${DETAIL}</Rows></Report>`],
  ['in a namespace', `<r:Report xmlns:r="urn:r">${META}${DETAIL}</r:Report>`],
])('a report %s is read by its fields', (_, text) => {
  expect(readReconciliationReport(text)).toEqual({
    resellerId: 'shop',
    transactionPeriodId: '77',
    generatedAt: '2013-03-15 10:05',
    rows: [{ terminalId: '8609', sales: '10.00000', ersReference: '2013031500000000000000001' }],
  });
});

test('a summary has counts and totals, a report of a terminal names it, a cashier is kept', () => {
  const meta = META.replace('<Trans', '<TerminalId>8609</TerminalId><Trans');
  const row = '<Row><CashierId>machine-7</CashierId><SalesCount>0</SalesCount><SalesTotal>0</SalesTotal></Row>';
  expect(readReconciliationReport(`<A>${meta}${SUMMARY}${row}</A>`)).toMatchObject({
    terminalId: '8609',
    rows: [
      { salesCount: 3, sales: '30.50000' },
      { cashierId: 'machine-7', salesCount: 0, sales: '0' },
    ],
  });
});

test('a period without sales has no rows', () => {
  expect(readReconciliationReport(`<A>${META}</A>`).rows).toEqual([]);
});

test.each([
  ['30.50000', 'EUR', 3050n],
  ['30.5', 'EUR', 3050n],
  ['30', 'EUR', 3000n],
  ['0.01000', 'EUR', 1n],
  ['-2.50000', 'EUR', -250n],
  ['500.00000', 'JPY', 500n],
  ['999999999999999.99', 'SEK', 99999999999999999n],
] as const)('%s is exact in the smallest unit of %s', (sales, currency, minor) => {
  expect(amountMinorOf({ sales }, currency)).toBe(minor);
});

test('what is left over below the smallest unit is an error, and not rounded', () => {
  expect(codeOf(() => amountMinorOf({ sales: '0.00500' }, 'EUR'))).toBe('TOO_PRECISE');
  expect(codeOf(() => amountMinorOf({ sales: '10.50000' }, 'JPY'))).toBe('TOO_PRECISE');
  expect(codeOf(() => amountMinorOf({}, 'EUR'))).toBe('NO_AMOUNT');
});

test.each([
  ['XML', ''],
  ['XML', 'Report'],
  ['XML', '<A><Meta></A>'],
  ['XML', `<!DOCTYPE A [<!ENTITY x "y">]><A>${META}</A>`],
  ['XML', `<A>${META}${DETAIL.replace('8609', '&x;')}</A>`],
  ['XML', `<A>${META}</A><A/>`],
  ['NOT_A_REPORT', '<html><body>later</body></html>'],
  ['VALUE', `<A>${SUMMARY.replace('30.50000', '30,50')}</A>`],
  ['VALUE', `<A>${SUMMARY.replace('30.50000', '3E1')}</A>`],
  ['VALUE', `<A>${SUMMARY.replace('>3<', '>3.0<')}</A>`],
  ['VALUE', `<A>${SUMMARY.replace('</Row>', '<SalesCount>4</SalesCount></Row>')}</A>`],
  ['TOO_LARGE', `<A>${DETAIL.replace('8609', '8'.repeat(300))}</A>`],
  ['TOO_LARGE', `<A>${'<b>'.repeat(9)}${'</b>'.repeat(9)}</A>`],
  ['TOO_LARGE', `<A>${'<Row/>'.repeat(100_002)}</A>`],
  ['TOO_LARGE', ' '.repeat(8 * 1024 * 1024 + 1)],
])('%s: a report that cannot be relied on', (code, text) => {
  expect(codeOf(() => readReconciliationReport(text))).toBe(code);
});

test('a report as long as SEQR may send one is read', () => {
  expect(readReconciliationReport(`<A>${META}${DETAIL.repeat(40_000)}</A>`).rows).toHaveLength(40_000);
});
