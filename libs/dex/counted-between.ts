import { type Currency, exponentOf } from '#purchase/money.js';

import type { AuditReport, Counter, Counters, SelectionReport } from './audit-report.js';
import type { CashBetween, Counted } from './comparison.js';

export interface SelectionBetween {
  readonly selection: string;
  /** Its number; null for names that are none ("A1"). */
  readonly number: number | null;
  readonly paid: Counted;
  /** By reader, from PA7; null where the files have none. */
  readonly cashless: Readonly<Record<1 | 2, Counted | null>>;
}

/** What a machine counted between two readings. */
export interface CountedBetween {
  readonly cashless: readonly { readonly reader: 1 | 2; readonly sales: Counted }[];
  readonly cash: CashBetween;
  readonly selections: readonly SelectionBetween[];
  /** Counters since the first start that went backwards, in words: of the whole machine, and of single selections. */
  readonly backwards: { readonly totals: readonly string[]; readonly selections: readonly string[] };
}

const NOTHING: Counted = { count: null, minor: null };
const MEANS = { 1: 'DA', 2: 'DB' } as const;

/** Counters since the first start only: the others are cleared by whoever reads the machine. */
export function countedBetween(before: AuditReport, after: AuditReport, currency: Currency): CountedBetween {
  const backwards: string[] = [];
  const scale = { before: scaleOf(before, currency), after: scaleOf(after, currency) };

  const minor = (was: bigint | null, is: bigint | null, name: string): bigint | null => {
    const [from, to] = [scale.before(was), scale.after(is)];
    if (from === null || to === null) return null;
    if (to >= from) return to - from;
    backwards.push(name);
    return null;
  };
  const count = (was: number | null, is: number | null, name: string): number | null => {
    if (was === null || is === null) return null;
    if (is >= was) return is - was;
    backwards.push(`${name}, from ${was} to ${is}`);
    return null;
  };
  const counted = (was: Counter | undefined, is: Counter, name: string): Counted =>
    was === undefined
      ? NOTHING
      : {
          count: count(was.count, is.count, `the number of ${name}`),
          minor: minor(was.value, is.value, `the value of ${name}`),
        };
  const ever = (was: Counters | undefined, is: Counters, name: string) => counted(was?.ever, is.ever, name);

  const cashless = after.cashless.map(({ reader, sales }) => ({
    reader,
    sales: ever(
      before.cashless.find((one) => one.reader === reader)?.sales,
      sales,
      `cashless sales (${MEANS[reader]}2)`,
    ),
  }));
  // Compared with nothing else here; it goes backwards with the board.
  ever(before.vends.paid, after.vends.paid, 'paid vends (VA1)');
  const [was, is] = [before.cash, after.cash];
  const cash: CashBetween = {
    sales: ever(was.sales, is.sales, 'cash sales (CA2)'),
    toBoxMinor: minor(was.toBox.ever, is.toBox.ever, 'cash to the box (CA3)'),
    toTubesMinor: minor(was.toTubes.ever, is.toTubes.ever, 'cash to the tubes (CA3)'),
    billsMinor: minor(was.bills.ever, is.bills.ever, 'bills (CA3)'),
    outMinor: minor(was.out.ever, is.out.ever, 'cash paid out (CA4)'),
    outByHandMinor: minor(was.outByHand.ever, is.outByHand.ever, 'cash paid out by hand (CA4)'),
    filledMinor: minor(was.filled.ever, is.filled.ever, 'cash filled (CA10)'),
    inTubesMinor: scale.after(is.inTubes),
  };
  const totals = backwards.splice(0);
  const hasMeans = before.selections.some(({ byMeans }) => byMeans.length > 0);
  const selections = after.selections.map((one): SelectionBetween => {
    const known = before.selections.find(({ selection }) => selection === one.selection);
    const name = `vends of selection ${one.selection}`;
    const through = (reader: 1 | 2): Counted | null => {
      if (!hasMeans || known === undefined || one.byMeans.length === 0) return null;
      return counted(throughReader(known, reader), throughReader(one, reader), `${name} (PA7 ${MEANS[reader]})`);
    };
    return {
      selection: one.selection,
      number: /^\d{1,9}$/.test(one.selection) ? Number(one.selection) : null,
      paid: ever(known?.paid, one.paid, `${name} (PA2)`),
      cashless: { 1: through(1), 2: through(2) },
    };
  });
  return { cashless, cash, selections, backwards: { totals, selections: backwards } };
}

/** A selection that was never sold by some means has no line for it. */
function throughReader({ byMeans }: SelectionReport, reader: 1 | 2): Counter {
  const lines = byMeans.filter(({ means }) => means.toUpperCase() === MEANS[reader]).map(({ sales }) => sales.ever);
  return {
    count: lines.reduce<number | null>((sum, { count }) => add(sum, count), 0),
    value: lines.reduce<bigint | null>((sum, { value }) => (sum === null || value === null ? null : sum + value), 0n),
  };
}

function add(sum: number | null, count: number | null): number | null {
  return sum === null || count === null ? null : sum + count;
}

/** From the file's decimals (ID4; the currency's own where it says none) to smallest units; null where they do not fit. */
function scaleOf({ money }: AuditReport, currency: Currency): (amount: bigint | null) => bigint | null {
  const exponent = exponentOf(currency);
  const decimals = money.decimals ?? exponent;
  const factor = 10n ** BigInt(Math.abs(exponent - decimals));
  return (amount) => {
    if (amount === null) return null;
    if (decimals <= exponent) return amount * factor;
    return amount % factor === 0n ? amount / factor : null;
  };
}
