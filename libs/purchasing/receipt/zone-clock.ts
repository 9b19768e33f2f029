/** What a clock on the wall shows, somewhere. */
export interface ZoneClock {
  /** IANA name. */
  readonly timeZone: string;
  /** "Saturday 21 November 2026, 14:00 GMT+2 (Europe/Helsinki)" */
  text(at: Date): string;
}

/** Fleets lie in a few zones. Each clock takes some 50 KB, so with more than these all are made anew as they are needed. */
const CLOCKS_MAX = 100;

/** By what machines call their zones. To make one takes many times as long as to read it. */
const clocks = new Map<string, ZoneClock>();

/** @param timeZone a machine whose zone is misspelt gets its receipts all the same, in UTC */
export function zoneClock(timeZone: string): ZoneClock {
  const known = clocks.get(timeZone);
  if (known !== undefined) return known;
  const made = clockOf(formatIn(timeZone));
  if (clocks.size >= CLOCKS_MAX) clocks.clear();
  clocks.set(timeZone, made);
  return made;
}

function clockOf(format: Intl.DateTimeFormat): ZoneClock {
  const { timeZone } = format.resolvedOptions();
  return {
    timeZone,
    text: (at) => {
      const parts = new Map(format.formatToParts(at).map(({ type, value }) => [type, value]));
      const part = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? '';
      const day = `${part('weekday')} ${part('day')} ${part('month')} ${part('year')}`;
      const zone = timeZone === 'UTC' ? 'UTC' : `${part('timeZoneName')} (${timeZone})`;
      return `${day}, ${part('hour')}:${part('minute')} ${zone}`;
    },
  };
}

function formatIn(timeZone: string): Intl.DateTimeFormat {
  const date = { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' } as const;
  const time = { hour: '2-digit', minute: '2-digit', timeZoneName: 'shortOffset' } as const;
  try {
    return new Intl.DateTimeFormat('en-GB', { ...date, ...time, timeZone });
  } catch {
    return new Intl.DateTimeFormat('en-GB', { ...date, ...time, timeZone: 'UTC' });
  }
}
