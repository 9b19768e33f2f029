import type { AuditReport } from './audit-report.js';

/** When a machine was read: the likely moment, and those that it certainly lies between. Milliseconds since 1970. */
export interface ReadingTime {
  readonly at: number;
  readonly from: number;
  readonly until: number;
  /** Who tells it. */
  readonly told: 'operator' | 'machine' | 'upload';
}

/** Clocks of machines are set by hand once a year and drift by some minutes; a purchase takes minutes, too. */
const CLOCK_MARGIN_MS = 15 * 60_000;
/** A person says it to a few minutes. */
const TOLD_MARGIN_MS = 5 * 60_000;
/** Where the clock cannot be right, the file was read within the day before its upload. */
const UPLOADED_WITHIN_MS = 24 * 3_600_000;
/** A clock that lost its battery begins with 1970, 1980 or 2000. */
const CLOCK_SET_SINCE = Date.UTC(2020, 0, 1);

/**
 * @param told when the operator says that the machine was read; null when nobody says it
 * @param timeZone of the machine, whose clock has none
 */
export function readingTimeOf(
  { clock }: Pick<AuditReport, 'clock'>,
  told: number | null,
  timeZone: string,
  uploadedAt: number,
): ReadingTime {
  // What is read later than it was uploaded is not what was uploaded.
  const between = (at: number, margin: number) => ({ from: at - margin, until: Math.min(at + margin, uploadedAt) });
  if (told !== null) return { at: told, ...between(told, TOLD_MARGIN_MS), told: 'operator' };
  const own = clock === null ? null : inTimeZone(clock, timeZone);
  if (own !== null && own >= CLOCK_SET_SINCE && own <= uploadedAt + CLOCK_MARGIN_MS) {
    const at = Math.min(own, uploadedAt);
    return { at, ...between(at, CLOCK_MARGIN_MS), told: 'machine' };
  }
  return { at: uploadedAt, ...between(uploadedAt, UPLOADED_WITHIN_MS), told: 'upload' };
}

/** A time of the clock on the wall, "2026-11-21T14:05:00", as milliseconds since 1970. */
function inTimeZone(clock: string, timeZone: string): number {
  const asUtc = Date.parse(`${clock}Z`);
  // Twice: the offset at the moment itself, also near a change to or from summer time.
  const once = asUtc - offsetAt(asUtc, timeZone);
  return asUtc - offsetAt(once, timeZone);
}

function offsetAt(moment: number, timeZone: string): number {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  }).formatToParts(moment);
  const part = (type: string) => Number(parts.find((one) => one.type === type)?.value ?? 0);
  const wall = Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'));
  return wall - Math.floor(moment / 1_000) * 1_000;
}
