import { decodeAck, decodeCommand, decodeEvent, decodePresence, encode } from './codec.js';
import { MESSAGE_BYTES_MAX, type Grant, type MachineEvent, type Presence } from './messages.js';
import { ProtocolError } from './protocol-error.js';
import { linkKey, sign } from './signature.js';
import { machineOfTopic, topicOf, topicOfAll } from './topics.js';

const at = '2026-01-01T00:00:00.000Z';

const grant: Grant = {
  v: 1,
  type: 'grant',
  machineId: 'machine-1',
  bootId: 'boot-0001',
  purchaseId: '0b8f9a60-6f0e-4b5e-9a53-9a1f4c0a0001',
  grantNumber: 1,
  currency: 'SEK',
  exponent: 2,
  amountMinor: 2_000,
  prices: [{ selection: 24, priceMinor: 1_200 }],
  priceListVersion: 3,
  lifetimeMs: 120_000,
  selectionWindowMs: 60_000,
  at,
};

const event: MachineEvent = {
  v: 1,
  machineId: 'machine-1',
  journalId: 'journal-1',
  bootId: 'boot-0001',
  seq: 1,
  at,
  body: {
    type: 'vend.dispensed',
    purchaseId: grant.purchaseId,
    grantNumber: 1,
    vendNumber: 1,
    serial: ['< c,VEND,SUCCESS'],
  },
};

const presence: Presence = {
  v: 1,
  machineId: 'machine-1',
  bootId: 'boot-0001',
  online: true,
  machineState: 'ready',
  simulated: false,
  adapter: 'Qibixx 4.0',
  software: 'vendrail-bridge 0.1.0',
  unacknowledged: 0,
  highestGrantNumber: 0,
  at,
};

function bytes(content: unknown): Buffer {
  return Buffer.from(typeof content === 'string' ? content : JSON.stringify(content));
}

function codeOf(decode: () => unknown): string {
  try {
    decode();
  } catch (error) {
    if (error instanceof ProtocolError) return error.code;
    throw error;
  }
  return 'taken';
}

it('reads what it wrote', () => {
  expect(decodeCommand(bytes(encode(grant)), 'machine-1')).toEqual(grant);
  expect(decodeEvent(bytes(encode(event)), 'machine-1')).toEqual(event);
  expect(decodePresence(bytes(encode(presence)), 'machine-1')).toEqual(presence);
  const ack = { v: 1, machineId: 'machine-1', journalId: 'journal-1', upTo: 7, at } as const;
  expect(decodeAck(bytes(encode(ack)), 'machine-1')).toEqual(ack);
});

it.each([
  ['U+0000', String.raw`\u0000`, '\uFFFD'],
  ['the first half of a surrogate pair', String.raw`\uD83D`, '\uFFFD'],
  ['the second half of one', String.raw`\ude00`, '\uFFFD'],
  ['a whole pair', String.raw`\uD83D\uDE00`, '\u{1F600}'],
  ['a backslash before digits', String.raw`\\u0000`, String.raw`\u0000`],
])('reads words with %s as words that a database keeps', (_, written, read) => {
  const text = encode({ ...event, body: { type: 'fault', code: 'line', detail: 'HERE' } }).replace('HERE', written);
  expect(decodeEvent(bytes(text), 'machine-1').body).toMatchObject({ detail: read });
});

it('reads half of a surrogate pair that its envelope brought as what was signed', () => {
  const text = encode({ ...event, body: { type: 'fault', code: 'line', detail: 'HERE' } });
  const { body } = decodeEvent(text.replace('HERE', String.fromCharCode(0xd83d)), 'machine-1');
  expect(body).toMatchObject({ detail: '\uFFFD' });
});

it.each([
  ['of another machine than its topic', { ...grant, machineId: 'machine-2' }, 'OTHER_MACHINE'],
  ['of another version', { ...grant, v: 2 }, 'NOT_OF_THE_PROTOCOL'],
  ['with an amount that is not whole', { ...grant, amountMinor: 20.5 }, 'NOT_OF_THE_PROTOCOL'],
  ['with an amount that is text', { ...grant, amountMinor: '2000' }, 'NOT_OF_THE_PROTOCOL'],
  ['without an amount', { ...grant, amountMinor: 0 }, 'NOT_OF_THE_PROTOCOL'],
  ['with a price below zero', { ...grant, prices: [{ selection: 1, priceMinor: -1 }] }, 'NOT_OF_THE_PROTOCOL'],
  ['of an unknown type', { ...grant, type: 'unlock' }, 'NOT_OF_THE_PROTOCOL'],
  ['that is not an object', [], 'NOT_OF_THE_PROTOCOL'],
  ['that is not JSON', '{', 'NOT_JSON'],
  ['that is empty', '', 'NOT_JSON'],
  ['that is too large', 'x'.repeat(MESSAGE_BYTES_MAX + 1), 'TOO_LARGE'],
])('refuses a command %s', (_, content, code) => {
  expect(codeOf(() => decodeCommand(bytes(content), 'machine-1'))).toBe(code);
});

it('refuses bytes that are not UTF-8', () => {
  expect(codeOf(() => decodeCommand(Buffer.from([0x7b, 0xff, 0x7d]), 'machine-1'))).toBe('NOT_JSON');
});

it('says where the fault is, and never what was sent', () => {
  const spoilt = bytes({ ...grant, currency: 'a secret' });
  expect(() => decodeCommand(spoilt, 'machine-1')).toThrow(/^currency: /);
  expect(() => decodeCommand(spoilt, 'machine-1')).not.toThrow(/secret/);
});

it('holds a price list of 250 selections', () => {
  const prices = Array.from({ length: 250 }, (_, index) => ({ selection: 65_000 + index, priceMinor: 99_999_999 }));
  const signed = sign(topicOf('machine-1', 'command'), encode({ ...grant, prices }), linkKey('0'.repeat(64)));
  expect(signed.length).toBeLessThan(MESSAGE_BYTES_MAX);
});

describe('topics', () => {
  it('name one machine, and are read back', () => {
    expect(topicOf('machine-1', 'command')).toBe('vendrail/v1/machine-1/command');
    expect(machineOfTopic('vendrail/v1/machine-1/command', 'command')).toBe('machine-1');
    expect(topicOfAll('event')).toBe('vendrail/v1/+/event');
  });

  it.each([
    'vendrail/v1/machine-1/event',
    'vendrail/v2/machine-1/command',
    'vendrail/v1/a/b/command',
    'vendrail/v1/+/command',
    '',
  ])('of something else belong to nobody: %s', (topic) => expect(machineOfTopic(topic, 'command')).toBeUndefined());

  it.each(['', 'a/b', '+', '#', 'a'.repeat(65)])('are not made for "%s"', (machineId) => {
    expect(() => topicOf(machineId, 'event')).toThrow('cannot be a machine id');
  });
});
