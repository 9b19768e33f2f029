import { asReportAmount, formatReportAmount, readReportAmount } from './amounts.js';

describe('an amount of SEQR’s reports', () => {
  it.each([
    ['10.00000', 1_000_000n],
    ['0.01', 1_000n],
    ['1', 100_000n],
    ['-3.70000', -370_000n],
    ['1.8000000', 180_000n],
    ['0', 0n],
    ['9999999999999.99999', 999_999_999_999_999_999n],
  ])('is read exactly: %s', (text, amount) => {
    expect(readReportAmount(text)).toBe(amount);
  });

  it.each(['', 'NULL', '1,50', '1e3', '+1', '.5', '1.', '0.000001', '10000000000000.00000', '١'])(
    'is not guessed: %p',
    (text) => {
      expect(readReportAmount(text)).toBeNull();
    },
  );

  it('is compared with amounts of any currency', () => {
    expect(asReportAmount(370n, 'EUR')).toBe(readReportAmount('3.70000'));
    expect(asReportAmount(370n, 'JPY')).toBe(readReportAmount('370.00000'));
  });

  it.each([
    [370_000n, 'EUR', '3.70'],
    [-370_000n, 'EUR', '-3.70'],
    [370_500n, 'EUR', '3.70500'],
    [-1n, 'EUR', '-0.00001'],
    [37_000_000n, 'JPY', '370'],
  ] as const)('is written exactly: %s %s', (amount, currency, text) => {
    expect(formatReportAmount(amount, currency)).toBe(text);
  });
});
