import { invoiceFields, type InvoiceRequest } from './invoice.js';
import { eur, invoiceOf } from './test/fixtures.js';

const row = { itemDescription: 'Cola', itemQuantity: 1, itemTotalAmount: eur(1250n) };
const sek = (minor: bigint) => ({ minor, currency: 'SEK' as const });

test.each<[string, string, Partial<InvoiceRequest>]>([
  ['without rows', 'EMPTY', { invoiceRows: [] }],
  ['with too many rows', 'TOO_MANY_ROWS', { invoiceRows: Array.from({ length: 201 }, () => row) }],
  ['whose rows do not add up', 'ROWS_DO_NOT_ADD_UP', { invoiceRows: [row, row] }],
  ['over nothing', 'ILLEGAL_AMOUNT', { totalAmount: eur(0n), invoiceRows: [{ ...row, itemTotalAmount: eur(0n) }] }],
  ['over less', 'ILLEGAL_AMOUNT', { totalAmount: eur(-1n), invoiceRows: [{ ...row, itemTotalAmount: eur(-1n) }] }],
  [
    'over more than 18 characters',
    'ILLEGAL_AMOUNT',
    { totalAmount: eur(10n ** 17n), invoiceRows: [{ ...row, itemTotalAmount: eur(10n ** 17n) }] },
  ],
  ['with a row in another currency', 'CURRENCY_MISMATCH', { invoiceRows: [{ ...row, itemTotalAmount: sek(1250n) }] }],
  ['with a price in another currency', 'CURRENCY_MISMATCH', { invoiceRows: [{ ...row, itemUnitPrice: sek(1250n) }] }],
  ['with a discount in another currency', 'CURRENCY_MISMATCH', { invoiceRows: [{ ...row, itemDiscount: sek(1n) }] }],
  ['with a discount of nothing', 'ILLEGAL_AMOUNT', { invoiceRows: [{ ...row, itemDiscount: eur(0n) }] }],
  ['with a bar code that is none', 'NOT_A_NUMBER', { invoiceRows: [{ ...row, itemEAN: '12345' }] }],
  ['with half a piece', 'NOT_A_NUMBER', { invoiceRows: [{ ...row, itemQuantity: 0.5 }] }],
  ['with no piece', 'NOT_A_NUMBER', { invoiceRows: [{ ...row, itemQuantity: 0 }] }],
  ['with a tax over everything', 'NOT_A_NUMBER', { invoiceRows: [{ ...row, itemTaxRate: '100.5' }] }],
  ['with a tax that is no decimal', 'NOT_A_NUMBER', { invoiceRows: [{ ...row, itemTaxRate: '24 %' }] }],
  ['without a title', 'EMPTY', { title: '' }],
  ['with an endless title', 'TOO_LONG', { title: 'x'.repeat(256) }],
  ['with a line break', 'FORBIDDEN_CHARACTER', { footer: 'a\nb' }],
  ['with half an emoji', 'FORBIDDEN_CHARACTER', { title: '\ud83e' }],
  ['with a CDATA section', 'FORBIDDEN_CHARACTER', { title: '<![CDATA[]]><evil/><![CDATA[]]>' }],
  ['with a date that is none', 'NOT_A_DATE', { issueDate: new Date(Number.NaN) }],
  ['with a relative URL', 'NOT_A_URL', { notificationUrl: '/n/abc' }],
  ['with a URL of another scheme', 'NOT_A_URL', { backURL: 'javascript:alert(1)' }],
  ['that must be committed at once', 'NOT_A_NUMBER', { commitReservationTimeout: 0 }],
])('an invoice %s is refused', (_, code, changes) => {
  expect(() => invoiceFields(invoiceOf(changes))).toThrow(expect.objectContaining({ code }));
});

test('a preliminary amount must say how long it is reserved, another invoice need not', () => {
  const { commitReservationTimeout: _, ...invoice } = invoiceOf();
  expect(() => invoiceFields(invoice)).toThrow(expect.objectContaining({ code: 'NO_TIMEOUT' }));
  expect(invoiceFields({ ...invoice, paymentMode: 'IMMEDIATE_DEBIT' })['commitReservationTimeout']).toBeUndefined();
});

test('a refusal names the field and not its value', () => {
  expect(() => invoiceFields(invoiceOf({ title: 'canary\u0007' }))).toThrow(
    expect.objectContaining({ field: 'title', message: expect.not.stringContaining('canary') }),
  );
});

test('a row holds its discount and bar code in the order of the schema', () => {
  const invoiceRows = [{ ...row, itemDiscount: eur(50n), itemEAN: '6415600501811', itemSKU: '7' }];
  const { invoiceRows: rows } = invoiceFields(invoiceOf({ invoiceRows }));
  expect(Object.entries((rows as { invoiceRow: object[] }).invoiceRow[0] ?? {})).toEqual(
    expect.arrayContaining([
      ['itemDiscount', { currency: 'EUR', value: '0.50' }],
      ['itemEAN', '6415600501811'],
    ]),
  );
  expect(Object.keys((rows as { invoiceRow: object[] }).invoiceRow[0] ?? {}).slice(0, 5)).toEqual([
    'itemDescription',
    'itemDiscount',
    'itemEAN',
    'itemQuantity',
    'itemSKU',
  ]);
});

test('acknowledgment is switched off in every invoice', () => {
  expect(invoiceFields(invoiceOf())['acknowledgmentMode']).toBe('NO_ACKNOWLEDGMENT');
});
