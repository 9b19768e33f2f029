import type { PurchaseEvent } from './events.js';
import type { ClosingReport, Purchase } from './purchase.js';
import { lapsesAt } from './reserving.js';
import { settle } from './settling.js';
import { type Step, act, change, unchanged } from './step.js';

/** A grant that the machine has not answered is sent again; the machine absorbs the repeat by its number. */
const GRANT_REPEAT_MS = 2_000;
const CLOSE_REPEAT_MS = 2_000;
const CLOSE_REPEAT_MAX_MS = 30_000;
/** A message that left may be under way this long: commands are never queued by the broker, only by the network. */
export const LINK_DELAY_MS = 30_000;

/** UNLOCKING: the grant is on its way. */
export function unlocking(purchase: Purchase, event: PurchaseEvent, now: number): Step {
  const { grant } = purchase;
  if (grant === null) return unchanged(purchase);
  const unlockBy = grant.decidedAt + purchase.terms.unlockWithinMs;
  switch (event.type) {
    case 'GrantSent':
      return change(purchase, {
        grant: { ...grant, bootId: event.bootId },
        next: act('sendGrant', Math.min(now + GRANT_REPEAT_MS, unlockBy)),
      });
    case 'GrantNotSent':
      return change(purchase, { next: act('sendGrant', Math.min(now + GRANT_REPEAT_MS, unlockBy)) });
    case 'GrantAccepted':
      return change(purchase, {
        state: 'UNLOCKED',
        grant: { ...grant, unlockedAt: now },
        next: act('awaitMachine', now + purchase.terms.grantLifetimeMs + LINK_DELAY_MS),
      });
    case 'GrantRefused':
      return settle(purchase, now);
    case 'SessionClosed':
      return closed(purchase, event, now);
    case 'TimePassed':
      if (now < unlockBy) return unchanged(purchase);
      // A grant that never left cannot unlock anything; one that did may have.
      return grant.bootId === null ? settle(purchase, now) : startClosing(purchase, now);
    default:
      return unchanged(purchase);
  }
}

/** UNLOCKED: the payer chooses; vends are counted in machine.ts. */
export function unlocked(purchase: Purchase, event: PurchaseEvent, now: number): Step {
  switch (event.type) {
    case 'SessionClosed':
      return closed(purchase, event, now);
    case 'TimePassed':
      return purchase.next !== null && now >= purchase.next.dueAt ? startClosing(purchase, now) : unchanged(purchase);
    default:
      return unchanged(purchase);
  }
}

function startClosing(purchase: Purchase, now: number): Step {
  return change(purchase, { state: 'CLOSING', failures: 0, next: act('closeGrant', now) });
}

/** CLOSING: the machine is asked for its closing report until it gives it, or until waiting longer endangers the money. */
export function closing(purchase: Purchase, event: PurchaseEvent, now: number): Step {
  switch (event.type) {
    case 'SessionClosed':
      return closed(purchase, event, now);
    case 'GrantRefused':
      // After its acceptance this is the answer to a repeat that came too late; what happened is still to be reported.
      return purchase.grant?.unlockedAt == null ? settle(purchase, now) : unchanged(purchase);
    case 'GrantAccepted':
      return purchase.grant !== null && purchase.grant.unlockedAt === null
        ? change(purchase, { grant: { ...purchase.grant, unlockedAt: now } })
        : unchanged(purchase);
    case 'CloseSent':
    case 'CloseNotSent': {
      const repeat = Math.min(CLOSE_REPEAT_MS * 2 ** Math.min(purchase.failures, 10), CLOSE_REPEAT_MAX_MS);
      const dueAt = Math.min(now + repeat, Math.max(now, waitUntil(purchase)));
      return change(purchase, { failures: purchase.failures + 1, next: act('closeGrant', dueAt) });
    }
    case 'TimePassed':
      return now >= waitUntil(purchase) ? settle(purchase, now) : unchanged(purchase);
    default:
      return unchanged(purchase);
  }
}

/**
 * How long the closing report is waited for. A machine that said it was unlocked is waited for as long as the
 * reservation allows; one that never answered only until its grant is certainly void.
 */
function waitUntil(purchase: Purchase): number {
  const { grant, terms } = purchase;
  if (grant === null) return purchase.startedAt;
  const voidAt = grant.decidedAt + terms.unlockWithinMs + terms.grantLifetimeMs + LINK_DELAY_MS;
  if (grant.unlockedAt === null) return voidAt;
  return Math.max(voidAt, lapsesAt(purchase) - terms.settleMarginMs);
}

function closed(purchase: Purchase, event: Extract<PurchaseEvent, { type: 'SessionClosed' }>, now: number): Step {
  const report: ClosingReport = {
    at: now,
    reason: event.reason,
    selections: event.selections,
    dispensed: event.dispensed,
    dispensedMinor: event.dispensedMinor,
  };
  return settle({ ...purchase, closing: report }, now);
}
