import type { PurchaseEvent } from '../../reserve-first/events.js';
import { begin, step } from '../../reserve-first/lifecycle.js';
import { interrupted } from '../../reserve-first/outcomes.js';
import { type Act, type Purchase, isOver } from '../../reserve-first/purchase.js';
import { failed, notified, timePassed } from '../happenings.js';
import { faultsOf } from '../rules.js';
import { BEGINNING, STARTED_AT } from '../visit.js';
import type { Move } from './explorer.js';
import {
  type Machine,
  PRICE_MINOR,
  SELECTION,
  expire,
  machineMoves,
  onClose,
  onGrant,
  lockedMachine,
  powerCuts,
} from './machine.js';
import { NO_INVOICE, type Seqr, answersTo, become } from './seqr.js';

/** One purchase, one payer, one machine, one SEQR, and how many things may still break. */
export interface World {
  readonly purchase: Purchase;
  readonly now: number;
  readonly seqr: Seqr;
  readonly machine: Machine;
  /** An act that left, with the outcome that is on its way back. */
  readonly inFlight: { readonly act: Act; readonly outcome: PurchaseEvent } | null;
  /** The outcome that a server brings after another has taken its act over. */
  readonly zombie: PurchaseEvent | null;
  readonly notifications: number;
  readonly faultsLeft: number;
  readonly hasFailed: boolean;
  readonly cases: readonly string[];
  /** Rules that the last step broke. */
  readonly broken: readonly string[];
}

const A_DAY_MS = 86_400_000;
/** A refusal that says nothing about the invoice. */
const TEMPORARY_ERROR = 90;

export function smallWorld({ vends, faults }: { vends: number; faults: number }): World {
  const prices = new Map([[SELECTION, PRICE_MINOR]]);
  const purchase = begin({ ...BEGINNING, reservedMinor: 3n * PRICE_MINOR, prices }, STARTED_AT);
  return {
    purchase,
    now: STARTED_AT,
    seqr: NO_INVOICE,
    machine: lockedMachine(vends),
    inFlight: null,
    zombie: null,
    notifications: 0,
    faultsLeft: faults,
    hasFailed: false,
    cases: [],
    broken: [],
  };
}

/** The purchase takes an event in. */
function on(world: World, event: PurchaseEvent): World {
  const outcome = step(world.purchase, event, world.now);
  const opened = outcome.cases.map(({ reason }) => reason);
  return {
    ...world,
    purchase: outcome.purchase,
    cases: [...new Set([...world.cases, ...opened])].toSorted(),
    broken: faultsOf(world.purchase, event, outcome),
  };
}

export function* movesOf(world: World): Generator<Move<World>> {
  yield* fine(acts(world));
  yield* fine(surroundings(world));
  if (world.faultsLeft > 0) {
    for (const [name, to] of breakages({ ...world, faultsLeft: world.faultsLeft - 1, hasFailed: true }))
      yield { name, to, isFault: true };
  }
}

function* fine(moves: Iterable<readonly [string, World]>): Generator<Move<World>> {
  for (const [name, to] of moves) yield { name, to, isFault: false };
}

type Named = readonly [name: string, to: World];

/** The server does what is next, and hears what came of it. Between the two anything may happen. */
function* acts(world: World): Generator<Named> {
  const { purchase, inFlight } = world;
  if (inFlight !== null) {
    yield [inFlight.outcome.type, on({ ...world, inFlight: null }, inFlight.outcome)];
    return;
  }
  const act = purchase.next;
  if (act === null || act.kind === 'awaitMachine') return;
  for (const [seqr, machine, outcome] of effectsOf(world, act)) {
    yield [act.kind, { ...world, seqr, machine, inFlight: { act, outcome } }];
  }
}

function effectsOf({ seqr, machine, purchase }: World, act: Act): (readonly [Seqr, Machine, PurchaseEvent])[] {
  if (act.kind === 'sendGrant') {
    return onGrant(machine).map((one) => [seqr, one, { type: 'GrantSent', bootId: 'boot-0001' }] as const);
  }
  if (act.kind === 'closeGrant') return [[seqr, onClose(machine), { type: 'CloseSent' }]];
  return answersTo(seqr, purchase, act).map((answer) => [answer.seqr, machine, answer.event] as const);
}

/** What payer, SEQR, machine and time do by themselves. */
function* surroundings(world: World): Generator<Named> {
  const { seqr, machine, purchase } = world;
  if (seqr.invoice === 'ISSUED') {
    yield ['the payer confirms', { ...world, seqr: become(seqr, 'RESERVED'), notifications: 1 }];
    yield ['the payer declines', { ...world, seqr: become(seqr, 'CANCELED'), notifications: 1 }];
  }
  if (world.notifications > 0) yield ['notified', on({ ...world, notifications: world.notifications - 1 }, notified)];
  for (const [name, moved] of machineMoves(machine)) yield [name, { ...world, machine: moved }];
  const [oldest, ...rest] = machine.journal;
  if (oldest !== undefined) yield [oldest.type, on({ ...world, machine: { ...machine, journal: rest } }, oldest)];
  if (world.zombie !== null) yield [`late ${world.zombie.type}`, on({ ...world, zombie: null }, world.zombie)];
  // Deadlines are looked at before an act, never while one is under way.
  if (!isOver(purchase) && world.inFlight === null) yield* deadlines(world);
}

/** The next deadline passes. A machine whose grant is void by then has closed by itself. */
function* deadlines(world: World): Generator<Named> {
  const { purchase, machine } = world;
  const { terms, grant } = purchase;
  switch (purchase.state) {
    case 'INVOICED':
      return yield [
        'not confirmed in time',
        on({ ...world, now: purchase.startedAt + terms.confirmWithinMs }, timePassed),
      ];
    case 'UNLOCKING':
      return yield [
        'not unlocked in time',
        on({ ...world, now: (grant?.decidedAt ?? 0) + terms.unlockWithinMs }, timePassed),
      ];
    case 'UNLOCKED':
      // A vend that never gets a result is a fault, see power cut.
      if (machine.pending) return;
      for (const locked of expire(machine)) {
        yield ['not closed in time', on({ ...world, machine: locked, now: purchase.next?.dueAt ?? 0 }, timePassed)];
      }
      return;
    case 'CLOSING':
      if (isSilent(world)) yield* reportsTooLate(world, 'no report in time');
      return;
    default:
  }
}

/** The machine has nothing to say that would still come. One that has is cut off: a fault. */
function isSilent({ machine, purchase }: World): boolean {
  if (machine.journal.length > 0) return false;
  return machine.grant === 'over' || (machine.grant === 'none' && purchase.grant?.unlockedAt == null);
}

function* reportsTooLate(world: World, name: string): Generator<Named> {
  const now = (world.purchase.reservedAt ?? 0) + A_DAY_MS;
  for (const machine of expire(world.machine)) yield [name, on({ ...world, machine, now }, timePassed)];
}

/** Everything that can break, once each. */
function* breakages(world: World): Generator<Named> {
  const { purchase, inFlight, seqr, machine } = world;
  if (inFlight === null && purchase.next !== null) yield* brokenCalls(world, purchase.next);
  if (inFlight !== null) {
    const taken = interrupted(inFlight.act);
    const after = { ...world, inFlight: null };
    yield ['the server dies', taken === null ? after : on(after, taken)];
    if (taken !== null) yield ['the server is slow', on({ ...after, zombie: inFlight.outcome }, taken)];
  }
  if (world.notifications === 0 && seqr.version > 1) {
    const again = on(world, notified);
    // A hint that changes nothing is a fault wasted.
    if (again.purchase !== purchase) yield ['notified again', again];
  }
  if (seqr.invoice === 'RESERVED') yield ['SEQR drops the reservation', { ...world, seqr: become(seqr, 'CANCELED') }];
  for (const cut of powerCuts(machine)) yield ['power cut', { ...world, machine: cut }];
  const [oldest, ...rest] = machine.journal;
  if (oldest !== undefined) yield [`${oldest.type} is lost`, withoutEvent(world, { ...machine, journal: rest })];
  // Of an invoice whose number never came only SEQR’s own reports tell.
  if (seqr.invoice === 'ISSUED' && purchase.invoiceReference !== null)
    yield ['SEQR takes the money at once', { ...world, seqr: takeAll(seqr, purchase) }];
  if (purchase.state === 'CLOSING' && inFlight === null) yield* reportsTooLate(world, 'cut off until it is too late');
  const waits = ['CANCELLING', 'RELEASING', 'SETTLING'].includes(purchase.state);
  if (waits && world.now < STARTED_AT + 2 * A_DAY_MS)
    yield ['a day passes', { ...world, now: world.now + 2 * A_DAY_MS }];
}

/** The database was put back: a machine forgets what was acknowledged, and who closes the gap tells a person. */
function withoutEvent(world: World, machine: Machine): World {
  return { ...world, machine, cases: [...new Set([...world.cases, 'events-lost'])].toSorted() };
}

function takeAll(seqr: Seqr, { reservedMinor }: Purchase): Seqr {
  return { ...become(seqr, 'PAID'), paidMinor: reservedMinor };
}

function* brokenCalls(world: World, act: Act): Generator<Named> {
  const type = FAILED[act.kind];
  if (act.kind === 'sendGrant') {
    yield ['sendGrant does not leave', on(world, { type: 'GrantNotSent', detail: 'the machine is offline' })];
    yield ['sendGrant is lost', on(world, { type: 'GrantSent', bootId: 'unknown' })];
  }
  if (act.kind === 'closeGrant') yield ['closeGrant is lost', on(world, { type: 'CloseSent' })];
  if (type === undefined) return;
  yield [`${act.kind} does not leave`, on(world, failed(type, 'not-sent'))];
  yield [`${act.kind} is lost`, on(world, failed(type, 'unknown'))];
  yield [`${act.kind} is refused`, on(world, failed(type, TEMPORARY_ERROR))];
  if (act.kind === 'updateInvoice') yield ['updateInvoice is refused for good', on(world, failed(type, 49))];
  for (const [seqr, machine] of effectsOf(world, act)) {
    yield [`the reply to ${act.kind} is lost`, on({ ...world, seqr, machine }, failed(type, 'unknown'))];
  }
}

const FAILED: { readonly [Kind in Act['kind']]?: Parameters<typeof failed>[0] } = {
  sendInvoice: 'InvoiceFailed',
  getPaymentStatus: 'StatusUnread',
  updateInvoice: 'UpdateFailed',
  commitReservation: 'CommitFailed',
  cancelInvoice: 'CancelFailed',
  submitPaymentReceipt: 'ReceiptFailed',
};
