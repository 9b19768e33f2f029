import type { EventAck, Grant, MachineCommand } from '#machine-protocol/messages.js';
import type { Change } from '#purchasing/ports.js';
import type { step } from '#purchase/reserve-first/lifecycle.js';

import type { Database, DatabaseWatch, Row } from '../world/database.js';
import type { VendKey } from '../world/hardware.js';
import type { SentEvent } from '../world/intake.js';
import type { MachineWatch, SimMachine } from '../world/machine.js';
import type { Departure } from '../world/seqr-line.js';
import type { Seqr } from '../world/seqr.js';
import type { ServerWatch } from '../world/server.js';
import { type Trace, phrase, shortOf } from '../world/trace.js';
import type { Truth } from '../world/truth.js';
import type { Weather } from '../world/weather.js';

import { type CaseFacts, checkCases } from './cases.js';
import { checkEnded, checkFold, checkMoney, checkVends } from './ending.js';
import { History } from './history.js';
import { checkAck, checkApproval, checkLocked, checkOpening, checkUnlocking } from './machines.js';
import { checkAmounts, checkDeparture, checkPaid } from './money.js';
import { checkRecord, countVends } from './records.js';
import { FINAL_STATES } from './transitions.js';
import type { Violation } from './violation.js';

interface Watched {
  readonly time: { readonly now: number };
  readonly trace: Trace;
  readonly truth: Truth;
  readonly weather: Weather;
  readonly seqr: Seqr;
  readonly machine: (id: string) => SimMachine | undefined;
  /** The lifecycle in use. */
  readonly step: typeof step;
}

/**
 * Acts that an event from outside may replace while they begin: a notification, a word of the machine. To do the old one
 * once more changes nothing.
 */
const REPEATABLE: ReadonlySet<string> = new Set(['getPaymentStatus', 'sendGrant', 'closeGrant', 'awaitMachine']);

const does = phrase('does');
const goes = phrase('→');

/** Sees everything and judges it by the invariants, at once where that is possible and at the end where it is not. */
export class Watch implements DatabaseWatch, ServerWatch, MachineWatch {
  readonly violations: Violation[] = [];
  readonly transitions = new Set<string>();
  readonly reasons = new Map<string, number>();
  liveCount = 0;
  private readonly histories = new Map<string, History>();
  private highestBegun = 0;
  private readonly highestOpened = new Map<string, number>();
  private readonly holders = new Map<string, string>();
  private readonly answers = new Map<string, { readonly reference: string; readonly purchaseId: string }>();

  constructor(
    private readonly world: Watched,
    private readonly rows: () => Database,
  ) {}

  begun({ purchase, effect }: Row): void {
    const holder = this.holders.get(purchase.machineId);
    if (holder !== undefined) this.report('I1', purchase.id, `${purchase.machineId} is held by ${holder}`);
    this.holders.set(purchase.machineId, purchase.id);
    this.liveCount += 1;
    // Numbers are drawn from one sequence, in the order of the purchases.
    if (purchase.grantNumber <= this.highestBegun) this.report('I2', purchase.id, 'its grant number is not a new one');
    this.highestBegun = Math.max(this.highestBegun, purchase.grantNumber);
    if (effect?.act.kind !== 'sendInvoice') this.report('I25', purchase.id, 'begun without an intent');
    this.world.trace.tell(purchase.id, 'begun', () => `offered ${purchase.offeredMinor}`);
  }

  committed(row: Row, change: Change): void {
    const { before, after, event, cases } = change;
    const history = this.history(after.id);
    this.world.trace.tell(after.id, event.type, () => wordsOf(change));
    if (before.state !== after.state) this.transitions.add(`${before.state} → ${after.state}`);
    for (const { reason } of cases) this.reasons.set(reason, (this.reasons.get(reason) ?? 0) + 1);
    countVends(row, change, history);
    if (event.type === 'StatusRead') {
      history.lastStatus = { status: event.status, at: this.world.time.now };
      history.highestVersion = Math.max(history.highestVersion, event.invoiceVersion);
      const ours = event.totalMinor === null || event.totalMinor === after.reservedMinor;
      if (event.status === 'RESERVED' && ours) history.wasReserved = true;
    }
    if (event.type === 'CancelFailed' && event.outcome === 'refused') history.refused('cancelInvoice');
    if (after.state === 'COMMITTED' && before.state !== 'COMMITTED') checkPaid(change, this.report);
    if (event.type === 'ReservationCommitted') history.commitAnswered = true;
    checkRecord(row, change, this.report);
    checkAmounts(row, change, history, this.report);
    if (!FINAL_STATES.has(before.state) && FINAL_STATES.has(after.state)) this.ended(row);
  }

  private ended(row: Row): void {
    const { machineId } = row.purchase;
    this.holders.delete(machineId);
    this.liveCount -= 1;
    const machine = this.world.machine(machineId);
    if (machine !== undefined) checkLocked(row, machine, this.world.time.now, this.report);
  }

  /** I25, I31: an act is done by the server that leased it, and its intent is durable. */
  performs(server: string, purchaseId: string, version: number, kind: string): void {
    const row = this.row(purchaseId);
    this.world.trace.tell(purchaseId, does(kind), () => `${server}, version ${version}`);
    this.history(purchaseId).performedVersion = version;
    if (row === undefined || REPEATABLE.has(kind)) return;
    const { effect } = row;
    if (effect === null || effect.act.kind !== kind) this.report('I25', purchaseId, `${kind} without a durable intent`);
    else if (effect.leasedBy !== server) {
      this.report('I31', purchaseId, `${kind} by ${server}, while ${effect.leasedBy} has the lease`);
    }
  }

  leaves(server: string, departure: Departure): void {
    const { reference, operation } = departure;
    const purchaseId = reference === undefined ? departure.purchaseId : this.rows().holderOf(reference);
    if (purchaseId === undefined) return;
    this.world.trace.tell(purchaseId, goes(operation), () => `${server} ${departure.amountMinor ?? ''}`);
    const row = this.row(purchaseId);
    if (row === undefined) return;
    const history = this.history(purchaseId);
    checkDeparture(departure, row, history, this.report);
    history.leaves(departure, this.world.time.now);
    if (operation !== 'cancelInvoice') return;
    const machine = this.world.machine(row.purchase.machineId);
    if (machine !== undefined) checkLocked(row, machine, this.world.time.now, this.report);
  }

  commands(command: MachineCommand): void {
    const row = this.row(command.purchaseId);
    if (row === undefined || command.type !== 'grant') return;
    this.history(command.purchaseId).grantedBoots.add(command.bootId);
    checkUnlocking(row, this.history(command.purchaseId), this.report);
  }

  opening(machine: SimMachine, grant: Grant): void {
    const row = this.row(grant.purchaseId);
    if (row === undefined) return this.report('I3', grant.purchaseId, 'a grant for no purchase');
    const { time, seqr, truth } = this.world;
    const highest = this.highestOpened.get(machine.id) ?? 0;
    const history = this.history(grant.purchaseId);
    checkOpening(machine, grant, row, history, highest, { now: time.now, seqr, truth }, this.report);
    this.highestOpened.set(machine.id, Math.max(highest, grant.grantNumber));
  }

  approved(vend: VendKey, askedAt: number): void {
    checkApproval(vend.purchaseId, askedAt, this.world.time.now, this.report);
  }

  acknowledged(ack: EventAck): void {
    checkAck(ack, this.rows(), this.report);
  }

  /** I27: an event that was acknowledged once and is not durable. */
  lost({ machineId, seq }: SentEvent): void {
    this.report('I27', null, `${machineId}: event ${seq} stands behind a gap that nobody can fill`);
  }

  unreadable(machineId: string): void {
    this.world.trace.tell(machineId, 'CASE unreadable-event');
    this.reasons.set('unreadable-event', (this.reasons.get('unreadable-event') ?? 0) + 1);
  }

  /** I20: a reference that is handed out is durable. I21: the same request never gets two live invoices. */
  answered(purchaseId: string, reference: string, requestKey: string): void {
    const row = this.row(purchaseId);
    if (row?.purchase.invoiceReference !== reference) {
      this.report('I20', purchaseId, `${reference} was handed out and is not written down`);
    }
    const before = this.answers.get(requestKey);
    this.answers.set(requestKey, { reference, purchaseId });
    if (before === undefined || before.reference === reference) return;
    const earlier = this.row(before.purchaseId)?.purchase;
    if (earlier !== undefined && !FINAL_STATES.has(earlier.state)) {
      this.report('I21', purchaseId, `${reference} was handed out while ${before.reference} is live`);
    }
  }

  atTheEnd(): void {
    const { truth, seqr, weather } = this.world;
    const anyFault = weather.struck.size > 0;
    for (const row of this.rows().rows.values()) {
      const { id } = row.purchase;
      const facts: CaseFacts = {
        row,
        truth: truth.of(id),
        history: this.history(id),
        invoices: seqr.invoicesOf(id),
        anyFault,
      };
      checkEnded(row, this.report);
      checkFold(row, this.world.step, this.report);
      checkMoney(facts, seqr.releasesOnCancel, this.report);
      checkVends(facts, this.report);
      checkCases(facts, this.report);
    }
  }

  private readonly report = (invariant: string, purchaseId: string | null, text: string): void => {
    this.world.trace.tell(purchaseId ?? 'world', `✗ ${invariant}`, () => text);
    const about = purchaseId === null ? null : shortOf(purchaseId);
    this.violations.push({ invariant, purchaseId: about, text, at: this.world.time.now });
  };

  private history(purchaseId: string): History {
    const known = this.histories.get(purchaseId);
    if (known !== undefined) return known;
    const history = new History();
    this.histories.set(purchaseId, history);
    return history;
  }

  private row(purchaseId: string): Row | undefined {
    return this.rows().rows.get(purchaseId);
  }
}

function wordsOf({ before, after, event, cases }: Change): string {
  const { type: _, ...data } = event;
  const facts = Object.entries(data)
    .filter(([name]) => name !== 'serial' && name !== 'grantNumber')
    .map(([name, value]) => `${name}=${String(value)}`);
  const moved = before.state === after.state ? after.state : `${before.state} → ${after.state}`;
  const opened = cases.map(({ reason }) => ` CASE ${reason}`).join('');
  return `${facts.join(' ')}  [${after.version}] ${moved}, next ${after.next?.kind ?? 'nothing'}${opened}`;
}
