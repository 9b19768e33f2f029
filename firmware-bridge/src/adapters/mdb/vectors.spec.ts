import { answers, type Level } from './answers.js';
import { checksumOf, inHex, sealed } from './blocks.js';
import { decode, type CashlessAddress, type VmcCommand } from './commands.js';

/** Bytes of MDB/ICP 4.2, section 7.4, for the first cashless device; the last one is the checksum. */
const VECTORS: [string, VmcCommand, { wide: boolean }?][] = [
  ['10 10', { name: 'RESET' }],
  ['12 12', { name: 'POLL' }],
  ['11 00 01 00 00 00 12', { name: 'SETUP CONFIG', level: 1 }],
  ['11 00 03 00 00 00 14', { name: 'SETUP CONFIG', level: 3 }],
  ['11 01 FF FF 00 00 10', { name: 'SETUP PRICES', maxUnits: 0xffff, minUnits: 0 }],
  [
    '11 01 FF FF FF FF 00 00 00 00 17 52 77',
    { name: 'SETUP PRICES', maxUnits: 0xffff_ffff, minUnits: 0 },
    { wide: true },
  ],
  ['17 04 00 00 00 60 7B', { name: 'ENABLE OPTIONS', options: 0x60 }],
  ['14 01 15', { name: 'READER ENABLE' }],
  ['14 00 14', { name: 'READER DISABLE' }],
  ['14 02 16', { name: 'READER CANCEL' }],
  ['13 00 04 B0 00 18 DF', { name: 'VEND REQUEST', units: 1_200, item: 24 }],
  ['13 00 00 00 04 B0 00 18 DF', { name: 'VEND REQUEST', units: 1_200, item: 24 }, { wide: true }],
  ['13 01 14', { name: 'VEND CANCEL' }],
  ['13 02 00 18 2D', { name: 'VEND SUCCESS', item: 24 }],
  ['13 03 16', { name: 'VEND FAILURE' }],
  ['13 04 17', { name: 'SESSION COMPLETE' }],
  ['13 05 04 B0 00 18 E4', { name: 'CASH SALE', units: 1_200, item: 24 }],
  // Not vectors of the standard: the rest of the commands, so that each is read at least once.
  ['13 05 00 00 04 B0 00 18 17 52 4D', { name: 'CASH SALE', units: 1_200, item: 24 }, { wide: true }],
  ['13 06 04 B0 00 18 E5', { name: 'NEGATIVE VEND REQUEST', units: 1_200, item: 24 }],
  ['14 03 00 00 00 00 00 00 00 00 17', { name: 'DATA ENTRY RESPONSE' }],
  ['15 00 04 B0 C9', { name: 'REVALUE REQUEST', units: 1_200 }],
  ['15 01 16', { name: 'REVALUE LIMIT REQUEST' }],
  ['17 01 05 1D', { name: 'READ USER FILE' }],
  ['17 02 05 1E', { name: 'WRITE USER FILE' }],
  ['17 03 26 11 21 16 30 00 06 47 00 00 05', { name: 'WRITE TIME/DATE' }],
  ['17 FA 11', { name: 'FILE TRANSPORT' }],
  ['17 FF 01 17', { name: 'DIAGNOSTICS' }],
  [
    '17 00 53 49 4D 30 30 30 30 30 30 30 30 30 30 34 32 53 49 4D 55 4C 41 54 4F 52 20 20 20 01 00 67',
    { name: 'REQUEST ID', manufacturer: 'SIM', serial: '000000000042', model: 'SIMULATOR' },
  ],
];

const COMMANDS = VECTORS.map(([hex, command, form]) => ({ hex, command, wide: form?.wide ?? false }));

function bytesOf(hex: string): Uint8Array {
  return Uint8Array.from(hex.split(' ').map((byte) => Number.parseInt(byte, 16)));
}

/** The second cashless device hears the same, 0x50 higher in the first byte and in the checksum. */
function shifted(block: Uint8Array): Uint8Array {
  const copy = Uint8Array.from(block);
  for (const index of [0, copy.length - 1]) copy[index] = ((copy[index] ?? 0) + 0x50) & 0xff;
  return copy;
}

describe.each<[string, CashlessAddress, (block: Uint8Array) => Uint8Array]>([
  ['first', 0x10, (block) => block],
  ['second', 0x60, shifted],
])('what the machine says to the %s cashless device', (_, address, addressed) => {
  it.each(COMMANDS)('$hex is understood', ({ hex, command, wide }) => {
    const block = addressed(bytesOf(hex));
    expect(checksumOf(block.subarray(0, -1))).toBe(block.at(-1));
    expect(decode(block.subarray(0, -1), { address, wide })).toEqual(command);
  });

  it.each(COMMANDS)('$hex is nothing to the other device', ({ hex, wide }) => {
    const block = addressed(bytesOf(hex));
    const other = address === 0x10 ? 0x60 : 0x10;
    expect(decode(block.subarray(0, -1), { address: other, wide })).toBeUndefined();
  });
});

it('takes a request of the narrow form for none in the wide form, and the other way round', () => {
  const narrow = bytesOf('13 00 04 B0 00 18');
  const wide = bytesOf('13 00 00 00 04 B0 00 18');
  expect(decode(narrow, { address: 0x10, wide: true })).toBeUndefined();
  expect(decode(wide, { address: 0x10, wide: false })).toBeUndefined();
});

it.each(['13 07', '15 02', '16', '17 05', '14 04'])('knows no command %s', (hex) => {
  expect(decode(bytesOf(hex), { address: 0x10, wide: false })).toBeUndefined();
});

const config = (level: Level) => ({
  level,
  currency: '1752',
  scale: 1,
  decimals: 2,
  responseSeconds: 30,
  multiVend: true,
});

it.each([
  ['JUST RESET', answers.justReset(), '00 00'],
  ['READER CONFIG of level 1', answers.readerConfig(config(1)), '01 01 17 52 01 02 1E 0B 97'],
  ['READER CONFIG of level 3', answers.readerConfig(config(3)), '01 03 17 52 01 02 1E 0B 99'],
  [
    'READER CONFIG in Swiss francs without multi-vend (no vector of the standard)',
    answers.readerConfig({ ...config(3), currency: '1756', multiVend: false }),
    '01 03 17 56 01 02 1E 09 9B',
  ],
  ['BEGIN SESSION of level 1', answers.beginSession(5_000, 1, false, '1752'), '03 13 88 9E'],
  ['BEGIN SESSION of level 2', answers.beginSession(5_000, 2, false, '1752'), '03 13 88 FF FF FF FF 00 00 00 9A'],
  [
    'BEGIN SESSION in the wide form',
    answers.beginSession(5_000, 3, true, '1752'),
    '03 00 00 13 88 FF FF FF FF 00 00 00 65 6E 17 52 00 D6',
  ],
  ['the largest credit that can be shown', answers.beginSession(70_000, 1, false, '1752'), '03 FF FE 00'],
  ['VEND APPROVED', answers.vendApproved(1_200, false), '05 04 B0 B9'],
  ['VEND APPROVED in the wide form', answers.vendApproved(1_200, true), '05 00 00 04 B0 B9'],
  ['VEND DENIED', answers.vendDenied(), '06 06'],
  ['END SESSION', answers.endSession(), '07 07'],
  ['SESSION CANCEL REQUEST', answers.sessionCancelRequest(), '04 04'],
  ['CANCELLED', answers.cancelled(), '08 08'],
  ['OUT OF SEQUENCE of level 1', answers.outOfSequence(1, 5), '0B 0B'],
  ['OUT OF SEQUENCE of level 2 in a vend', answers.outOfSequence(2, 5), '0B 05 10'],
  ['REVALUE DENIED', answers.revalueDenied(), '0E 0E'],
  ['TIME/DATE REQUEST', answers.timeDateRequest(), '11 11'],
  ['DIAGNOSTICS', answers.diagnostics(), 'FF FF'],
])('says %s', (_, block, hex) => {
  expect(inHex(block)).toBe(hex);
});

/** Rows of the standard, and one line seen in the field, that this side has no answer for by choice. The simulated machine reads those of 4.2. */
it.each([
  [
    '01 03 17 56 01 02 1E 08 9A',
    'READER CONFIG without refund: nothing is charged yet, so everything can be given back',
  ],
  ['03 FF FF 01', 'BEGIN SESSION of an amount not known: a grant always has one'],
  ['0A C0 CA', 'refund failed: a refund is complete when it is acknowledged'],
  ['06 0A 07 04 1B', 'several answers in one block: one leaves at a time, as each leaving means something'],
  ['14 13 88 FF FF FF FF 00 00 00 00 18 C3', 'SELECTION REQUEST: MDB/ICP 4.3'],
])('knows %s only as a block with a right checksum: %s', (hex) => {
  expect(inHex(sealed(...bytesOf(hex).subarray(0, -1)))).toBe(hex);
});

it.each([
  [30, undefined],
  [34, 0x22],
])('says PERIPHERAL ID in %i bytes', (length, options) => {
  const block = answers.peripheralId({ manufacturer: 'VDR', serial: '1', model: 'VENDRAIL' }, options);
  expect(block).toHaveLength(length + 1);
  expect(Buffer.from(block.subarray(1, 28)).toString('latin1')).toBe('VDR1           VENDRAIL    ');
  expect(checksumOf(block.subarray(0, -1))).toBe(block.at(-1));
  if (options !== undefined) expect([...block.subarray(30, 34)]).toEqual([0, 0, 0, options]);
});
