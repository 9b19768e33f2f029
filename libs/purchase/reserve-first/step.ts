import type { Act, ActKind, EndReason, FinalState, Purchase, ReviewCase } from './purchase.js';

/** The outcome of one event. `purchase` is the same object when nothing changed; then nothing is written. */
export interface Step {
  readonly purchase: Purchase;
  /** Cases for a person, to be opened with this step. */
  readonly cases: readonly ReviewCase[];
}

export function unchanged(purchase: Purchase): Step {
  return { purchase, cases: [] };
}

export function change(purchase: Purchase, changes: Partial<Purchase>, cases: readonly ReviewCase[] = []): Step {
  return { purchase: { ...purchase, ...changes, version: purchase.version + 1 }, cases };
}

export function act(kind: ActKind, dueAt: number): Act {
  return { kind, dueAt };
}

/** Ends a purchase. Only COMMITTED leaves something to do: the receipt. */
export function end(
  purchase: Purchase,
  state: FinalState,
  reason: EndReason,
  now: number,
  cases: readonly ReviewCase[] = [],
): Step {
  const next = state === 'COMMITTED' && purchase.ersReference !== null ? act('submitPaymentReceipt', now) : null;
  return change(purchase, { state, next, failures: 0, end: { at: now, reason } }, cases);
}

/** First repeat after a quarter of a second, doubled each time, never more than a minute apart. */
const BACKOFF_FIRST_MS = 250;
const BACKOFF_MAX_MS = 60_000;

export function backoffMs(failures: number): number {
  return Math.min(BACKOFF_FIRST_MS * 2 ** Math.min(failures, 20), BACKOFF_MAX_MS);
}

/** Do `kind` again, later each time it fails. */
export function again(purchase: Purchase, kind: ActKind, now: number, changes: Partial<Purchase> = {}): Step {
  return change(purchase, {
    ...changes,
    failures: purchase.failures + 1,
    next: act(kind, now + backoffMs(purchase.failures)),
  });
}
