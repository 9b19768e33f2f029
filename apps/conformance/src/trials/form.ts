import {
  closeGrant,
  type Grant,
  grant as grantSchema,
  MESSAGE_BYTES_MAX,
  type MachineEvent,
} from '#machine-protocol/messages.js';
import { schemaOf } from '#machine-protocol/page/schema-rows.js';
import type { RuleId } from '#machine-protocol/rules.js';

import type { Stand } from '../kit/stand.js';
import { type Group, holds, type Trial, trial } from '../kit/trial.js';
import { spoilingsOf } from './spoilt.js';

interface Dropped {
  readonly answers: readonly string[];
  readonly isIdle: boolean;
  readonly goesOn: boolean;
}

/** What the machine said since, beside its own concerns and the kit’s fences. */
export function answersSince(stand: Stand, mark: number): MachineEvent[] {
  return stand.since(mark).filter(({ body }) => {
    if (body.type === 'fault' || body.type === 'cash.sale') return false;
    return !(body.type === 'session.closed' && body.reason === 'never-opened');
  });
}

/** Something that must be dropped as if it had not come. */
export function dropped(
  group: Group,
  rule: RuleId,
  title: string,
  payloadOf: (stand: Stand) => string | Buffer,
): Trial {
  return trial<Dropped>({
    group,
    title,
    needs: [],
    play: async (stand) => {
      const mark = stand.mark();
      await stand.gateway.publish('command', payloadOf(stand));
      const goesOn = await stand.fence();
      const answers = answersSince(stand, mark).map(({ body }) => body.type);
      return { answers, isIdle: await stand.isIdle(), goesOn };
    },
    checks: [
      {
        rule,
        expects: 'it is dropped: nothing is opened, nothing is answered, and the machine goes on',
        judge: ({ answers, isIdle, goesOn }) => {
          if (!goesOn) return holds(false, 'the machine says nothing any more');
          if (answers.length > 0) return holds(false, answers.join(', '));
          return holds(isIdle, isIdle ? 'nothing' : 'the machine is at work');
        },
      },
    ],
  });
}

const signed = (stand: Stand, body: string) => stand.gateway.signed('command', body);

/** The same grant with something in it that nobody knows. */
const padded = (grant: Grant, bytes: number) => JSON.stringify({ ...grant, padding: 'x'.repeat(bytes) });

/** What has to be put into a payload to make it too large, by one byte: brokers take no messages that are much larger. */
export const bytesTooMany = (payload: string) => MESSAGE_BYTES_MAX + 1 - Buffer.byteLength(payload);

function tooLarge(stand: Stand): string {
  const grant = stand.grantOf();
  return padded(grant, bytesTooMany(signed(stand, padded(grant, 0))));
}

export const FORM = [
  ...spoilingsOf(schemaOf(grantSchema)).map(({ words, spoil }) =>
    dropped('form', 'R3', `A grant in which ${words}`, (stand) =>
      signed(stand, JSON.stringify(spoil({ ...stand.grantOf() }))),
    ),
  ),

  ...spoilingsOf(schemaOf(closeGrant)).map(({ words, spoil }) =>
    trial({
      group: 'form',
      title: `A close in which ${words}`,
      needs: [],
      play: async (stand) => {
        const { grant, answer } = await stand.open();
        const mark = stand.mark();
        await stand.gateway.publish('command', signed(stand, JSON.stringify(spoil({ ...stand.closeOf(grant) }))));
        const goesOn = await stand.fence();
        const said = answersSince(stand, mark).map(({ body }) => body.type);
        await stand.end(grant);
        return { answer, said, goesOn };
      },
      checks: [
        {
          rule: 'R3',
          expects: 'it is dropped: the open session stays open, and the machine goes on',
          judge: ({ answer, said, goesOn }) =>
            holds(answer?.type === 'grant.accepted' && said.length === 0 && goesOn, said.join(', ') || 'nothing'),
        },
      ],
    }),
  ),

  ...(
    [
      ['A signed body that is not JSON', () => '{"v":1,'],
      ['A signed body that is an empty text', () => ''],
      ['A signed body that is a list', () => '[]'],
      ['A signed body that is a number', () => '42'],
      ['A signed body that is an empty object', () => '{}'],
      ['A list with a grant in it', (stand) => JSON.stringify([stand.grantOf()])],
      ['A grant of another machine', (stand) => JSON.stringify({ ...stand.grantOf(), machineId: 'another-machine' })],
      ['A grant that is too large', tooLarge],
      ['An acknowledgement among the commands', (stand) => ackBody(stand)],
    ] satisfies [string, (stand: Stand) => string][]
  ).map(([title, bodyOf]) => dropped('form', 'R3', title, (stand) => signed(stand, bodyOf(stand)))),

  trial({
    group: 'form',
    title: 'A grant with a field that nobody knows',
    needs: [],
    play: async (stand) => {
      const grant = stand.grantOf();
      await stand.gateway.publish('command', signed(stand, padded(grant, 100)));
      const answer = await stand.event(grant, ['grant.accepted', 'grant.refused']);
      await stand.end(grant);
      return answer;
    },
    checks: [
      {
        rule: 'R3',
        expects: 'the field is ignored, and the grant accepted',
        judge: (answer) => holds(answer?.type === 'grant.accepted', answer),
      },
    ],
  }),

  trial({
    group: 'form',
    title: 'A good grant, after all that was wrong',
    needs: [],
    play: async (stand) => {
      const { grant, answer } = await stand.open();
      await stand.end(grant);
      return answer;
    },
    checks: [
      { rule: 'R3', expects: 'it is accepted', judge: (answer) => holds(answer?.type === 'grant.accepted', answer) },
    ],
  }),
];

function ackBody({ settings }: Stand): string {
  return JSON.stringify({
    v: 1,
    machineId: settings.machineId,
    journalId: 'journal-x',
    upTo: 0,
    at: '2026-01-01T00:00:00Z',
  });
}
