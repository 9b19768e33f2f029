import { addDays, isBusinessDay, lastWholeDay, runningDay } from './business-day.js';

describe('a business day', () => {
  it.each([
    ['2026-11-22T01:59:59Z', 'Europe/Stockholm', '2026-11-21'],
    ['2026-11-22T02:00:00Z', 'Europe/Stockholm', '2026-11-22'],
    ['2026-07-22T00:59:59Z', 'Europe/Stockholm', '2026-07-21'],
    ['2026-07-22T01:00:00Z', 'Europe/Stockholm', '2026-07-22'],
    ['2026-01-01T02:59:00Z', 'UTC', '2025-12-31'],
    ['2026-11-21T18:30:00Z', 'Asia/Kolkata', '2026-11-21'],
  ])('at %s in %s is %s', (moment, timeZone, day) => {
    expect(runningDay(Date.parse(moment), '03:00', timeZone)).toBe(day);
  });

  it('neither lacks nor repeats a day when the clocks change', () => {
    const days = new Set<string>();
    for (let at = Date.UTC(2026, 9, 24); at < Date.UTC(2026, 9, 28); at += 900_000) {
      days.add(runningDay(at, '02:30', 'Europe/Stockholm'));
    }
    expect([...days]).toEqual(['2026-10-23', '2026-10-24', '2026-10-25', '2026-10-26', '2026-10-27']);
  });

  it('is over when the next begins', () => {
    expect(lastWholeDay(Date.parse('2026-03-01T03:00:00Z'), '03:00', 'UTC')).toBe('2026-02-28');
  });

  it('is counted by the calendar', () => {
    expect(addDays('2026-02-27', 2)).toBe('2026-03-01');
    expect(['2026-02-29', '2026-13-01', '2026-1-1', 'today', ''].filter((text) => isBusinessDay(text))).toEqual([]);
    expect(isBusinessDay('2028-02-29')).toBe(true);
  });
});
