import { cancelled, closed, failed, paid, status } from '../testing/happenings.js';
import {
  asking,
  charged,
  commitAnswered,
  commitUnknown,
  granted,
  releasing,
  unlocked,
  waiting,
} from '../testing/stages.js';
import { type Visit } from '../testing/visit.js';
import { type Account, postingsOf } from './ledger.js';
import type { PurchaseEvent } from './events.js';
import { accepted, committed, dispensed, grantSent, issued, selected, updated } from '../testing/happenings.js';

/** The balances after a visit that starts with the scan and has these events. */
function balancesAfter(...events: PurchaseEvent[]): Partial<Record<Account, bigint>> {
  const balances: Partial<Record<Account, bigint>> = {};
  let visit: Visit = asking();
  for (const event of events) {
    const next = visit.on(event);
    for (const { account, amountMinor } of postingsOf(visit.purchase, next.purchase)) {
      balances[account] = (balances[account] ?? 0n) + amountMinor;
    }
    visit = next;
  }
  return balances;
}

const reserved = [issued, status('RESERVED')];
const oneItem = [...reserved, grantSent, accepted, selected(1, 11), dispensed(1), closed(1, 180n), updated, committed];

describe('the ledger of a purchase', () => {
  it('holds nothing while nothing is reserved', () => {
    expect(balancesAfter(issued, status('ISSUED'))).toEqual({});
    expect(balancesAfter(issued, status('CANCELED'))).toEqual({});
    expect(balancesAfter(failed('InvoiceFailed', 90))).toEqual({});
  });

  it('holds the payer’s money while it is reserved', () => {
    expect(balancesAfter(...reserved)).toEqual({ payer: -2_000n, reserved: 2_000n });
  });

  it('charges what was dispensed and releases the rest', () => {
    expect(balancesAfter(...oneItem, paid(180n))).toEqual({
      payer: -2_000n,
      reserved: 0n,
      committed: 180n,
      released: 1_820n,
    });
  });

  it('releases everything when nothing was dispensed', () => {
    const events = [...reserved, grantSent, accepted, closed(0, 0n), cancelled, status('CANCELED')];

    expect(balancesAfter(...events)).toEqual({ payer: -2_000n, reserved: 0n, released: 2_000n });
  });

  it('puts what was dispensed and not paid under review', () => {
    expect(balancesAfter(...oneItem, status('CANCELED'))).toEqual({
      payer: -2_000n,
      reserved: 0n,
      'under-review': 180n,
      released: 1_820n,
    });
  });

  it('puts everything under review when SEQR took another amount, or took it unasked', () => {
    const all = { payer: -2_000n, 'under-review': 2_000n };

    expect(balancesAfter(...oneItem, paid(2_000n))).toEqual({ ...all, reserved: 0n });
    expect(balancesAfter(issued, paid(2_000n))).toEqual(all);
  });

  it('is never left with money reserved when a purchase is over', () => {
    for (const stage of [waiting(), granted(), unlocked(), releasing(), commitUnknown(), commitAnswered(), charged()]) {
      for (const event of [status('CANCELED'), paid(180n), paid(7n), status('EXPIRED')]) {
        const postings = postingsOf(stage.purchase, stage.on(event).purchase);

        expect(postings.reduce((total, { amountMinor }) => total + amountMinor, 0n)).toBe(0n);
      }
    }
  });
});
