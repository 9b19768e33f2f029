/** Amounts as people and text protocols write them: decimal text with a dot. Text to whole smallest units and back; no float in between. */

/** The most the machine protocol carries in one amount. */
const MINOR_MAX = 99_999_999;

/** "12.5" with two decimals is 1250. Undefined for signs, blanks, more decimals than configured, and too much. */
export function parseAmount(text: string, decimals: number): number | undefined {
  const match = /^(\d{1,8})(?:\.(\d{1,3}))?$/.exec(text);
  if (match?.[1] === undefined) return undefined;
  const fraction = match[2] ?? '';
  if (/[1-9]/.test(fraction.slice(decimals))) return undefined;
  const minor = Number(match[1] + fraction.slice(0, decimals).padEnd(decimals, '0'));
  return minor <= MINOR_MAX ? minor : undefined;
}

/** 1250 with two decimals is "12.50". @param minor a whole number, 0 or more */
export function formatAmount(minor: number, decimals: number): string {
  const digits = String(minor).padStart(decimals + 1, '0');
  return decimals === 0 ? digits : `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`;
}
