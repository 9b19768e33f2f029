import type { EndReason, Purchase } from './purchase.js';

/**
 * Where the payer's money is. `payer` is the world outside: what was reserved came from there, so that the postings of
 * a purchase always add up to nothing.
 */
export type Account = 'payer' | 'reserved' | 'committed' | 'released' | 'under-review';

export interface Posting {
  readonly account: Account;
  /** Smallest units of the purchase's currency; positive into the account. */
  readonly amountMinor: bigint;
}

/**
 * The postings of one step (I17): reserved = committed + released + under review, at all times. A person who closes a
 * review case moves the money on from `under-review`, to released, committed or written off.
 */
export function postingsOf(before: Purchase, after: Purchase): Posting[] {
  const postings: Posting[] = [];
  const reserved = after.reservedMinor;
  const isReservedNow = before.reservedAt === null && after.reservedAt !== null;
  if (isReservedNow) postings.push(...move('payer', 'reserved', reserved));
  if (before.end === null && after.end !== null) postings.push(...postingsAtEnd(after, after.end.reason));
  return postings.filter(({ amountMinor }) => amountMinor !== 0n);
}

function postingsAtEnd(purchase: Purchase, reason: EndReason): Posting[] {
  const reserved = purchase.reservedMinor;
  const wasReserved = purchase.reservedAt !== null;
  const source: Account = wasReserved ? 'reserved' : 'payer';
  const frozen = purchase.settlement?.amountMinor ?? 0n;
  switch (reason) {
    case 'committed':
      return [...move(source, 'committed', frozen), ...move(source, 'released', reserved - frozen)];
    // SEQR gave the payer everything back; what was dispensed is what somebody must account for.
    case 'reservation-lost':
      return [...move(source, 'under-review', frozen), ...move(source, 'released', reserved - frozen)];
    case 'unexpected-payment':
    case 'other-amount':
    case 'not-settled':
      return move(source, 'under-review', reserved);
    default:
      return wasReserved ? move('reserved', 'released', reserved) : [];
  }
}

function move(from: Account, to: Account, amountMinor: bigint): Posting[] {
  return [
    { account: from, amountMinor: -amountMinor },
    { account: to, amountMinor },
  ];
}
