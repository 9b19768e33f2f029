import { linkKey, sign } from '#machine-protocol/signature.js';

import { KeyRing } from './key-ring.js';

const OLD = '11'.repeat(32);
const NEW = '22'.repeat(32);
const TOPIC = 'vendrail/v1/machine-1/command';
const from = (key: string) => Buffer.from(sign(TOPIC, 'text', linkKey(key)));

it('takes both keys of a change, until the servers have changed too', () => {
  const ring = new KeyRing(NEW, OLD);
  expect(ring.open(TOPIC, from(OLD))).toBe('text');
  expect(ring.open(TOPIC, from(NEW))).toBe('text');
  expect(() => ring.open(TOPIC, from(OLD))).toThrow('MAC');
});

it('signs with the newer one', () => {
  expect(new KeyRing(NEW, OLD).sign(TOPIC, 'text')).toBe(sign(TOPIC, 'text', linkKey(NEW)));
});
