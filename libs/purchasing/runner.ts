import type { PurchaseEvent } from '#purchase/reserve-first/events.js';
import { type Beginning, step } from '#purchase/reserve-first/lifecycle.js';
import { interrupted } from '#purchase/reserve-first/outcomes.js';
import type { Act, Purchase, ReviewCase } from '#purchase/reserve-first/purchase.js';

import {
  type ClaimedAct,
  ConflictError,
  InvoiceReferenceTakenError,
  type MachineEventRecord,
  NotActingError,
  type Performer,
  type PurchaseRequest,
  type PurchaseStore,
  type SeqrCallRecord,
} from './ports.js';

export interface RunnerClock {
  now(): number;
  after(delayMs: number, work: () => void): { cancel(): void };
}

export interface RunnerOptions {
  readonly store: PurchaseStore;
  readonly performer: Performer;
  readonly clock: RunnerClock;
  /** False while this server may have lost its leases: then it must not act. */
  readonly mayAct: () => boolean;
  /** Changes when this server was silent so long that its leases of before may be another's (ServerInstance). */
  readonly breaks?: () => number;
  /** The lifecycle; the simulation puts broken ones here, to see that it finds them. */
  readonly step?: typeof step;
  readonly onStep?: (after: Purchase, event: PurchaseEvent, before: Purchase, cases: readonly ReviewCase[]) => void;
  readonly onFault?: (purchaseId: string, error: unknown) => void;
}

/** Two servers can move one purchase at the same time; that they would do so this often in a row is a fault. */
const CONFLICTS_MAX = 8;
/** Acts taken over at one sweep: each is a call to SEQR or a message. A sweep that came back full is followed by another. */
export const CLAIM_MAX = 100;
/**
 * Acts taken over and not done: what SEQR's 64 connections carry, at 300 ms an answer, in the 3 s that a call may wait for
 * one. What is more would come back unsent; other servers may have it.
 */
export const TAKEN_OVER_MAX = 600;
/**
 * A timer that comes this late was not waited for: the process stood still, and was dead to the others (ServerInstance).
 * They may be doing its acts; what they left, the sweep brings back.
 */
const STOOD_STILL_MS = 2_000;
/** Timers further away than this are left to the sweep: memory is the accelerator, the database the truth. */
const TIMER_MAX_MS = 3_600_000;
/** After this a lease has run out by itself, and any server's sweep finds the act. */
const DROPPED_FOR_MS = 15_000;

/**
 * Moves purchases: writes down, then acts. Every event goes through the lifecycle; the new purchase, the event and the
 * next act are committed in one transaction before the act is done, and the outcome of the act is the next event. What
 * a server that stopped left undone, `sweep` takes over.
 */
export class PurchaseRunner {
  /** The last known record of purchases under way here; the version fences a stale one. */
  private readonly known = new Map<string, Purchase>();
  /** The acts that are leased to this server. It does no others: another one is doing them. */
  private readonly leased = new Map<string, Act>();
  /** Acts leased to this server that it stopped driving: the next sweep claims them at once, whatever their lease says. */
  private readonly dropped = new Map<string, Act>();
  private readonly queues = new Map<string, Promise<unknown>>();
  private readonly driving = new Map<string, Promise<void>>();
  private readonly driveAgain = new Set<string>();
  private readonly timers = new Map<string, { cancel(): void }>();
  private takenOver = 0;
  private stopped = false;
  private breaks = 0;

  constructor(private readonly options: RunnerOptions) {}

  /**
   * Starts a purchase and asks SEQR for its invoice.
   *
   * @returns the purchase when the outcome is durable: INVOICED, or REFUSED.
   * @throws MachineHeldError when another purchase holds the machine; NotActingError while this server may not act.
   */
  async begin(beginning: Omit<Beginning, 'grantNumber'>, request: PurchaseRequest): Promise<Purchase> {
    // What cannot be carried on must not be begun: nothing is held for it.
    if (this.stopped || !this.options.mayAct()) throw new NotActingError('this server may not act now');
    // What is leased from now on is not of before a silence.
    this.dropAfterBreak();
    const purchase = await this.options.store.begin(beginning, request);
    this.remember(purchase, purchase.next);
    await this.drive(purchase.id);
    return this.known.get(purchase.id) ?? (await this.options.store.load(purchase.id)) ?? purchase;
  }

  /**
   * Takes an event in: durable when the promise is fulfilled; what follows from it is done afterwards.
   *
   * @returns the purchase after the event, or null when there is no such purchase.
   */
  async dispatch(
    purchaseId: string,
    event: PurchaseEvent,
    machineEvent?: MachineEventRecord,
  ): Promise<Purchase | null> {
    const purchase = await this.apply(purchaseId, event, [], machineEvent, true);
    if (this.leased.has(purchaseId)) void this.drive(purchaseId);
    else this.known.delete(purchaseId);
    return purchase;
  }

  /** Takes over what is due and left undone by servers that stopped. @returns how many acts were claimed. */
  async sweep(): Promise<number> {
    const room = Math.min(CLAIM_MAX, TAKEN_OVER_MAX - this.takenOver);
    if (this.stopped || !this.options.mayAct() || room <= 0) return 0;
    const claimed = await this.options.store.claimDue(room, this.droppedAndDue());
    this.takeOver(claimed.filter(({ purchaseId }) => !this.driving.has(purchaseId)));
    return claimed.length;
  }

  /** Lets acts under way come to their end and starts no more. */
  async stop(): Promise<void> {
    this.stopped = true;
    for (const timer of this.timers.values()) timer.cancel();
    this.timers.clear();
    await Promise.allSettled(this.driving.values());
  }

  /** At most a sweep's worth; what is too old to be ours any more is left to the leases. */
  private droppedAndDue(): string[] {
    const now = this.options.clock.now();
    const due: string[] = [];
    for (const [purchaseId, { dueAt }] of this.dropped) {
      if (dueAt > now) continue;
      if (due.length === CLAIM_MAX) break;
      due.push(purchaseId);
      if (dueAt + DROPPED_FOR_MS < now) this.dropped.delete(purchaseId);
    }
    return due;
  }

  private takeOver(claimed: readonly ClaimedAct[]): void {
    if (claimed.length === 0) return;
    for (const { purchaseId } of claimed) {
      this.forget(purchaseId);
      // The database may take longer than until the next sweep, which must not claim it a second time.
      this.dropped.delete(purchaseId);
    }
    this.takenOver += claimed.length;
    const found = this.options.store.loadAll(claimed.map(({ purchaseId }) => purchaseId));
    const byId = found.then((purchases) => new Map(purchases.map((purchase) => [purchase.id, purchase])));
    for (const one of claimed) void this.takeUp(one, byId).finally(() => (this.takenOver -= 1));
  }

  private async takeUp({ purchaseId, act, begun }: ClaimedAct, found: Promise<Map<string, Purchase>>): Promise<void> {
    try {
      // What could not be read with the others says by itself why.
      const purchase = (await found).get(purchaseId) ?? (await this.options.store.load(purchaseId));
      // An event came meanwhile, and this server goes on from what that led to.
      if (this.leased.has(purchaseId)) return;
      // Somebody moved the purchase on in between, and does what comes next.
      if (!purchase?.next || !isSameAct(purchase.next, act)) return;
      this.remember(purchase, purchase.next);
      const event = begun ? interrupted(purchase.next) : null;
      if (event !== null) await this.apply(purchaseId, event, []);
      await this.drive(purchaseId);
    } catch (error) {
      this.forget(purchaseId);
      this.dropped.set(purchaseId, act);
      this.options.onFault?.(purchaseId, error);
    }
  }

  /** Does what is due for a purchase, one act at a time, until nothing is due any more. */
  private drive(purchaseId: string): Promise<void> {
    const underWay = this.driving.get(purchaseId);
    if (underWay !== undefined) {
      // The loop under way may have looked for the last time already.
      this.driveAgain.add(purchaseId);
      return underWay;
    }
    if (this.stopped) return Promise.resolve();
    const loop = this.loop(purchaseId);
    this.driving.set(purchaseId, loop);
    return loop;
  }

  private async loop(purchaseId: string): Promise<void> {
    try {
      while (await this.actOnce(purchaseId));
    } catch (error) {
      // The act may be done and its outcome not written: as after a crash, the sweep finds it and it is looked up.
      this.forget(purchaseId);
      this.options.onFault?.(purchaseId, error);
    } finally {
      this.driving.delete(purchaseId);
      if (this.driveAgain.delete(purchaseId)) void this.drive(purchaseId);
    }
  }

  /** @returns true when an act was done, and the next may be due. */
  private async actOnce(purchaseId: string): Promise<boolean> {
    // Deadlines first: an act that waited too long may not be the right one any more.
    const purchase = await this.apply(purchaseId, { type: 'TimePassed' }, []);
    const act = purchase?.next;
    this.timers.get(purchaseId)?.cancel();
    this.timers.delete(purchaseId);
    this.dropAfterBreak();
    const leased = this.leased.get(purchaseId);
    if (!purchase || !act || !leased || !isSameAct(act, leased) || this.stopped) {
      this.forget(purchaseId);
      return false;
    }
    const waitMs = act.dueAt - this.options.clock.now();
    if (waitMs > 0) {
      this.wakeAfter(purchaseId, waitMs);
      return false;
    }
    if (!this.options.mayAct()) {
      // Others may have taken the act over by now; if nobody did, the sweep brings it back.
      this.forget(purchaseId);
      return false;
    }
    const { event, calls } = await this.options.performer.perform(purchase, act);
    await this.apply(purchaseId, event, calls);
    return true;
  }

  private wakeAfter(purchaseId: string, waitMs: number): void {
    if (waitMs > TIMER_MAX_MS) return this.forget(purchaseId);
    const dueAt = this.options.clock.now() + waitMs;
    const timer = this.options.clock.after(waitMs, () => {
      // While this server waited another may have moved the purchase on.
      this.known.delete(purchaseId);
      if (this.options.clock.now() > dueAt + STOOD_STILL_MS) this.forget(purchaseId);
      void this.drive(purchaseId);
    });
    this.timers.set(purchaseId, timer);
  }

  private remember(purchase: Purchase, leased: Act | null): void {
    this.known.set(purchase.id, purchase);
    if (leased === null) this.leased.delete(purchase.id);
    else this.leased.set(purchase.id, leased);
    this.dropped.delete(purchase.id);
  }

  /** Drives it no longer. What it was leased is still owed: by nobody but this server, until the lease runs out. */
  private forget(purchaseId: string): void {
    const act = this.leased.get(purchaseId);
    if (act) this.dropped.set(purchaseId, act);
    this.known.delete(purchaseId);
    this.leased.delete(purchaseId);
  }

  /** What was leased before the silence is claimed anew by the next sweep, unless another server has it by now. */
  private dropAfterBreak(): void {
    const breaks = this.options.breaks?.() ?? 0;
    if (breaks === this.breaks) return;
    this.breaks = breaks;
    for (const purchaseId of this.leased.keys()) this.forget(purchaseId);
  }

  /** Events of one purchase are taken in one after the other. */
  private apply(
    purchaseId: string,
    event: PurchaseEvent,
    calls: readonly SeqrCallRecord[],
    machineEvent?: MachineEventRecord,
    isFromOutside = false,
  ): Promise<Purchase | null> {
    const work = (): Promise<Purchase | null> => this.applyNow(purchaseId, event, calls, machineEvent, isFromOutside);
    const turn = (this.queues.get(purchaseId) ?? Promise.resolve()).then(work);
    const over = (): void => {
      if (this.queues.get(purchaseId) === settled) this.queues.delete(purchaseId);
    };
    const settled = turn.then(over, over);
    this.queues.set(purchaseId, settled);
    return turn;
  }

  private async applyNow(
    purchaseId: string,
    event: PurchaseEvent,
    calls: readonly SeqrCallRecord[],
    machineEvent?: MachineEventRecord,
    isFromOutside = false,
  ): Promise<Purchase | null> {
    for (let conflicts = 0; ; conflicts += 1) {
      const known = this.known.get(purchaseId);
      const before = known ?? (await this.options.store.load(purchaseId));
      if (before === null) return null;
      const at = this.options.clock.now();
      const { purchase: after, cases } = (this.options.step ?? step)(before, event, at);
      if (after === before && calls.length === 0 && machineEvent === undefined) {
        // It is saved at the version that it met, or not at all. What means nothing to the record that is known here may
        // mean something to what another server made of it.
        if (isFromOutside && known !== undefined) {
          this.known.delete(purchaseId);
          continue;
        }
        this.known.set(purchaseId, before);
        return before;
      }
      try {
        await this.options.store.save({
          before,
          after,
          event,
          at,
          cases,
          calls,
          ...(machineEvent === undefined ? {} : { machineEvent }),
        });
        // The store leases a new act to the server that decided it, and leaves the lease of one that stays.
        this.known.set(purchaseId, after);
        if (after.next !== before.next) this.remember(after, after.next);
        if (after !== before) this.options.onStep?.(after, event, before, cases);
        return after;
      } catch (error) {
        this.known.delete(purchaseId);
        if (error instanceof InvoiceReferenceTakenError && event.type === 'InvoiceIssued') {
          const detail = 'SEQR gave the reference of another invoice';
          const lie = { type: 'InvoiceFailed', outcome: 'unknown', detail, isLie: true } as const;
          return this.applyNow(purchaseId, lie, calls, machineEvent);
        }
        if (!(error instanceof ConflictError) || conflicts >= CONFLICTS_MAX) throw error;
      }
    }
  }
}

function isSameAct(a: Act, b: Act): boolean {
  return a.kind === b.kind && a.dueAt === b.dueAt;
}
