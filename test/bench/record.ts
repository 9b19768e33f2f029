import type { Figure } from './figures.js';

export type RecordedFigure = Figure & { readonly holds: boolean };

/** One run of the benchmark, as it is kept. */
export interface BenchRecord {
  readonly at: string;
  readonly node: string;
  readonly processor: string;
  readonly processors: number;
  /** Of the minute before: what else the computer was doing. */
  readonly loadBefore: number;
  readonly quick: boolean;
  /** With the load that the goals name. */
  readonly isGoalLoad: boolean;
  readonly rounds: number;
  readonly seconds: number;
  readonly figures: readonly RecordedFigure[];
}
