import { runSeed } from '../run-seed.js';

import type { Bug } from './bug.js';
import { RESERVING_BUGS } from './reserving-bugs.js';
import { SETTLING_BUGS } from './settling-bugs.js';
import { SURROUNDINGS_BUGS } from './surroundings-bugs.js';
import { VEND_BUGS } from './vend-bugs.js';

/** Mistakes that are put in on purpose, so that the checks are known to bite. */
export const ALL_BUGS: readonly Bug[] = [...RESERVING_BUGS, ...VEND_BUGS, ...SETTLING_BUGS, ...SURROUNDINGS_BUGS];

export interface Found {
  readonly seed: number;
  readonly invariant: string;
  readonly text: string;
}

/** The first seed in which the mistake breaks an invariant, or null when none of them shows it. */
export async function findBug({ sabotage }: Bug, from: number, seeds: number): Promise<Found | null> {
  for (let seed = from; seed < from + seeds; seed += 1) {
    const [violation] = (await runSeed(seed, { sabotage })).violations;
    if (violation !== undefined) return { seed, invariant: violation.invariant, text: violation.text };
  }
  return null;
}

/** Prints which seed finds each mistake. @returns false when one is not found. */
export async function findBugs(from: number, seeds: number, say: (line: string) => void): Promise<boolean> {
  let missed = 0;
  for (const bug of ALL_BUGS) {
    const found = await findBug(bug, from, seeds);
    if (found === null) missed += 1;
    const outcome =
      found === null
        ? `✗ not within ${seeds} seeds`
        : `seed ${String(found.seed).padEnd(5)} ${found.invariant.padEnd(4)} ${found.text}`;
    say(`${bug.name.padEnd(54)} ${outcome}`);
  }
  say(`\n${ALL_BUGS.length - missed} of ${ALL_BUGS.length} mistakes found`);
  return missed === 0;
}
