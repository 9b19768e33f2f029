import fc from 'fast-check';

import { formatAmount, parseAmount } from './amounts.js';

it.each([
  ['12.00', 2, 1_200],
  ['12.5', 2, 1_250],
  ['12', 2, 1_200],
  ['0.05', 2, 5],
  ['12.500', 2, 1_250],
  ['125', 0, 125],
  ['1.234', 3, 1_234],
  ['999999.99', 2, 99_999_999],
])('reads %s with %i decimals as %i', (text, decimals, minor) => {
  expect(parseAmount(text, decimals)).toBe(minor);
});

it.each([
  ['12.505', 2],
  ['-1', 2],
  ['+1', 2],
  ['1,00', 2],
  ['1e2', 2],
  ['', 2],
  ['.5', 2],
  ['5.', 2],
  [' 5', 2],
  ['0x10', 2],
  ['1.5', 0],
  ['1000000.00', 2],
])('does not read "%s" with %i decimals', (text, decimals) => {
  expect(parseAmount(text, decimals)).toBeUndefined();
});

it('reads back exactly what it wrote', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 99_999_999 }), fc.integer({ min: 0, max: 3 }), (minor, decimals) => {
      expect(parseAmount(formatAmount(minor, decimals), decimals)).toBe(minor);
    }),
  );
});
