import { type Beginning, begin } from '#purchase/reserve-first/lifecycle.js';
import { type Act, type Purchase, isOver } from '#purchase/reserve-first/purchase.js';

import {
  type Change,
  type ClaimedAct,
  ConflictError,
  EventTakenError,
  InvoiceReferenceTakenError,
  MachineHeldError,
  type MachineEventRecord,
  type PurchaseStore,
} from '../ports.js';

/** As in PostgreSQL: LEASE_MS of the store, DEAD_AFTER_MS of a server instance. */
const LEASE_MS = 15_000;
const DEAD_AFTER_MS = 3_000;

interface OpenAct {
  readonly act: Act;
  readonly leasedBy: string;
  readonly leasedUntil: number;
}

/** What stays when servers come and go. */
export class MemoryDatabase {
  readonly purchases = new Map<string, Purchase>();
  /** Every step that was written, in order. */
  readonly changes: Change[] = [];
  readonly machineEvents: MachineEventRecord[] = [];
  readonly openActs = new Map<string, OpenAct>();
  private readonly heartbeats = new Map<string, number>();
  private grantNumber = 0;

  constructor(private readonly clock: { now(): number }) {}

  beat(server: string): void {
    this.heartbeats.set(server, this.clock.now());
  }

  isAlive(server: string): boolean {
    return (this.heartbeats.get(server) ?? -Infinity) > this.clock.now() - DEAD_AFTER_MS;
  }

  /** A server that left says nothing of when it last acted. */
  wasAliveAt(server: string, at: number): boolean {
    return at < (this.heartbeats.get(server) ?? Infinity) + DEAD_AFTER_MS;
  }

  drawGrantNumber(): number {
    this.grantNumber += 1;
    return this.grantNumber;
  }

  lease(purchaseId: string, act: Act | null, server: string): void {
    if (act === null) return void this.openActs.delete(purchaseId);
    const leasedUntil = Math.max(act.dueAt, this.clock.now()) + LEASE_MS;
    this.openActs.set(purchaseId, { act, leasedBy: server, leasedUntil });
  }

  lastSeq({ machineId, journalId }: MachineEventRecord): number {
    return this.machineEvents.filter((one) => one.machineId === machineId && one.journalId === journalId).length;
  }
}

/** Purchases in memory, with the contract of PostgresPurchaseStore: every method is one transaction. */
export class MemoryPurchaseStore implements PurchaseStore {
  constructor(
    private readonly database: MemoryDatabase,
    private readonly clock: { now(): number },
    private readonly serverId: string,
  ) {
    database.beat(serverId);
  }

  async begin(beginning: Omit<Beginning, 'grantNumber'>): Promise<Purchase> {
    const { database } = this;
    const held = [...database.purchases.values()].some((one) => one.machineId === beginning.machineId && !isOver(one));
    if (held) throw new MachineHeldError(beginning.machineId);
    const purchase = begin({ ...beginning, grantNumber: database.drawGrantNumber() }, this.clock.now());
    database.purchases.set(purchase.id, purchase);
    database.lease(purchase.id, purchase.next, this.serverId);
    return purchase;
  }

  async load(purchaseId: string): Promise<Purchase | null> {
    return this.database.purchases.get(purchaseId) ?? null;
  }

  async loadAll(purchaseIds: readonly string[]): Promise<Purchase[]> {
    const found = await Promise.all(purchaseIds.map((purchaseId) => this.load(purchaseId)));
    return found.filter((purchase) => purchase !== null);
  }

  async save(change: Change): Promise<void> {
    const { database } = this;
    const { before, after, machineEvent } = change;
    if (machineEvent !== undefined && machineEvent.seq !== database.lastSeq(machineEvent) + 1) {
      throw new EventTakenError('not the next event of its journal');
    }
    const isStep = after !== before;
    if ((isStep || machineEvent !== undefined) && database.purchases.get(before.id)?.version !== before.version) {
      throw new ConflictError(`purchase ${before.id} is not at version ${before.version}`);
    }
    if (isStep && this.isTaken(after)) throw new InvoiceReferenceTakenError(after.id);
    if (machineEvent !== undefined) database.machineEvents.push(machineEvent);
    database.changes.push(change);
    if (!isStep) return;
    database.purchases.set(after.id, after);
    if (after.next !== before.next) database.lease(after.id, after.next, this.serverId);
  }

  async claimDue(limit: number, dropped: readonly string[]): Promise<ClaimedAct[]> {
    const { database } = this;
    const now = this.clock.now();
    const due = [...database.openActs]
      .filter(([, { act }]) => act.dueAt <= now)
      .filter(
        ([purchaseId, { leasedBy, leasedUntil }]) =>
          leasedUntil < now ||
          !database.isAlive(leasedBy) ||
          (leasedBy === this.serverId && dropped.includes(purchaseId)),
      )
      .toSorted(([, a], [, b]) => a.act.dueAt - b.act.dueAt)
      .slice(0, limit);
    return due.map(([purchaseId, { act, leasedBy }]) => {
      database.openActs.set(purchaseId, { act, leasedBy: this.serverId, leasedUntil: now + LEASE_MS });
      return { purchaseId, act, begun: database.wasAliveAt(leasedBy, act.dueAt) };
    });
  }

  private isTaken({ id, invoiceReference }: Purchase): boolean {
    const others = [...this.database.purchases.values()].filter((one) => one.id !== id);
    return invoiceReference !== null && others.some((one) => one.invoiceReference === invoiceReference);
  }
}
