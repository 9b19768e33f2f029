import type { PurchaseEvent } from './events.js';
import { type Purchase, type ReviewCase, type Settlement, dispensedMinor, settlementRows } from './purchase.js';
import { type Step, act, again, backoffMs, change, end, unchanged } from './step.js';
import { startReleasing } from './transitions.js';

/** A commit that SEQR accepted shows as PAID soon; three looks within a minute, then a person looks. */
const LOOKS_AFTER_COMMIT = 3;
const LOOK_AGAIN_MS = 15_000;
/** Without an answer for a day there is no reservation left to commit. */
const GIVE_UP_AFTER_MS = 24 * 3_600_000;

/** result codes of commitReservation and updateInvoice: SEQR API page. */
const REJECTED_AMOUNT = 11;
const INVALID_INVOICE_DATA = 49;
const INVALID_NOTIFICATION_URL = 64;
const UNSUPPORTED_OPERATION = 91;
/** Refusals of updateInvoice that another try cannot change. */
const REFUSED_FOR_GOOD = [REJECTED_AMOUNT, INVALID_INVOICE_DATA, INVALID_NOTIFICATION_URL, UNSUPPORTED_OPERATION];
/** Some ten seconds of trying: far inside every reservation, so that the commit still finds one. */
const UPDATE_TRIES = 6;

/**
 * The machine is locked, or past telling: freezes the amount (I11). What certainly came out is charged; what nobody can
 * know is not, and becomes a case (I16); nothing at all releases the reservation (I10).
 */
export function settle(purchase: Purchase, now: number): Step {
  const vends = purchase.vends.map((vend) =>
    vend.result === 'selected' ? ({ ...vend, result: 'uncertain' } as const) : vend,
  );
  const known = { ...purchase, vends };
  const dispensed = dispensedMinor(known);
  // R is all that the payer agreed to; a machine that gave more has given it away.
  const amountMinor = dispensed < purchase.reservedMinor ? dispensed : purchase.reservedMinor;
  const cases = casesAtClosing(known, dispensed, amountMinor);
  if (amountMinor === 0n) return startReleasing(known, now, cases);
  const settlement: Settlement = { amountMinor, frozenAt: now, updated: false, commit: 'not-sent' };
  return change(known, { state: 'SETTLING', failures: 0, settlement, next: act('updateInvoice', now) }, cases);
}

function casesAtClosing(purchase: Purchase, dispensed: bigint, charged: bigint): ReviewCase[] {
  const cases: ReviewCase[] = [];
  for (const vend of purchase.vends) {
    if (vend.result !== 'uncertain') continue;
    cases.push({
      reason: 'uncertain-vend',
      amountMinor: vend.priceMinor,
      known: `Selection ${vend.selection} was approved and the machine could not say whether it came out. It is not charged.`,
      suggestedAction: 'Look at the machine, or count its stock.',
    });
  }
  if (dispensed > charged) {
    cases.push({
      reason: 'over-reservation',
      amountMinor: dispensed - charged,
      known: 'The machine dispensed for more than was reserved. Only the reserved amount is charged.',
      suggestedAction: 'Have the machine checked: it must not sell above what it was granted.',
    });
  }
  const { closing } = purchase;
  if (closing === null) {
    if (purchase.grant?.unlockedAt != null) {
      cases.push({
        reason: 'no-closing-report',
        amountMinor: purchase.reservedMinor - charged,
        known: 'The machine was unlocked and never said that it is locked again. What it confirmed so far is charged.',
        suggestedAction: 'Look at the machine: it may have dispensed more.',
      });
    }
  } else if (closing.dispensedMinor !== dispensed || closing.dispensed !== countDispensed(purchase)) {
    cases.push({
      reason: 'report-differs',
      amountMinor: closing.dispensedMinor - dispensed,
      known:
        'The closing report of the machine does not agree with the vends it reported one by one. Those are charged.',
      suggestedAction: 'Compare the machine’s counters with the vends of this purchase.',
    });
  }
  return cases;
}

function countDispensed(purchase: Purchase): number {
  return settlementRows(purchase).reduce((count, { quantity }) => count + quantity, 0);
}

/** SETTLING: updateInvoice, commitReservation, then look until SEQR says PAID. Every attempt bears the frozen amount. */
export function settling(purchase: Purchase, event: PurchaseEvent, now: number): Step {
  const { settlement } = purchase;
  if (settlement === null) return unchanged(purchase);
  switch (event.type) {
    case 'InvoiceUpdated':
      return change(purchase, {
        settlement: { ...settlement, updated: true },
        failures: 0,
        next: act('commitReservation', now),
      });
    case 'UpdateFailed':
      if (event.outcome === 'not-sent') {
        return givenUp(purchase, settlement, now) ?? again(purchase, 'updateInvoice', now);
      }
      // The rows are a courtesy, the sale is not: what SEQR refuses for good, or again and again, is left out.
      if (event.outcome === 'refused' && (isRefusedForGood(event.resultCode) || purchase.failures >= UPDATE_TRIES)) {
        return commitWithoutRows(purchase, settlement, event.resultCode, now);
      }
      return lookAgain(purchase, now);
    case 'ReservationCommitted':
      return change(purchase, {
        settlement: { ...settlement, commit: 'answered' },
        failures: 0,
        next: act('getPaymentStatus', now),
      });
    case 'CommitFailed':
      if (event.outcome === 'not-sent') {
        return givenUp(purchase, settlement, now) ?? again(purchase, 'commitReservation', now);
      }
      // The amount is frozen: what SEQR says of it now it will say for ever.
      if (event.outcome === 'refused' && [REJECTED_AMOUNT, INVALID_INVOICE_DATA].includes(event.resultCode)) {
        return notSettled(purchase, settlement, now);
      }
      return lookAgain(purchase, now, {
        settlement: event.outcome === 'unknown' ? { ...settlement, commit: 'unknown' } : settlement,
      });
    case 'StatusRead':
      return afterLook(purchase, settlement, event, now);
    case 'StatusUnread':
      return givenUp(purchase, settlement, now) ?? afterUnreadLook(purchase, settlement, now);
    default:
      return unchanged(purchase);
  }
}

function isRefusedForGood(resultCode: number): boolean {
  return REFUSED_FOR_GOOD.includes(resultCode);
}

/** Before anything is repeated SEQR is asked what became of it (I12); after a refusal not at once. */
function lookAgain(purchase: Purchase, now: number, changes: Partial<Purchase> = {}): Step {
  const wait = purchase.failures === 0 ? 0 : backoffMs(purchase.failures);
  return change(purchase, {
    ...changes,
    failures: purchase.failures + 1,
    next: act('getPaymentStatus', now + wait),
  });
}

function afterLook(
  purchase: Purchase,
  settlement: Settlement,
  event: Extract<PurchaseEvent, { type: 'StatusRead' }>,
  now: number,
): Step {
  switch (event.status) {
    case 'PAID':
      if (event.totalMinor !== null && event.totalMinor !== settlement.amountMinor) {
        return otherAmount({ ...purchase, ersReference: event.ersReference }, settlement, event.totalMinor, now);
      }
      // Paid before anything was committed, and no receipt that says how much: it may be the whole reservation.
      if (event.totalMinor === null && settlement.commit === 'not-sent') {
        return otherAmount({ ...purchase, ersReference: event.ersReference }, settlement, null, now);
      }
      return end({ ...purchase, ersReference: event.ersReference }, 'COMMITTED', 'committed', now);
    case 'RESERVED':
      if (settlement.commit === 'answered') return afterAnsweredCommit(purchase, settlement, now);
      return (
        givenUp(purchase, settlement, now) ??
        change(purchase, {
          invoiceVersion: event.invoiceVersion,
          next: act(settlement.updated ? 'commitReservation' : 'updateInvoice', now),
        })
      );
    case 'CANCELED':
    case 'FAILED':
    case 'EXPIRED':
      return end(purchase, 'REVIEW', 'reservation-lost', now, [
        {
          reason: 'unpaid-vend',
          amountMinor: settlement.amountMinor,
          known: `The machine dispensed, and the reservation was gone before it could be committed (SEQR: ${event.status}).`,
          suggestedAction: 'Write the amount off.',
        },
      ]);
    case 'ISSUED':
    case 'PARTIALLY_PAID':
    case 'PENDING_ISSUER_ACKNOWLEDGE':
    case 'UNKNOWN':
      return givenUp(purchase, settlement, now) ?? again(purchase, 'getPaymentStatus', now);
  }
}

/** A look that failed is not one of the looks that are counted after SEQR took the commit. */
function afterUnreadLook(purchase: Purchase, settlement: Settlement, now: number): Step {
  if (settlement.commit !== 'answered') return again(purchase, 'getPaymentStatus', now);
  return change(purchase, { next: act('getPaymentStatus', now + LOOK_AGAIN_MS) });
}

function givenUp(purchase: Purchase, settlement: Settlement, now: number): Step | null {
  return now >= settlement.frozenAt + GIVE_UP_AFTER_MS ? notSettled(purchase, settlement, now) : null;
}

/** SEQR took the commit and still says RESERVED: slow, or lying. Never committed again blindly. */
function afterAnsweredCommit(purchase: Purchase, settlement: Settlement, now: number): Step {
  if (purchase.failures >= LOOKS_AFTER_COMMIT) return notSettled(purchase, settlement, now);
  return change(purchase, {
    failures: purchase.failures + 1,
    next: act('getPaymentStatus', now + (purchase.failures === 0 ? 1_000 : LOOK_AGAIN_MS)),
  });
}

/** SEQR refuses the rows for good: the amount alone is committed, and somebody mends the rows. */
function commitWithoutRows(purchase: Purchase, settlement: Settlement, resultCode: number, now: number): Step {
  return change(
    purchase,
    { settlement: { ...settlement, updated: true }, failures: 0, next: act('commitReservation', now) },
    [
      {
        reason: 'update-refused',
        amountMinor: null,
        known: `SEQR refused the final rows of the invoice (result code ${resultCode}). The amount is committed without them.`,
        suggestedAction: 'Check the product names and prices of the machine’s price list.',
      },
    ],
  );
}

function otherAmount(purchase: Purchase, settlement: Settlement, paidMinor: bigint | null, now: number): Step {
  return end(purchase, 'REVIEW', 'other-amount', now, [
    {
      reason: 'other-amount',
      amountMinor: paidMinor === null ? null : paidMinor - settlement.amountMinor,
      known: 'SEQR charged another amount than was committed, or does not say which.',
      suggestedAction: 'Refund the difference, or write it off.',
    },
  ]);
}

function notSettled(purchase: Purchase, settlement: Settlement, now: number): Step {
  return end(purchase, 'REVIEW', 'not-settled', now, [
    {
      reason: 'not-settled',
      amountMinor: settlement.amountMinor,
      known: 'The machine dispensed, and SEQR does not say that it was paid.',
      suggestedAction: 'Look the invoice up at SEQR; write the amount off if it was not paid.',
    },
  ]);
}
