/** Milliseconds of many like things, as few numbers. */
export interface Samples {
  readonly count: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

export function samplesOf(values: readonly number[]): Samples {
  const sorted = Float64Array.from(values).sort();
  const at = (share: number): number =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
  return { count: sorted.length, p50: at(0.5), p99: at(0.99), max: at(1) };
}
