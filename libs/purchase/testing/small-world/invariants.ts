import type { PurchaseEvent } from '../../reserve-first/events.js';
import { type Purchase, isOver } from '../../reserve-first/purchase.js';
import { PRICE_MINOR } from './machine.js';
import type { World } from './world.js';

/** More failures in a row than this make no difference to the lifecycle. */
const FAILURES_MAX = 5;
const A_DAY_MS = 86_400_000;

/** What tells one world from another: everything but the clock and the count of steps. */
export function keyOf(world: World): string {
  const { seqr, machine, inFlight } = world;
  return [
    purchaseKey(world.purchase, world.now),
    `${seqr.invoice} ${seqr.version} ${seqr.collected} ${seqr.commits} ${seqr.paidMinor}`,
    `${machine.grant} ${machine.pending} ${machine.vends} ${machine.dispensed} ${machine.fell}`,
    machine.journal.map(eventKey).join(),
    inFlight === null ? '' : `${inFlight.act.kind} ${eventKey(inFlight.outcome)}`,
    world.zombie === null ? '' : eventKey(world.zombie),
    `${world.notifications} ${world.faultsLeft}`,
    world.cases.join(),
  ].join('|');
}

function eventKey(event: PurchaseEvent): string {
  return Object.values(event).join(':');
}

function purchaseKey(purchase: Purchase, now: number): string {
  const { grant, settlement, terms } = purchase;
  return [
    purchase.state,
    purchase.invoiceReference === null,
    purchase.invoiceVersion,
    purchase.notifiedAt === null,
    purchase.reservedAt === null,
    grant === null ? '' : `${grant.bootId === null} ${grant.unlockedAt === null}`,
    purchase.vends.map(({ number, result, late, disputed }) => `${number} ${result} ${late} ${disputed}`).join(),
    purchase.closing?.dispensed,
    settlement === null ? '' : `${settlement.amountMinor} ${settlement.updated} ${settlement.commit}`,
    purchase.cancelSent,
    Math.min(purchase.failures, FAILURES_MAX),
    purchase.next?.kind,
    purchase.end?.reason,
    now >= purchase.startedAt + terms.confirmWithinMs,
    now >= purchase.startedAt + A_DAY_MS,
  ].join();
}

/** The invariants of money and machine, in every single state. */
export function violationsOf(world: World): string[] {
  const { purchase, seqr, machine } = world;
  const violations = [...world.broken];
  const rule = (holds: boolean, name: string) => void (holds || violations.push(name));
  rule(machine.grant !== 'open' || purchase.reservedAt !== null, 'I3: unlocked without a reservation');
  rule(machine.grant !== 'open' || !isOver(purchase), 'I6: over while the machine is unlocked');
  rule(seqr.commits <= 1, 'I11: committed twice');
  rule(seqr.paidMinor <= purchase.reservedMinor, 'I7: charged more than was reserved');
  rule(purchase.state !== 'COMMITTED' || seqr.paidMinor === purchase.settlement?.amountMinor, 'I7: another amount');
  if (isDone(world)) violations.push(...violationsAtTheEnd(world));
  return violations;
}

/** Nothing will happen any more. */
export function isDone({ purchase, inFlight, zombie, machine }: World): boolean {
  return (
    isOver(purchase) && purchase.next === null && inFlight === null && zombie === null && machine.journal.length === 0
  );
}

/** Money and goods agree, or a person was told: and nobody is told without a cause. */
function violationsAtTheEnd({ purchase, seqr, machine, cases, hasFailed }: World): string[] {
  const violations: string[] = [];
  const given = PRICE_MINOR * BigInt(machine.fell);
  if (given !== seqr.paidMinor && cases.length === 0)
    violations.push('I8, I9: goods and money differ, and nobody knows');
  if (cases.length > 0 && !hasFailed) violations.push(`I35: ${cases.join()} where nothing failed`);
  if (purchase.state === 'COMMITTED' && seqr.invoice !== 'PAID') violations.push('committed, and not paid');
  if (purchase.state === 'RELEASED' && seqr.invoice === 'PAID') violations.push('I10: released, and paid');
  if (purchase.state === 'CANCELLED' && seqr.invoice !== 'CANCELED')
    violations.push('cancelled, and not cancelled at SEQR');
  return violations;
}
