import { type Currency, formatMoney } from '#purchase/money.js';

import type {
  CashlessComparison,
  Comparison,
  Counted,
  Finding,
  OurSales,
  OurVend,
  Reading,
  SelectionComparison,
} from './comparison.js';
import { type CountedBetween, type SelectionBetween, countedBetween } from './counted-between.js';
import { type Cut, beyond, cutsOf, explainedBy, surelyBetween } from './cuts.js';

/** Findings about selections that one person reads; a board that miscounts has one for each of them. */
const SELECTIONS_TOLD_MAX = 10;
const COUNTERS_TOLD_MAX = 3;

/**
 * Two successive audit files of one machine against what was charged there between them. Differences of the counters
 * since the first start are compared, which nobody can clear.
 *
 * The first file says where the counters stood, so nothing is claimed of the time before it. Around each reading our sales
 * may stand on either side; they are a difference only if no place of the readings makes both books agree.
 *
 * @param currency the machine's
 * @param reader which of the machine's cashless readers is ours (1 is DA, 2 is DB); null when nobody said
 */
export function compareAuditFiles(
  before: Reading,
  after: Reading,
  ours: OurSales,
  currency: Currency,
  reader: 1 | 2 | null = null,
): Comparison {
  const machine = countedBetween(before.report, after.report, currency);
  if (machine.backwards.totals.length > 0) {
    const findings = [wentBackwards(machine.backwards.totals, 'what it sold between these two files cannot be told')];
    return { verdict: 'differs', cashless: null, selections: [], cash: machine.cash, findings };
  }
  const { own, other } = readersOf(machine, after, reader);
  const best = own === undefined ? null : bestMatch(before, after, ours, machine, own);
  const sold = best === null ? surelyBetween(ours.charged, before, after) : vendsOf(ours, best.cut);
  const selections = selectionsOf(machine.selections, sold, ours.undecided, best?.reader ?? null);
  const cashless =
    best === null
      ? null
      : { reader: best.reader, machine: best.machine, ours: { count: best.cut.count, minor: best.cut.minor } };
  const findings = [
    ...(best === null
      ? [notCompared(sold, currency)]
      : best.isExplained
        ? []
        : [cashlessFinding(best, ours, other, currency)]),
    ...selectionFindings(selections),
    ...(machine.backwards.selections.length > 0
      ? [wentBackwards(machine.backwards.selections, 'these selections were not compared')]
      : []),
  ];
  const differs = findings.some(({ kind }) => kind !== 'not-compared');
  const verdict = differs ? 'differs' : best === null ? 'not-compared' : 'agrees';
  return { verdict, cashless, selections, cash: machine.cash, findings };
}

/** @param why in words */
export function uncompared(why: string): Comparison {
  const unknown = { count: null, minor: null };
  const cash = {
    sales: unknown,
    toBoxMinor: null,
    toTubesMinor: null,
    billsMinor: null,
    outMinor: null,
    outByHandMinor: null,
    filledMinor: null,
    inTubesMinor: null,
  };
  const findings: Finding[] = [{ kind: 'not-compared', amountMinor: null, text: `Nothing was compared: ${why}.` }];
  return { verdict: 'not-compared', cashless: null, selections: [], cash, findings };
}

interface Match extends CashlessComparison {
  readonly cut: Cut;
  /** What the machine counted beyond the cut. */
  readonly left: Counted;
  readonly isExplained: boolean;
  readonly wrongSelections: number;
}

type ReaderSales = CountedBetween['cashless'][number];

/** Nobody having said which one is ours, it is the only one that ever sold anything; where both did, the first. */
function readersOf(
  machine: CountedBetween,
  { report }: Reading,
  named: 1 | 2 | null,
): { own: ReaderSales | undefined; other: ReaderSales | undefined } {
  const used = report.cashless.filter(({ sales: { ever } }) => (ever.count ?? 0) > 0 || (ever.value ?? 0n) > 0n);
  const ours = named ?? (used.length === 1 ? used[0]?.reader : undefined) ?? 1;
  const compared = machine.cashless.filter(({ sales }) => sales.count !== null || sales.minor !== null);
  return {
    own: compared.find(({ reader }) => reader === ours),
    other: compared.find(({ reader, sales }) => reader !== ours && (sales.count ?? 0) > 0),
  };
}

/** Where the readings fall between our sales: what makes the books agree, or comes nearest. No difference claims more. */
function bestMatch(
  before: Reading,
  after: Reading,
  ours: OurSales,
  machine: CountedBetween,
  { reader, sales }: ReaderSales,
): Match | null {
  const isExplained = explainedBy(ours);
  let best: Match | null = null;
  for (const cut of cutsOf(ours.charged, before, after)) {
    const left = beyond(sales, cut);
    const explained = isExplained(left);
    const match: Match = {
      reader,
      machine: sales,
      ours: { count: cut.count, minor: cut.minor },
      cut,
      left,
      isExplained: explained,
      wrongSelections: explained ? wrongSelections(machine.selections, ours, cut, reader) : 0,
    };
    if (best === null || isNearer(match, best)) best = match;
    if (best.isExplained && best.wrongSelections === 0) return best;
  }
  return best;
}

function isNearer(one: Match, other: Match): boolean {
  if (one.isExplained !== other.isExplained) return one.isExplained;
  if (one.isExplained) return one.wrongSelections < other.wrongSelections;
  const [a, b] = [absolute(one.left.minor ?? 0n), absolute(other.left.minor ?? 0n)];
  return a === b ? Math.abs(one.left.count ?? 0) < Math.abs(other.left.count ?? 0) : a < b;
}

function wrongSelections(selections: readonly SelectionBetween[], ours: OurSales, cut: Cut, reader: 1 | 2): number {
  return selectionsOf(selections, vendsOf(ours, cut), ours.undecided, reader).filter(({ differs }) => differs).length;
}

function vendsOf({ charged }: OurSales, { begin, end }: Cut): readonly OurVend[] {
  return charged.slice(begin, end);
}

function selectionsOf(
  selections: readonly SelectionBetween[],
  sold: readonly OurVend[],
  undecided: readonly OurVend[],
  reader: 1 | 2 | null,
): SelectionComparison[] {
  const [charged, doubtful] = [timesOf(sold), timesOf(undecided)];
  return selections.map(({ selection, number, paid, cashless: byReader }) => {
    const cashless = reader === null ? null : byReader[reader];
    const [ours, maybe] = [charged.get(number) ?? 0, doubtful.get(number) ?? 0];
    const through = cashless?.count ?? null;
    const isMore = number !== null && through !== null && through > ours + maybe;
    // Cash is counted with the rest in PA2: it can only tell that the machine sold too little.
    const least = through ?? paid.count;
    const isLess = number !== null && least !== null && least < ours;
    return { selection, paid, cashless, ours, differs: isMore || isLess };
  });
}

function timesOf(vends: readonly OurVend[]): ReadonlyMap<number | null, number> {
  const times = new Map<number | null, number>();
  for (const { selection } of vends) times.set(selection, (times.get(selection) ?? 0) + 1);
  return times;
}

function wentBackwards(counters: readonly string[], consequence: string): Finding {
  const some = counters.slice(0, COUNTERS_TOLD_MAX).join('; ');
  const rest = counters.length - COUNTERS_TOLD_MAX;
  const text =
    `Counters that nobody can clear went backwards: ${some}${rest > 0 ? `, and ${rest} more` : ''}. The machine's board or ` +
    `its memory was replaced or erased: ${consequence}.`;
  return { kind: 'counters-restarted', amountMinor: null, text };
}

function notCompared(sold: readonly OurVend[], currency: Currency): Finding {
  const minor = sold.reduce((total, { priceMinor }) => total + priceMinor, 0n);
  const text =
    'The files have no cashless sales to compare (DA2, DB2): this machine does not count them, or began to after the ' +
    `first of the two. Charged here in that time: ${salesOf(sold.length, minor, currency)}.`;
  return { kind: 'not-compared', amountMinor: null, text };
}

function cashlessFinding(match: Match, ours: OurSales, other: ReaderSales | undefined, currency: Currency): Finding {
  const { machine, cut, left, reader } = match;
  const kind = kindOf(left);
  const difference = [
    left.count === null || left.count === 0 ? '' : countOf(Math.abs(left.count)),
    left.minor === null || left.minor === 0n ? '' : formatMoney({ minor: absolute(left.minor), currency }),
  ].filter((part) => part !== '');
  const side = { 'cashless-more': 'more at the machine', 'cashless-less': 'fewer at the machine' } as const;
  const which = kind === 'cashless-value' ? 'apart, for as many sales' : side[kind];
  const doubts =
    ours.undecided.length === 0
      ? ''
      : ` ${ours.undecided.length} vend(s) of this time have a review case of their own, and do not explain it.`;
  const beside =
    other === undefined
      ? ''
      : ` Its other reader (${segmentOf(other.reader)}) counted ${salesOf(other.sales.count, other.sales.minor, currency)}.`;
  const text =
    `The machine counted ${salesOf(machine.count, machine.minor, currency)} without cash (${segmentOf(reader)}), ` +
    `and ${salesOf(cut.count, cut.minor, currency)} were charged here: ${difference.join(', ')} ${which}.${beside}${doubts}`;
  return { kind, amountMinor: left.minor === 0n || left.minor === null ? null : absolute(left.minor), text };
}

function kindOf({ count, minor }: Counted): 'cashless-more' | 'cashless-less' | 'cashless-value' {
  if (count === 0) return 'cashless-value';
  return (count ?? minor ?? 0) > 0 ? 'cashless-more' : 'cashless-less';
}

function selectionFindings(selections: readonly SelectionComparison[]): Finding[] {
  const wrong = selections.filter(({ differs }) => differs);
  const findings = wrong.slice(0, SELECTIONS_TOLD_MAX).map(({ selection, paid, cashless, ours }): Finding => {
    const counted =
      cashless?.count == null
        ? `${paid.count ?? 0} paid vends in all, cash included (PA2)`
        : `${cashless.count} without cash (PA7)`;
    const text = `Selection ${selection}: the machine counted ${counted}, and ${ours} were charged here.`;
    return { kind: 'selection-differs', amountMinor: null, text };
  });
  const rest = wrong.length - findings.length;
  if (rest > 0) {
    findings.push({ kind: 'selection-differs', amountMinor: null, text: `So it is with ${rest} more selections.` });
  }
  return findings;
}

function salesOf(count: number | null, minor: bigint | null, currency: Currency): string {
  const amount = minor === null ? null : formatMoney({ minor, currency });
  if (count === null) return `sales of ${amount ?? 'an unknown amount'}`;
  return amount === null ? countOf(count) : `${countOf(count)} of ${amount}`;
}

function segmentOf(reader: 1 | 2): string {
  return reader === 1 ? 'DA2' : 'DB2';
}

function countOf(count: number): string {
  return `${count} sale${count === 1 ? '' : 's'}`;
}

function absolute(amount: bigint): bigint {
  return amount < 0n ? -amount : amount;
}
