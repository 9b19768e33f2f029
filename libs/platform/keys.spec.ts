import { Keys, SealBrokenError, equalSecrets } from './keys.js';

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

describe('sealed texts', () => {
  const keys = new Keys('the secret of one installation');
  const password = 'a password of a terminal';

  it('open for their owner, and are another each time', () => {
    const sealed = keys.seal('terminal', password, 'machine-1');

    expect(keys.open('terminal', sealed, 'machine-1')).toBe(password);
    expect(Buffer.from(sealed).toString('latin1')).not.toContain(password);
    expect(keys.seal('terminal', password, 'machine-1')).not.toEqual(sealed);
  });

  it('open for nobody else, with no other secret, and not when a byte was changed', () => {
    const sealed = keys.seal('terminal', password, 'machine-1');
    const changed = [...sealed.keys()].map((at) => sealed.map((byte, i) => (i === at ? byte ^ 1 : byte)));

    expect(() => keys.open('terminal', sealed, 'machine-2')).toThrow(SealBrokenError);
    expect(() => new Keys('the secret of another').open('terminal', sealed, 'machine-1')).toThrow(SealBrokenError);
    for (const broken of [...changed, sealed.slice(0, 20), new Uint8Array()]) {
      expect(() => keys.open('terminal', broken, 'machine-1')).toThrow(SealBrokenError);
    }
  });

  it('say nothing of what they hold when they do not open', () => {
    const sealed = keys.seal('terminal', password, 'machine-1');

    expect(() => keys.open('terminal', sealed, 'machine-2')).toThrow(/^what was sealed as terminal does not open/);
  });
});
