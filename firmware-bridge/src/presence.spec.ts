import { presence } from '#machine-protocol/messages.js';

import type { MachineStatus } from './adapters/adapter.js';
import { presenceOf, type PresenceFacts } from './presence.js';
import { EMPTY_LEDGER } from './session/ledger.js';

function facts(machine: MachineStatus, change: Partial<PresenceFacts> = {}): PresenceFacts {
  return {
    machineId: 'machine-1',
    bootId: 'boot-0001',
    online: true,
    state: { machine, ledger: EMPTY_LEDGER },
    identity: { description: 'Qibixx 4.0', simulated: false },
    unacknowledged: 0,
    obstacle: undefined,
    at: new Date(0),
    ...change,
  };
}

it.each<[MachineStatus, string]>([
  ['lost', 'adapter-lost'],
  ['inactive', 'inactive'],
  ['disabled', 'disabled'],
  ['enabled', 'ready'],
  ['idle', 'in-use'],
  ['vend', 'in-use'],
])('calls a machine that is %s %s', (machine, expected) => {
  const said = presenceOf(facts(machine));
  expect(said.machineState).toBe(expected);
  expect(presence.safeParse(said).error).toBeUndefined();
});

it('is not ready while the journal is full, and says why', () => {
  const said = presenceOf(facts('enabled', { obstacle: 'the journal is full' }));
  expect(said).toMatchObject({ machineState: 'disabled', detail: 'the journal is full' });
});
