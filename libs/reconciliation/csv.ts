/** One line of RFC 4180, CR LF included. */
export function csvLine(fields: readonly (string | null)[]): string {
  return `${fields.map(field).join(',')}\r\n`;
}

/**
 * Spreadsheets take a field that begins with one of these for a formula, and run it. Text that others write into our
 * file (references, cashiers) must stay text: an apostrophe in front makes it so. Plain numbers stay numbers.
 */
const FORMULA = /^[=+\-@\t\r\n＝＋－＠]/;
const NUMBER = /^-?\d+(?:\.\d+)?$/;

function field(value: string | null): string {
  if (value === null) return '';
  const text = FORMULA.test(value) && !NUMBER.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) || text.trim() !== text ? `"${text.replaceAll('"', '""')}"` : text;
}
