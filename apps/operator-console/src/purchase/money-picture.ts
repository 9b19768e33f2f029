import type { PurchaseView } from '#fleet/operator-views.js';

import { units } from '../format/money.js';

export interface Segment {
  /**
   * - committed: charged;
   * - dispensed: came out, not charged yet;
   * - released: given back to the payer;
   * - held: asked of SEQR or reserved, not decided yet;
   * - doubtful: the purchase ended and a person has to find out.
   */
  readonly kind: 'committed' | 'dispensed' | 'released' | 'held' | 'doubtful';
  /** Share of the reservation in tenths of a percent, for the picture only. */
  readonly permille: number;
}

type Amounts = Pick<PurchaseView, 'isOver' | 'reserved' | 'committed' | 'released' | 'vends' | 'reviewCases'>;

/**
 * What became of each part of the reservation, left to right, without empty parts. Amounts are compared as integers;
 * nothing is drawn beyond the reservation, because no more than it can ever be charged.
 */
export function moneyPicture(purchase: Amounts): readonly Segment[] {
  const reserved = units(purchase.reserved.amount);
  if (reserved === null || reserved <= 0n) return [];

  const committed = purchase.committed && units(purchase.committed.amount);
  const dispensed = purchase.vends
    .filter((vend) => vend.result === 'dispensed')
    .reduce((total, vend) => total + (units(vend.price.amount) ?? 0n), 0n);
  const released = (purchase.released && units(purchase.released.amount)) ?? 0n;

  const segments: Segment[] = [];
  let left = reserved;
  const draw = (kind: Segment['kind'], amount: bigint) => {
    const drawn = amount < left ? amount : left;
    if (drawn <= 0n) return;
    left -= drawn;
    segments.push({ kind, permille: Number((drawn * 1000n) / reserved) });
  };

  if (committed !== null) draw('committed', committed);
  else draw('dispensed', dispensed);
  draw('released', released);
  // An ended purchase without a doubt leaves the rest empty: the payer keeps it, or it was never reserved.
  if (!purchase.isOver) draw('held', left);
  else if (purchase.reviewCases.length > 0) draw('doubtful', left);
  return segments;
}
