import type { PurchaseEvent } from '../reserve-first/events.js';
import { type Beginning, begin, step } from '../reserve-first/lifecycle.js';
import type { Purchase, ReviewCase, Terms } from '../reserve-first/purchase.js';

export const STARTED_AT = Date.UTC(2026, 10, 21, 12);

/** The terms of a purchase as the default configuration makes them. */
export const TERMS: Terms = {
  paymentMode: 'RESERVATION_REQUIRED',
  confirmWithinMs: 90_000,
  pollEveryMs: 3_000,
  unlockWithinMs: 15_000,
  selectionWindowMs: 60_000,
  grantLifetimeMs: 300_000,
  reservationLifetimeMs: 900_000,
  settleMarginMs: 120_000,
};

/** Selection → price in cents. */
export const PRICES: ReadonlyMap<number, bigint> = new Map([
  [11, 180n],
  [12, 190n],
  [34, 450n],
]);

export const BEGINNING: Beginning = {
  id: '0190a000-0000-7000-8000-000000000001',
  machineId: 'machine-1',
  grantNumber: 7,
  currency: 'EUR',
  offeredMinor: 2_500n,
  reservedMinor: 2_000n,
  planogramId: '0190a000-0000-7000-8000-00000000000a',
  priceListId: '0190a000-0000-7000-8000-00000000000b',
  priceListVersion: 3,
  prices: PRICES,
  terms: TERMS,
};

/** A purchase and what happens to it, one event after the other. Immutable: every step is a new visit. */
export class Visit {
  private constructor(
    readonly purchase: Purchase,
    readonly now: number,
    /** Every case that was opened, in order. */
    readonly cases: readonly ReviewCase[],
  ) {}

  static scanned(changes: Partial<Beginning> = {}): Visit {
    return new Visit(begin({ ...BEGINNING, ...changes }, STARTED_AT), STARTED_AT, []);
  }

  on(...events: readonly PurchaseEvent[]): Visit {
    return events.reduce<Visit>((visit, event) => {
      const { purchase, cases } = step(visit.purchase, event, visit.now);
      return new Visit(purchase, visit.now, [...visit.cases, ...cases]);
    }, this);
  }

  later(ms: number): Visit {
    return new Visit(this.purchase, this.now + ms, this.cases);
  }

  /** The clock goes to when the next act is due, and the deadline is looked at, as the runner does before it acts. */
  whenDue(): Visit {
    const dueAt = this.purchase.next?.dueAt ?? this.now;
    return new Visit(this.purchase, Math.max(this.now, dueAt), this.cases).on({ type: 'TimePassed' });
  }

  get state() {
    return this.purchase.state;
  }

  /** What is to be done next, and how many milliseconds from now. */
  get next() {
    const { next } = this.purchase;
    return next && { kind: next.kind, inMs: next.dueAt - this.now };
  }

  get reasons() {
    return this.cases.map(({ reason }) => reason);
  }
}
