import { Keys, equalSecrets } from './keys.js';

describe('keyed hashes', () => {
  const keys = new Keys('the secret of one installation');

  it('are 256 bits that fit a URL', () => {
    expect(keys.mac('notification', 'x')).toMatch(/^[A-Za-z0-9_-]{43}$/);
  });

  it('differ by text, by purpose and by installation', () => {
    const macs = [
      keys.mac('payer', '46700000001'),
      keys.mac('payer', '46700000002'),
      keys.mac('request', '46700000001'),
      new Keys('the secret of another').mac('payer', '46700000001'),
    ];

    expect(new Set(macs).size).toBe(4);
    expect(keys.mac('payer', '46700000001')).toBe(macs[0]);
  });

  it('are verified for their own purpose only', () => {
    const mac = keys.mac('session', 'x');

    expect(keys.verify('session', 'x', mac)).toBe(true);
    expect(keys.verify('notification', 'x', mac)).toBe(false);
    expect(keys.verify('session', 'y', mac)).toBe(false);
    expect(keys.verify('session', 'x', mac.slice(1))).toBe(false);
    expect(keys.verify('session', 'x', '')).toBe(false);
  });

  it('compare secrets of any length without an error', () => {
    expect(equalSecrets('abc', 'abc')).toBe(true);
    expect(equalSecrets('abc', 'abcd')).toBe(false);
    expect(equalSecrets('é', 'e')).toBe(false);
  });
});
