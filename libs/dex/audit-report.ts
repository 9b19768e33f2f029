/**
 * What an audit file says, by the names of EVA-DTS 6.1. Null stands for what the file does not say, or says in a way that
 * is no number or no date.
 *
 * Every bigint is an amount, in units of the file's own decimals (`money.decimals`): 180n with 2 decimals is 1.80.
 * Times are the machine's own, without a zone: "2026-11-21T14:05:00".
 */
export interface AuditReport {
  readonly machine: {
    readonly serial: string | null;
    readonly model: string | null;
    readonly build: string | null;
    readonly location: string | null;
    readonly asset: string | null;
  };
  /** ID4. Letters are upper case; the number is ISO 4217's, of three digits. */
  readonly money: {
    readonly decimals: number | null;
    readonly currencyNumber: string | null;
    readonly currencyLetters: string | null;
  };
  /** ID5, or the time of this reading in EA3. */
  readonly clock: string | null;
  /** VA1, VA2, VA3. */
  readonly vends: { readonly paid: Counters; readonly test: Counters; readonly free: Counters };
  readonly cash: CashReport;
  /** DA…, DB…: the first and the second cashless reader, where the file mentions them. */
  readonly cashless: readonly CashlessReport[];
  readonly selections: readonly SelectionReport[];
  /** EA1. */
  readonly events: readonly { readonly event: string; readonly at: string | null }[];
  /** EA2. */
  readonly eventCounts: readonly EventCount[];
  /** EA3: this reading and the one before. */
  readonly reads: { readonly number: number | null; readonly at: string | null; readonly before: string | null };
  /** EA7. */
  readonly powerCuts: { readonly ever: number | null; readonly sinceReset: number | null };
  /** MA5: whatever its maker put there. */
  readonly maker: readonly (readonly string[])[];
}

export interface Counter {
  readonly count: number | null;
  readonly value: bigint | null;
}

/** Machines count twice: since their first start, which nobody can clear, and since somebody last cleared the other one. */
export interface Counters {
  readonly ever: Counter;
  readonly sinceReset: Counter;
}

export interface Totals {
  readonly ever: bigint | null;
  readonly sinceReset: bigint | null;
}

export interface CashReport {
  /** CA2. */
  readonly sales: Counters;
  /** CA3: what was put in, and where it went. */
  readonly in: Totals;
  readonly toBox: Totals;
  readonly toTubes: Totals;
  readonly bills: Totals;
  /** CA4: paid out as change, and by hand. */
  readonly out: Totals;
  readonly outByHand: Totals;
  /** CA8. */
  readonly overpaid: Totals;
  /** CA10. */
  readonly filled: Totals;
  /** CA15. */
  readonly inTubes: bigint | null;
  /** CA17. */
  readonly tubes: readonly {
    readonly type: string | null;
    readonly coin: bigint | null;
    readonly coins: number | null;
  }[];
}

export interface CashlessReport {
  readonly reader: 1 | 2;
  readonly serial: string | null;
  readonly model: string | null;
  /** DA2, DB2. */
  readonly sales: Counters;
  /** DA4, DB4: credit given to cards. */
  readonly credited: Totals;
}

export interface SelectionReport {
  /** PA1 01, as the machine writes it: "11", "011", "A1". */
  readonly selection: string;
  readonly price: bigint | null;
  readonly product: string | null;
  /** PA2, PA3, PA4. */
  readonly paid: Counters;
  readonly test: Counters;
  readonly free: Counters;
  /** PA7: paid vends by the means of payment (CA cash, DA and DB cashless, TA tokens) and price list. */
  readonly byMeans: readonly MeansReport[];
}

export interface MeansReport {
  readonly means: string;
  readonly priceList: string | null;
  readonly price: bigint | null;
  readonly sales: Counters;
}

export interface EventCount {
  readonly event: string;
  readonly sinceReset: number | null;
  readonly ever: number | null;
  readonly active: boolean | null;
}
