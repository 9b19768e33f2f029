/** What one goal came to. */
export interface Figure {
  readonly goal: string;
  /** What was measured, in words. */
  readonly what: string;
  /** In the words of a person: "812 µs against 470 µs". */
  readonly measured: string;
  /** What the goal is about: a ratio to the floor, or a number in the goal's unit. */
  readonly value: number;
  readonly limit: number;
  readonly stretch?: number;
  readonly isRatio: boolean;
  /** Of these two the goal asks for one. */
  readonly bound: 'at most' | 'at least';
  readonly unit: string;
  /** The ratio of the stack that does the same with everything as it comes. */
  readonly plain?: number;
  /** The floor itself fell behind what was offered: a ratio to it says nothing, and does not hold. */
  readonly hasNoFloor?: boolean;
  /** The value of each round, for whoever wants to see how much they differ. */
  readonly rounds: readonly number[];
}

export function holds({ value, limit, bound, hasNoFloor }: Figure): boolean {
  if (hasNoFloor === true) return false;
  return bound === 'at most' ? value <= limit : value >= limit;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
}

export function numberText(value: number): string {
  const size = Math.abs(value);
  return value.toLocaleString('en', { maximumFractionDigits: size >= 100 ? 0 : size >= 10 ? 1 : 2 });
}
