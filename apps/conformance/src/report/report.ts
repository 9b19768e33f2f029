import { RULES, type RuleId } from '#machine-protocol/rules.js';

import { type CheckRecord, countOf, hasPassed, type Result, type RunRecord } from '../kit/run.js';

export const MARKS = { passed: '✓', failed: '✗', 'not-run': '–' } as const satisfies Record<Result, string>;

export function verdictOf(run: RunRecord): string {
  const passed = countOf(run, 'passed');
  if (hasPassed(run)) return `All ${passed} checks passed.`;
  return `Not passed: ${countOf(run, 'failed')} failed, ${countOf(run, 'not-run')} not run, ${passed} passed.`;
}

export function lineOf({ number, rule, done, expects, seen, result }: CheckRecord): string {
  const line = `${MARKS[result]} ${String(number).padStart(3)} ${rule.padEnd(3)} ${done}: ${expects}`;
  return result === 'passed' ? line : `${line}\n        ${result === 'failed' ? 'seen' : 'not run'}: ${seen}`;
}

export function reportText(run: RunRecord): string {
  return [
    `Conformance of machine ${run.machineId} (${run.software}) to the machine link`,
    `${run.startedAt.toISOString()}, ${Math.round(run.durationMs / 1_000)} s`,
    '',
    ...run.checks.map(lineOf),
    '',
    ...byRule(run).map(
      ({ rule, passed, failed, notRun }) =>
        `${rule.padEnd(4)} ${RULES[rule].title.padEnd(46)} ${passed} passed, ${failed} failed, ${notRun} not run`,
    ),
    '',
    verdictOf(run),
    '',
  ].join('\n');
}

export interface RuleCount {
  readonly rule: RuleId;
  readonly passed: number;
  readonly failed: number;
  readonly notRun: number;
}

/** How each rule fared that has checks, in the order of the rules. */
export function byRule({ checks }: RunRecord): RuleCount[] {
  return (Object.keys(RULES) as RuleId[])
    .map((rule) => {
      const count = (wanted: Result) => checks.filter((check) => check.rule === rule && check.result === wanted).length;
      return { rule, passed: count('passed'), failed: count('failed'), notRun: count('not-run') };
    })
    .filter(({ passed, failed, notRun }) => passed + failed + notRun > 0);
}

/** For programs. Times are ISO 8601 in UTC, durations milliseconds. */
export function summaryOf(run: RunRecord) {
  return {
    result: hasPassed(run) ? 'passed' : 'failed',
    machineId: run.machineId,
    software: run.software,
    startedAt: run.startedAt.toISOString(),
    durationMs: Math.round(run.durationMs),
    rules: byRule(run),
    checks: run.checks,
  };
}
