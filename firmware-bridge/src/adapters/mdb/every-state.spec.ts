import { inHex } from './blocks.js';
import type { CommandName, VmcCommand } from './commands.js';
import { readerIn } from './testing/reader.js';
import type { Phase } from './state.js';

/** The states of MDB/ICP 4.2, section 7.3, in its order. */
const PHASES = ['inactive', 'disabled', 'enabled', 'session-idle', 'vend', 'revalue', 'negative-vend'] as const;

type Cell = readonly [said: string, phase: Phase];

/** The command is not for this state: OUT OF SEQUENCE with the state's number, and no change. */
function refused(phase: Phase): Cell {
  const number = PHASES.indexOf(phase) + 1;
  const body = phase === 'inactive' ? '0B' : `0B 0${number}`;
  return [`fault out-of-sequence, say ${body}`, phase];
}

const silent = (phase: Phase): Cell => ['', phase];
const everywhere = (cell: (phase: Phase) => Cell) => PHASES.map(cell);

const RESET: Cell = ['inactive, say 00', 'inactive'];
const END: Cell = ['say 07, enabled', 'enabled'];
const PERIPHERAL = '09 56 44 52 31 20 20 20 20 20 20 20 20 20 20 20 56 45 4E 44 52 41 49 4C 20 20 20 20 01 00';
const ID = `machine VMC M 7, say ${PERIPHERAL}`;

/** A cell for each state: what is told and said, and the state afterwards. Before an answer leaves, what it changes is as it was. */
const TABLE: { readonly [Name in CommandName]: readonly [VmcCommand & { name: Name }, readonly Cell[]] } = {
  RESET: [
    { name: 'RESET' },
    PHASES.map((phase) => (phase === 'vend' ? ['vend-failure cancelled, inactive, say 00', 'inactive'] : RESET)),
  ],
  POLL: [{ name: 'POLL' }, everywhere(silent)],
  'SETUP CONFIG': [
    { name: 'SETUP CONFIG', level: 2 },
    PHASES.map((phase, index) => (index < 3 ? ['say 01 02 17 52 01 02 1E 0B', phase] : refused(phase))),
  ],
  'SETUP PRICES': [
    { name: 'SETUP PRICES', maxUnits: 0xffff, minUnits: 0 },
    PHASES.map((phase) => (phase === 'disabled' || phase === 'enabled' ? silent(phase) : refused(phase))),
  ],
  'READER ENABLE': [
    { name: 'READER ENABLE' },
    PHASES.map((phase) => {
      if (phase === 'inactive') return refused(phase);
      return phase === 'disabled' ? ['enabled', 'enabled'] : silent(phase);
    }),
  ],
  'READER DISABLE': [
    { name: 'READER DISABLE' },
    PHASES.map((phase) => (phase === 'enabled' ? ['disabled', 'disabled'] : silent(phase))),
  ],
  'READER CANCEL': [
    { name: 'READER CANCEL' },
    PHASES.map((phase) => (phase === 'disabled' || phase === 'enabled' ? ['say 08', phase] : refused(phase))),
  ],
  'VEND REQUEST': [
    { name: 'VEND REQUEST', units: 1_200, item: 24 },
    PHASES.map((phase) => {
      if (phase === 'session-idle') return ['selection 24 for 1200', 'vend'];
      return phase === 'vend' ? silent(phase) : refused(phase);
    }),
  ],
  'VEND CANCEL': [
    { name: 'VEND CANCEL' },
    PHASES.map((phase) => {
      if (phase === 'vend') return ['vend-failure cancelled, say 06, idle', 'session-idle'];
      return phase === 'session-idle' ? silent(phase) : refused(phase);
    }),
  ],
  'VEND SUCCESS': [
    { name: 'VEND SUCCESS', item: 24 },
    PHASES.map((phase) => {
      const [said] = refused(phase);
      const atRest = phase === 'disabled' || phase === 'enabled' || phase === 'session-idle';
      return [atRest ? 'fault late-vend-success' : `fault late-vend-success, ${said}`, phase];
    }),
  ],
  'VEND FAILURE': [
    { name: 'VEND FAILURE' },
    PHASES.map((phase) => {
      if (phase === 'vend') return ['vend-failure not-dispensed, idle', 'session-idle'];
      const atRest = phase === 'disabled' || phase === 'enabled' || phase === 'session-idle';
      return atRest ? silent(phase) : refused(phase);
    }),
  ],
  'SESSION COMPLETE': [
    { name: 'SESSION COMPLETE' },
    PHASES.map((phase) => {
      if (phase === 'session-idle') return END;
      return phase === 'disabled' || phase === 'enabled' ? ['say 07', phase] : refused(phase);
    }),
  ],
  'CASH SALE': [
    { name: 'CASH SALE', units: 1_200, item: 24 },
    PHASES.map((phase) => (phase === 'inactive' ? refused(phase) : ['cash-sale 24 for 1200', phase])),
  ],
  'NEGATIVE VEND REQUEST': [
    { name: 'NEGATIVE VEND REQUEST', units: 1_200, item: 24 },
    PHASES.map((phase) => {
      if (phase === 'session-idle') return ['say 06', 'negative-vend'];
      return phase === 'negative-vend' ? silent(phase) : refused(phase);
    }),
  ],
  'REVALUE REQUEST': [
    { name: 'REVALUE REQUEST', units: 1_200 },
    PHASES.map((phase) => {
      if (phase === 'session-idle') return ['say 0E', 'revalue'];
      return phase === 'revalue' ? silent(phase) : refused(phase);
    }),
  ],
  'REVALUE LIMIT REQUEST': [
    { name: 'REVALUE LIMIT REQUEST' },
    PHASES.map((phase) => {
      if (phase === 'session-idle') return ['say 0E', 'revalue'];
      return phase === 'revalue' ? silent(phase) : refused(phase);
    }),
  ],
  'REQUEST ID': [
    { name: 'REQUEST ID', manufacturer: 'VMC', model: 'M', serial: '7' },
    PHASES.map((phase, index) => {
      if (phase === 'inactive') return [ID, phase];
      return index < 4 ? [`${ID} 00 00 00 02`, phase] : refused(phase);
    }),
  ],
  'ENABLE OPTIONS': [
    { name: 'ENABLE OPTIONS', options: 0x60 },
    PHASES.map((phase, index) => (index < 3 ? silent(phase) : refused(phase))),
  ],
  DIAGNOSTICS: [{ name: 'DIAGNOSTICS' }, everywhere((phase) => ['say FF', phase])],
  'DATA ENTRY RESPONSE': [{ name: 'DATA ENTRY RESPONSE' }, everywhere(silent)],
  'READ USER FILE': [{ name: 'READ USER FILE' }, everywhere(silent)],
  'WRITE USER FILE': [{ name: 'WRITE USER FILE' }, everywhere(silent)],
  'WRITE TIME/DATE': [{ name: 'WRITE TIME/DATE' }, everywhere(silent)],
  'FILE TRANSPORT': [{ name: 'FILE TRANSPORT' }, everywhere(silent)],
};

const exercised = new Set<string>();

describe.each(PHASES)('in state %s', (phase) => {
  it.each(Object.values(TABLE))('answers %j as the standard has it', (command, cells) => {
    const [expected, after] = cells[PHASES.indexOf(phase)] ?? ['nothing is expected', phase];
    const reader = readerIn(phase);
    expect(reader.state.phase).toBe(phase);
    const own = reader.state.waiting.length;
    reader.now += 1_000;
    const events = reader.put({ type: 'command', command });
    // In these two a denial waits; when it leaves, the state is over.
    const stays = reader.state.phase === 'revalue' || reader.state.phase === 'negative-vend';
    const said = stays
      ? reader.state.waiting.slice(own).map(({ bytes }) => `say ${inHex(bytes.subarray(0, -1))}`)
      : reader.drain();
    expect([...events, ...said].join(', ')).toBe(expected);
    expect(reader.state.phase).toBe(after);
    exercised.add(`${phase} ${command.name}`);
  });
});

it('has been asked every command in every state', () => {
  expect(exercised.size).toBe(PHASES.length * Object.keys(TABLE).length);
  expect(Object.entries(TABLE).filter(([, [, cells]]) => cells.length !== PHASES.length)).toEqual([]);
});
