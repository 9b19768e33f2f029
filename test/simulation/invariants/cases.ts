import type { ReviewReason } from '#purchase/reserve-first/purchase.js';
import type { Invoice } from '#seqr-sandbox/invoice.js';

import type { Row } from '../world/database.js';
import type { PurchaseTruth } from '../world/truth.js';

import type { History } from './history.js';
import type { Report } from './violation.js';

export interface CaseFacts {
  readonly row: Row;
  readonly truth: PurchaseTruth;
  readonly history: History;
  readonly invoices: readonly Invoice[];
  /** At least one fault struck in this seed. */
  readonly anyFault: boolean;
}

/**
 * I35: what really happened that a person has to know of, for each reason. Without this a mistake can hide behind a
 * review case: the books are right, and somebody is sent to look at nothing.
 */
const CAUSES: Readonly<Record<ReviewReason, (facts: CaseFacts) => boolean>> = {
  'uncertain-vend': ({ truth, row, history }) =>
    truth.unreported.size > 0 || truth.powerCut || truth.machineLied || wasWaitedFor(row, history),
  'late-vend': ({ truth, row, history }) => truth.machineLied || (truth.fell.length > 0 && wasWaitedFor(row, history)),
  'unpaid-vend': ({ invoices, truth }) =>
    truth.lies.size > 0 || invoices.every(({ state }) => state !== 'RESERVED' && state !== 'PAID'),
  'unexpected-payment': ({ truth }) => truth.lies.size > 0,
  'other-amount': ({ truth }) => truth.lies.size > 0,
  'not-settled': ({ truth }) => truth.refused.has('commitReservation') || truth.lies.size > 0,
  'report-differs': ({ truth }) => truth.machineLied || truth.powerCut || truth.unread,
  'no-closing-report': ({ truth, row, history }) => truth.unlockedAt !== null && wasWaitedFor(row, history),
  'over-reservation': ({ truth }) => truth.machineLied,
  'update-refused': ({ truth }) => truth.refused.has('updateInvoice') || truth.lies.size > 0,
  'orphan-invoice': ({ truth, invoices }) => truth.decided && invoices.length > 0,
  'lying-invoice': ({ truth }) => truth.lies.size > 0,
  'not-released': ({ truth }) => truth.lies.size > 0,
};

export function checkCases(facts: CaseFacts, report: Report): void {
  const { row, anyFault } = facts;
  for (const { reason } of row.cases) {
    if (!anyFault) report('I35', row.purchase.id, `${reason}, and nothing ever failed`);
    else if (!CAUSES[reason](facts)) report('I35', row.purchase.id, `${reason}, and nothing of the kind happened`);
  }
  if (row.purchase.state === 'REVIEW' && row.cases.length === 0) {
    report('I8', row.purchase.id, 'in REVIEW, and no case says why');
  }
}

/**
 * The machine was silent for as long as the money allows; one that never said that it opened, until its grant was
 * certainly void.
 */
function wasWaitedFor({ purchase }: Row, { frozenAt }: History): boolean {
  const { reservedAt, grant, terms } = purchase;
  if (reservedAt === null || grant === null) return false;
  const waitedMs =
    grant.unlockedAt === null
      ? terms.unlockWithinMs + terms.grantLifetimeMs
      : terms.reservationLifetimeMs - terms.settleMarginMs;
  return frozenAt >= reservedAt + waitedMs;
}
