import type { MachineEvent } from '#machine-protocol/messages.js';

import type { Stand } from '../kit/stand.js';
import { equal, holds, trial } from '../kit/trial.js';
import { reconnectWithin } from './connection.js';

/** Somebody starts the machine’s software anew; a computer takes its time to start. */
async function backAs(stand: Stand, before: string | undefined) {
  const within = Math.max(reconnectWithin(stand), stand.settings.patienceMs * 6);
  return stand.presenceWhere(({ online, bootId }) => online && bootId !== before, within);
}

function content(event: MachineEvent | undefined): string | undefined {
  if (event === undefined) return undefined;
  const { oldest: _, ...rest } = event;
  return JSON.stringify(rest);
}

export const RESTART = [
  trial({
    group: 'restart',
    title: 'The software is stopped in an orderly way, and started again, with events that nobody acknowledged',
    needs: ['restart'],
    play: async (stand) => {
      const { grant: old } = await stand.open();
      const closed = await stand.end(old);
      await stand.fence();
      stand.ackAll();
      stand.acknowledging = false;
      await stand.fence();
      await stand.ready();
      const before = stand.presence;
      const journal = stand.journal;
      const pending = stand.told.filter(({ event }) => event.seq === journal?.upTo).at(-1)?.event;
      const from = stand.gateway.arrivals.length;
      const mark = stand.mark();
      await stand.hands.restart();
      const gone = stand.gateway.arrivals
        .slice(from)
        .some(({ presence }) => presence?.online === false && presence.bootId === before?.bootId);
      const back = await backAs(stand, before?.bootId);
      const again = await stand.until(
        () =>
          stand.gateway.arrivals
            .slice(from)
            .find(({ event }) => event?.journalId === journal?.journalId && event?.seq === journal?.upTo),
        stand.settings.repeatWithinMs,
      );
      stand.acknowledging = true;
      stand.ackAll();
      await stand.ready();
      await stand.fence();
      const [next] = stand.since(mark);
      const wordFrom = stand.gateway.arrivals.length;
      stand.send(stand.closeOf(old));
      const lastWord = await stand.again(old, ['session.closed'], wordFrom);
      const oldBoot = await stand.open({ bootId: before?.bootId ?? 'boot-unknown' });
      const oldNumber = await stand.open({ grantNumber: old.grantNumber });
      const good = await stand.open();
      await stand.end(good.grant);
      return {
        before,
        gone,
        back,
        journal,
        pending,
        again: again?.event,
        next,
        closed,
        lastWord,
        oldBoot,
        oldNumber,
        good,
      };
    },
    checks: [
      {
        rule: 'R6',
        expects: 'it says goodbye, or its last will does',
        judge: ({ gone }) => equal(gone, true),
      },
      {
        rule: 'R7',
        expects: 'the boot id is a new one',
        judge: ({ back, before }) => holds(back !== undefined && back.bootId !== before?.bootId, back?.bootId),
      },
      {
        rule: 'R30',
        expects: 'the highest number is not forgotten',
        judge: ({ back, before }) =>
          holds((back?.highestGrantNumber ?? -1) >= (before?.highestGrantNumber ?? 0), back?.highestGrantNumber),
      },
      {
        rule: 'R30',
        expects: 'what was not acknowledged comes again, with the same content',
        judge: ({ pending, again }) => holds(pending !== undefined && content(again) === content(pending), again),
      },
      {
        rule: 'R25',
        expects: 'the numbers go on without a gap',
        judge: ({ journal, next }) =>
          holds(
            next !== undefined && next.journalId === journal?.journalId && next.seq === journal.upTo + 1,
            next && [next.journalId, next.seq],
          ),
      },
      {
        rule: 'R30',
        expects: 'the last word about an earlier grant is said again, with the same content',
        judge: ({ closed, lastWord }) =>
          holds(lastWord !== undefined && JSON.stringify(lastWord) === JSON.stringify(closed), lastWord),
      },
      {
        rule: 'R12',
        expects: 'a grant for the boot before is refused with other-boot',
        judge: ({ oldBoot: { answer } }) =>
          equal(answer?.type === 'grant.refused' ? answer.reason : answer?.type, 'other-boot'),
      },
      {
        rule: 'R30',
        expects: 'an old number is refused with old-number',
        judge: ({ oldNumber: { answer } }) =>
          equal(answer?.type === 'grant.refused' ? answer.reason : answer?.type, 'old-number'),
      },
      {
        rule: 'R8',
        expects: 'a good grant is accepted',
        judge: ({ good }) => equal(good.answer?.type, 'grant.accepted'),
      },
    ],
  }),

  trial({
    group: 'restart',
    title: 'The power fails while a grant is open',
    needs: ['power-cut'],
    play: async (stand) => {
      const { grant } = await stand.open();
      const before = stand.presence?.bootId;
      const mark = stand.mark();
      const from = stand.gateway.arrivals.length;
      await stand.hands.cutPower();
      const back = await backAs(stand, before);
      const closed = await stand.event(grant, ['session.closed']);
      const ready = await stand.ready();
      const will = stand.gateway.arrivals
        .slice(from)
        .some(({ presence }) => presence?.online === false && presence.bootId === before);
      const first = stand.since(mark).find(({ body }) => body.type !== 'fault')?.body;
      stand.send(grant);
      await stand.fence();
      return { grant, back, closed, ready, will, first, before, said: stand.saidOf(grant).map(({ type }) => type) };
    },
    checks: [
      { rule: 'R6', expects: 'the broker publishes the last will', judge: ({ will }) => equal(will, true) },
      {
        rule: 'R7',
        expects: 'the boot id is a new one',
        judge: ({ back, before }) => holds(back !== undefined && back.bootId !== before, back?.bootId),
      },
      {
        rule: 'R31',
        expects: 'the grant is closed with reason power-cut',
        judge: ({ closed }) => equal(closed?.reason, 'power-cut'),
      },
      {
        rule: 'R31',
        expects: 'that is the first thing that is recorded',
        judge: ({ first, closed }) => holds(closed !== undefined && first === closed, first),
      },
      {
        rule: 'R31',
        expects: 'the grant is not opened again, even when it is repeated',
        judge: ({ said }) => equal(said.filter((type) => type === 'grant.accepted').length, 1),
      },
      { rule: 'R31', expects: 'the machine becomes ready', judge: ({ ready }) => holds(ready !== undefined, ready) },
    ],
  }),

  trial({
    group: 'restart',
    title: 'The power fails while a product comes out',
    needs: ['choose', 'power-cut'],
    play: async (stand) => {
      const { grant, answer } = await stand.open();
      const before = stand.presence?.bootId;
      if (answer?.type === 'grant.accepted') await stand.hands.choose(stand.settings.goods[0].selection);
      await stand.event(grant, ['vend.selected']);
      await stand.hands.cutPower();
      await backAs(stand, before);
      const closed = await stand.event(grant, ['session.closed']);
      return { closed, said: stand.saidOf(grant) };
    },
    checks: [
      {
        rule: 'R31',
        expects: 'the choice is said to be uncertain, with reason power-cut',
        judge: ({ said }) =>
          equal(
            said.flatMap((body) => (body.type === 'vend.uncertain' ? [[body.vendNumber, body.reason]] : [])),
            [[1, 'power-cut']],
          ),
      },
      {
        rule: 'R31',
        expects: 'nothing counts as dispensed in the closing report',
        judge: ({ closed }) =>
          equal(closed && [closed.reason, closed.selections, closed.dispensed], ['power-cut', 1, 0]),
      },
    ],
  }),
];
