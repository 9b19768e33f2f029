import { performance } from 'node:perf_hooks';

import { DatabaseClock } from './clock.js';

describe('the clock of decisions', () => {
  it('shows the database’s time, and half of what the question took', () => {
    const clock = new DatabaseClock();
    const askedAt = performance.now();
    clock.anchor(1_000_000, askedAt - 40, askedAt);

    expect(clock.now()).toBeGreaterThanOrEqual(1_000_020);
    expect(clock.now()).toBeLessThan(1_001_000);
  });

  it('takes no notice of an answer whose question waited, while it has a better one', () => {
    const clock = new DatabaseClock();
    const askedAt = performance.now();
    clock.anchor(1_000_000, askedAt - 10, askedAt);
    clock.anchor(1_000_000, askedAt - 3_000, askedAt);

    expect(clock.now()).toBeLessThan(1_001_000);
  });

  it('does not go back when a better answer says that it was ahead: what is due at once is not put off', () => {
    const clock = new DatabaseClock();
    const askedAt = performance.now();
    clock.anchor(1_000_000, askedAt - 200, askedAt);
    const decidedAt = clock.now();
    clock.anchor(1_000_000, askedAt, askedAt);

    expect(clock.now()).toBeGreaterThanOrEqual(decidedAt);
    expect(clock.now()).toBeLessThan(decidedAt + 200);
  });

  it('goes back with a database whose clock was set', () => {
    const clock = new DatabaseClock();
    const askedAt = performance.now();
    clock.anchor(1_000_000, askedAt, askedAt);
    clock.now();
    clock.anchor(500_000, askedAt, askedAt);

    expect(clock.now()).toBeLessThan(600_000);
  });

  it('takes no notice of the computer’s clock', () => {
    const clock = new DatabaseClock();
    const before = clock.now();
    const wallClock = jest.spyOn(Date, 'now').mockReturnValue(0);
    try {
      expect(clock.now()).toBeGreaterThanOrEqual(before);
    } finally {
      wallClock.mockRestore();
    }
  });

  it('wakes for what is past at once, and not for what was cancelled', async () => {
    const clock = new DatabaseClock();
    const woken: string[] = [];
    clock.after(0, () => woken.push('cancelled')).cancel();
    await new Promise<void>((resolve) => {
      clock.after(-5_000, () => {
        woken.push('past');
        resolve();
      });
    });

    expect(woken).toEqual(['past']);
  });
});
