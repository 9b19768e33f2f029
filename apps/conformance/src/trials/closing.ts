import { randomUUID } from 'node:crypto';

import type { Body } from '../kit/stand.js';
import { equal, holds, trial } from '../kit/trial.js';

export const CLOSING = [
  trial({
    group: 'closing',
    title: 'An open grant is closed, twice',
    needs: [],
    play: async (stand) => {
      const { grant } = await stand.open();
      stand.send(stand.closeOf(grant));
      stand.send(stand.closeOf(grant));
      const closed = await stand.event(grant, ['session.closed']);
      const ready = await stand.ready();
      await stand.fence();
      return { closed, ready, said: stand.saidOf(grant) };
    },
    checks: [
      { rule: 'R23', expects: 'the closing report says asked', judge: ({ closed }) => equal(closed?.reason, 'asked') },
      {
        rule: 'R22',
        expects: 'it counts nothing',
        judge: ({ closed }) => equal(closed && [closed.selections, closed.dispensed, closed.dispensedMinor], [0, 0, 0]),
      },
      {
        rule: 'R23',
        expects: 'the machine is locked and ready',
        judge: ({ ready }) => holds(ready !== undefined, ready),
      },
      {
        rule: 'R23',
        expects: 'the second close changes nothing: at most the same report again',
        judge: ({ said, closed }) => {
          const reports = said.filter(({ type }) => type === 'session.closed');
          return holds(reports.length > 0 && reports.every((report) => same(report, closed)), reports);
        },
      },
    ],
  }),

  trial({
    group: 'closing',
    title: 'A grant that is over is closed again',
    needs: [],
    play: async (stand) => {
      const { grant } = await stand.open();
      const closed = await stand.end(grant);
      await stand.fence();
      const from = stand.gateway.arrivals.length;
      stand.send(stand.closeOf(grant));
      return { closed, again: await stand.again(grant, ['session.closed'], from) };
    },
    checks: [
      {
        rule: 'R24',
        expects: 'the closing report is said again, with the same content',
        judge: ({ closed, again }) => holds(again !== undefined && same(again, closed), again),
      },
    ],
  }),

  trial({
    group: 'closing',
    title: 'A grant that was refused is closed',
    needs: [],
    play: async (stand) => {
      const { grant, answer } = await stand.open({ bootId: randomUUID() });
      await stand.fence();
      const from = stand.gateway.arrivals.length;
      stand.send(stand.closeOf(grant));
      const again = await stand.again(grant, ['grant.refused', 'session.closed'], from);
      return { answer, again };
    },
    checks: [
      {
        rule: 'R24',
        expects: 'the refusal is said again, with the same content',
        judge: ({ answer, again }) => holds(again !== undefined && same(again, answer), again),
      },
    ],
  }),

  trial({
    group: 'closing',
    title: 'A grant that never was is closed, and then arrives',
    needs: [],
    play: async (stand) => {
      const unknown = stand.grantOf();
      const closed = await stand.end(unknown);
      const mark = stand.mark();
      stand.send(unknown);
      await stand.fence();
      const isIdle = await stand.isIdle();
      return { unknown, closed, isIdle, late: stand.saidOf(unknown, mark), presence: stand.presence };
    },
    checks: [
      {
        rule: 'R24',
        expects: 'the closing report says never-opened',
        judge: ({ closed }) => equal(closed?.reason, 'never-opened'),
      },
      {
        rule: 'R24',
        expects: 'it counts nothing',
        judge: ({ closed }) => equal(closed && [closed.selections, closed.dispensed, closed.dispensedMinor], [0, 0, 0]),
      },
      {
        rule: 'R24',
        expects: 'the late grant is not opened',
        judge: ({ late, isIdle }) => holds(isIdle && !late.some(({ type }) => type === 'grant.accepted'), late),
      },
      {
        rule: 'R24',
        expects: 'its number counts as seen',
        judge: ({ unknown, presence }) =>
          holds((presence?.highestGrantNumber ?? 0) >= unknown.grantNumber, presence?.highestGrantNumber),
      },
    ],
  }),

  trial({
    group: 'closing',
    title: 'A close has the open grant’s number, and another purchase',
    needs: [],
    play: async (stand) => {
      const { grant } = await stand.open();
      stand.send(stand.closeOf({ ...grant, purchaseId: randomUUID() }));
      await stand.fence();
      const stillOpen = !stand.saidOf(grant).some(({ type }) => type === 'session.closed');
      return { stillOpen, closed: await stand.end(grant) };
    },
    checks: [
      { rule: 'R24', expects: 'the open grant stays open', judge: ({ stillOpen }) => equal(stillOpen, true) },
      { rule: 'R23', expects: 'it ends with its own close', judge: ({ closed }) => equal(closed?.reason, 'asked') },
    ],
  }),

  trial({
    group: 'closing',
    title: 'A close comes during a vend',
    needs: ['choose'],
    play: async (stand) => {
      const { grant, answer } = await stand.open();
      if (answer?.type === 'grant.accepted') await stand.hands.choose(stand.settings.goods[0].selection);
      await stand.event(grant, ['vend.selected']);
      const closed = await stand.end(grant);
      return { said: stand.saidOf(grant).map(({ type }) => type), closed };
    },
    checks: [
      {
        rule: 'R23',
        expects: 'the vend gets its result before the closing report',
        judge: ({ said }) => equal(said, ['grant.accepted', 'vend.selected', 'vend.dispensed', 'session.closed']),
      },
      { rule: 'R23', expects: 'the closing report says asked', judge: ({ closed }) => equal(closed?.reason, 'asked') },
      {
        rule: 'R22',
        expects: 'it counts what was dispensed',
        judge: ({ closed }) => equal(closed && [closed.selections, closed.dispensed], [1, 1]),
      },
    ],
  }),
];

function same(one: Body, other: Body | undefined): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
