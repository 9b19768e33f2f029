import fc from 'fast-check';

import { CURRENCIES, formatAmount, parseMoney } from './money.js';

it('an amount that is written reads back as what it was, for every amount and currency', () => {
  fc.assert(
    fc.property(fc.constantFrom(...CURRENCIES), fc.bigInt({ min: 0n, max: 10n ** 15n - 1n }), (currency, minor) => {
      expect(parseMoney(formatAmount({ minor, currency }), currency)).toEqual({ minor, currency });
    }),
  );
});

it('an amount that is written never differs from the plain decimal it was read from, but for zeros', () => {
  const decimal = fc.tuple(fc.bigInt({ min: 0n, max: 10n ** 12n }), fc.integer({ min: 0, max: 99 }));
  fc.assert(
    fc.property(decimal, ([whole, cents]) => {
      const text = `${whole}.${String(cents).padStart(2, '0')}`;

      expect(formatAmount(parseMoney(`00${text}000`, 'EUR'))).toBe(text);
    }),
  );
});
