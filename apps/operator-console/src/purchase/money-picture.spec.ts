import type { VendView } from '#fleet/operator-views.js';

import { moneyPicture } from './money-picture.js';

const eur = (amount: string) => ({ amount, currency: 'EUR' });
const vend = (number: number, price: string, result: VendView['result']): VendView => ({
  number,
  selection: 10 + number,
  product: null,
  price: eur(price),
  result,
});
const running = { isOver: false, reserved: eur('20.00'), committed: null, released: null, vends: [], reviewCases: [] };

describe('the picture of the money', () => {
  it('shows all as held until something comes out', () => {
    expect(moneyPicture(running)).toEqual([{ kind: 'held', permille: 1000 }]);
  });

  it('shows what came out before it is charged, and only what came out', () => {
    const vends = [vend(1, '2.00', 'dispensed'), vend(2, '3.00', 'failed'), vend(3, '3.00', 'selected')];
    expect(moneyPicture({ ...running, vends })).toEqual([
      { kind: 'dispensed', permille: 100 },
      { kind: 'held', permille: 900 },
    ]);
  });

  it('shows the charged and the given back part in the end', () => {
    const ended = { ...running, isOver: true, committed: eur('4.50'), released: eur('15.50'), vends: [] };
    expect(moneyPicture(ended)).toEqual([
      { kind: 'committed', permille: 225 },
      { kind: 'released', permille: 775 },
    ]);
  });

  it('shows a purchase without a charge as wholly given back', () => {
    const ended = { ...running, isOver: true, released: eur('20.00') };
    expect(moneyPicture(ended)).toEqual([{ kind: 'released', permille: 1000 }]);
  });

  it('shows money in doubt as doubtful, not as charged or given back', () => {
    const reviewCases = [{ at: '2026-11-21T12:00:00Z', reason: 'not settled', amount: null }];
    const ended = { ...running, isOver: true, reviewCases, vends: [vend(1, '5.00', 'dispensed')] };
    expect(moneyPicture(ended)).toEqual([
      { kind: 'dispensed', permille: 250 },
      { kind: 'doubtful', permille: 750 },
    ]);
  });

  it('shows nothing as held when the payer never confirmed', () => {
    expect(moneyPicture({ ...running, isOver: true })).toEqual([]);
  });

  it('never draws beyond the reservation, and nothing without one', () => {
    expect(moneyPicture({ ...running, vends: [vend(1, '99.00', 'dispensed')] })).toEqual([
      { kind: 'dispensed', permille: 1000 },
    ]);
    expect(moneyPicture({ ...running, reserved: eur('0.00') })).toEqual([]);
    expect(moneyPicture({ ...running, reserved: eur('?') })).toEqual([]);
  });
});
