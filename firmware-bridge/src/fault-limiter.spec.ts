import { ManualClock } from '../test/manual-clock.js';
import { FaultLimiter } from './fault-limiter.js';

it('lets each code through once a minute', () => {
  const clock = new ManualClock();
  const limiter = new FaultLimiter(60_000, clock);
  expect([limiter.allows('a'), limiter.allows('a'), limiter.allows('b')]).toEqual([true, false, true]);
  clock.advance(60_000);
  expect(limiter.allows('a')).toBe(true);
});

it('keeps a bounded number of codes', () => {
  const limiter = new FaultLimiter(60_000, new ManualClock());
  const allowed = Array.from({ length: 1_000 }, (_, index) => limiter.allows(`code-${index}`));
  expect(allowed.filter(Boolean)).toHaveLength(64);
});
