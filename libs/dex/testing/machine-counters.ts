import type { AuditReport, Counter, Counters, Totals } from '../audit-report.js';

type Means = 'CA' | 'DA' | 'DB';

interface Sold {
  readonly selection: number;
  readonly price: bigint;
  readonly means: Means;
}

/** What a machine would count: it is told what it sells, and gives its report at any moment. */
export class MachineCounters {
  private readonly sold: Sold[] = [];
  private reads = 0;

  constructor(
    private readonly traits: {
      readonly serial: string | null;
      readonly currency: string;
      readonly selections: readonly number[];
      /** Does it count sales by means of payment for each selection? */
      readonly hasMeans?: boolean;
    },
  ) {}

  sell(selection: number, price: bigint, means: Means = 'DA'): this {
    this.sold.push({ selection, price, means });
    return this;
  }

  /** @param clock the machine's own, "2026-11-21T14:05:00" */
  report(clock: string | null): AuditReport {
    const { serial, currency, selections, hasMeans = true } = this.traits;
    this.reads += 1;
    const by = (means: Means, selection?: number) =>
      countersOf(this.sold.filter((one) => one.means === means && (selection ?? one.selection) === one.selection));
    const cash = by('CA');
    return {
      machine: { serial, model: 'Test 100', build: null, location: null, asset: null },
      money: { decimals: 2, currencyNumber: null, currencyLetters: currency },
      clock,
      vends: { paid: countersOf(this.sold), test: countersOf([]), free: countersOf([]) },
      cash: {
        sales: cash,
        in: totalOf(cash.ever.value),
        toBox: totalOf(0n),
        toTubes: totalOf(cash.ever.value),
        bills: totalOf(0n),
        out: totalOf(0n),
        outByHand: totalOf(0n),
        overpaid: totalOf(0n),
        filled: totalOf(0n),
        inTubes: cash.ever.value,
        tubes: [],
      },
      cashless: ([1, 2] as const).map((reader) => {
        const means = reader === 1 ? 'DA' : 'DB';
        return { reader, serial: null, model: null, sales: by(means), credited: totalOf(0n) };
      }),
      selections: selections.map((selection) => ({
        selection: String(selection),
        price: null,
        product: null,
        paid: countersOf(this.sold.filter((one) => one.selection === selection)),
        test: countersOf([]),
        free: countersOf([]),
        byMeans: hasMeans
          ? (['CA', 'DA', 'DB'] as const).map((means) => ({
              means,
              priceList: '0',
              price: null,
              sales: by(means, selection),
            }))
          : [],
      })),
      events: [],
      eventCounts: [],
      reads: { number: this.reads, at: clock, before: null },
      powerCuts: { ever: 0, sinceReset: 0 },
      maker: [],
    };
  }
}

/** Somebody clears the other counter at each reading. */
function countersOf(sold: readonly Sold[]): Counters {
  const ever: Counter = { count: sold.length, value: sold.reduce((total, { price }) => total + price, 0n) };
  return { ever, sinceReset: { count: 0, value: 0n } };
}

function totalOf(ever: bigint | null): Totals {
  return { ever, sinceReset: 0n };
}
