import type { Outcome } from './run-seed.js';
import { hashOf } from './world/random.js';

/** A seed that failed, kept as long as there is room. */
export interface Failure {
  readonly seed: number;
  readonly invariant: string;
  readonly purchaseId: string | null;
  readonly text: string;
}

/** The first ones are enough to start with; all are counted. */
const FAILURES_MAX = 50;

/** The sum of many seeds. Plain data: it travels between threads. */
export class Figures {
  seeds = 0;
  calmSeeds = 0;
  purchases = 0;
  events = 0;
  simulatedMs = 0;
  violated = 0;
  readonly faults = new Map<string, number>();
  readonly lies = new Map<string, number>();
  readonly endings = new Map<string, number>();
  readonly cases = new Map<string, number>();
  /** What was opened where nothing failed: nothing, or nobody could trust a case any more. */
  readonly calmCases = new Map<string, number>();
  readonly transitions = new Set<string>();
  readonly failures: Failure[] = [];
  /** In no order, so that threads may finish as they like. */
  hash = 0;

  add(outcome: Outcome): void {
    this.seeds += 1;
    this.calmSeeds += outcome.isCalm ? 1 : 0;
    this.purchases += outcome.purchases;
    this.events += outcome.events;
    this.simulatedMs += outcome.simulatedMs;
    addAll(this.faults, outcome.faults);
    addAll(this.lies, outcome.lies);
    addAll(this.endings, outcome.endings);
    addAll(this.cases, outcome.cases);
    if (outcome.isCalm) addAll(this.calmCases, outcome.cases);
    for (const transition of outcome.transitions) this.transitions.add(transition);
    this.hash ^= hashOf(`${outcome.seed}:${outcome.hash}`);
    const [violation] = outcome.violations;
    if (violation === undefined) return;
    this.violated += 1;
    const { invariant, purchaseId, text } = violation;
    if (this.failures.length < FAILURES_MAX) this.failures.push({ seed: outcome.seed, invariant, purchaseId, text });
  }

  /** @param part of another thread: the fields of its figures, without the methods. */
  merge(part: Figures): void {
    this.seeds += part.seeds;
    this.calmSeeds += part.calmSeeds;
    this.purchases += part.purchases;
    this.events += part.events;
    this.simulatedMs += part.simulatedMs;
    this.violated += part.violated;
    addAll(this.faults, part.faults);
    addAll(this.lies, part.lies);
    addAll(this.endings, part.endings);
    addAll(this.cases, part.cases);
    addAll(this.calmCases, part.calmCases);
    for (const transition of part.transitions) this.transitions.add(transition);
    this.failures.push(...part.failures.slice(0, FAILURES_MAX - this.failures.length));
    this.hash ^= part.hash;
  }
}

function addAll(to: Map<string, number>, from: ReadonlyMap<string, number>): void {
  for (const [name, count] of from) to.set(name, (to.get(name) ?? 0) + count);
}
