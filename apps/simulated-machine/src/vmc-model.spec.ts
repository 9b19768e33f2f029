import { react, type Vmc, type VmcInput, type VmcOutput } from './vmc-model.js';

const asleep: Vmc = {
  mode: 'INACTIVE',
  slots: [
    { selection: 24, priceMinor: 1_200, stock: 1 },
    { selection: 11, priceMinor: 1_500, stock: 5 },
  ],
  multiVend: true,
  outOfService: false,
  creditMinor: 0,
};

function play(vmc: Vmc, ...inputs: VmcInput[]): { vmc: Vmc; said: string[] } {
  const said: string[] = [];
  let now = vmc;
  for (const input of inputs) {
    const reaction = react(now, input);
    now = reaction.vmc;
    said.push(...reaction.outputs.map(inWords));
  }
  return { vmc: now, said };
}

function inWords(output: VmcOutput): string {
  const detail =
    'mode' in output ? output.mode : 'selection' in output ? output.selection : 'code' in output ? output.code : '';
  return `${output.type} ${'command' in output ? output.command : detail}`.trim();
}

const on: VmcInput = { type: 'reader-on' };
const begin: VmcInput = { type: 'begin-session', creditMinor: 2_000 };
const press: VmcInput = { type: 'press', selection: 24 };
const approve: VmcInput = { type: 'approve', amountMinor: 1_200 };
const dispensed: VmcInput = { type: 'motor-done', result: 'dispensed' };

const idle = play(asleep, on, begin).vmc;
const approved = play(idle, press, approve).vmc;

it('comes up through the states that MDB knows', () => {
  expect(play(asleep, on).said).toEqual(['status INACTIVE', 'status DISABLED', 'status ENABLED']);
  expect(play({ ...asleep, outOfService: true }, on).said).toEqual(['status INACTIVE', 'status DISABLED']);
});

it('sells: session, request, approval, motor, delivery, success, idle again', () => {
  const { vmc, said } = play(idle, press, approve, dispensed);
  expect(said).toEqual(['vend-request 24', 'approval-heard', 'motor 24', 'delivery 24', 'vend-success', 'status IDLE']);
  expect(vmc).toMatchObject({ mode: 'IDLE', creditMinor: 800, slots: [{ stock: 0 }, { stock: 5 }] });
});

it('ends the session by itself after one item without multi-vend', () => {
  expect(play({ ...approved, multiVend: false }, dispensed).said.slice(-2)).toEqual(['status IDLE', 'status ENABLED']);
});

it.each<[string, VmcInput[], string[]]>([
  ['denied', [press, { type: 'deny' }], ['vend-request 24', 'denied', 'status IDLE']],
  ['cancelled', [press, { type: 'cancel' }], ['vend-request 24', 'vend-error 1', 'status IDLE']],
  ['jammed', [press, approve, { type: 'motor-done', result: 'jammed' }], ['vend-error 3', 'status IDLE']],
  ['reset', [press, { type: 'reset' }], ['vend-error 5', 'status INACTIVE', 'status DISABLED', 'status ENABLED']],
])('delivers nothing when the request is %s', (_, inputs, ending) => {
  const { vmc, said } = play(idle, ...inputs);
  expect(said.slice(-ending.length)).toEqual(ending);
  expect(said).not.toContain('delivery 24');
  expect(vmc.slots).toEqual(asleep.slots);
});

it.each([1_199, 1_201, 0])(
  'lets nothing fall for an approval of %i where it asked 1200, and says what was wrong',
  (amountMinor) => {
    const { outputs } = react(play(idle, press).vmc, { type: 'approve', amountMinor });
    expect(outputs).toMatchObject([
      { type: 'approval-heard' },
      { type: 'vend-error', code: 3, wrong: { askedMinor: 1_200, approvedMinor: amountMinor } },
      { type: 'status', mode: 'IDLE' },
    ]);
  },
);

it('is approved what it asked, where that is not what its label says', () => {
  const { vmc } = play({ ...idle, priceOffsetMinor: 50 }, press);
  expect(play(vmc, { type: 'approve', amountMinor: 1_250 }, dispensed).said).toContain('delivery 24');
  expect(play(vmc, approve, dispensed).said).not.toContain('delivery 24');
});

it.each<[string, VmcInput]>([
  ['the reader is switched off', { type: 'reader-off' }],
  ['the machine is reset', { type: 'reset' }],
])('lets the item fall although %s, and tells nobody', (_, input) => {
  const { said } = play(approved, input, dispensed);
  expect(said.at(-1)).toBe('delivery 24');
});

it('stops the spiral when the power goes', () => {
  expect(play(approved, { type: 'power-off' }, dispensed).said).toEqual([]);
});

it.each<[string, Vmc, VmcInput, string]>([
  ['START in a session', idle, begin, 'wrong-state START'],
  ['START while off', asleep, begin, 'wrong-state START'],
  ['STOP without a session', play(asleep, on).vmc, { type: 'stop-session' }, 'wrong-state STOP'],
  ['STOP during a vend', approved, { type: 'stop-session' }, 'wrong-state STOP'],
  ['an approval without a request', idle, approve, 'wrong-state VEND'],
  ['a second approval', approved, approve, 'wrong-state VEND'],
  ['a denial after the approval', approved, { type: 'deny' }, 'wrong-state VEND'],
])('refuses %s', (_, vmc, input, answer) => {
  expect(play(vmc, input)).toEqual({ vmc, said: [answer] });
});

it.each<[string, Vmc, number]>([
  ['without credit', play(asleep, on).vmc, 24],
  ['that is sold out', play(approved, dispensed).vmc, 24],
  ['that it does not have', idle, 77],
  ['while another one is under way', approved, 11],
])('does not take a choice %s', (_, vmc, selection) => {
  expect(play(vmc, { type: 'press', selection }).said).toEqual([]);
});

it('sells for cash, after completing an open session, and no reader pays for it', () => {
  const { vmc, said } = play(idle, { type: 'pay-cash', selection: 24 }, dispensed);
  expect(said).toEqual(['status ENABLED', 'motor 24', 'delivery 24', 'cash-sale 24']);
  expect(vmc.slots[0]).toMatchObject({ stock: 0 });
});

it('asks without a session when it is always idle, and has none afterwards', () => {
  const alwaysIdle = { ...play(asleep, on).vmc, alwaysIdle: true };
  expect(play(alwaysIdle, press, { type: 'deny' }).said).toEqual([
    'vend-request 24',
    'denied',
    'status IDLE',
    'status ENABLED',
  ]);
});

it('stays inactive while it is mute, and comes up afterwards', () => {
  const { vmc, said } = play(idle, press, { type: 'mute', on: true }, on);
  expect(said).toEqual(['vend-request 24', 'vend-error 5', 'status INACTIVE', 'status INACTIVE']);
  expect(play(vmc, { type: 'mute', on: false }).said.at(-1)).toBe('status ENABLED');
});
