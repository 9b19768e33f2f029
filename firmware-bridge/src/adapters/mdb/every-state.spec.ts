import { inHex } from './blocks.js';
import type { CommandName, VmcCommand } from './commands.js';
import { phaseOf, readerIn, STAGES, type Stage } from './testing/reader.js';
import { STATE_NUMBERS, type Answer, type Phase } from './state.js';

type Cell = readonly [said: string, phase: Phase];

/** The command is not for this state: OUT OF SEQUENCE with the state's number, and no change. */
function refused(stage: Stage): Cell {
  const phase = phaseOf(stage);
  const body = phase === 'inactive' ? '0B' : `0B 0${STATE_NUMBERS[phase]}`;
  return [`fault out-of-sequence, say ${body}`, phase];
}

const silent = (stage: Stage): Cell => ['', phaseOf(stage)];
const everywhere = (cell: (stage: Stage) => Cell) => STAGES.map(cell);
const only = (cells: Partial<Record<Stage, Cell>>, otherwise: (stage: Stage) => Cell) =>
  STAGES.map((stage) => cells[stage] ?? otherwise(stage));

const RESET: Cell = ['inactive, say 00', 'inactive'];
const SOLD: Cell = ['vend-success, idle', 'session-idle'];
const NOT_DISPENSED: Cell = ['vend-failure not-dispensed, idle', 'session-idle'];
const DENY: Cell = ['say 06', 'vend'];
const SET_UP = 'say 01 02 17 52 01 02 1E 0B';
const LATE = 'fault late-vend-success';
const PERIPHERAL = '09 56 44 52 31 20 20 20 20 20 20 20 20 20 20 20 56 45 4E 44 52 41 49 4C 20 20 20 20 01 00';
const ID = `machine VMC M 7, say ${PERIPHERAL}`;

/**
 * A cell for each stage: what is told and said, and the state afterwards. An answer that waited before the command is still
 * there unless the cell says `drop`; what its leaving changes is as it was.
 */
const TABLE: { readonly [Name in CommandName]: readonly [VmcCommand & { name: Name }, readonly Cell[]] } = {
  RESET: [
    { name: 'RESET' },
    only(
      {
        asked: ['vend-failure cancelled, inactive, say 00', 'inactive'],
        approved: ['vend-failure cancelled, inactive, drop 05 04 B0, say 00', 'inactive'],
        sent: ['vend-reset, inactive, say 00', 'inactive'],
        crossed: ['vend-reset, inactive, say 00', 'inactive'],
        denied: ['inactive, drop 06, say 00', 'inactive'],
        revalue: ['inactive, drop 0E, say 00', 'inactive'],
        'negative-vend': ['inactive, drop 06, say 00', 'inactive'],
      },
      () => RESET,
    ),
  ],
  POLL: [{ name: 'POLL' }, everywhere(silent)],
  'SETUP CONFIG': [
    { name: 'SETUP CONFIG', level: 2 },
    only({ inactive: [SET_UP, 'inactive'], disabled: [SET_UP, 'disabled'], enabled: [SET_UP, 'enabled'] }, refused),
  ],
  'SETUP PRICES': [
    { name: 'SETUP PRICES', maxUnits: 0xffff, minUnits: 0 },
    only({ disabled: silent('disabled'), enabled: silent('enabled') }, refused),
  ],
  'READER ENABLE': [
    { name: 'READER ENABLE' },
    only({ inactive: refused('inactive'), disabled: ['enabled', 'enabled'] }, silent),
  ],
  'READER DISABLE': [{ name: 'READER DISABLE' }, only({ enabled: ['disabled', 'disabled'] }, silent)],
  'READER CANCEL': [
    { name: 'READER CANCEL' },
    only({ disabled: ['say 08', 'disabled'], enabled: ['say 08', 'enabled'] }, refused),
  ],
  'VEND REQUEST': [
    { name: 'VEND REQUEST', units: 1_200, item: 24 },
    only(
      {
        'session-idle': ['selection 24 for 1200', 'vend'],
        asked: silent('asked'),
        approved: silent('approved'),
        sent: silent('sent'),
        crossed: ['vend-failure cancelled, idle, selection 24 for 1200', 'vend'],
        denied: silent('denied'),
      },
      refused,
    ),
  ],
  'VEND CANCEL': [
    { name: 'VEND CANCEL' },
    only(
      {
        'session-idle': silent('session-idle'),
        asked: ['vend-failure cancelled, say 06, idle', 'session-idle'],
        approved: ['vend-failure cancelled, drop 05 04 B0, say 06', 'vend'],
        sent: DENY,
        crossed: DENY,
        denied: silent('denied'),
      },
      refused,
    ),
  ],
  'VEND SUCCESS': [
    { name: 'VEND SUCCESS', item: 24 },
    only(
      {
        disabled: [LATE, 'disabled'],
        enabled: [LATE, 'enabled'],
        'session-idle': [LATE, 'session-idle'],
        sent: SOLD,
        crossed: SOLD,
        denied: [`${LATE}, idle, drop 06`, 'session-idle'],
      },
      (stage) => [`${LATE}, ${refused(stage)[0]}`, phaseOf(stage)],
    ),
  ],
  'VEND FAILURE': [
    { name: 'VEND FAILURE' },
    only(
      {
        disabled: silent('disabled'),
        enabled: silent('enabled'),
        'session-idle': silent('session-idle'),
        asked: NOT_DISPENSED,
        approved: ['vend-failure not-dispensed, idle, drop 05 04 B0', 'session-idle'],
        sent: NOT_DISPENSED,
        crossed: NOT_DISPENSED,
        denied: ['idle, drop 06', 'session-idle'],
      },
      refused,
    ),
  ],
  'SESSION COMPLETE': [
    { name: 'SESSION COMPLETE' },
    only(
      {
        disabled: ['say 07', 'disabled'],
        enabled: ['say 07', 'enabled'],
        'session-idle': ['say 07, enabled', 'enabled'],
        crossed: ['vend-failure cancelled, idle, say 07, enabled', 'enabled'],
      },
      refused,
    ),
  ],
  'CASH SALE': [
    { name: 'CASH SALE', units: 1_200, item: 24 },
    only({ inactive: refused('inactive') }, (stage) => ['cash-sale 24 for 1200', phaseOf(stage)]),
  ],
  'NEGATIVE VEND REQUEST': [
    { name: 'NEGATIVE VEND REQUEST', units: 1_200, item: 24 },
    only({ 'session-idle': ['say 06', 'negative-vend'], 'negative-vend': silent('negative-vend') }, refused),
  ],
  'REVALUE REQUEST': [
    { name: 'REVALUE REQUEST', units: 1_200 },
    only({ 'session-idle': ['say 0E', 'revalue'], revalue: silent('revalue') }, refused),
  ],
  'REVALUE LIMIT REQUEST': [
    { name: 'REVALUE LIMIT REQUEST' },
    only({ 'session-idle': ['say 0E', 'revalue'], revalue: silent('revalue') }, refused),
  ],
  'REQUEST ID': [
    { name: 'REQUEST ID', manufacturer: 'VMC', model: 'M', serial: '7' },
    only(
      {
        inactive: [ID, 'inactive'],
        disabled: [`${ID} 00 00 00 02`, 'disabled'],
        enabled: [`${ID} 00 00 00 02`, 'enabled'],
        'session-idle': [`${ID} 00 00 00 02`, 'session-idle'],
      },
      refused,
    ),
  ],
  'ENABLE OPTIONS': [
    { name: 'ENABLE OPTIONS', options: 0x60 },
    only({ inactive: silent('inactive'), disabled: silent('disabled'), enabled: silent('enabled') }, refused),
  ],
  DIAGNOSTICS: [{ name: 'DIAGNOSTICS' }, everywhere((stage) => ['say FF', phaseOf(stage)])],
  'DATA ENTRY RESPONSE': [{ name: 'DATA ENTRY RESPONSE' }, everywhere(silent)],
  'READ USER FILE': [{ name: 'READ USER FILE' }, everywhere(silent)],
  'WRITE USER FILE': [{ name: 'WRITE USER FILE' }, everywhere(silent)],
  'WRITE TIME/DATE': [{ name: 'WRITE TIME/DATE' }, everywhere(silent)],
  'FILE TRANSPORT': [{ name: 'FILE TRANSPORT' }, everywhere(silent)],
};

const exercised = new Set<string>();

describe.each(STAGES)('at the stage %s', (stage) => {
  it.each(Object.values(TABLE))('answers %j as the standard has it', (command, cells) => {
    const [expected, after] = cells[STAGES.indexOf(stage)] ?? ['nothing is expected', phaseOf(stage)];
    const reader = readerIn(stage);
    expect(reader.state.phase).toBe(phaseOf(stage));
    const waited = reader.state.waiting;
    reader.now += 1_000;
    const events = reader.put({ type: 'command', command });
    const { phase, waiting } = reader.state;
    // A denial or an approval waits; when it leaves, the stage is over.
    const isHeldBack = waited.length > 0 || phase === 'revalue' || phase === 'negative-vend';
    const said = isHeldBack
      ? [
          ...without(waited, waiting).map((body) => `drop ${body}`),
          ...without(waiting, waited).map((body) => `say ${body}`),
        ]
      : reader.drain();
    expect([...events, ...said].join(', ')).toBe(expected);
    expect(reader.state.phase).toBe(after);
    exercised.add(`${stage} ${command.name}`);
  });
});

function without(answers: readonly Answer[], others: readonly Answer[]): string[] {
  return answers.filter((answer) => !others.includes(answer)).map(({ bytes }) => inHex(bytes.subarray(0, -1)));
}

it('has been asked every command at every stage', () => {
  expect(exercised.size).toBe(STAGES.length * Object.keys(TABLE).length);
  expect(Object.entries(TABLE).filter(([, [, cells]]) => cells.length !== STAGES.length)).toEqual([]);
});
