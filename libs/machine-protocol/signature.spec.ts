import { createHmac } from 'node:crypto';

import { MESSAGE_BYTES_MAX } from './messages.js';
import { ProtocolError } from './protocol-error.js';
import { linkKey, open, sign } from './signature.js';

const HEX = '00112233445566778899aabbccddeeff'.repeat(2);
const KEY = linkKey(HEX);
const OTHER = linkKey('f'.repeat(64));
const TOPIC = 'vendrail/v1/machine-1/command';
const BODY = '{"v":1,"type":"close","note":"näin"}';

function codeOf(payload: string, topic = TOPIC, keys = [KEY]): string {
  try {
    open(topic, Buffer.from(payload), keys);
  } catch (error) {
    if (error instanceof ProtocolError) return error.code;
    throw error;
  }
  return 'taken';
}

it('opens what was signed, and says with which key', () => {
  const payload = Buffer.from(sign(TOPIC, BODY, KEY));
  expect(open(TOPIC, payload, [OTHER, KEY])).toEqual({ body: BODY, key: KEY });
});

it('is made of nothing but an HMAC over topic, line feed and body', () => {
  const mac = createHmac('sha256', Buffer.from(HEX, 'hex')).update(`${TOPIC}\n${BODY}`).digest('hex');
  expect(JSON.parse(sign(TOPIC, BODY, KEY))).toEqual({ mac, body: BODY });
  // A fixed value, for whoever writes it in another language.
  expect(mac).toBe('2b4a274c36f10b6952cdbefd4211b07ed88767043e79bbe52a2a641bf32a6f15');
});

it('refuses every envelope with one bit changed', () => {
  const payload = Buffer.from(sign(TOPIC, BODY, KEY));
  const codes = new Set<string>();
  for (let bit = 0; bit < payload.length * 8; bit += 1) {
    const forged = Buffer.from(payload);
    forged[bit >> 3] = (forged[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    try {
      open(TOPIC, forged, [KEY]);
      codes.add(`taken with bit ${bit} changed`);
    } catch (error) {
      codes.add(error instanceof ProtocolError ? error.code : String(error));
    }
  }
  expect([...codes].toSorted()).toEqual(['FORGED', 'NOT_JSON', 'NOT_SIGNED']);
});

it.each([
  ['another machine’s topic', 'vendrail/v1/machine-2/command'],
  ['the other direction', 'vendrail/v1/machine-1/event'],
])('refuses what was signed for %s', (_, topic) => {
  expect(codeOf(sign(topic, BODY, KEY))).toBe('FORGED');
});

it('refuses another key’s, and everything where no key counts', () => {
  expect(codeOf(sign(TOPIC, BODY, OTHER))).toBe('FORGED');
  expect(codeOf(sign(TOPIC, BODY, KEY), TOPIC, [])).toBe('FORGED');
});

it.each([
  ['the bare message', BODY, 'NOT_SIGNED'],
  ['a message without a MAC', JSON.stringify({ body: BODY }), 'NOT_SIGNED'],
  ['a MAC without a message', JSON.stringify({ mac: 'a'.repeat(64) }), 'NOT_SIGNED'],
  ['a shorter MAC', JSON.stringify({ mac: 'a'.repeat(62), body: BODY }), 'NOT_SIGNED'],
  ['a MAC that is a list', JSON.stringify({ mac: ['a'.repeat(64)], body: BODY }), 'NOT_SIGNED'],
  ['a body that is an object', JSON.stringify({ mac: 'a'.repeat(64), body: {} }), 'NOT_SIGNED'],
  ['more than an envelope', JSON.stringify({ mac: 'a'.repeat(64), body: BODY, alg: 'none' }), 'NOT_SIGNED'],
  ['no JSON', '{', 'NOT_JSON'],
  ['too much', 'x'.repeat(MESSAGE_BYTES_MAX + 1), 'TOO_LARGE'],
])('refuses %s', (_, payload, code) => {
  expect(codeOf(payload)).toBe(code);
});

it('never shows a key', () => {
  expect(JSON.stringify({ KEY })).not.toContain(HEX.slice(0, 8));
  expect(() => linkKey('short')).toThrow('64 hexadecimal digits');
});
