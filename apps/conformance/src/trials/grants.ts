import { randomUUID } from 'node:crypto';

import type { Grant } from '#machine-protocol/messages.js';
import type { RuleId } from '#machine-protocol/rules.js';

import type { Opened, Stand } from '../kit/stand.js';
import { equal, holds, type Trial, trial } from '../kit/trial.js';

/** "accepted", or why it was refused. */
function answerOf({ answer }: Opened): string | undefined {
  return answer?.type === 'grant.refused' ? answer.reason : answer?.type;
}

interface Refused {
  readonly opened: Opened;
  readonly types: readonly string[];
  readonly isIdle: boolean;
}

/** A grant that is to be refused for one reason, and to start nothing. */
function refusal(rule: RuleId, title: string, reason: string, grantOf: (stand: Stand) => Partial<Grant>): Trial {
  return trial<Refused>({
    group: 'grants',
    title,
    needs: [],
    play: async (stand) => {
      await seenOne(stand);
      const opened = await stand.open(grantOf(stand));
      await stand.fence();
      const types = stand.saidOf(opened.grant).map(({ type }) => type);
      return { opened, types, isIdle: await stand.isIdle() };
    },
    checks: [
      { rule, expects: `it is refused with ${reason}`, judge: ({ opened }) => equal(answerOf(opened), reason) },
      {
        rule,
        expects: 'that is all that is said of it, and nothing is opened',
        judge: ({ types, isIdle }) =>
          holds(types.join() === 'grant.refused' && isIdle, `${types.join(', ')}${isIdle ? '' : ', and is at work'}`),
      },
    ],
  });
}

const last = ({ presence }: Stand) => presence?.highestGrantNumber ?? 1;

/** A new machine has seen no number, and 0 is none: there is no old one to try before it has. */
async function seenOne(stand: Stand): Promise<void> {
  if (last(stand) > 0) return;
  const { grant } = await stand.open();
  await stand.end(grant);
  await stand.until(() => last(stand) > 0);
}

export const GRANTS = [
  trial({
    group: 'grants',
    title: 'A grant is opened, repeated twice, closed, and repeated again',
    needs: [],
    play: async (stand) => {
      await stand.fence();
      const { grant, answer } = await stand.open();
      const mark = stand.mark();
      stand.send(grant);
      stand.send(grant);
      await stand.fence();
      const whileOpen = stand
        .since(mark)
        .filter(({ body }) => 'purchaseId' in body && body.purchaseId === grant.purchaseId);
      const stillOpen = stand.presence?.openPurchaseId;
      const closed = await stand.end(grant);
      await stand.ready();
      const afterMark = stand.mark();
      stand.send(grant);
      await stand.fence();
      const isIdle = await stand.isIdle();
      const afterwards = stand.saidOf(grant, afterMark);
      return { isIdle, grant, answer, whileOpen: whileOpen.map(({ body }) => body), stillOpen, closed, afterwards };
    },
    checks: [
      { rule: 'R9', expects: 'it is accepted', judge: ({ answer }) => equal(answer?.type, 'grant.accepted') },
      {
        rule: 'R10',
        expects: 'a repeat starts nothing: nothing else is said than the answer again',
        judge: ({ whileOpen, answer }) =>
          holds(
            whileOpen.every((body) => sameBody(body, answer)),
            whileOpen,
          ),
      },
      {
        rule: 'R10',
        expects: 'the grant stays open over its repeats',
        judge: ({ stillOpen, grant }) => equal(stillOpen, grant.purchaseId),
      },
      {
        rule: 'R10',
        expects: 'after the end a repeat is not opened: the closing report is the last word, with the same content',
        judge: ({ afterwards, closed, isIdle }) =>
          holds(isIdle && closed !== undefined && afterwards.every((body) => sameBody(body, closed)), afterwards),
      },
    ],
  }),

  trial({
    group: 'grants',
    title: 'The answer to a grant is acknowledged, and the grant repeated',
    needs: [],
    play: async (stand) => {
      const { grant, answer } = await stand.open();
      await stand.fence();
      const from = stand.gateway.arrivals.length;
      stand.send(grant);
      const again = await stand.again(grant, ['grant.accepted'], from);
      const closed = await stand.end(grant);
      await stand.fence();
      const closedFrom = stand.gateway.arrivals.length;
      stand.send(grant);
      const lastWord = await stand.again(grant, ['session.closed'], closedFrom);
      return { answer, again, closed, lastWord };
    },
    checks: [
      {
        rule: 'R10',
        expects: 'it is answered again, with the same content',
        judge: ({ again, answer }) => holds(sameBody(again, answer), again),
      },
      {
        rule: 'R10',
        expects: 'after the end it is answered with the closing report, with the same content',
        judge: ({ lastWord, closed }) => holds(sameBody(lastWord, closed), lastWord),
      },
    ],
  }),

  refusal('R12', 'A grant for another boot', 'other-boot', () => ({ bootId: randomUUID() })),

  trial({
    group: 'grants',
    title: 'The number of a grant for another boot is used again, for this one',
    needs: [],
    play: async (stand) => {
      const { grant } = await stand.open({ bootId: randomUUID() });
      const opened = await stand.open({ grantNumber: grant.grantNumber });
      return { opened, closed: await stand.end(opened.grant) };
    },
    checks: [
      {
        rule: 'R12',
        expects: 'it is accepted: the number did not count as seen',
        judge: ({ opened }) => equal(answerOf(opened), 'grant.accepted'),
      },
    ],
  }),

  refusal('R11', 'The highest number seen, for another purchase', 'old-number', (stand) => ({
    grantNumber: last(stand),
  })),
  refusal('R11', 'A number below the highest', 'old-number', (stand) => ({
    grantNumber: Math.max(1, last(stand) - 1),
  })),
  refusal('R11', 'The lowest number there is', 'old-number', () => ({ grantNumber: 1 })),
  refusal('R11', 'An old number for another boot: the boot counts first', 'other-boot', (stand) => ({
    grantNumber: last(stand),
    bootId: randomUUID(),
  })),
  refusal('R11', 'An old number in another currency: the number counts first', 'old-number', (stand) => ({
    grantNumber: last(stand),
    currency: otherCurrency(stand),
  })),
  refusal('R14', 'A grant in another currency', 'bad-grant', (stand) => ({ currency: otherCurrency(stand) })),
  refusal('R14', 'A grant with another number of decimals', 'bad-grant', ({ settings }) => ({
    exponent: (settings.exponent + 1) % 4,
  })),
  refusal('R14', 'A grant with two prices for one selection', 'bad-grant', ({ settings: { goods } }) => ({
    prices: [
      { selection: goods[0].selection, priceMinor: goods[0].priceMinor },
      { selection: goods[0].selection, priceMinor: goods[0].priceMinor + 1 },
    ],
  })),

  trial({
    group: 'grants',
    title: 'A second grant while one is open',
    needs: [],
    play: async (stand) => {
      const first = await stand.open();
      const second = await stand.open();
      const openPurchaseId = stand.presence?.openPurchaseId;
      const closed = await stand.end(first.grant);
      await stand.ready();
      await stand.fence();
      return { first, second, openPurchaseId, closed, said: stand.saidOf(second.grant) };
    },
    checks: [
      {
        rule: 'R13',
        expects: 'the second is refused with in-use',
        judge: ({ second }) => equal(answerOf(second), 'in-use'),
      },
      {
        rule: 'R13',
        expects: 'the first stays open',
        judge: ({ first, openPurchaseId }) => equal(openPurchaseId, first.grant.purchaseId),
      },
      {
        rule: 'R13',
        expects: 'the first ends when it is closed, and not before',
        judge: ({ closed }) => equal(closed?.reason, 'asked'),
      },
      {
        rule: 'R13',
        expects: 'the second is not opened afterwards',
        judge: ({ said }) =>
          equal(
            said.map(({ type }) => type),
            ['grant.refused'],
          ),
      },
    ],
  }),

  ...[
    ['long past', '2001-01-01T00:00:00.000Z'],
    ['far in the future', '2099-01-01T00:00:00.000Z'],
  ].map(([words = '', at = '']) =>
    trial({
      group: 'grants',
      title: `The server’s clock is ${words}`,
      needs: [],
      play: async (stand) => {
        const opened = await stand.open({ at });
        return { opened, closed: await stand.end(opened.grant) };
      },
      checks: [
        {
          rule: 'R32',
          expects: 'the grant is accepted all the same',
          judge: ({ opened }) => equal(answerOf(opened), 'grant.accepted'),
        },
      ],
    }),
  ),

  ...(
    [
      ['the shortest times there are', { lifetimeMs: 1_000, selectionWindowMs: 1_000 }],
      ['the longest times there are', { lifetimeMs: 3_600_000, selectionWindowMs: 600_000 }],
      ['prices for 250 selections', { prices: manyPrices() }],
      ['no price at all', { prices: [] }],
    ] satisfies [string, Partial<Grant>][]
  ).map(([words, changes]) =>
    trial({
      group: 'grants',
      title: `A grant with ${words}`,
      needs: [],
      play: async (stand) => {
        const opened = await stand.open(changes);
        return { opened, closed: await stand.end(opened.grant) };
      },
      checks: [
        {
          rule: 'R3',
          expects: 'it is within the limits, and accepted',
          judge: ({ opened }) => equal(answerOf(opened), 'grant.accepted'),
        },
      ],
    }),
  ),
];

function manyPrices(): Grant['prices'] {
  return Array.from({ length: 250 }, (_, index) => ({ selection: 60_000 + index, priceMinor: 100 + index }));
}

function otherCurrency({ settings }: Stand): string {
  return settings.currency === 'NOK' ? 'DKK' : 'NOK';
}

function sameBody(one: unknown, other: unknown): boolean {
  return one !== undefined && JSON.stringify(one) === JSON.stringify(other);
}
