const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** How the reader's computer writes times; tests name both, the console neither. */
export interface Place {
  readonly locale?: string;
  readonly timeZone?: string;
}

/** "12 s", "4 min", "3 h", "2 d": one unit is enough to decide whether to walk to the machine. Never negative. */
export function formatAge(ms: number): string {
  if (ms < MINUTE) return `${Math.max(0, Math.floor(ms / SECOND))} s`;
  if (ms < HOUR) return `${Math.floor(ms / MINUTE)} min`;
  if (ms < 2 * DAY) return `${Math.floor(ms / HOUR)} h`;
  return `${Math.floor(ms / DAY)} d`;
}

/** "840 ms", "1.24 s", "38.1 s", "2 min 05 s": finer where the differences are small. */
export function formatDuration(ms: number): string {
  const rounded = Math.max(0, Math.round(ms));
  if (rounded < SECOND) return `${rounded} ms`;
  if (rounded < 10 * SECOND) return `${(Math.floor(rounded / 10) / 100).toFixed(2)} s`;
  if (rounded < MINUTE) return `${(Math.floor(rounded / 100) / 10).toFixed(1)} s`;
  if (rounded < HOUR)
    return `${Math.floor(rounded / MINUTE)} min ${twoDigits(Math.floor((rounded % MINUTE) / SECOND))} s`;
  return `${Math.floor(rounded / HOUR)} h ${twoDigits(Math.floor((rounded % HOUR) / MINUTE))} min`;
}

/** "14:32:05" */
export function formatTimeOfDay(at: Date, place: Place = {}): string {
  return write(at, place, { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' });
}

/** "Saturday 21 November 2026 at 14:32:05.123 Central European Standard Time": for the hover. */
export function formatWithZone(at: Date, place: Place = {}): string {
  return write(at, place, {
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    fractionalSecondDigits: 3,
    hourCycle: 'h23',
    timeZoneName: 'long',
  });
}

/** "today", "yesterday" or "Thursday, 19 November": the heading of a day in the reader's zone. */
export function formatDay(at: Date, now: Date, place: Place = {}): string {
  const day = dayKey(at, place);
  if (day === dayKey(now, place)) return 'today';
  if (day === dayKey(new Date(now.getTime() - DAY), place)) return 'yesterday';
  return write(at, place, { weekday: 'long', day: 'numeric', month: 'long' });
}

/** The same text for two times of the same day in the reader's zone. */
export function dayKey(at: Date, place: Place = {}): string {
  return write(at, { ...place, locale: 'en-CA' }, { year: 'numeric', month: '2-digit', day: '2-digit' });
}

function write(at: Date, place: Place, options: Intl.DateTimeFormatOptions): string {
  const zone = place.timeZone === undefined ? {} : { timeZone: place.timeZone };
  return new Intl.DateTimeFormat(place.locale, { ...options, ...zone }).format(at);
}

function twoDigits(count: number): string {
  return String(count).padStart(2, '0');
}
