import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { aclFile, mayRead, maySubscribe, mayWrite } from './access.js';

it('is what the shipped Mosquitto configuration says', () => {
  const shipped = readFileSync(join(__dirname, '..', '..', 'deploy', 'mosquitto', 'acl.conf'), 'utf8');
  expect(shipped).toBe(aclFile());
});

it('gives a machine its own topics and nobody else’s', () => {
  expect(mayWrite('machine-1', 'vendrail/v1/machine-1/event')).toBe(true);
  expect(mayWrite('machine-1', 'vendrail/v1/machine-2/event')).toBe(false);
  expect(mayWrite('machine-1', 'vendrail/v1/machine-1/command')).toBe(false);
  expect(mayRead('machine-1', 'vendrail/v1/machine-1/command')).toBe(true);
  expect(mayRead('machine-1', 'vendrail/v1/changes')).toBe(false);
});

it.each([
  '#',
  '+',
  '+/+/+/+',
  'vendrail/v1/+/command',
  'vendrail/#',
  '$SYS/#',
  '$share/x/vendrail/v1/machine-1/command',
])('lets a machine not subscribe to %s', (filter) => expect(maySubscribe('machine-1', filter)).toBe(false));

it.each(['+', '#', 'a/b', '', '%u', 'machine-1/+'])('gives nothing to the impossible name "%s"', (user) => {
  expect(mayWrite(user, 'vendrail/v1/machine-1/event')).toBe(false);
  expect(mayRead(user, 'vendrail/v1/machine-1/command')).toBe(false);
  expect(maySubscribe(user, `vendrail/v1/${user}/command`)).toBe(false);
});

it('gives nothing to nobody', () => {
  expect(mayWrite(undefined, 'vendrail/v1/machine-1/event')).toBe(false);
  expect(maySubscribe(undefined, 'vendrail/v1/machine-1/command')).toBe(false);
});
