import type { Counters, Totals } from './audit-report.js';
import type { Segment } from './segments.js';

/** More digits than any counter has. */
const NUMBER = /^\d{1,15}$/;

/** The fields of one segment by their numbers in the standard, from 1. What is missing or unreadable is null. */
export class Fields {
  constructor(private readonly segment: Segment | undefined) {}

  text(number: number): string | null {
    const text = (this.segment?.fields[number - 1] ?? '').trim();
    return text === '' ? null : text;
  }

  count(number: number): number | null {
    const text = this.text(number);
    return text !== null && NUMBER.test(text) ? Number(text) : null;
  }

  amount(number: number): bigint | null {
    const text = this.text(number);
    return text !== null && NUMBER.test(text) ? BigInt(text) : null;
  }

  /** Most segments: value ever, count ever, value since reset, count since reset. */
  valuesFirst(): Counters {
    return {
      ever: { value: this.amount(1), count: this.count(2) },
      sinceReset: { value: this.amount(3), count: this.count(4) },
    };
  }

  /** Segments of selections: count ever, value ever, count since reset, value since reset. */
  countsFirst(first = 1): Counters {
    return {
      ever: { count: this.count(first), value: this.amount(first + 1) },
      sinceReset: { count: this.count(first + 2), value: this.amount(first + 3) },
    };
  }

  totals(ever: number, sinceReset: number): Totals {
    return { ever: this.amount(ever), sinceReset: this.amount(sinceReset) };
  }

  /** A date (YYMMDD, from version 6 on YYYYMMDD) and a time (HHMM or HHMMSS), without a zone. */
  moment(date: number, time: number): string | null {
    const day = /^(\d{2})?(\d{2})(\d{2})(\d{2})$/.exec(this.text(date) ?? '');
    const clock = /^(\d{2})(\d{2})(\d{2})?$/.exec(this.text(time) ?? '');
    if (day === null || clock === null) return null;
    const [, century = '20', year, month, dayOfMonth] = day;
    const text = `${century}${year}-${month}-${dayOfMonth}T${clock[1]}:${clock[2]}:${clock[3] ?? '00'}`;
    const at = Date.parse(`${text}Z`);
    // 31 February would become 3 March.
    return Number.isNaN(at) || !new Date(at).toISOString().startsWith(text) ? null : text;
  }
}
