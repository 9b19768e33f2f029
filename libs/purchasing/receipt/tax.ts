import { sum } from '#purchase/money.js';

/** What was charged at one rate. Prices include the tax: `net + tax = gross`. */
export interface TaxLine {
  /** Hundredths of a percent; null where the product states none. */
  readonly rateHundredths: number | null;
  readonly grossMinor: bigint;
  /** Null where no rate is stated. */
  readonly netMinor: bigint | null;
  readonly taxMinor: bigint | null;
}

export interface Taxable {
  readonly rateHundredths: number | null;
  readonly totalMinor: bigint;
}

/**
 * The tax in what was charged, a line a rate, highest first. The gross amounts add up to `chargedMinor`.
 *
 * Where less was charged than the rows add up to, each rate bears its share of the difference. Of each rate's gross the
 * net is rounded to the nearest smallest unit, halves up, and the rest is tax: rounding by rate and not by row is what
 * receipts in the EU do.
 *
 * @param rows each 0 or more; together at least `chargedMinor`.
 */
export function taxLines(rows: readonly Taxable[], chargedMinor: bigint): TaxLine[] {
  const byRate = new Map<number | null, bigint>();
  for (const { rateHundredths, totalMinor } of rows) {
    byRate.set(rateHundredths, (byRate.get(rateHundredths) ?? 0n) + totalMinor);
  }
  const rates = [...byRate.keys()].toSorted((a, b) => (b ?? -1) - (a ?? -1));
  const shares = shared(
    chargedMinor,
    rates.map((rate) => byRate.get(rate) ?? 0n),
  );
  return rates.map((rateHundredths, i) => {
    const grossMinor = shares[i] ?? 0n;
    if (rateHundredths === null) return { rateHundredths, grossMinor, netMinor: null, taxMinor: null };
    const netMinor = netOf(grossMinor, rateHundredths);
    return { rateHundredths, grossMinor, netMinor, taxMinor: grossMinor - netMinor };
  });
}

/** 1400 is "14", 2550 is "25.5": as SEQR's itemTaxRate and receipts have it. */
export function percentText(hundredths: number): string {
  return String(hundredths / 100);
}

/** gross · 100 % / (100 % + rate), to the nearest, halves up. */
function netOf(grossMinor: bigint, rateHundredths: number): bigint {
  const whole = 10_000n + BigInt(rateHundredths);
  return (2n * 10_000n * grossMinor + whole) / (2n * whole);
}

/** `total` in shares as large as `parts` are to each other: exact, what rounding leaves goes to the largest remainders. */
function shared(total: bigint, parts: readonly bigint[]): bigint[] {
  const all = sum(parts);
  if (all === 0n || all === total) return [...parts];
  const shares = parts.map((part) => (part * total) / all);
  const remainder = (i: number) => ((parts[i] ?? 0n) * total) % all;
  const byRemainder = [...parts.keys()].toSorted((a, b) => Number(remainder(b) - remainder(a)));
  const left = Number(total - sum(shares));
  for (const i of byRemainder.slice(0, left)) shares[i] = (shares[i] ?? 0n) + 1n;
  return shares;
}
