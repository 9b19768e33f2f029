import { type Beginning, begin } from '#purchase/reserve-first/lifecycle.js';
import { type Act, type Purchase, type ReviewCase, isOver } from '#purchase/reserve-first/purchase.js';
import {
  type Change,
  type ClaimedAct,
  ConflictError,
  EventTakenError,
  InvoiceReferenceTakenError,
  MachineHeldError,
  type MachineEventRecord,
  type PurchaseRequest,
} from '#purchasing/ports.js';
import { type PurchaseRow, detailsOf, purchaseOf } from '#purchasing/purchase-record.js';

import type { Sabotage } from './sabotage.js';

/** As in PostgresPurchaseStore and ServerInstance. */
const LEASE_MS = 15_000;
const DEAD_AFTER_MS = 3_000;
/** An act of one's own that is late by this much may have been dropped. */
const LATE_MS = 1_000;

/** A transaction that wrote nothing, and why. Returned where it is common, as to throw takes V8 long. */
export class Refused {
  constructor(readonly why: Error) {}
}

/** Where machines repeat themselves it comes thousands of times a seed. */
const NOT_NEXT = new Refused(new EventTakenError('not the next event'));

export interface Effect {
  readonly act: Act;
  leasedBy: string;
  leasedUntil: number;
}

export interface Logged {
  readonly at: number;
  readonly event: Change['event'];
}

/** A purchase with all its rows. */
export interface Row {
  readonly first: Purchase;
  purchase: Purchase;
  readonly request: PurchaseRequest;
  readonly log: Logged[];
  readonly cases: (ReviewCase & { readonly at: number })[];
  effect: Effect | null;
}

export interface PresenceRow {
  readonly online: boolean;
  readonly bootId: string;
  readonly isReady: boolean;
  readonly inUse: boolean;
}

export interface DatabaseWatch {
  begun(row: Row): void;
  committed(row: Row, change: Change): void;
}

/**
 * The durable state that outlives every server: the tables of PostgreSQL with the rules that its constraints keep. Each
 * method is one transaction, all or nothing.
 */
export class Database {
  readonly rows = new Map<string, Row>();
  readonly presences = new Map<string, PresenceRow>();
  /** When each server process last said that it lives. */
  readonly servers = new Map<string, number>();
  private readonly live = new Map<string, string>();
  /** Purchases that something is left to do for, oldest first: every heartbeat looks through them. */
  private readonly withEffect = new Set<Row>();
  private readonly references = new Map<string, string>();
  /** The last number of each journal, by machine. */
  private readonly streams = new Map<string, Map<string, number>>();
  private grantNumbers = 0;

  constructor(
    private readonly time: { readonly now: number },
    private readonly watch: DatabaseWatch,
    private readonly sabotage: Sabotage,
  ) {}

  begin(beginning: Omit<Beginning, 'grantNumber'>, request: PurchaseRequest, server: string, now: number): Purchase {
    // A sequence counts on even when the insert fails.
    this.grantNumbers += 1;
    const grantNumber = this.sabotage.grantNumber?.(this.grantNumbers) ?? this.grantNumbers;
    const purchase = begin({ ...beginning, grantNumber }, now);
    if (this.live.has(purchase.machineId) && this.sabotage.sellsTwice !== true)
      throw new MachineHeldError(purchase.machineId);
    const row: Row = { first: purchase, purchase, request, log: [], cases: [], effect: null };
    row.effect = this.leased(purchase.next, server, now);
    this.rows.set(purchase.id, row);
    this.withEffect.add(row);
    this.live.set(purchase.machineId, purchase.id);
    this.watch.begun(row);
    return purchase;
  }

  /** As a stranger would read it: built anew from columns. */
  load(purchaseId: string): Purchase | null {
    const row = this.rows.get(purchaseId);
    if (row === undefined) return null;
    return purchaseOf(columnsOf(row.purchase), row.purchase.prices);
  }

  loadAll(purchaseIds: readonly string[]): Purchase[] {
    return purchaseIds.map((purchaseId) => this.load(purchaseId)).filter((purchase) => purchase !== null);
  }

  save(change: Change, server: string, now: number): Refused | undefined {
    const { before, after, machineEvent } = change;
    const row = this.rows.get(before.id);
    if (row === undefined) throw new Error(`no purchase ${before.id}`);
    if (machineEvent !== undefined && !this.isNext(machineEvent)) return NOT_NEXT;
    // Something is taken in only while it means nothing: to the newest record.
    if ((machineEvent !== undefined || after !== before) && row.purchase.version !== before.version) {
      throw new ConflictError(`not at version ${before.version}`);
    }
    if (after !== before) this.write(row, change, server, now);
    if (machineEvent !== undefined) this.advance(machineEvent);
    return undefined;
  }

  private write(row: Row, change: Change, server: string, now: number): void {
    const { before, after } = change;
    const { invoiceReference } = after;
    if (invoiceReference !== null) {
      const holder = this.references.get(invoiceReference);
      if (holder !== undefined && holder !== after.id) throw new InvoiceReferenceTakenError(after.id);
      this.references.set(invoiceReference, after.id);
    }
    row.purchase = after;
    row.log.push({ at: change.at, event: change.event });
    for (const one of change.cases) row.cases.push({ ...one, at: this.time.now });
    // An act that the step left as it was stays with the server that has it.
    if (after.next !== before.next) row.effect = this.leased(after.next, server, now);
    if (row.effect === null) this.withEffect.delete(row);
    if (isOver(after) && this.live.get(after.machineId) === after.id) this.live.delete(after.machineId);
    this.watch.committed(row, change);
  }

  /** Takes in what concerns no purchase. @returns false when it is not the next event of its journal. */
  takeMachineEvent(event: MachineEventRecord): boolean {
    if (!this.isNext(event)) return false;
    this.advance(event);
    return true;
  }

  lastSeq(machineId: string, journalId: string): number {
    return this.streams.get(machineId)?.get(journalId) ?? 0;
  }

  /** The purchase that was given this invoice, in good faith or by a lie. */
  holderOf(reference: string): string | undefined {
    return this.references.get(reference);
  }

  liveOf(machineId: string): Row | null {
    const id = this.live.get(machineId);
    return id === undefined ? null : (this.rows.get(id) ?? null);
  }

  claimDue(limit: number, server: string, dropped: readonly string[]): ClaimedAct[] {
    const { now } = this.time;
    const claimed: ClaimedAct[] = [];
    for (const row of this.open()) {
      const { effect } = row;
      if (effect === null || effect.act.dueAt > now || claimed.length >= limit) continue;
      const isHeld = effect.leasedUntil >= now && this.lives(effect.leasedBy);
      const isDropped = effect.leasedBy === server && dropped.includes(row.purchase.id);
      if (isHeld && !isDropped) continue;
      const begun = this.wasAliveAt(effect.leasedBy, effect.act.dueAt);
      effect.leasedBy = server;
      effect.leasedUntil = now + this.leaseMs;
      claimed.push({ purchaseId: row.purchase.id, act: { ...effect.act }, begun });
    }
    return claimed;
  }

  /** Is there anything that a sweep would find? Asked first, as a sweep costs a hundred times as much. */
  hasWorkToClaim(server: string): boolean {
    const { now } = this.time;
    for (const { effect } of this.open()) {
      if (effect === null || effect.act.dueAt > now) continue;
      if (effect.leasedUntil < now || !this.lives(effect.leasedBy)) return true;
      if (effect.leasedBy === server && effect.act.dueAt + LATE_MS < now) return true;
    }
    return false;
  }

  open(): ReadonlySet<Row> {
    return this.withEffect;
  }

  beat(server: string): void {
    this.servers.set(server, this.time.now);
  }

  private leased(next: Act | null, server: string, now: number): Effect | null {
    if (next === null) return null;
    return { act: next, leasedBy: server, leasedUntil: Math.max(next.dueAt, now) + this.leaseMs };
  }

  private get leaseMs(): number {
    return this.sabotage.leaseMs ?? LEASE_MS;
  }

  /** A server that left says nothing of when it last acted. */
  private wasAliveAt(server: string, at: number): boolean {
    return at < (this.servers.get(server) ?? Infinity) + DEAD_AFTER_MS;
  }

  private lives(server: string): boolean {
    return (this.servers.get(server) ?? 0) > this.time.now - DEAD_AFTER_MS;
  }

  private isNext({ machineId, journalId, seq }: MachineEventRecord): boolean {
    const lastSeq = this.lastSeq(machineId, journalId);
    return this.sabotage.takesAnyOrder === true ? seq > lastSeq : seq === lastSeq + 1;
  }

  private advance({ machineId, journalId, seq }: MachineEventRecord): void {
    const journals = this.streams.get(machineId) ?? new Map<string, number>();
    this.streams.set(machineId, journals.set(journalId, seq));
  }
}

/** Without the way through JSON text: every object that identity could matter of is new all the same. */
function columnsOf(purchase: Purchase): PurchaseRow {
  const details = detailsOf(purchase);
  return {
    id: purchase.id,
    machine_id: purchase.machineId,
    state: purchase.state,
    version: purchase.version,
    currency: purchase.currency,
    offered_minor: purchase.offeredMinor,
    reserved_minor: purchase.reservedMinor,
    invoice_reference: purchase.invoiceReference,
    ers_reference: purchase.ersReference,
    grant_number: BigInt(purchase.grantNumber),
    planogram_id: purchase.planogramId,
    price_list_id: purchase.priceListId,
    details: { ...details, next: details.next && { ...details.next } },
    started_at: new Date(purchase.startedAt),
  };
}
