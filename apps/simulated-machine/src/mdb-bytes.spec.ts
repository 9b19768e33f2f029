import { framed, says, understand } from './mdb-bytes.js';

function hex(block: Buffer): string {
  return [...block].map((byte) => byte.toString(16).toUpperCase().padStart(2, '0')).join(' ');
}

function block(text: string): Buffer {
  return Buffer.from(text.replaceAll(' ', ''), 'hex');
}

/** Vectors of MDB/ICP 4.2, section 7.4. */
it.each([
  ['10 10', says.reset(0x10)],
  ['60 60', says.reset(0x60)],
  ['11 00 01 00 00 00 12', says.setupConfig(0x10, 1)],
  ['11 00 03 00 00 00 14', says.setupConfig(0x10, 3)],
  ['11 01 FF FF 00 00 10', says.setupPrices(0x10, false, 0x1752)],
  ['11 01 FF FF FF FF 00 00 00 00 17 52 77', says.setupPrices(0x10, true, 0x1752)],
  ['17 04 00 00 00 60 7B', says.enableOptions(0x10, 0x60)],
  ['14 01 15', says.readerEnable(0x10)],
  ['14 00 14', says.readerDisable(0x10)],
  ['13 00 04 B0 00 18 DF', says.vendRequest(0x10, 1_200, 24, false)],
  ['63 00 04 B0 00 18 2F', says.vendRequest(0x60, 1_200, 24, false)],
  ['13 00 00 00 04 B0 00 18 DF', says.vendRequest(0x10, 1_200, 24, true)],
  ['13 01 14', says.vendCancel(0x10)],
  ['13 02 00 18 2D', says.vendSuccess(0x10, 24)],
  ['13 03 16', says.vendFailure(0x10)],
  ['13 04 17', says.sessionComplete(0x10)],
  ['13 05 04 B0 00 18 E4', says.cashSale(0x10, 1_200, 24, false, 0x1752)],
  ['13 05 00 00 04 B0 00 18 17 52 4D', says.cashSale(0x10, 1_200, 24, true, 0x1752)],
])('says %s', (expected, said) => {
  expect(hex(said)).toBe(expected);
});

it('says who it is in 32 bytes, and the time in packed decimals', () => {
  expect(says.requestId(0x10, 'bench', 'SIMULATOR')).toHaveLength(32);
  expect(says.requestId(0x10, 'bench', 'SIMULATOR').toString('latin1', 2, 29)).toBe('SIMbench       SIMULATOR   ');
  expect(hex(says.writeTimeDate(0x10, new Date(2026, 10, 22, 16, 5, 9)))).toBe(
    '17 03 26 11 22 16 05 09 07 FF FF FF 9B',
  );
});

const config = { name: 'reader-config', currency: 0x1752, scale: 1, decimals: 2, responseSeconds: 30, options: 0x0b };
const narrow = { level: 3, wide: false };

it.each([
  ['00 00', narrow, [{ name: 'just-reset' }]],
  ['01 01 17 52 01 02 1E 0B 97', narrow, [{ ...config, level: 1 }]],
  ['01 03 17 52 01 02 1E 0B 99', narrow, [{ ...config, level: 3 }]],
  ['01 03 17 56 01 02 1E 08 9A', narrow, [{ ...config, level: 3, currency: 0x1756, options: 0x08 }]],
  ['03 13 88 9E', { level: 1, wide: false }, [{ name: 'begin-session', units: 5_000 }]],
  ['03 FF FF 01', { level: 1, wide: false }, [{ name: 'begin-session', units: 0xffff }]],
  ['03 13 88 FF FF FF FF 00 00 00 9A', { level: 2, wide: false }, [{ name: 'begin-session', units: 5_000 }]],
  ['05 04 B0 B9', narrow, [{ name: 'approved', units: 1_200 }]],
  ['05 00 00 04 B0 B9', { level: 3, wide: true }, [{ name: 'approved', units: 1_200 }]],
  ['06 06', narrow, [{ name: 'denied' }]],
  ['0A C0 CA', narrow, [{ name: 'other' }]],
  ['07 07', narrow, [{ name: 'end-session' }]],
  ['04 04', narrow, [{ name: 'session-cancel' }]],
  ['08 08', narrow, [{ name: 'cancelled' }]],
  ['0B 0B', { level: 1, wide: false }, [{ name: 'out-of-sequence' }]],
  ['0B 05 10', narrow, [{ name: 'out-of-sequence' }]],
  ['06 0A 07 04 1B', narrow, [{ name: 'denied' }, { name: 'other' }, { name: 'session-cancel' }]],
  ['11 11', narrow, [{ name: 'time-date-request' }]],
])('understands %s', (text, agreed, answers) => {
  expect(understand(block(text), agreed)).toEqual(answers);
});

it('reads the options of a reader of level 3', () => {
  const id = framed(0x09, ...Buffer.alloc(29), 0, 0, 0, 0x22);
  expect(understand(id, narrow)).toEqual([{ name: 'peripheral-id', options: 0x22 }]);
});

it.each([
  ['05 04 B0 B8', narrow],
  ['05 04 B0 B9', { level: 3, wide: true }],
  ['77 77', narrow],
  ['06', narrow],
])('does not acknowledge %s', (text, agreed) => {
  expect(understand(block(text), agreed)).toBeUndefined();
});
