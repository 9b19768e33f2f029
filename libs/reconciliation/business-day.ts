/** A business day by its date, "2026-11-21". It begins at the reconciliation's time of day and ends there the next day. */
export type BusinessDay = string;

const DAY_MS = 24 * 3_600_000;
const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** The business day that runs at a moment. @param endsAt "03:00", in the time zone. */
export function runningDay(now: number, endsAt: string, timeZone: string): BusinessDay {
  const parts = new Intl.DateTimeFormat('en-CA', {
    timeZone,
    dateStyle: 'short',
    timeStyle: 'short',
    hourCycle: 'h23',
  }).formatToParts(now);
  const part = (type: string) => parts.find((one) => one.type === type)?.value ?? '';
  const date = `${part('year')}-${part('month')}-${part('day')}`;
  return `${part('hour')}:${part('minute')}` >= endsAt ? date : addDays(date, -1);
}

/** The last business day that is over: the one that a nightly run covers. */
export function lastWholeDay(now: number, endsAt: string, timeZone: string): BusinessDay {
  return addDays(runningDay(now, endsAt, timeZone), -1);
}

export function addDays(day: BusinessDay, days: number): BusinessDay {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
}

/** Is this a date of the calendar, and not only shaped like one? */
export function isBusinessDay(text: string): boolean {
  if (!DAY.test(text)) return false;
  const time = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}
