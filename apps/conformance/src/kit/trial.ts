import { isDeepStrictEqual } from 'node:util';

import type { RuleId } from '#machine-protocol/rules.js';

import type { Hand } from '../hands/hands.js';
import type { Stand } from './stand.js';

/** What a trial needs beside the machine and a broker; `line` is the kit’s own broker, which sees how the machine connects and
 *  can cut its connection. */
export type Need = 'line' | Hand;

export const GROUPS = [
  'connection',
  'presence',
  'grants',
  'sale',
  'limits',
  'closing',
  'form',
  'mac',
  'events',
  'restart',
  'whole-run',
] as const;
export type Group = (typeof GROUPS)[number];

export interface Judged {
  readonly met: boolean;
  /** What came, in words. */
  readonly seen: string;
}

export interface Check<E> {
  readonly rule: RuleId;
  /** What the rule asks for here, as a sentence. */
  readonly expects: string;
  readonly judge: (evidence: E) => Judged;
}

/**
 * One thing that is done to the machine, and the checks that look at what came of it. `play` only does and gathers, and
 * never waits without an end; whether it is right, each check judges by itself, so that one fault does not hide another.
 */
export interface Trial<E = unknown> {
  readonly group: Group;
  readonly title: string;
  readonly needs: readonly Need[];
  readonly play: (stand: Stand) => Promise<E>;
  readonly checks: readonly Check<E>[];
}

/** Only the trial itself ever sees its evidence: outside, its kind does not matter. */
export function trial<E>(made: Trial<E>): Trial {
  const { play, checks, ...rest } = made;
  return {
    ...rest,
    play,
    checks: checks.map(({ judge, ...check }) => ({ ...check, judge: (evidence) => judge(evidence as E) })),
  };
}

export function equal(seen: unknown, wanted: unknown): Judged {
  return { met: isDeepStrictEqual(seen, wanted), seen: inWords(seen) };
}

export function holds(met: boolean, seen: unknown): Judged {
  return { met, seen: inWords(seen) };
}

/** A report’s cell has room for some lines. */
const WORDS_MAX = 300;

function inWords(seen: unknown): string {
  if (seen === undefined) return 'nothing came in time';
  const text = typeof seen === 'string' ? seen : JSON.stringify(seen);
  return text.length > WORDS_MAX ? `${text.slice(0, WORDS_MAX)}…` : text;
}
