import type { Purchase } from '#purchase/reserve-first/purchase.js';
import type { Change, ClaimedAct, PurchaseRequest, PurchaseStore } from '#purchasing/ports.js';
import type { Beginning } from '#purchase/reserve-first/lifecycle.js';

import type { DatabaseLine } from './database-line.js';
import type { Database } from './database.js';

/** The contract of PostgresPurchaseStore over a line that breaks. */
export class SimStore implements PurchaseStore {
  constructor(
    private readonly database: Database,
    private readonly line: DatabaseLine,
    private readonly server: string,
    private readonly clock: { now(): number },
  ) {}

  begin(beginning: Omit<Beginning, 'grantNumber'>, request: PurchaseRequest): Promise<Purchase> {
    const now = this.clock.now();
    return this.line.ask('begin', () => this.database.begin(beginning, request, this.server, now));
  }

  load(purchaseId: string): Promise<Purchase | null> {
    return this.line.ask('load', () => this.database.load(purchaseId));
  }

  loadAll(purchaseIds: readonly string[]): Promise<Purchase[]> {
    return this.line.ask('loadAll', () => this.database.loadAll(purchaseIds));
  }

  save(change: Change): Promise<void> {
    const now = this.clock.now();
    return this.line.ask<void>('save', () => this.database.save(change, this.server, now));
  }

  claimDue(limit: number, dropped: readonly string[]): Promise<ClaimedAct[]> {
    return this.line.ask('claimDue', () => this.database.claimDue(limit, this.server, dropped));
  }
}
