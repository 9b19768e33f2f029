import type { RunRecord } from '../walk/record.js';

/** Everything a report says. */
export interface Report {
  readonly run: RunRecord;
  readonly company: string;
  readonly product: string;
  readonly productVersion: string;
  readonly clientReference: string;
  readonly endpoint: string;
  /** Set when this was not SEQR: stands on the cover. */
  readonly rehearsal: string | undefined;
  /** Who called, without passwords. */
  readonly principals: readonly string[];
  /** How the payer's part was done. */
  readonly scanning: string;
  /** What the reader must know beside the procedure's own remarks. */
  readonly remarks: readonly string[];
  readonly pictures: readonly Picture[];
  /** Hidden wherever they stand. */
  readonly secrets: readonly string[];
}

/** A picture of the set-up. */
export interface Picture {
  readonly mediaType: 'image/png' | 'image/jpeg';
  readonly bytes: Uint8Array;
  /** What it shows, and where it comes from. */
  readonly caption: string;
}

/** A moment as people here write it. */
export function localTime(date: Date): string {
  return new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeStyle: 'long' }).format(date);
}

/** "42 ms", "1.3 s", "2 min 05 s" */
export function duration(milliseconds: number): string {
  const seconds = milliseconds / 1_000;
  if (seconds < 1) return `${Math.round(milliseconds)} ms`;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, '0')} s`;
}
