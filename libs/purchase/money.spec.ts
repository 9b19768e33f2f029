import { CURRENCIES, MoneyError, exponentOf, formatAmount, formatMoney, isCurrency, parseMoney, sum } from './money.js';

function codeOf(parse: () => unknown): string {
  try {
    parse();
  } catch (error) {
    if (error instanceof MoneyError) return error.code;
    throw error;
  }
  return 'no error';
}

describe('an amount that is read', () => {
  it.each([
    ['20', 'EUR', 2_000n],
    ['20.0', 'EUR', 2_000n],
    ['20.00', 'EUR', 2_000n],
    ['0.01', 'EUR', 1n],
    ['0', 'EUR', 0n],
    ['007.50', 'SEK', 750n],
    ['20.10000', 'EUR', 2_010n],
    ['0000000000000000000020.00', 'EUR', 2_000n],
    ['000', 'EUR', 0n],
    ['1500', 'JPY', 1_500n],
    ['1500.00', 'JPY', 1_500n],
    ['999999999999999', 'EUR', 99_999_999_999_999_900n],
  ] as const)('is exact: %s %s', (text, currency, minor) => {
    expect(parseMoney(text, currency)).toEqual({ minor, currency });
  });

  it.each([
    '',
    ' ',
    '1e3',
    '-1',
    '+1',
    '1,5',
    '1.',
    '.5',
    'NaN',
    'Infinity',
    '0x10',
    '1_000',
    '1.2.3',
    '20.00 ',
    '٢٠',
    '２０',
  ])('is refused when it is no plain decimal: "%s"', (text) => {
    expect(codeOf(() => parseMoney(text, 'EUR'))).toBe('NOT_A_DECIMAL');
  });

  it.each([
    ['20.001', 'EUR', 'TOO_PRECISE'],
    ['0.5', 'JPY', 'TOO_PRECISE'],
    ['1000000000000000', 'EUR', 'TOO_LARGE'],
    ['1'.repeat(41), 'EUR', 'NOT_A_DECIMAL'],
  ] as const)('is refused rather than rounded: %s %s', (text, currency, code) => {
    expect(codeOf(() => parseMoney(text, currency))).toBe(code);
  });

  it.each([
    ['ten', 'EUR', 'the amount is not a plain decimal number'],
    ['1.005', 'EUR', 'EUR has 2 decimals, the amount has more'],
    ['1.5', 'JPY', 'JPY has 0 decimals, the amount has more'],
    ['1000000000000000', 'EUR', 'the amount has more than 15 digits'],
  ] as const)('says why it is refused: %s %s', (text, currency, message) => {
    expect(() => parseMoney(text, currency)).toThrow(expect.objectContaining({ name: 'MoneyError', message }));
  });

  it('is never repeated in the error', () => {
    expect(() => parseMoney('12.34567', 'EUR')).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('12.34') }),
    );
  });
});

describe('an amount that is written', () => {
  it.each([
    [1_250n, 'EUR', '12.50'],
    [5n, 'EUR', '0.05'],
    [0n, 'EUR', '0.00'],
    [-5n, 'EUR', '-0.05'],
    [-1_250n, 'SEK', '-12.50'],
    [1_500n, 'JPY', '1500'],
    [-1n, 'ISK', '-1'],
  ] as const)('has all decimals of its currency: %s %s', (minor, currency, text) => {
    expect(formatAmount({ minor, currency })).toBe(text);
    expect(formatMoney({ minor, currency })).toBe(`${text} ${currency}`);
  });
});

it('knows a currency by its upper-case letters only', () => {
  expect(isCurrency('EUR')).toBe(true);
  for (const text of ['eur', 'XXX', '', 'constructor', '__proto__', 'toString']) expect(isCurrency(text)).toBe(false);
  expect(CURRENCIES.map((currency) => exponentOf(currency)).every((exponent) => exponent === 0 || exponent === 2)).toBe(
    true,
  );
});

it('adds up without a float, beyond what a double can hold', () => {
  expect(sum([])).toBe(0n);
  expect(sum([9_007_199_254_740_993n, 1n, -3n])).toBe(9_007_199_254_740_991n);
});
