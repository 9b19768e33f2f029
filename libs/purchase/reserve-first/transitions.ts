import type { Purchase, ReviewCase } from './purchase.js';
import { type Step, act, change } from './step.js';

/** The money is reserved and the fact is durable with this step: from here on the machine may be unlocked (I3). */
export function startUnlocking(purchase: Purchase, now: number): Step {
  return change(purchase, {
    state: 'UNLOCKING',
    reservedAt: now,
    failures: 0,
    grant: { decidedAt: now, bootId: null, unlockedAt: null },
    next: act('sendGrant', now),
  });
}

/** Nothing came out, or nothing can: the payer gets everything back. */
export function startReleasing(purchase: Purchase, now: number, cases: readonly ReviewCase[] = []): Step {
  return change(purchase, { state: 'RELEASING', failures: 0, next: act('cancelInvoice', now) }, cases);
}
