import {
  closed,
  denied,
  dispensed,
  failed,
  selected,
  status,
  vendFailed,
  vendUncertain,
} from '../testing/happenings.js';
import { charged, committing, oneDispensed, releasing, settling, unlocked, waiting } from '../testing/stages.js';
import type { PurchaseEvent } from './events.js';
import { dispensedMinor, settlementRows } from './purchase.js';

describe('counting what the machine dispenses', () => {
  it('charges what came out, by the price list of the scan', () => {
    const dear = { ...selected(1, 11), machinePriceMinor: 999n, approvedMinor: 999n };
    const visit = unlocked().on(dear, dispensed(1), selected(2, 34), dispensed(2), closed(2, 630n));

    expect(visit.purchase.settlement?.amountMinor).toBe(630n);
    expect(visit.cases).toEqual([]);
  });

  it('puts several of one selection into one row, in the order of the shelves', () => {
    const visit = unlocked().on(
      selected(1, 34),
      dispensed(1),
      selected(2, 11),
      dispensed(2),
      selected(3, 34),
      dispensed(3),
    );

    expect(settlementRows(visit.purchase)).toEqual([
      { selection: 11, quantity: 1, unitMinor: 180n },
      { selection: 34, quantity: 2, unitMinor: 450n },
    ]);
  });

  it('charges nothing for what did not come out', () => {
    const visit = unlocked().on(selected(1, 11), vendFailed(1), selected(2, 12), dispensed(2), closed(1, 190n));

    expect(visit.purchase.settlement?.amountMinor).toBe(190n);
    expect(visit.cases).toEqual([]);
  });

  it('charges nothing for what was denied', () => {
    const visit = unlocked().on(denied(1, 99), vendFailed(1), closed(0, 0n));

    expect(visit.state).toBe('RELEASING');
    expect(visit.purchase.vends).toMatchObject([{ result: 'denied', priceMinor: 0n }]);
    expect(visit.cases).toEqual([]);
  });

  it('sells nothing that is not on the price list, even if the machine approved it', () => {
    expect(unlocked().on(selected(1, 99)).purchase.vends).toMatchObject([{ result: 'denied' }]);
  });

  it('absorbs a repeated event', () => {
    const visit = oneDispensed();

    expect(visit.on(selected(1, 11), dispensed(1), dispensed(1)).purchase).toBe(visit.purchase);
    const uncertain = unlocked().on(selected(1, 11), vendUncertain(1));
    expect(uncertain.on(vendUncertain(1)).purchase).toBe(uncertain.purchase);
  });

  it('opens one case when the machine says two things of one vend, and keeps to the first', () => {
    const visit = oneDispensed().on(vendFailed(1), vendFailed(1), selected(1, 34));

    expect(visit.purchase.vends).toMatchObject([{ result: 'dispensed', selection: 11 }]);
    expect(visit.cases).toMatchObject([{ reason: 'report-differs', amountMinor: 180n }]);
    expect(unlocked().on(denied(1, 99), dispensed(1)).reasons).toEqual(['report-differs']);
  });

  it('opens a case when the machine selects one number twice', () => {
    const visit = unlocked().on(selected(1, 11), selected(1, 34), dispensed(1));

    expect(visit.purchase.vends).toMatchObject([{ selection: 11, result: 'dispensed' }]);
    expect(visit.reasons).toEqual(['report-differs']);
  });

  it.each([
    ['came out, after all not', dispensed(1), vendFailed(1)],
    ['did not come out, after all did', vendFailed(1), dispensed(1)],
    ['came out, after all unknown', dispensed(1), vendUncertain(1)],
  ])('opens a case when a vend %s', (_, first, second) => {
    const visit = unlocked().on(selected(1, 11), first, second);

    expect(visit.reasons).toEqual(['report-differs']);
  });

  it.each([
    ['the bridge says that it denied it', { denied: 'over-amount' }],
    ['nothing was approved for it', { approvedMinor: 0n }],
  ])('never takes a choice for sold when %s', (_, change) => {
    const visit = unlocked().on({ ...selected(1, 11), ...change } as PurchaseEvent, dispensed(1));

    expect(visit.purchase.vends).toMatchObject([{ result: 'denied' }]);
    expect(dispensedMinor(visit.purchase)).toBe(0n);
    expect(visit.reasons).toEqual(['report-differs']);
  });

  it('takes no result for a vend that nobody selected', () => {
    const visit = unlocked();

    expect(visit.on(dispensed(4)).purchase).toBe(visit.purchase);
  });

  it('never charges what nobody can know, and opens a case for it', () => {
    const visit = unlocked().on(selected(1, 11), vendUncertain(1), selected(2, 12), dispensed(2), closed(1, 190n));

    expect(visit.purchase.settlement?.amountMinor).toBe(190n);
    expect(visit.cases).toMatchObject([{ reason: 'uncertain-vend', amountMinor: 180n }]);
  });

  it('takes an approved vend without a result for uncertain when the session closes', () => {
    const visit = unlocked().on(selected(1, 11), closed(0, 0n));

    expect(visit.state).toBe('RELEASING');
    expect(visit.cases).toMatchObject([{ reason: 'uncertain-vend', amountMinor: 180n }]);
  });

  it('charges a vend whose result the machine learnt before it closed', () => {
    const visit = unlocked().on(selected(1, 11), vendUncertain(1), dispensed(1), closed(1, 180n));

    expect(visit.purchase.settlement?.amountMinor).toBe(180n);
    expect(visit.cases).toEqual([]);
  });

  it('charges no more than was reserved, and opens a case for what went beyond', () => {
    const many = Array.from({ length: 5 }, (_, i) => [selected(i + 1, 34), dispensed(i + 1)]).flat();
    const visit = unlocked().on(...many, closed(5, 2_250n));

    expect(visit.purchase.settlement?.amountMinor).toBe(2_000n);
    expect(visit.cases).toMatchObject([{ reason: 'over-reservation', amountMinor: 250n }]);
  });

  it.each([
    ['more money', closed(1, 370n)],
    ['less money', closed(1, 0n)],
    ['another count', closed(2, 180n)],
  ])('charges what was reported one by one when the closing report tells of %s, and opens a case', (_, report) => {
    const visit = oneDispensed().on(report);

    expect(visit.purchase.settlement?.amountMinor).toBe(180n);
    expect(visit.reasons).toEqual(['report-differs']);
  });
});

describe('a vend that is reported too late', () => {
  it.each([
    ['while the amount is being settled', committing],
    ['after the payer was charged', charged],
    ['while the reservation is given back', releasing],
  ])('becomes a case and changes no amount %s', (_, stage) => {
    const before = stage();
    const visit = before.on(selected(2, 34), dispensed(2));

    expect(visit.state).toBe(before.state);
    expect(visit.purchase.settlement).toEqual(before.purchase.settlement);
    expect(visit.cases).toMatchObject([{ reason: 'late-vend', amountMinor: 450n }]);
  });

  it('does not get into the rows of the bill, which are repeated as they were frozen', () => {
    const visit = settling().on(failed('UpdateFailed', 'unknown'), selected(2, 34), dispensed(2), status('RESERVED'));

    expect(visit.next?.kind).toBe('updateInvoice');
    expect(settlementRows(visit.purchase)).toEqual([{ selection: 11, quantity: 1, unitMinor: 180n }]);
  });

  it('is known at last when it was uncertain at the closing', () => {
    const visit = unlocked().on(selected(1, 11), closed(0, 0n)).on(dispensed(1));

    expect(visit.purchase.vends).toMatchObject([{ result: 'dispensed', late: true }]);
    expect(visit.reasons).toEqual(['uncertain-vend', 'late-vend']);
  });

  it('is no case when nothing came out', () => {
    expect(committing().on(selected(2, 34), vendFailed(2)).cases).toEqual([]);
  });

  it('is not charged when the machine had no grant at all', () => {
    const visit = waiting().on(selected(1, 11), dispensed(1));

    expect(visit.state).toBe('INVOICED');
    expect(visit.reasons).toEqual(['late-vend']);
    expect(settlementRows(visit.purchase)).toEqual([]);
  });
});
