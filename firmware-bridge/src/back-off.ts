/**
 * Full jitter: anything between the minimum and the doubled limit, so that machines that lost the same broker do not
 * come back together, nor two ports of one hub.
 *
 * @param attempt 0 for the first repetition
 * @param random in [0, 1)
 */
export function backOffMs(attempt: number, minMs: number, maxMs: number, random: number): number {
  const limit = Math.min(maxMs, minMs * 2 ** Math.min(attempt + 1, 20));
  return Math.round(minMs + random * (limit - minMs));
}
