import { performance } from 'node:perf_hooks';

import type { RuleId } from '#machine-protocol/rules.js';

import type { Stand } from './stand.js';
import type { Check, Group, Trial } from './trial.js';

export type Result = 'passed' | 'failed' | 'not-run';

/** One line of the report. */
export interface CheckRecord {
  /** From 1, over the whole run. */
  readonly number: number;
  readonly group: Group;
  readonly rule: RuleId;
  /** What was done. */
  readonly done: string;
  readonly expects: string;
  /** What came, or why it was not run. */
  readonly seen: string;
  readonly result: Result;
}

export interface RunRecord {
  readonly machineId: string;
  /** What the machine says of itself. */
  readonly software: string;
  readonly startedAt: Date;
  readonly durationMs: number;
  readonly checks: readonly CheckRecord[];
}

/** A machine that does not come back so often in a row will not: the rest is not run. */
const AWAY_MAX = 3;

/** Tries everything, whatever fails: the report is to show all that can be known. @param tell is told of each check */
export async function run(
  trials: readonly Trial[],
  stand: Stand,
  tell: (record: CheckRecord) => void = () => undefined,
): Promise<RunRecord> {
  const startedAt = new Date();
  const begun = performance.now();
  const checks: CheckRecord[] = [];
  let away = 0;
  for (const trial of trials) {
    const tried: Tried = away < AWAY_MAX ? await tryOne(trial, stand) : { notRun: 'the machine did not come back' };
    away = 'notRun' in tried && tried.isAway === true ? away + 1 : away >= AWAY_MAX ? away : 0;
    for (const check of trial.checks) {
      const record = recordOf(trial, check, tried, checks.length + 1);
      checks.push(record);
      tell(record);
    }
  }
  const { machineId } = stand.settings;
  const software = stand.presence?.software ?? 'unknown';
  return { machineId, software, startedAt, durationMs: performance.now() - begun, checks };
}

type Tried = { readonly evidence: unknown } | { readonly notRun: string; readonly isAway?: boolean };

async function tryOne(trial: Trial, stand: Stand): Promise<Tried> {
  const missing = trial.needs.filter((need) =>
    need === 'line' ? stand.line === undefined : !stand.hands.able.has(need),
  );
  if (missing.length > 0) return { notRun: `needs ${missing.join(' and ')}` };
  if (!(await stand.rest())) return { notRun: 'the machine was not ready', isAway: true };
  try {
    const evidence = await trial.play(stand);
    return stand.gateway.isLost
      ? { notRun: 'the kit lost its own connection to the broker', isAway: true }
      : { evidence };
  } catch (error) {
    return { notRun: error instanceof Error ? error.message : String(error) };
  }
}

function recordOf(trial: Trial, check: Check<unknown>, tried: Tried, number: number): CheckRecord {
  const { group, title: done } = trial;
  const { rule, expects } = check;
  const facts = { number, group, rule, done, expects };
  if ('notRun' in tried) return { ...facts, seen: tried.notRun, result: 'not-run' };
  const { met, seen } = check.judge(tried.evidence);
  return { ...facts, seen, result: met ? 'passed' : 'failed' };
}

/** Everything was done, and all of it was right. */
export function hasPassed({ checks }: RunRecord): boolean {
  return checks.length > 0 && checks.every(({ result }) => result === 'passed');
}

export function countOf({ checks }: RunRecord, wanted: Result): number {
  return checks.filter(({ result }) => result === wanted).length;
}

/** The rules that were broken, each once. */
export function brokenRules({ checks }: RunRecord): RuleId[] {
  return [...new Set(checks.filter(({ result }) => result === 'failed').map(({ rule }) => rule))];
}
