import { readingTimeOf } from './reading-time.js';

const UPLOADED = Date.parse('2026-11-21T14:00:00Z');
const MINUTE = 60_000;

describe('the time of a reading', () => {
  it.each([
    ['2026-11-21T14:05:00', 'Europe/Helsinki', '2026-11-21T12:05:00Z'],
    ['2026-07-01T14:05:00', 'Europe/Helsinki', '2026-07-01T11:05:00Z'],
    ['2026-07-01T14:05:00', 'UTC', '2026-07-01T14:05:00Z'],
    // The night in which the clocks go forward: 03:00 becomes 04:00.
    ['2026-03-29T02:30:00', 'Europe/Helsinki', '2026-03-29T00:30:00Z'],
    ['2026-03-29T04:30:00', 'Europe/Helsinki', '2026-03-29T01:30:00Z'],
  ])('%s on the wall in %s is %s', (clock, timeZone, at) => {
    expect(readingTimeOf({ clock }, null, timeZone, UPLOADED)).toEqual({
      at: Date.parse(at),
      from: Date.parse(at) - 15 * MINUTE,
      until: Date.parse(at) + 15 * MINUTE,
      told: 'machine',
    });
  });

  it('is never later than the upload', () => {
    expect(readingTimeOf({ clock: '2026-11-21T14:10:00' }, null, 'UTC', UPLOADED)).toMatchObject({
      at: UPLOADED,
      until: UPLOADED,
      told: 'machine',
    });
  });

  it.each([null, '2000-01-01T00:10:00', '2026-11-21T15:00:00', '2032-01-01T00:00:00'])(
    'is some time in the day before the upload when the clock says %s',
    (clock) => {
      expect(readingTimeOf({ clock }, null, 'UTC', UPLOADED)).toEqual({
        at: UPLOADED,
        from: UPLOADED - 24 * 60 * MINUTE,
        until: UPLOADED,
        told: 'upload',
      });
    },
  );

  it('is what the operator says, whatever the clock says', () => {
    const told = UPLOADED - 60 * MINUTE;

    expect(readingTimeOf({ clock: '2032-01-01T00:00:00' }, told, 'UTC', UPLOADED)).toEqual({
      at: told,
      from: told - 5 * MINUTE,
      until: told + 5 * MINUTE,
      told: 'operator',
    });
  });
});
