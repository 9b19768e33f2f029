import type { Body, Stand, Told } from '../kit/stand.js';
import { equal, holds, trial } from '../kit/trial.js';

/** What a grant may live at the least (messages.ts). */
const SHORTEST_MS = 1_000;
const LONG_MS = 600_000;

/** Clocks of two computers run apart by less than this in a second. */
const CLOCKS_APART_MS = 20;

interface Passed {
  readonly closed: Body<'session.closed'> | undefined;
  readonly afterMs: number | undefined;
  readonly repeated: readonly Body[];
  readonly isIdle: boolean;
}

/** Nobody chooses, until the time is over; then the grant comes again. */
async function passes(stand: Stand, times: { lifetimeMs: number; selectionWindowMs: number }): Promise<Passed> {
  const { grant, sentAtMs } = await stand.open(times);
  const closed = await stand.event(grant, ['session.closed'], {});
  const told = stand.told.find(({ event }: Told) => event.body === closed);
  const mark = stand.mark();
  stand.send(grant);
  await stand.fence();
  const isIdle = await stand.isIdle();
  return { closed, afterMs: told && told.atMs - sentAtMs, repeated: stand.saidOf(grant, mark), isIdle };
}

function notBefore(ms: number, { afterMs }: Passed) {
  return holds(
    afterMs !== undefined && afterMs >= ms - CLOCKS_APART_MS,
    afterMs === undefined ? undefined : `after ${Math.round(afterMs)} ms`,
  );
}

export const LIMITS = [
  trial<Passed>({
    group: 'limits',
    title: 'The life time passes, and nobody has chosen',
    needs: [],
    play: (stand) => passes(stand, { lifetimeMs: SHORTEST_MS, selectionWindowMs: LONG_MS }),
    checks: [
      {
        rule: 'R16',
        expects: 'the session is closed with reason lifetime',
        judge: ({ closed }) => equal(closed?.reason, 'lifetime'),
      },
      { rule: 'R16', expects: 'not before its time', judge: (it) => notBefore(SHORTEST_MS, it) },
      {
        rule: 'R16',
        expects: 'a repeat afterwards opens nothing',
        judge: ({ repeated, isIdle }) =>
          holds(isIdle && repeated.every(({ type }) => type === 'session.closed'), repeated),
      },
    ],
  }),
  trial<Passed>({
    group: 'limits',
    title: 'The selection window passes, and nobody has chosen',
    needs: [],
    play: (stand) => passes(stand, { lifetimeMs: LONG_MS, selectionWindowMs: SHORTEST_MS }),
    checks: [
      {
        rule: 'R17',
        expects: 'the session is closed with reason payer-idle',
        judge: ({ closed }) => equal(closed?.reason, 'payer-idle'),
      },
      { rule: 'R17', expects: 'not before its time', judge: (it) => notBefore(SHORTEST_MS, it) },
      {
        rule: 'R17',
        expects: 'a repeat afterwards opens nothing',
        judge: ({ repeated, isIdle }) =>
          holds(isIdle && repeated.every(({ type }) => type === 'session.closed'), repeated),
      },
    ],
  }),
];
