import fc from 'fast-check';

import { MARGIN_MS, compare, type Terms } from './compare.js';
import {
  DIFFERENCE_KINDS,
  type DifferenceKind,
  type LedgerEntry,
  type PendingEntry,
  type SeqrRow,
} from './difference.js';
import { HOUR_MS, MARKED_AT, TERMS, entryOf, rowOf, summaryOf } from './testing/books.js';

interface Books {
  entries: readonly LedgerEntry[];
  rows: readonly SeqrRow[];
  pending?: readonly PendingEntry[];
  terms?: Partial<Terms>;
  summary?: { count: number | null; total: bigint | null };
}

function differencesOf({ entries, rows, pending = [], terms = {}, summary = summaryOf(rows) }: Books) {
  return compare({ entries, rows, pending, summary, terms: { ...TERMS, ...terms } });
}

const one = entryOf(1);
const two = entryOf(2);
const bothRows = [rowOf(one), rowOf(two)];

describe('our ledger against SEQR’s report', () => {
  it('agrees when each has what the other has', () => {
    expect(differencesOf({ entries: [one, two], rows: bothRows })).toEqual({ differences: [], carried: 0, matched: 2 });
  });

  it('agrees on a day without sales', () => {
    expect(differencesOf({ entries: [], rows: [] })).toEqual({ differences: [], carried: 0, matched: 0 });
  });

  it.each<[string, Books, object[]]>([
    [
      'a purchase that SEQR does not report',
      { entries: [one, two], rows: [rowOf(two)] },
      [{ kind: 'missing-at-seqr', purchaseId: 'purchase-1', machineId: 'machine-b', oursMinor: 101n, seqr: null }],
    ],
    [
      'a sale that we know nothing of, by its terminal',
      { entries: [one], rows: [rowOf(one), rowOf(two, { cashierId: null })] },
      [{ kind: 'missing-here', ersReference: 'ers-2', machineId: 'machine-c', currency: 'EUR', seqr: 102_000n }],
    ],
    [
      'a sale that we know nothing of, by its cashier',
      { entries: [one], rows: [rowOf(one), rowOf(two, { terminalId: 'the reseller’s own' })] },
      [{ kind: 'missing-here', machineId: 'machine-c' }],
    ],
    [
      'a sale of nobody we know',
      { entries: [], rows: [rowOf(one, { terminalId: 'x', cashierId: null, ersReference: null, line: 7 })] },
      [{ kind: 'missing-here', key: 'missing-here:period-1:7', machineId: null, currency: null }],
    ],
    [
      'another amount, even in the fifth decimal',
      { entries: [one], rows: [rowOf(one, { amount: 101_001n })] },
      [{ kind: 'amount-differs', oursMinor: 101n, seqr: 101_001n }],
    ],
    [
      'a sale that stands twice in a report',
      { entries: [one], rows: [rowOf(one), rowOf(one, { line: 2 })] },
      [{ kind: 'duplicate-at-seqr', purchaseId: 'purchase-1', seqr: 101_000n }],
    ],
    [
      'a sale that stood in the report of an earlier period',
      { entries: [one], rows: [rowOf(one, { repeats: true })] },
      [{ kind: 'duplicate-at-seqr', purchaseId: 'purchase-1' }],
    ],
    [
      'a sale at another terminal',
      { entries: [one], rows: [rowOf(one, { terminalId: 'terminal-a' })] },
      [{ kind: 'wrong-terminal', purchaseId: 'purchase-1' }],
    ],
    [
      'a sale of another cashier',
      { entries: [{ ...one, terminalId: null }], rows: [rowOf(one, { cashierId: 'machine-a' })] },
      [{ kind: 'wrong-terminal', machineId: 'machine-b' }],
    ],
    [
      'a summary with another count',
      { entries: [one], rows: [rowOf(one)], summary: { count: 2, total: 101_000n } },
      [{ kind: 'summary-differs', seqr: 0n }],
    ],
    [
      'a summary with another total',
      { entries: [one], rows: [rowOf(one)], summary: { count: 1, total: 101_500n } },
      [{ kind: 'summary-differs', seqr: 500n }],
    ],
    [
      'a refund of another amount',
      {
        entries: [{ ...one, refunds: [{ ersReference: 'refund', amountMinor: 30n }] }],
        rows: [rowOf(one), rowOf(one, { line: 2, ersReference: 'refund', amount: -40_000n })],
      },
      [{ kind: 'amount-differs', ersReference: 'refund', oursMinor: -30n, seqr: -40_000n }],
    ],
  ])('shows %s', (_, books, expected) => {
    const { differences } = differencesOf(books);

    expect(differences).toHaveLength(expected.length);
    expect(differences).toMatchObject(expected);
  });

  it.each<[string, Books]>([
    [
      'a terminal or cashier that SEQR does not name',
      { entries: [one], rows: [rowOf(one, { terminalId: null, cashierId: null })] },
    ],
    [
      'the reseller’s own terminal',
      { entries: [{ ...one, terminalId: null }], rows: [rowOf(one, { terminalId: 'its own' })] },
    ],
    ['a summary that says nothing', { entries: [one], rows: [rowOf(one)], summary: { count: null, total: null } }],
    [
      'a purchase that a person is looking at, reported',
      { entries: [{ ...one, committedMinor: null }], rows: [rowOf(one)] },
    ],
    ['a purchase that a person is looking at, not reported', { entries: [{ ...one, committedMinor: null }], rows: [] }],
    [
      'a refund',
      {
        entries: [{ ...one, refunds: [{ ersReference: 'refund', amountMinor: 30n }] }],
        rows: [rowOf(one), rowOf(one, { line: 2, ersReference: 'refund', amount: -30_000n })],
      },
    ],
  ])('makes nothing of %s', (_, books) => {
    expect(differencesOf(books).differences).toEqual([]);
  });

  it('opens one and the same case for a difference that two reports show', () => {
    const shop = differencesOf({ entries: [one], rows: [rowOf(one, { amount: 1n })] });
    const terminal = differencesOf({
      entries: [one],
      rows: [rowOf(one, { amount: 1n })],
      terms: { period: 'another' },
    });

    expect(shop.differences[0]?.key).toBe(terminal.differences[0]?.key);
  });
});

describe('near the boundary of a period', () => {
  it.each([
    ['shortly before the mark', -MARGIN_MS + 1, 'carried'],
    ['after the mark', 1_000, 'carried'],
    ['well before the mark', -MARGIN_MS, 'missing-at-seqr'],
  ])('a purchase committed %s and not reported is %s', (_, offset, expected) => {
    const entry = { ...one, committedAt: MARKED_AT + offset };
    const { differences, carried } = differencesOf({ entries: [entry], rows: [] });

    expect(differences[0]?.kind ?? 'carried').toBe(expected);
    expect(carried).toBe(expected === 'carried' ? 1 : 0);
  });

  it('becomes a difference in the next run', () => {
    const entry = { ...one, committedAt: MARKED_AT - 1_000 };
    const terms = { since: MARKED_AT, markedAt: MARKED_AT + 24 * HOUR_MS };

    expect(differencesOf({ entries: [entry], rows: [], terms }).differences).toMatchObject([
      { kind: 'missing-at-seqr' },
    ]);
    expect(differencesOf({ entries: [entry], rows: [rowOf(entry)], terms }).differences).toEqual([]);
  });

  it('a sale of a purchase that is just being settled waits', () => {
    const pending = [{ purchaseId: 'p', machineId: one.machineId, amountMinor: 101n, currency: 'EUR' as const }];

    expect(differencesOf({ entries: [], rows: [rowOf(one)], pending })).toMatchObject({ differences: [], carried: 1 });
    expect(differencesOf({ entries: [], rows: [rowOf(one, { amount: 1n })], pending }).differences).toHaveLength(1);
    expect(
      differencesOf({ entries: [], rows: [rowOf(one, { cashierId: 'machine-a' })], pending }).differences,
    ).toHaveLength(1);
  });
});

describe('a mark whose outcome is unknown', () => {
  const lost = { first: MARKED_AT - HOUR_MS, until: MARKED_AT - HOUR_MS };

  it('ended a period when nothing from before it is reported: one difference for all of it', () => {
    const after = { ...entryOf(3), committedAt: MARKED_AT - HOUR_MS / 2 };
    const { differences } = differencesOf({
      entries: [one, two, after],
      rows: [rowOf(after)],
      terms: { lost },
    });

    expect(differences).toMatchObject([{ kind: 'period-lost', oursMinor: 203n, currency: 'EUR' }]);
  });

  it('ended nothing when a purchase from before it is reported: the rest is missing', () => {
    const { differences } = differencesOf({ entries: [one, two], rows: [rowOf(two)], terms: { lost } });

    expect(differences).toMatchObject([{ kind: 'missing-at-seqr', purchaseId: 'purchase-1' }]);
  });

  it('costs nothing when all is reported, or nothing was sold', () => {
    expect(differencesOf({ entries: [one, two], rows: bothRows, terms: { lost } }).differences).toEqual([]);
    expect(differencesOf({ entries: [], rows: [], terms: { lost } }).differences).toEqual([]);
  });
});

describe('whatever was planted', () => {
  /** One of a kind, planted on its own purchase. */
  const plants: Readonly<Record<DifferenceKind, (entry: LedgerEntry) => { entries: LedgerEntry[]; rows: SeqrRow[] }>> =
    {
      'missing-at-seqr': (entry) => ({ entries: [entry], rows: [] }),
      'missing-here': (entry) => ({ entries: [], rows: [rowOf(entry)] }),
      'amount-differs': (entry) => ({ entries: [entry], rows: [rowOf(entry, { amount: rowOf(entry).amount + 1n })] }),
      'duplicate-at-seqr': (entry) => ({ entries: [entry], rows: [rowOf(entry), rowOf(entry)] }),
      'wrong-terminal': (entry) => ({ entries: [entry], rows: [rowOf(entry, { terminalId: 'elsewhere' })] }),
      // These two are of a period, not of a purchase: planted below.
      'summary-differs': (entry) => ({ entries: [entry], rows: [rowOf(entry)] }),
      'period-lost': (entry) => ({ entries: [entry], rows: [rowOf(entry)] }),
    };
  const ofPurchases = DIFFERENCE_KINDS.filter((kind) => kind !== 'summary-differs' && kind !== 'period-lost');

  it('is found, and nothing else', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 300 }),
        fc.array(fc.constantFrom(...ofPurchases), { maxLength: 20 }),
        fc.boolean(),
        fc.integer(),
        (count, planted, summaryLies, order) => {
          const good = Array.from({ length: count }, (_, i) => entryOf(i));
          const bad = planted.map((kind, i) => plants[kind](entryOf(10_000 + i)));
          const entries = [...good, ...bad.flatMap((one) => one.entries)];
          const rows = shuffled([...good.map((entry) => rowOf(entry)), ...bad.flatMap((one) => one.rows)], order).map(
            (row, line) => ({ ...row, line }),
          );
          const truth = summaryOf(rows);
          const summary = summaryLies ? { ...truth, total: (truth.total ?? 0n) + 1n } : truth;
          const { differences } = differencesOf({ entries, rows, summary });

          const found = differences.map(({ kind }) => kind).toSorted();
          expect(found).toEqual([...planted, ...(summaryLies ? (['summary-differs'] as const) : [])].toSorted());
          expect(new Set(differences.map(({ key }) => key)).size).toBe(differences.length);
        },
      ),
      { numRuns: 200 },
    );
  });
});

/** The same order for the same number. */
function shuffled<T>(items: readonly T[], order: number): T[] {
  const keyOf = (i: number) => Math.imul(i ^ order, 2_654_435_761) >>> 0;
  return items
    .map((item, i) => ({ item, key: keyOf(i) }))
    .toSorted((a, b) => a.key - b.key)
    .map(({ item }) => item);
}
