import { zoneClock } from './zone-clock.js';

const AT = new Date('2026-03-29T23:05:00Z');

describe('the clock of a place', () => {
  it.each([
    ['Europe/Helsinki', 'Monday 30 March 2026, 02:05 GMT+3 (Europe/Helsinki)'],
    ['Australia/Adelaide', 'Monday 30 March 2026, 09:35 GMT+10:30 (Australia/Adelaide)'],
    ['America/New_York', 'Sunday 29 March 2026, 19:05 GMT-4 (America/New_York)'],
    ['UTC', 'Sunday 29 March 2026, 23:05 UTC'],
    ['Mars/Olympus', 'Sunday 29 March 2026, 23:05 UTC'],
  ])('shows its own time in %s, the first time and again', (timeZone, text) => {
    expect([zoneClock(timeZone).text(AT), zoneClock(timeZone).text(AT)]).toEqual([text, text]);
  });

  it('begins a new day at midnight', () => {
    expect(zoneClock('UTC').text(new Date('2026-03-30T00:00:00Z'))).toBe('Monday 30 March 2026, 00:00 UTC');
  });

  it('is right in every zone there is, which are more than are kept', () => {
    const zones = Intl.supportedValuesOf('timeZone');
    for (const zone of zones) expect(zoneClock(zone).text(AT)).toContain(`(${zone})`);
    expect(zoneClock('Europe/Helsinki').text(AT)).toContain('02:05 GMT+3');
  });
});
