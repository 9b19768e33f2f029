import { formatAge, formatDay, formatDuration, formatTimeOfDay, formatWithZone } from './time.js';

const stockholm = { locale: 'en-GB', timeZone: 'Europe/Stockholm' };

describe('times as people read them', () => {
  it.each([
    [-500, '0 s'],
    [59_999, '59 s'],
    [60_000, '1 min'],
    [3 * 3_600_000 + 59_000, '3 h'],
    [47 * 3_600_000, '47 h'],
    [72 * 3_600_000, '3 d'],
  ])('calls %d ms of age %s', (ms, text) => {
    expect(formatAge(ms)).toBe(text);
  });

  it.each([
    [0, '0 ms'],
    [840, '840 ms'],
    [999.6, '1.00 s'],
    [1_249, '1.24 s'],
    [9_999, '9.99 s'],
    [38_170, '38.1 s'],
    [125_400, '2 min 05 s'],
    [3_660_000, '1 h 01 min'],
  ])('writes a duration of %d ms as %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });

  it('shows a UTC time on the clock of the reader', () => {
    expect(formatTimeOfDay(new Date('2026-11-21T13:32:05Z'), stockholm)).toBe('14:32:05');
  });

  it('names the zone and the milliseconds for those who look closer', () => {
    const text = formatWithZone(new Date('2026-11-21T13:32:05.123Z'), stockholm);
    expect(text).toContain('14:32:05.123');
    expect(text).toContain('Central European Standard Time');
  });

  it('decides what today is in the zone of the reader', () => {
    const now = new Date('2026-11-21T23:30:00Z'); // 00:30 on the 22nd in Stockholm
    expect(formatDay(new Date('2026-11-21T23:05:00Z'), now, stockholm)).toBe('today');
    expect(formatDay(new Date('2026-11-21T22:55:00Z'), now, stockholm)).toBe('yesterday');
    expect(formatDay(new Date('2026-11-19T12:00:00Z'), now, stockholm)).toMatch(/^Thursday,? 19 November$/);
  });
});
