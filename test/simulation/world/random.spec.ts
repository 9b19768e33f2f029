import { Random } from './random.js';

const draws = (random: Random, count = 200): number[] => Array.from({ length: count }, () => random.next());

describe('chance', () => {
  it('is the same for the same seed, and another for the next', () => {
    expect(draws(new Random(7))).toEqual(draws(new Random(7)));
    expect(draws(new Random(7))).not.toEqual(draws(new Random(8)));
  });

  it('is split by name, whatever was drawn before', () => {
    const fresh = new Random(7);
    const used = new Random(7);
    draws(used);

    expect(draws(used.split('payers'))).toEqual(draws(fresh.split('payers')));
    expect(draws(fresh.split('payers'))).not.toEqual(draws(fresh.split('machines')));
  });

  it('is spread evenly, for neighbouring seeds too', () => {
    const first = Array.from({ length: 2_000 }, (_, seed) => new Random(seed).next());
    const mean = first.reduce((total, draw) => total + draw, 0) / first.length;

    expect(Math.abs(mean - 0.5)).toBeLessThan(0.03);
    expect(new Set(first).size).toBe(first.length);
  });

  it('keeps to whole numbers within both ends', () => {
    const random = new Random(1);
    const numbers = new Set(Array.from({ length: 500 }, () => random.between(3, 5)));

    expect([...numbers].sort((a, b) => a - b)).toEqual([3, 4, 5]);
  });
});
