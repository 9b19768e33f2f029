import { EVERY_EVENT } from '../testing/every-event.js';
import {
  accepted,
  cancelled,
  closed,
  committed,
  dispensed,
  failed,
  grantSent,
  issued,
  paid,
  receiptSubmitted,
  selected,
  status,
  updated,
} from '../testing/happenings.js';
import { STAGES, asking } from '../testing/stages.js';
import type { Visit } from '../testing/visit.js';
import type { PurchaseEvent } from './events.js';
import { type Account, postingsOf } from './ledger.js';

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

  it('has no posting of nothing', () => {
    const many = Array.from({ length: 5 }, (_, i) => [selected(i + 1, 34), dispensed(i + 1)]).flat();
    const before = asking().on(...reserved, grantSent, accepted, ...many, closed(5, 2_250n), updated, committed);
    const after = before.on(paid(2_000n));

    expect(postingsOf(before.purchase, after.purchase)).toEqual([
      { account: 'reserved', amountMinor: -2_000n },
      { account: 'committed', amountMinor: 2_000n },
    ]);
  });

  it('does not move by what happens after the end', () => {
    expect(balancesAfter(...oneItem, paid(180n), failed('ReceiptFailed', 'unknown'), receiptSubmitted)).toEqual(
      balancesAfter(...oneItem, paid(180n)),
    );
  });

  it('puts everything under review when SEQR does not say for good what became of it', () => {
    const all = { payer: -2_000n, reserved: 0n, 'under-review': 2_000n };
    const nothingSold = [...reserved, grantSent, accepted, closed(0, 0n), cancelled];

    expect(balancesAfter(...oneItem.slice(0, -1), failed('CommitFailed', 49))).toEqual(all);
    expect(balancesAfter(...nothingSold, failed('StatusUnread', 54))).toEqual(all);
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
    for (const [, stage] of STAGES) {
      for (const event of EVERY_EVENT) {
        const { purchase } = stage.later(2 * 86_400_000).on(event);
        if (stage.purchase.reservedAt === null || stage.purchase.end !== null || purchase.end === null) continue;
        const moved = postingsOf(stage.purchase, purchase).filter(({ account }) => account === 'reserved');

        expect(moved.reduce((total, { amountMinor }) => total + amountMinor, 0n)).toBe(-2_000n);
      }
    }
  });
});
