import type { Violation } from './invariants/violation.js';
import { HONEST, type Sabotage } from './world/sabotage.js';
import type { TraceLine } from './world/trace.js';
import { World } from './world/world.js';

/** What became of one seed. */
export interface Outcome {
  readonly seed: number;
  /** Equal for equal seeds and equal code. */
  readonly hash: string;
  readonly purchases: number;
  readonly events: number;
  readonly simulatedMs: number;
  readonly isCalm: boolean;
  readonly faults: ReadonlyMap<string, number>;
  /** By which SEQR was false, and how often. */
  readonly lies: ReadonlyMap<string, number>;
  readonly endings: ReadonlyMap<string, number>;
  readonly cases: ReadonlyMap<string, number>;
  readonly transitions: ReadonlySet<string>;
  readonly violations: readonly Violation[];
  /** Only when asked for. */
  readonly lines: readonly TraceLine[];
}

/** Runs one seed to its end or to its first violation. */
export async function runSeed(
  seed: number,
  { sabotage = HONEST, keepsLines = false }: { sabotage?: Sabotage; keepsLines?: boolean } = {},
): Promise<Outcome> {
  const world = new World(seed, sabotage, keepsLines);
  const startedAt = world.time.now;
  await world.run();
  const { watch, trace, weather, database, time, truth } = world;
  const endings = new Map<string, number>();
  for (const { purchase } of database.rows.values()) {
    endings.set(purchase.state, (endings.get(purchase.state) ?? 0) + 1);
  }
  return {
    seed,
    hash: trace.hash,
    purchases: database.rows.size,
    events: time.events,
    simulatedMs: time.now - startedAt,
    isCalm: weather.isCalm,
    faults: weather.struck,
    lies: truth.lies,
    endings,
    cases: watch.reasons,
    transitions: watch.transitions,
    violations: watch.violations,
    lines: trace.lines,
  };
}
