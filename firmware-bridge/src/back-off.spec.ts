import { backOffMs } from './back-off.js';

it('waits between the minimum and a limit that doubles up to the maximum', () => {
  const longest = [0, 1, 2, 3, 4, 5, 6, 1_000].map((attempt) => backOffMs(attempt, 1_000, 60_000, 1));
  expect(longest).toEqual([2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000]);
  expect([0, 5, 50].map((attempt) => backOffMs(attempt, 1_000, 60_000, 0))).toEqual([1_000, 1_000, 1_000]);
  expect(backOffMs(5, 1_000, 60_000, 0.5)).toBe(30_500);
});
