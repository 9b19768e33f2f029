import { examplePurchase } from '../fleet/machine-example.js';
import { groupByDay } from './days.js';

describe('purchases by day', () => {
  it('keeps the order of days and of the purchases in them', () => {
    const purchases = ['2026-11-21T12:00:00Z', '2026-11-21T09:00:00Z', '2026-11-20T23:00:00Z'].map((startedAt, index) =>
      examplePurchase({ id: String(index), startedAt }),
    );
    const days = groupByDay(purchases, (at) => at.toISOString().slice(0, 10));
    expect(days.map(({ day, purchases: ofDay }) => [day, ofDay.map((purchase) => purchase.id)])).toEqual([
      ['2026-11-21', ['0', '1']],
      ['2026-11-20', ['2']],
    ]);
  });
});
