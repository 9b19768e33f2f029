import { randomBytes, randomUUID } from 'node:crypto';

import type { Grant } from '#machine-protocol/messages.js';
import { linkKey, sign } from '#machine-protocol/signature.js';
import { topicOf } from '#machine-protocol/topics.js';

import type { Stand } from '../kit/stand.js';
import { equal, holds, trial } from '../kit/trial.js';
import { bytesTooMany, dropped } from './form.js';

/** The envelope of a good grant, taken apart. */
function envelopeOf(stand: Stand): { mac: string; body: string } {
  return JSON.parse(stand.gateway.signed('command', JSON.stringify(stand.grantOf()))) as { mac: string; body: string };
}

/** A good grant, signed with the right key for another topic. */
function signedFor(stand: Stand, channel: 'ack' | 'event'): string {
  return stand.gateway.signed(channel, JSON.stringify(stand.grantOf()));
}

/** The very bytes of a good grant, as a body, with the MAC of something else. */
function withMac(stand: Stand, mac: string | ((good: string) => unknown)): string {
  const { mac: good, body } = envelopeOf(stand);
  return JSON.stringify({ mac: typeof mac === 'string' ? mac : mac(good), body });
}

function tooLarge(stand: Stand): string {
  const { body } = envelopeOf(stand);
  return JSON.stringify({ mac: '0'.repeat(bytesTooMany(JSON.stringify({ mac: '', body }))), body });
}

const otherKey = () => linkKey(randomBytes(32).toString('hex'));

/** A valid other value for each field of a grant: only the MAC can tell that somebody changed it. */
const CHANGED: readonly [string, (grant: Grant) => Partial<Grant>][] = [
  ['bootId', () => ({ bootId: randomUUID() })],
  ['purchaseId', () => ({ purchaseId: randomUUID() })],
  ['grantNumber', ({ grantNumber }) => ({ grantNumber: grantNumber + 1 })],
  ['currency', () => ({ currency: 'NOK' })],
  ['exponent', ({ exponent }) => ({ exponent: (exponent + 1) % 4 })],
  ['amountMinor', ({ amountMinor }) => ({ amountMinor: amountMinor + 1 })],
  ['prices', ({ prices }) => ({ prices: prices.slice(1) })],
  ['priceListVersion', ({ priceListVersion }) => ({ priceListVersion: priceListVersion + 1 })],
  ['lifetimeMs', ({ lifetimeMs }) => ({ lifetimeMs: lifetimeMs + 1 })],
  ['selectionWindowMs', ({ selectionWindowMs }) => ({ selectionWindowMs: selectionWindowMs + 1 })],
  ['at', () => ({ at: '2001-01-01T00:00:00.000Z' })],
];

const FORGERIES: readonly [string, (stand: Stand) => string | Buffer][] = [
  ['A good grant without an envelope', (stand) => envelopeOf(stand).body],
  ['A good grant without a MAC', (stand) => JSON.stringify({ body: envelopeOf(stand).body })],
  ['An envelope without a body', (stand) => JSON.stringify({ mac: envelopeOf(stand).mac })],
  ['An empty MAC', (stand) => withMac(stand, '')],
  ['A MAC of zeros', (stand) => withMac(stand, '0'.repeat(64))],
  ['A MAC that is null', (stand) => withMac(stand, () => null)],
  ['A MAC that is cut short', (stand) => withMac(stand, (good) => good.slice(0, 32))],
  ['A MAC that is too long', (stand) => withMac(stand, (good) => `${good}00`)],
  ['A MAC in which the first bit is wrong', (stand) => withMac(stand, (good) => flipped(good, 0))],
  ['A MAC in which the last bit is wrong', (stand) => withMac(stand, (good) => flipped(good, 63))],
  ['A MAC made with another key', (stand) => sign(commandTopic(stand), envelopeOf(stand).body, otherKey())],
  ['A MAC made for the topic of acknowledgements', (stand) => signedFor(stand, 'ack')],
  ['A MAC made for the topic of events', (stand) => signedFor(stand, 'event')],
  [
    'A body that is an object instead of text',
    (stand) => {
      const { mac, body } = envelopeOf(stand);
      return JSON.stringify({ mac, body: JSON.parse(body) as unknown });
    },
  ],
  ['An envelope with a third member', (stand) => JSON.stringify({ ...envelopeOf(stand), note: 'x' })],
  ['A payload that is no JSON', () => 'grant'],
  ['A payload that is not UTF-8', () => Buffer.from([0x7b, 0xff, 0x7d])],
  ['An envelope larger than any message', tooLarge],
];

export const MAC = [
  ...FORGERIES.map(([title, payloadOf]) => dropped('mac', 'R4', title, payloadOf)),

  ...CHANGED.map(([field, change]) =>
    dropped('mac', 'R4', `A grant in which ${field} was changed after it was signed`, (stand) => {
      const grant = stand.grantOf();
      const { mac } = JSON.parse(stand.gateway.signed('command', JSON.stringify(grant))) as { mac: string };
      return JSON.stringify({ mac, body: JSON.stringify({ ...grant, ...change(grant) }) });
    }),
  ),

  trial({
    group: 'mac',
    title: 'A forged close of an open grant',
    needs: [],
    play: async (stand) => {
      const { grant, answer } = await stand.open();
      const forged = sign(commandTopic(stand), JSON.stringify(stand.closeOf(grant)), otherKey());
      await stand.gateway.publish('command', forged);
      await stand.fence();
      const said = stand.saidOf(grant).map(({ type }) => type);
      await stand.end(grant);
      return { answer, said };
    },
    checks: [{ rule: 'R4', expects: 'the session stays open', judge: ({ said }) => equal(said, ['grant.accepted']) }],
  }),

  trial({
    group: 'mac',
    title: 'A forged acknowledgement',
    needs: [],
    play: async (stand) => {
      await stand.fence();
      stand.ackAll();
      stand.acknowledging = false;
      await stand.fence();
      const { journalId = '', upTo = 0 } = stand.journal ?? {};
      const topic = topicOf(stand.settings.machineId, 'ack');
      const { machineId } = stand.settings;
      const ack = JSON.stringify({ v: 1, machineId, journalId, upTo, at: new Date().toISOString() });
      await stand.gateway.publish('ack', sign(topic, ack, otherKey()), { qos: 1 });
      await stand.gateway.publish('ack', ack, { qos: 1 });
      await stand.fence();
      const from = stand.gateway.arrivals.length;
      const again = await stand.until(
        () =>
          stand.gateway.arrivals.slice(from).find(({ event }) => event?.journalId === journalId && event.seq === upTo),
        stand.settings.repeatWithinMs,
      );
      return { again };
    },
    checks: [
      {
        rule: 'R4',
        expects: 'it says nothing: the event is sent again',
        judge: ({ again }) => holds(again !== undefined, again?.event?.seq),
      },
    ],
  }),
];

function commandTopic({ settings }: Stand): string {
  return topicOf(settings.machineId, 'command');
}

/** One bit of the hexadecimal digit at a place. */
function flipped(mac: string, place: number): string {
  const digit = Number.parseInt(mac[place] ?? '0', 16) ^ 1;
  return `${mac.slice(0, place)}${digit.toString(16)}${mac.slice(place + 1)}`;
}
