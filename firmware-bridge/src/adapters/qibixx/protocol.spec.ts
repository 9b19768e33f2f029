import fc from 'fast-check';

import { commands, parseLine, type AdapterLine } from './protocol.js';
import { settingCommands } from './settings.js';

/** The maker's examples, line by line. */
const LINES: [string, AdapterLine][] = [
  ['v,4.0.2.0,1234567890abcdef', { kind: 'version', text: '4.0.2.0,1234567890abcdef' }],
  ['c,0', { kind: 'switched', on: false }],
  ['c,1', { kind: 'switched', on: true }],
  ['c,SET,OK', { kind: 'setting-taken' }],
  ['c,STATUS,INACTIVE', { kind: 'status', status: 'inactive' }],
  ['c,STATUS,DISABLED', { kind: 'status', status: 'disabled' }],
  ['c,STATUS,ENABLED', { kind: 'status', status: 'enabled' }],
  ['c,STATUS,ONLINE', { kind: 'status', status: 'enabled' }],
  ['c,STATUS,OFFLINE', { kind: 'status', status: 'inactive' }],
  ['c,STATUS,IDLE', { kind: 'status', status: 'idle' }],
  ['c,STATUS,IDLE,50.00', { kind: 'status', status: 'idle' }],
  ['c,STATUS,VEND,12.00,24', { kind: 'vend-request', priceMinor: 1_200, selection: 24 }],
  ['c,STATUS,VEND,1.00,5', { kind: 'vend-request', priceMinor: 100, selection: 5 }],
  ['c,STATUS,VEND,0.50,65535', { kind: 'vend-request', priceMinor: 50, selection: 65_535 }],
  ['r,ACK', { kind: 'acknowledged' }],
  ['c,VEND,SUCCESS', { kind: 'vend-success' }],
  ['c,ERR,-3', { kind: 'denied' }],
  ['c,ERR,VEND 1', { kind: 'vend-error', code: 1 }],
  ['c,ERR,VEND 3', { kind: 'vend-error', code: 3 }],
  ['c,ERR,"VEND 5"', { kind: 'vend-error', code: 5 }],
  ['c,ERR,"VEND -2"', { kind: 'refused', command: 'VEND', code: -2 }],
  ['c,ERR,"START -3"', { kind: 'refused', command: 'START', code: -3 }],
  ['c,ERR,"STOP -3"', { kind: 'refused', command: 'STOP', code: -3 }],
  ['c,ERR,"cashless is on"', { kind: 'cashless-is', on: true }],
  ['c,ERR,"cashless is off"', { kind: 'cashless-is', on: false }],
  ['c,ERR,"low power"', { kind: 'other-error', text: 'low power' }],
  ['c,UNKNOWN,C,FOO', { kind: 'unknown-command', text: 'C,FOO' }],
];

it.each(LINES)('reads %s', (line, expected) => {
  expect(parseLine(line, 2)).toEqual(expected);
});

it.each([
  'c,STATUS',
  'c,STATUS,',
  'c,STATUS,ENABLEDX',
  'c,STATUS,ENABLED,1',
  'c,STATUS,constructor',
  'c,STATUS,VEND,12.00',
  'c,STATUS,VEND,12.00,',
  'c,STATUS,VEND,12.005,24',
  'c,STATUS,VEND,-1,24',
  'c,STATUS,VEND,12.00,65536',
  'c,STATUS,VEND,12.00,2x',
  'c,VEND,SUCCESSFUL',
  'c,VEND,SUCCESSc,VEND,SUCCESS',
  'C,VEND,SUCCESS',
  'x',
])('takes %s for garbage, not for something near it', (line) => {
  expect(parseLine(line, 2)).toEqual({ kind: 'garbage' });
});

it('says what it thinks of any line without failing', () => {
  fc.assert(fc.property(fc.string(), (text) => expect(parseLine(text, 2).kind).toEqual(expect.any(String))));
  fc.assert(fc.property(fc.string(), (text) => expect(parseLine(`c,${text}`, 2).kind).toEqual(expect.any(String))));
});

it('writes commands as the maker shows them', () => {
  expect(commands.start(5_000, 2)).toBe('C,START,50.00');
  expect(commands.approve(1_200, 2)).toBe('C,VEND,12.00');
  expect(commands.deny).toBe('C,VEND,-1');
  expect(settingCommands('SEK', 2)).toEqual([
    'C,SETCONF,mdb-addr=0x10',
    'C,SETCONF,mdb-currency-code=0x1752',
    'C,SETCONF,mdb-decimal-places=2',
    'C,SETCONF,mdb-scale-factor=1',
    'C,SETCONF,mdb-always-idle=0',
  ]);
});

it('shows at most the credit that 16 bit can hold', () => {
  expect(commands.start(1_000_000, 2)).toBe('C,START,655.34');
});
