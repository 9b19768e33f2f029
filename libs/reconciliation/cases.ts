import { type Currency, formatAmount } from '#purchase/money.js';

import { asReportAmount, formatReportAmount, minorOfReportAmount } from './amounts.js';
import type { Difference } from './difference.js';

/** What a person is told of a difference. */
export interface CaseWords {
  readonly reason: string;
  /** What is at stake, in smallest units; null where nobody can say. */
  readonly amountMinor: bigint | null;
  readonly currency: Currency;
  readonly known: string;
  readonly suggestedAction: string;
}

/** The reason of the case that all differences beyond a run's limit share. */
export const MANY = 'reconciliation-many-differences';

/** @param currency the fleet's, where the difference does not tell its own; @param report which report showed it. */
export function caseOf(difference: Difference, currency: Currency, report: string): CaseWords {
  const own = difference.currency ?? currency;
  const isRefund = isRefundOfOthers(difference);
  const known = `${isRefund ? refundSentence(difference, own) : sentence(difference, own)} Found in ${report}.`;
  const words = { reason: `reconciliation-${difference.kind}`, currency: own, known };
  const suggestedAction = isRefund ? REFUND_ACTION : ACTIONS[difference.kind];
  return { ...words, amountMinor: atStake(difference, own), suggestedAction };
}

/** @param limit how many differences of the report have cases of their own. */
export function caseOfMany(currency: Currency, report: string, limit: number): CaseWords {
  return {
    reason: MANY,
    amountMinor: null,
    currency,
    known: `More than ${limit} differences were found in ${report}. The first ${limit} have a case each; all others have this one, and stand in the CSV of the run.`,
    suggestedAction:
      'Look for one cause first: a till of another program under the same reseller, or another reseller’s report. Then go through the CSV of the run.',
  };
}

/** Nothing here gives money back; SEQR may report a refund under its own reference, or under the payment's. */
function isRefundOfOthers({ kind, seqr }: Difference): boolean {
  return (kind === 'missing-here' || kind === 'duplicate-at-seqr') && seqr !== null && seqr < 0n;
}

/** Whoever followed one of the cases below and refunded finds this one the day after: it must not ask for another refund. */
const REFUND_ACTION =
  'Compare it with the refunds that your people made at SEQR. If one of them made it, close this case; otherwise ask SEQR who did. Do not refund again.';

function refundSentence({ ersReference, seqr, currency }: Difference, shownIn: Currency): string {
  const amount = formatReportAmount(-(seqr ?? 0n), shownIn);
  const named = currency === null ? `${amount} (SEQR names no currency)` : `${amount} ${currency}`;
  return `SEQR reports a refund of ${named}, ${ersReference ?? 'without a reference'}, that was not made here.`;
}

const ACTIONS: Readonly<Record<Difference['kind'], string>> = {
  'missing-at-seqr':
    'Ask SEQR for this payment by its ersReference. If SEQR has not taken it, the sale is lost; if it has, its report is wrong.',
  'missing-here':
    'Look at the purchases of that machine and time, those under review first. If nothing was sold, refund the payer.',
  'amount-differs': 'Ask SEQR what it charged. Refund what is too much; what is too little is lost.',
  'duplicate-at-seqr': 'Ask SEQR whether the payer was charged twice. If so, refund one of the two.',
  'wrong-terminal':
    'Compare the machine’s terminal with SEQR’s list of terminals. The money is right; it is counted elsewhere.',
  'summary-differs': 'Ask SEQR which of its two reports is right. Our ledger was compared with the details.',
  'period-lost':
    'Ask SEQR for the report of the period that ended then, and compare it with the purchases of that time.',
};

function sentence(difference: Difference, currency: Currency): string {
  const ours =
    difference.oursMinor === null ? '' : `${formatAmount({ minor: difference.oursMinor, currency })} ${currency}`;
  const seqr = difference.seqr === null ? '' : `${formatReportAmount(difference.seqr, currency)} ${currency}`;
  const payment =
    difference.ersReference === null ? 'A payment without a reference' : `Payment ${difference.ersReference}`;
  switch (difference.kind) {
    case 'missing-at-seqr':
      return `${payment} of ${ours} was committed here, and SEQR does not report it.`;
    case 'missing-here':
      return `${payment} of ${formatReportAmount(difference.seqr ?? 0n, currency)}${
        difference.currency === null ? ' (SEQR names no currency)' : ` ${currency}`
      } is reported by SEQR, and no purchase here has it: ${difference.detail}.`;
    case 'amount-differs':
      return `${payment}: we have ${ours}, SEQR reports ${seqr}.`;
    case 'duplicate-at-seqr':
      return `${payment}${ours === '' ? '' : ` of ${ours}`} is reported once more by SEQR, with ${seqr}.`;
    case 'wrong-terminal':
      return `${payment} of ${ours} stands elsewhere: ${difference.detail}.`;
    case 'summary-differs':
      return `SEQR’s summary and SEQR’s details do not agree: ${difference.detail}.`;
    case 'period-lost':
      return `A period of SEQR’s may have ended without our learning its name, or its report could not be had: ${difference.detail} of ${ours} in all are in no report.`;
  }
}

function atStake({ kind, oursMinor, seqr }: Difference, currency: Currency): bigint | null {
  if (seqr === null) return oursMinor;
  if (kind === 'amount-differs' && oursMinor !== null) {
    return absolute(minorOfReportAmount(seqr - asReportAmount(oursMinor, currency), currency));
  }
  return absolute(minorOfReportAmount(seqr, currency));
}

function absolute(amount: bigint): bigint {
  return amount < 0n ? -amount : amount;
}
