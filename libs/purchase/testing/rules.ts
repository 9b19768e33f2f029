import { postingsOf } from '../reserve-first/ledger.js';
import type { PurchaseEvent } from '../reserve-first/events.js';
import {
  type ActKind,
  type Purchase,
  type State,
  dispensedMinor,
  isOver,
  settlementRows,
} from '../reserve-first/purchase.js';
import type { Step } from '../reserve-first/step.js';
import { TRANSITIONS } from '../reserve-first/transitions-allowed.js';

/** What a purchase in each state can be waiting to do. */
const ACTS: Readonly<Record<State, readonly ActKind[]>> = {
  NEW: ['sendInvoice'],
  INVOICED: ['getPaymentStatus'],
  CANCELLING: ['cancelInvoice', 'getPaymentStatus'],
  UNLOCKING: ['sendGrant'],
  UNLOCKED: ['awaitMachine'],
  CLOSING: ['closeGrant'],
  SETTLING: ['updateInvoice', 'commitReservation', 'getPaymentStatus'],
  RELEASING: ['cancelInvoice', 'getPaymentStatus'],
  COMMITTED: ['submitPaymentReceipt'],
  RELEASED: [],
  CANCELLED: [],
  REFUSED: [],
  REVIEW: [],
};

/**
 * What must hold of every single step, whatever happened before it: the invariants that the lifecycle alone can keep.
 *
 * @returns what is wrong, each with the name of the rule; empty for a good step.
 */
export function faultsOf(before: Purchase, event: PurchaseEvent, { purchase: after, cases }: Step): string[] {
  const faults: string[] = [];
  const rule = (holds: boolean, name: string) => void (holds || faults.push(name));
  if (after === before) {
    rule(cases.length === 0, 'a case is written down with a step, or not at all');
    return faults;
  }
  rule(after.version === before.version + 1, 'a step raises the version by one');
  rule(after.state === before.state || TRANSITIONS[before.state].includes(after.state), 'I26: a listed transition');
  rule(isOver(after) || after.next !== null, 'something is left to do until the end');
  rule(after.next === null || ACTS[after.state].includes(after.next.kind), 'the act is one of the state');
  rule(isOver(after) === (after.end !== null), 'what is over has an end');
  rule(!isOver(before) || after.end === before.end, 'an end is the end');
  rule(sameTerms(before, after), 'what was agreed at the scan stays');
  const postings = postingsOf(before, after);
  rule(postings.reduce((total, { amountMinor }) => total + amountMinor, 0n) === 0n, 'I17: postings add up to nothing');
  faults.push(...faultsOfUnlocking(before, event, after), ...faultsOfVends(before, after, cases.length));
  faults.push(...faultsOfSettlement(before, event, after));
  return faults;
}

function sameTerms(before: Purchase, after: Purchase): boolean {
  const kept = ['id', 'machineId', 'grantNumber', 'startedAt', 'currency', 'reservedMinor', 'prices', 'terms'] as const;
  return kept.every((field) => before[field] === after[field]);
}

function faultsOfUnlocking(before: Purchase, event: PurchaseEvent, after: Purchase): string[] {
  const faults: string[] = [];
  if (after.state === 'UNLOCKING' && before.state !== 'UNLOCKING') {
    const reserved = event.type === 'StatusRead' && event.status === 'RESERVED';
    const amount = event.type === 'StatusRead' ? event.totalMinor : null;
    if (!reserved) faults.push('I3: only a status of RESERVED unlocks');
    if (amount !== null && amount !== after.reservedMinor) faults.push('I3: only the whole reservation unlocks');
  }
  if (after.state === 'UNLOCKING' && after.cancelSent) faults.push('a cancelled purchase never unlocks');
  if (before.cancelSent && !after.cancelSent) faults.push('a cancel that was sent stays sent');
  return faults;
}

function faultsOfVends(before: Purchase, after: Purchase, cases: number): string[] {
  const faults: string[] = [];
  const now = new Map(after.vends.map((vend) => [vend.number, vend]));
  for (const vend of before.vends) {
    const then = now.get(vend.number);
    if (then === undefined) faults.push('I14: a vend is never forgotten');
    else if (vend.result === 'dispensed' && then.result !== 'dispensed') faults.push('I14: what came out came out');
    else if (vend.late !== true && then.late === true && then.result === 'dispensed' && cases === 0) {
      faults.push('I8: what cannot be charged becomes a case');
    }
  }
  if (now.size !== after.vends.length) faults.push('I14: a vend is counted once');
  const isReleased = after.state === 'RELEASED' || after.state === 'CANCELLED' || after.state === 'REFUSED';
  if (isReleased && dispensedMinor(after) > 0n) faults.push('I9: what was released was not dispensed');
  return faults;
}

function faultsOfSettlement(before: Purchase, event: PurchaseEvent, after: Purchase): string[] {
  const faults: string[] = [];
  const [was, is] = [before.settlement, after.settlement];
  if (was !== null && is?.amountMinor !== was.amountMinor) faults.push('I11: a frozen amount stays');
  if (was !== null && rowsOf(before) !== rowsOf(after)) faults.push('I11: the rows of a frozen amount stay');
  if (after.state === 'SETTLING' && is === null) faults.push('what is settled has an amount');
  if (after.state === 'COMMITTED' && is === null) faults.push('what is charged has an amount');
  if (is !== null) {
    const dispensed = dispensedMinor(after);
    const most = dispensed < after.reservedMinor ? dispensed : after.reservedMinor;
    if (is.amountMinor <= 0n || is.amountMinor !== most) faults.push('I7: charged is what came out, and at most R');
  }
  if (after.next?.kind === 'commitReservation' && after.next !== before.next) {
    const looked = event.type === 'StatusRead' && event.status === 'RESERVED';
    if (was?.commit === 'unknown' && !looked) faults.push('I12: an unknown commit is looked up before it is repeated');
    if (was?.commit === 'answered') faults.push('I12: an answered commit is never repeated');
  }
  return faults;
}

function rowsOf(purchase: Purchase): string {
  return settlementRows(purchase)
    .map((row) => `${row.selection}:${row.quantity}:${row.unitMinor}`)
    .join();
}
