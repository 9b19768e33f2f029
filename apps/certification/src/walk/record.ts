import type { Finding } from '../procedure/judge.js';
import type { Procedure, Step, Test } from '../procedure/procedure.js';

/** One request and its reply, as they stood on the wire; passwords are hidden already. */
export interface Exchange {
  readonly operation: string;
  readonly request: string;
  /** Absent when none came. */
  readonly reply?: string;
  readonly httpStatus?: number;
  /** ISO 8601, UTC. */
  readonly sentAt: string;
  readonly durationMs: number;
}

export type Result = 'passed' | 'failed' | 'not-run';

export interface StepRecord {
  readonly step: Step;
  readonly result: Result;
  /** In words: why it was not run, how it was waited, how often was asked. */
  readonly notes: readonly string[];
  readonly findings: readonly Finding[];
  /** What was found in the requests as they left. */
  readonly requestFindings: readonly Finding[];
  readonly exchanges: readonly Exchange[];
  /** What the payer was shown. */
  readonly qrText?: string;
  readonly startedAt: Date;
  readonly durationMs: number;
}

export interface TestRecord {
  readonly test: Test;
  /** From 1. */
  readonly number: number;
  readonly result: Result;
  readonly steps: readonly StepRecord[];
  readonly durationMs: number;
}

export interface RunRecord {
  readonly procedure: Procedure;
  readonly startedAt: Date;
  readonly durationMs: number;
  readonly tests: readonly TestRecord[];
}

/** A test has passed when all of it was done and all of it was right. */
export function resultOf(steps: readonly { readonly result: Result }[]): Result {
  if (steps.every(({ result }) => result === 'passed')) return 'passed';
  return steps.every(({ result }) => result === 'not-run') ? 'not-run' : 'failed';
}

export function hasPassed({ tests }: RunRecord): boolean {
  return tests.length > 0 && tests.every(({ result }) => result === 'passed');
}
