import type { BenchPlace } from './bench-place.js';
import type { Figure } from './figures.js';

export interface Settings {
  readonly rounds: number;
  /** Small histories and short cells: to see that everything works, not what it costs. */
  readonly quick: boolean;
  readonly minutes: number;
  readonly perSecond: number;
  readonly machines: number;
  /** A folder for the profiles of the servers under test. */
  readonly profile?: string;
}

export interface Scenario {
  readonly goals: readonly string[];
  readonly title: string;
  /** Half an hour and more: only when asked for by name. */
  readonly isLong?: boolean;
  run(place: BenchPlace, settings: Settings, progress: (text: string) => void): Promise<Figure[]>;
}
