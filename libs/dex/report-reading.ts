import type { AuditReport, CashReport, CashlessReport, SelectionReport } from './audit-report.js';
import { Fields } from './fields.js';
import type { Segment } from './segments.js';

/** What the segments say; those that nobody here knows are left to whoever reads the file itself. */
export function reportOf(segments: readonly Segment[]): AuditReport {
  const first = (id: string) => new Fields(segments.find((segment) => segment.id === id));
  const all = (id: string) => segments.filter((segment) => segment.id === id).map((segment) => new Fields(segment));
  const [identity, money, reading, powerCuts] = [first('ID1'), first('ID4'), first('EA3'), first('EA7')];
  return {
    machine: {
      serial: identity.text(1),
      model: identity.text(2),
      build: identity.text(3),
      location: identity.text(4),
      asset: identity.text(6),
    },
    money: {
      decimals: decimalsOf(money.count(1)),
      currencyNumber: currencyNumberOf(money.text(2)),
      currencyLetters: money.text(3)?.toUpperCase() ?? null,
    },
    clock: first('ID5').moment(1, 2) ?? reading.moment(2, 3),
    vends: { paid: first('VA1').valuesFirst(), test: first('VA2').valuesFirst(), free: first('VA3').valuesFirst() },
    cash: cashOf(first, all('CA17')),
    cashless: ([1, 2] as const).flatMap((reader) => cashlessOf(segments, reader, first)),
    selections: selectionsOf(segments),
    events: all('EA1').map((event) => ({ event: event.text(1) ?? '', at: event.moment(2, 3) })),
    eventCounts: all('EA2').map((event) => ({
      event: event.text(1) ?? '',
      sinceReset: event.count(2),
      ever: event.count(3),
      active: activeOf(event.text(4)),
    })),
    reads: { number: reading.count(1), at: reading.moment(2, 3), before: reading.moment(5, 6) },
    powerCuts: { sinceReset: powerCuts.count(1), ever: powerCuts.count(2) },
    maker: segments.filter(({ id }) => id === 'MA5').map(({ fields }) => fields),
  };
}

/** No currency has more than four decimals; machines with none at all write 0. */
function decimalsOf(decimals: number | null): number | null {
  return decimals !== null && decimals <= 4 ? decimals : null;
}

/** 978, or with the digit in front that MDB has: 1978. */
function currencyNumberOf(text: string | null): string | null {
  return /^[01]?(\d{3})$/.exec(text ?? '')?.[1] ?? null;
}

function activeOf(text: string | null): boolean | null {
  return text === '1' ? true : text === '0' ? false : null;
}

function cashOf(first: (id: string) => Fields, tubes: readonly Fields[]): CashReport {
  const [taken, paid, overpaid, filled] = [first('CA3'), first('CA4'), first('CA8'), first('CA10')];
  return {
    sales: first('CA2').valuesFirst(),
    in: taken.totals(5, 1),
    toBox: taken.totals(6, 2),
    toTubes: taken.totals(7, 3),
    // Fields 04 and 08 count whole units on some machines; 09 and 10 are later and exact.
    bills: { ever: taken.amount(10) ?? taken.amount(8), sinceReset: taken.amount(9) ?? taken.amount(4) },
    out: paid.totals(3, 1),
    outByHand: paid.totals(4, 2),
    overpaid: overpaid.totals(2, 1),
    filled: filled.totals(2, 1),
    inTubes: first('CA15').amount(1),
    tubes: tubes.map((tube) => ({ type: tube.text(1), coin: tube.amount(2), coins: tube.count(3) })),
  };
}

function cashlessOf(segments: readonly Segment[], reader: 1 | 2, first: (id: string) => Fields): CashlessReport[] {
  const letters = reader === 1 ? 'DA' : 'DB';
  if (!segments.some(({ id }) => id === `${letters}1` || id === `${letters}2`)) return [];
  const identity = first(`${letters}1`);
  return [
    {
      reader,
      serial: identity.text(1),
      model: identity.text(2),
      sales: first(`${letters}2`).valuesFirst(),
      credited: first(`${letters}4`).totals(1, 2),
    },
  ];
}

/** Each PA1 opens the block of its selection; what follows belongs to it. */
function selectionsOf(segments: readonly Segment[]): SelectionReport[] {
  const blocks: Segment[][] = [];
  for (const segment of segments) {
    if (segment.id === 'PA1') blocks.push([segment]);
    else if (/^PA\d+$/.test(segment.id)) blocks.at(-1)?.push(segment);
  }
  return blocks.map((block) => {
    const first = (id: string) => new Fields(block.find((segment) => segment.id === id));
    const product = first('PA1');
    return {
      selection: product.text(1) ?? '',
      price: product.amount(2),
      product: product.text(3),
      paid: first('PA2').countsFirst(),
      test: first('PA3').countsFirst(),
      free: first('PA4').countsFirst(),
      byMeans: block
        .filter(({ id }) => id === 'PA7')
        .map((segment) => new Fields(segment))
        .map((means) => ({
          means: means.text(2) ?? '',
          priceList: means.text(3),
          price: means.amount(4),
          sales: means.countsFirst(5),
        })),
    };
  });
}
