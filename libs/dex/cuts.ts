import type { Counted, OurSales, OurVend, Reading } from './comparison.js';

/**
 * Which of our sales the machine may have counted between two readings. It counts in the order in which it sells, so each
 * reading is a cut through the row of our sales; where exactly is not known, as its clock is not ours, and a purchase may
 * have been under way.
 */
export interface Cut {
  /** Of the sales, from this one up to and without that one. */
  readonly begin: number;
  readonly end: number;
  readonly count: number;
  readonly minor: bigint;
}

/** Sales in doubt at one reading that are tried one by one; further ones are taken as counted after it. */
const DOUBTS_MAX = 300;
/** Each may have been counted or not: 2 to the power of so many sums are tried for each cut. */
const UNDECIDED_MAX = 8;

export function* cutsOf(charged: readonly OurVend[], before: Reading, after: Reading): Generator<Cut> {
  const totals = [0n];
  for (const { priceMinor } of charged) totals.push((totals.at(-1) ?? 0n) + priceMinor);
  const [first, second] = [placesOf(charged, before), placesOf(charged, after)];
  for (let begin = first.from; begin <= first.until; begin += 1) {
    for (let end = Math.max(begin, second.from); end <= Math.max(begin, second.until); end += 1) {
      yield { begin, end, count: end - begin, minor: (totals[end] ?? 0n) - (totals[begin] ?? 0n) };
    }
  }
}

/** Only what was certainly sold after the first reading and before the second. */
export function surelyBetween(charged: readonly OurVend[], before: Reading, after: Reading): readonly OurVend[] {
  return charged.slice(placesOf(charged, before).until, placesOf(charged, after).from);
}

/** Behind how many sales, at least and at most, this reading was made. */
function placesOf(charged: readonly OurVend[], reading: Reading): { from: number; until: number } {
  const unsure = charged.findIndex((vend) => vend.until >= reading.from);
  const from = unsure < 0 ? charged.length : unsure;
  const later = charged.findIndex((vend, i) => i >= from && vend.from > reading.until);
  return { from, until: Math.min(later < 0 ? charged.length : later, from + DOUBTS_MAX) };
}

/** What the machine counted beyond a cut; null where it does not say. */
export function beyond(machine: Counted, cut: Cut): Counted {
  return {
    count: machine.count === null ? null : machine.count - cut.count,
    minor: machine.minor === null ? null : machine.minor - cut.minor,
  };
}

/** Tells whether purchases that a person looks at anyway explain what is left. Nothing left is always explained. */
export function explainedBy({ undecided }: OurSales): (left: Counted) => boolean {
  let sums = [{ count: 0, minor: 0n }];
  for (const { priceMinor } of undecided.slice(0, UNDECIDED_MAX)) {
    sums = [...sums, ...sums.map(({ count, minor }) => ({ count: count + 1, minor: minor + priceMinor }))];
  }
  return (left) =>
    sums.some(
      ({ count, minor }) =>
        (left.count === null || left.count === count) && (left.minor === null || left.minor === minor),
    );
}
