/** Amounts on the bus are units of `scale` smallest units of the currency (MDB/ICP 4.2, READER CONFIG, Z5 and Z6). */

/** The most the machine protocol carries in one amount. */
export const MINOR_MAX = 99_999_999;

/** Undefined for more than the machine protocol can carry. */
export function minorOf(units: number, scale: number): number | undefined {
  const minor = units * scale;
  return minor <= MINOR_MAX ? minor : undefined;
}

/** Undefined for what is no whole number of units: an amount is never rounded. */
export function unitsOf(minor: number, scale: number): number | undefined {
  return minor % scale === 0 ? minor / scale : undefined;
}
