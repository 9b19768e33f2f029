import fc from 'fast-check';

import { auditCaseOf } from './audit-case.js';
import { compareAuditFiles } from './compare-audit-files.js';
import type { Comparison, OurSales, OurVend, Reading } from './comparison.js';
import { MachineCounters } from './testing/machine-counters.js';

const MINUTE = 60_000;
const BEFORE = Date.UTC(2026, 10, 14, 9);
const AFTER = Date.UTC(2026, 10, 21, 9);
const PRICES = new Map([
  [11, 180n],
  [12, 190n],
  [21, 220n],
]);

function machineOf(hasMeans = true): MachineCounters {
  return new MachineCounters({ serial: 'SN-1', currency: 'EUR', selections: [11, 12, 21], hasMeans });
}

function readingOf(counters: MachineCounters, at: number): Reading {
  return { report: counters.report(null), from: at - 15 * MINUTE, until: at + 15 * MINUTE };
}

function vendOf(selection: number, at: number): OurVend {
  return { selection, priceMinor: PRICES.get(selection) ?? 0n, from: at - MINUTE, until: at };
}

/** A sale that was charged and that the machine counted. */
function sell(counters: MachineCounters, selection: number, at: number): OurVend {
  counters.sell(selection, PRICES.get(selection) ?? 0n);
  return vendOf(selection, at);
}

const day = (number: number) => BEFORE + number * 24 * 60 * MINUTE;
const charged = (...vends: OurVend[]): OurSales => ({ charged: vends, undecided: [] });

function kindsOf({ findings }: Comparison): string[] {
  return findings.map(({ kind }) => kind);
}

describe('two audit files', () => {
  it('agree with our ledger when the machine counted what was charged, whatever was paid in cash or before', () => {
    const machine = machineOf().sell(11, 180n).sell(12, 190n, 'CA');
    const before = readingOf(machine, BEFORE);
    const sales = charged(sell(machine, 11, day(1)), sell(machine, 21, day(3)), sell(machine, 11, day(4)));
    machine.sell(21, 220n, 'CA');
    const result = compareAuditFiles(before, readingOf(machine, AFTER), sales, 'EUR');

    expect(result).toMatchObject({
      verdict: 'agrees',
      cashless: { reader: 1, machine: { count: 3, minor: 580n }, ours: { count: 3, minor: 580n } },
      cash: { sales: { count: 1, minor: 220n }, inTubesMinor: 410n },
      findings: [],
    });
    expect(
      result.selections.map(({ selection, paid, cashless, ours }) => [selection, paid.count, cashless?.count, ours]),
    ).toEqual([
      ['11', 2, 2, 2],
      ['12', 0, 0, 0],
      ['21', 2, 1, 1],
    ]);
  });

  it('name what the machine sold without a charge, with its amount and its selection', () => {
    const machine = machineOf();
    const before = readingOf(machine, BEFORE);
    const sales = charged(sell(machine, 11, day(1)));
    machine.sell(12, 190n);
    const result = compareAuditFiles(before, readingOf(machine, AFTER), sales, 'EUR');

    expect(kindsOf(result)).toEqual(['cashless-more', 'selection-differs']);
    expect(auditCaseOf(result, { before: '14 Nov', after: '21 Nov' })).toMatchObject({
      reason: 'audit-cashless-more',
      amountMinor: 190n,
      known:
        'The machine counted 2 sales of 3.70 EUR without cash (DA2), and 1 sale of 1.80 EUR were charged here: ' +
        '1 sale, 1.90 EUR more at the machine. Selection 12: the machine counted 1 without cash (PA7), and 0 were ' +
        "charged here. Compared: the machine's audit files of 14 Nov and 21 Nov.",
    });
  });

  it('name what was charged and not counted', () => {
    const machine = machineOf();
    const before = readingOf(machine, BEFORE);
    const sales = charged(sell(machine, 11, day(1)), vendOf(21, day(2)));
    const result = compareAuditFiles(before, readingOf(machine, AFTER), sales, 'EUR');

    expect(result.findings).toMatchObject([
      { kind: 'cashless-less', amountMinor: 220n },
      { kind: 'selection-differs' },
    ]);
  });

  it('name other prices', () => {
    const machine = machineOf();
    const before = readingOf(machine, BEFORE);
    machine.sell(11, 200n);
    const result = compareAuditFiles(before, readingOf(machine, AFTER), charged(vendOf(11, day(1))), 'EUR');

    expect(result.findings).toMatchObject([{ kind: 'cashless-value', amountMinor: 20n }]);
  });

  it('name a selection that was sold for another, though the totals agree', () => {
    const machine = machineOf();
    const before = readingOf(machine, BEFORE);
    machine.sell(12, 180n);
    const result = compareAuditFiles(before, readingOf(machine, AFTER), charged(vendOf(11, day(1))), 'EUR');

    expect(result).toMatchObject({ verdict: 'differs', cashless: { machine: { count: 1, minor: 180n } } });
    expect(kindsOf(result)).toEqual(['selection-differs', 'selection-differs']);
  });

  it('without PA7 tell only of selections that were charged more often than they were sold at all', () => {
    const machine = machineOf(false);
    const before = readingOf(machine, BEFORE);
    machine.sell(12, 180n).sell(21, 220n, 'CA');
    const result = compareAuditFiles(before, readingOf(machine, AFTER), charged(vendOf(11, day(1))), 'EUR');

    expect(result.findings.map(({ text }) => text)).toEqual([
      'Selection 11: the machine counted 0 paid vends in all, cash included (PA2), and 1 were charged here.',
    ]);
  });

  it('agree when a purchase was under way at a reading, on whichever side the machine counted it', () => {
    for (const isCountedBefore of [true, false]) {
      const machine = machineOf();
      if (isCountedBefore) machine.sell(11, 180n);
      const before = readingOf(machine, BEFORE);
      if (!isCountedBefore) machine.sell(11, 180n);
      const underWay = { ...vendOf(11, BEFORE), from: BEFORE - 60 * MINUTE, until: BEFORE + 60 * MINUTE };
      const sales = charged(underWay, sell(machine, 12, day(2)));

      expect(compareAuditFiles(before, readingOf(machine, AFTER), sales, 'EUR').verdict).toBe('agrees');
    }
  });

  it('agree when what is left has a review case of its own, and differ when that does not explain it', () => {
    const machine = machineOf();
    const before = readingOf(machine, BEFORE);
    machine.sell(21, 220n);
    const after = readingOf(machine, AFTER);
    const undecided = (selection: number): OurSales => ({ charged: [], undecided: [vendOf(selection, day(1))] });

    expect(compareAuditFiles(before, after, undecided(21), 'EUR').verdict).toBe('agrees');
    expect(compareAuditFiles(before, after, undecided(11), 'EUR')).toMatchObject({
      verdict: 'differs',
      findings: [{ kind: 'cashless-more', amountMinor: 220n }, { kind: 'selection-differs' }],
    });
  });

  it('are compared by the reader that is ours: the only one that sells, the first of two, or the one that is named', () => {
    const soldBy = (...means: ('DA' | 'DB')[]) => {
      const machine = machineOf();
      const before = readingOf(machine, BEFORE);
      for (const one of means) machine.sell(12, 190n, one);
      return { before, after: readingOf(machine, AFTER) };
    };
    const compared = (means: ('DA' | 'DB')[], reader: 1 | 2 | null) => {
      const { before, after } = soldBy(...means);
      return compareAuditFiles(before, after, charged(vendOf(12, day(1))), 'EUR', reader);
    };

    expect(compared(['DB'], null)).toMatchObject({ verdict: 'agrees', cashless: { reader: 2 } });
    expect(compared(['DA', 'DB', 'DB'], null)).toMatchObject({ verdict: 'agrees', cashless: { reader: 1 } });
    expect(compared(['DA', 'DA', 'DB'], 2)).toMatchObject({ verdict: 'agrees', cashless: { reader: 2 } });
    expect(compared(['DA', 'DA', 'DB'], null).findings[0]).toMatchObject({
      kind: 'cashless-more',
      text: expect.stringContaining('Its other reader (DB2) counted 1 sale of 1.90 EUR.'),
    });
  });

  it('say that a counter which nobody can clear went backwards, and compare nothing', () => {
    const before = readingOf(machineOf().sell(11, 180n).sell(11, 180n), BEFORE);
    const after = readingOf(machineOf().sell(11, 180n), AFTER);
    const result = compareAuditFiles(before, after, charged(vendOf(11, day(1))), 'EUR');

    expect(result).toMatchObject({ verdict: 'differs', cashless: null, selections: [] });
    expect(kindsOf(result)).toEqual(['counters-restarted']);
    expect(result.findings[0]?.text).toContain('the number of cashless sales (DA2), from 2 to 1');
  });

  it('never look at counters that somebody may have cleared', () => {
    const machine = machineOf();
    const before = readingOf(machine, BEFORE);
    const sales = charged(sell(machine, 11, day(1)));
    const after = readingOf(machine, AFTER);
    const [reader] = before.report.cashless;
    const cleared = { ever: reader?.sales.ever ?? { count: 0, value: 0n }, sinceReset: { count: 99, value: 9_999n } };
    const first = {
      ...before,
      report: { ...before.report, cashless: before.report.cashless.map((one) => ({ ...one, sales: cleared })) },
    };

    expect(compareAuditFiles(first, after, sales, 'EUR').verdict).toBe('agrees');
  });

  it('are not compared when the machine does not count cashless sales', () => {
    const without = (reading: Reading): Reading => ({ ...reading, report: { ...reading.report, cashless: [] } });
    const machine = machineOf();
    const before = without(readingOf(machine, BEFORE));
    const sales = charged(sell(machine, 11, day(1)));
    const result = compareAuditFiles(before, without(readingOf(machine, AFTER)), sales, 'EUR');

    expect(result.verdict).toBe('not-compared');
    expect(result.findings[0]?.text).toContain('Charged here in that time: 1 sale of 1.80 EUR.');
    expect(auditCaseOf(result, { before: '', after: '' })).toBeNull();
  });

  it('are read with the decimals of the file', () => {
    const machine = machineOf();
    const before = readingOf(machine, BEFORE);
    machine.sell(11, 18n);
    const coarse = (reading: Reading): Reading => ({
      ...reading,
      report: { ...reading.report, money: { ...reading.report.money, decimals: 1 } },
    });
    const result = compareAuditFiles(
      coarse(before),
      coarse(readingOf(machine, AFTER)),
      charged(vendOf(11, day(1))),
      'EUR',
    );

    expect(result).toMatchObject({ verdict: 'agrees', cashless: { machine: { minor: 180n } } });
  });

  it('agree whenever the machine was read, and differ by no more than what one sale too many is worth', () => {
    const selection = fc.constantFrom(11, 12, 21);
    const times = fc.array(fc.record({ selection, at: fc.integer({ min: -600, max: 11_000 }) }), { maxLength: 40 });
    fc.assert(
      fc.property(
        times,
        fc.integer({ min: -14, max: 14 }),
        fc.integer({ min: -14, max: 14 }),
        fc.option(selection, { nil: undefined }),
        (sold, off, offAgain, extra) => {
          const machine = machineOf();
          const ordered = sold.toSorted((a, b) => a.at - b.at);
          const [first, second] = [BEFORE + off * MINUTE, AFTER + offAgain * MINUTE];
          const counted = ordered.map((one) => ({ ...one, time: BEFORE + one.at * MINUTE }));
          for (const one of counted.filter(({ time }) => time <= first)) sell(machine, one.selection, one.time);
          const before = readingOf(machine, BEFORE);
          for (const one of counted.filter(({ time }) => time > first && time <= second)) {
            sell(machine, one.selection, one.time);
          }
          if (extra !== undefined) machine.sell(extra, PRICES.get(extra) ?? 0n);
          const after = readingOf(machine, AFTER);
          const vends = counted.map((one) => vendOf(one.selection, one.time));
          const result = compareAuditFiles(before, after, charged(...vends), 'EUR');

          if (extra === undefined) expect(result.verdict).toBe('agrees');
          const [finding] = result.findings;
          expect(finding?.amountMinor ?? 0n).toBeLessThanOrEqual(extra === undefined ? 0n : (PRICES.get(extra) ?? 0n));
        },
      ),
    );
  });
});
