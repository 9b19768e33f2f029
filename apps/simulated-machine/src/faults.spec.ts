import { FAULT_NAMES, NO_FAULTS, readFault, vendEndingOf, withFaults } from './faults.js';

it.each([
  ['silent', { silent: true }],
  ['silent=off', { silent: false }],
  ['refuseStart', { refuseStart: 3 }],
  ['refuseStart=on', { refuseStart: 3 }],
  ['refuseStart=12', { refuseStart: 12 }],
  ['priceOffsetMinor=-50', { priceOffsetMinor: -50 }],
])('reads "%s" as a person means it', (text, fault) => {
  expect(readFault(text)).toEqual(fault);
});

it.each([
  ['flood', 'there is no fault "flood"'],
  ['silent=3', 'silent is on or off'],
  ['refuseStart=0', 'refuseStart is off, on, or times from 1 to 1000'],
  ['refuseStart=many', 'refuseStart is off, on, or times from 1 to 1000'],
])('does not read "%s", and says why', (text, words) => {
  expect(() => readFault(text)).toThrow(words);
});

it('lets a vend end in one way at a time: the one ordered last', () => {
  const first = withFaults(NO_FAULTS, { vendFailed: true, silent: true });
  expect(vendEndingOf(first)).toBe('jammed');
  const second = withFaults(first, { successNever: true });
  expect(vendEndingOf(second)).toBe('never-result');
  expect(FAULT_NAMES.filter((name) => second[name] !== false)).toEqual(['silent', 'successNever']);
  expect(vendEndingOf(NO_FAULTS)).toBe('dispensed');
});
