import type { Figures } from './figures.js';
import { ALL_LIES } from './world/lies.js';
import { ALL_TRANSITIONS } from './invariants/transitions.js';
import type { Outcome } from './run-seed.js';

const HOUR_MS = 3_600_000;
const SPANS = [
  ['years', 365.25 * 24 * HOUR_MS],
  ['days', 24 * HOUR_MS],
  ['hours', HOUR_MS],
] as const;

/** What a campaign came to, for people. */
export function reportOf(figures: Figures, seconds: number): string {
  const uncovered = ALL_TRANSITIONS.filter((transition) => !figures.transitions.has(transition));
  const covered = ALL_TRANSITIONS.length - uncovered.length;
  return [
    `seeds        ${count(figures.seeds)}, ${count(figures.calmSeeds)} of them without any fault`,
    `purchases    ${count(figures.purchases)}  ${list(figures.endings)}`,
    `events       ${count(figures.events)} in ${spanOf(figures.simulatedMs)}`,
    `faults       ${list(figures.faults)}`,
    `lies         ${figures.lies.size} of ${ALL_LIES.length} kinds: ${list(figures.lies)}`,
    `transitions  ${covered} of ${ALL_TRANSITIONS.length}${uncovered.length === 0 ? '' : `, not: ${uncovered.join(', ')}`}`,
    `cases        ${list(figures.cases)}`,
    `violations   ${figures.violated}`,
    `speed        ${(figures.seeds / seconds).toFixed(0)} seeds a second, ${seconds.toFixed(1)} s`,
    ...figures.failures.map(
      ({ seed, invariant, purchaseId, text }) => `  ✗ seed ${seed}  ${invariant}  ${purchaseId ?? ''}  ${text}`,
    ),
  ].join('\n');
}

/** What happened, one line each, in simulated seconds since the beginning. */
export function timeLineOf({ lines }: Outcome, about: string | null): string {
  const [first] = lines;
  return lines
    .filter((line) => about === null || line.about === about)
    .map((line) => `${seconds(line.at - (first?.at ?? 0))}  ${line.about.padEnd(10)}  ${line.text}`)
    .join('\n');
}

/** In the largest unit of which there is one. */
function spanOf(ms: number): string {
  const [unit, length] = SPANS.find(([, one]) => ms >= one) ?? SPANS[2];
  return `${(ms / length).toFixed(1)} simulated ${unit}`;
}

function seconds(ms: number): string {
  return (ms / 1_000).toFixed(3).padStart(9);
}

function list(counts: ReadonlyMap<string, number>): string {
  if (counts.size === 0) return 'none';
  const sorted = [...counts].toSorted(([, a], [, b]) => b - a);
  return sorted.map(([name, number]) => `${name} ${count(number)}`).join(', ');
}

function count(number: number): string {
  return number.toLocaleString('en');
}
