import { formatMoney, units } from './money.js';

describe('money as people read it', () => {
  it('shows the amount with its currency', () => {
    expect(formatMoney({ amount: '12.50', currency: 'EUR' }, 'en-GB')).toBe('€12.50');
    expect(formatMoney({ amount: '1200', currency: 'JPY' }, 'en-GB')).toBe('JP¥1,200');
  });

  it('keeps every digit of an amount that no float can hold', () => {
    expect(formatMoney({ amount: '90071992547409931.07', currency: 'EUR' }, 'en-GB')).toBe(
      '€90,071,992,547,409,931.07',
    );
  });

  it('shows what is not a decimal as it came', () => {
    expect(formatMoney({ amount: '1e3', currency: 'EUR' }, 'en-GB')).toBe('1e3 EUR');
    expect(formatMoney({ amount: '', currency: 'EUR' }, 'en-GB')).toBe(' EUR');
  });

  it('shows an amount in a currency it does not know', () => {
    expect(formatMoney({ amount: '3.00', currency: 'COINS' }, 'en-GB')).toBe('3.00 COINS');
  });

  it('counts amounts with and without decimals in the same unit', () => {
    expect(units('12.50')).toBe(125_000n);
    expect(units('12')).toBe(120_000n);
    expect(units('-0.05')).toBe(-500n);
    expect(units('twelve')).toBeNull();
  });
});
