import { randomUUID } from 'node:crypto';
import { performance } from 'node:perf_hooks';

import type { MachineEvent } from '#machine-protocol/messages.js';

import type { Stand } from '../kit/stand.js';
import { equal, holds, trial } from '../kit/trial.js';
import { reconnectWithin } from './connection.js';

/** R27. */
const IN_FLIGHT_MAX = 50;

const BREATH_MS = 1_000;

/** Acknowledges what there is, and from now on nothing, while `count` events come about. @returns the last number before them */
async function withhold(stand: Stand, count: number): Promise<{ journalId: string; upTo: number }> {
  await stand.fence();
  stand.ackAll();
  const before = stand.journal ?? { journalId: '', upTo: 0 };
  stand.acknowledging = false;
  for (let made = 0; made < count; made += 1)
    stand.send(stand.closeOf({ purchaseId: randomUUID(), grantNumber: stand.nextNumber() }));
  const wanted = before.upTo + Math.min(count, IN_FLIGHT_MAX);
  await stand.until(() => (stand.journal?.upTo ?? 0) >= wanted);
  return before;
}

function heardFrom(stand: Stand, from: number): MachineEvent[] {
  return stand.gateway.arrivals.slice(from).flatMap(({ event }) => (event === undefined ? [] : [event]));
}

/** The event of this number comes (again). */
function comes(
  stand: Stand,
  from: number,
  seq: number,
  withinMs = stand.settings.repeatWithinMs,
): Promise<MachineEvent | undefined> {
  return stand.until(() => heardFrom(stand, from).find((event) => event.seq === seq), withinMs);
}

export const EVENTS = [
  trial({
    group: 'events',
    title: 'Events are not acknowledged, then wrongly, then rightly',
    needs: [],
    play: async (stand) => {
      const { journalId, upTo } = await withhold(stand, 3);
      const place = () => stand.gateway.arrivals.length;
      const repeated = await comes(stand, place(), upTo + 1);

      stand.ack(randomUUID(), upTo + 3);
      const afterOtherJournal = await comes(stand, place(), upTo + 1);
      stand.ack(journalId, upTo + 1_000_000);
      const afterFuture = await comes(stand, place(), upTo + 1);
      stand.ack(journalId, Math.max(0, upTo - 1));
      const afterPast = await comes(stand, place(), upTo + 1);

      stand.ack(journalId, upTo + 1);
      // What was on its way before the machine had the acknowledgement is no repeat.
      await stand.fence();
      const partFrom = place();
      const rest = await comes(stand, partFrom, upTo + 2);
      const partAgain = heardFrom(stand, partFrom).filter(({ seq }) => seq <= upTo + 1);

      stand.acknowledging = true;
      stand.ackAll();
      await stand.fence();
      const allFrom = place();
      await stand.fence();
      const allAgain = heardFrom(stand, allFrom).filter(({ seq }) => seq <= upTo + 3);
      const told = await stand.presenceWhere(({ unacknowledged }) => unacknowledged === 0, PRESENCE_WITHIN_MS);
      return {
        upTo,
        repeated,
        afterOtherJournal,
        afterFuture,
        afterPast,
        rest,
        partAgain: partAgain.map(({ seq }) => seq),
        allAgain: allAgain.map(({ seq }) => seq),
        told,
      };
    },
    checks: [
      {
        rule: 'R26',
        expects: 'what is not acknowledged is sent again, although the broker has it',
        judge: ({ repeated }) => holds(repeated !== undefined, repeated?.seq),
      },
      {
        rule: 'R26',
        expects: 'oldest, where given, is the first that is not acknowledged',
        judge: ({ repeated, upTo }) =>
          holds(repeated?.oldest === undefined || repeated.oldest === upTo + 1, repeated?.oldest ?? 'not given'),
      },
      {
        rule: 'R29',
        expects: 'an acknowledgement of another journal says nothing',
        judge: ({ afterOtherJournal }) => holds(afterOtherJournal !== undefined, afterOtherJournal?.seq),
      },
      {
        rule: 'R29',
        expects: 'one of a number that was never given says nothing',
        judge: ({ afterFuture }) => holds(afterFuture !== undefined, afterFuture?.seq),
      },
      {
        rule: 'R29',
        expects: 'one below an earlier one says nothing',
        judge: ({ afterPast }) => holds(afterPast !== undefined, afterPast?.seq),
      },
      {
        rule: 'R29',
        expects: 'one of a part covers this part: it is not sent again',
        judge: ({ partAgain }) => equal(partAgain, []),
      },
      {
        rule: 'R26',
        expects: 'and the rest is',
        judge: ({ rest }) => holds(rest !== undefined, rest?.seq),
      },
      {
        rule: 'R29',
        expects: 'what is acknowledged is never sent again',
        judge: ({ allAgain }) => equal(allAgain, []),
      },
      {
        rule: 'R8',
        expects: 'the presence says that nothing is unacknowledged',
        judge: ({ told }) => holds(told !== undefined, told?.unacknowledged),
      },
    ],
  }),

  trial({
    group: 'events',
    title: 'Sixty events come about, and the server is silent',
    needs: [],
    play: async (stand) => {
      const count = IN_FLIGHT_MAX + 10;
      const from = stand.gateway.arrivals.length;
      const { journalId, upTo } = await withhold(stand, count);
      // A repeat in the same breath may overtake what was still to come; a later one shows that it has sent what it would.
      const breathedAt = performance.now() + BREATH_MS;
      await stand.until(
        () => stand.gateway.arrivals.find(({ event, atMs }) => event?.seq === upTo + 1 && atMs > breathedAt),
        stand.settings.repeatWithinMs,
      );
      const heard = heardFrom(stand, from).filter(({ seq }) => seq > upTo);
      const furthest = Math.max(0, ...heard.map(({ seq }) => seq)) - upTo;
      const first = [...new Set(heard.map(({ seq }) => seq - upTo))];
      stand.ack(journalId, upTo + IN_FLIGHT_MAX);
      const next = await stand.until(() => (stand.journal?.upTo ?? 0) >= upTo + count);
      stand.acknowledging = true;
      stand.ackAll();
      return { furthest, first, next };
    },
    checks: [
      {
        rule: 'R27',
        expects: 'at most 50 are under way',
        judge: ({ furthest }) => holds(furthest > 0 && furthest <= IN_FLIGHT_MAX, `${furthest}`),
      },
      {
        rule: 'R27',
        expects: 'the oldest first, in order',
        judge: ({ first }) =>
          holds(first.length > 0 && first.every((place, index) => place === index + 1), first.join(' ')),
      },
      {
        rule: 'R27',
        expects: 'the others follow when these are acknowledged',
        judge: ({ next }) => holds(next === true, next === true ? 'they do' : undefined),
      },
    ],
  }),

  trial({
    group: 'events',
    title: 'The server asks for a gap: it acknowledges the same number twice',
    needs: [],
    play: async (stand) => {
      const { journalId, upTo } = await withhold(stand, 5);
      stand.ack(journalId, upTo + 2);
      // What was on its way before the machine had this is no answer to the next.
      await stand.fence();
      const from = stand.gateway.arrivals.length;
      stand.ack(journalId, upTo + 2);
      await comes(stand, from, upTo + 5);
      const again = [...new Set(heardFrom(stand, from).map(({ seq }) => seq - upTo))];
      return { again: again.filter((place) => place >= 1 && place <= 5).toSorted((a, b) => a - b) };
    },
    checks: [
      {
        rule: 'R28',
        expects: 'all that lies behind comes again, and nothing before',
        judge: ({ again }) => equal(again, [3, 4, 5]),
      },
    ],
  }),

  trial({
    group: 'events',
    title: 'The line is cut while events are not acknowledged',
    needs: ['line'],
    play: async (stand) => {
      const { journalId, upTo } = await withhold(stand, 4);
      stand.ack(journalId, upTo + 1);
      await stand.fence();
      const { line } = stand;
      line?.cut();
      await stand.presenceWhere(({ online }) => !online);
      const from = stand.gateway.arrivals.length;
      line?.restore();
      await stand.presenceWhere(({ online }) => online, reconnectWithin(stand));
      await comes(stand, from, upTo + 4, reconnectWithin(stand));
      const heard = heardFrom(stand, from);
      return {
        sameJournal: heard.every((event) => event.journalId === journalId),
        again: [...new Set(heard.map(({ seq }) => seq - upTo))].slice(0, 3),
      };
    },
    checks: [
      {
        rule: 'R26',
        expects: 'at the new connection they come again, from the first that is not acknowledged',
        judge: ({ again }) => equal(again, [2, 3, 4]),
      },
      {
        rule: 'R25',
        expects: 'the journal keeps its name',
        judge: ({ sameJournal }) => equal(sameJournal, true),
      },
    ],
  }),
];

/** The number is told with the regular presence (R5: every 20 s). */
const PRESENCE_WITHIN_MS = 25_000;
