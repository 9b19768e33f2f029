import {
  cancelled,
  closed,
  dispensed,
  failed,
  notified,
  paid,
  selected,
  status,
  updated,
  vendFailed,
  vendUncertain,
} from '../testing/happenings.js';
import {
  asking,
  commitAnswered,
  commitUnknown,
  committing,
  oneDispensed,
  releasing,
  settling,
  unlocked,
  waiting,
} from '../testing/stages.js';
import { TERMS, type Visit } from '../testing/visit.js';
import type { PurchaseEvent } from './events.js';
import type { ReviewCase } from './purchase.js';

const A_DAY_MS = 86_400_000;

const lie: PurchaseEvent = { type: 'InvoiceFailed', outcome: 'unknown', detail: 'taken', isLie: true };
const soldOut = Array.from({ length: 5 }, (_, i) => [selected(i + 1, 34), dispensed(i + 1)]).flat();

/** The only words that an operator gets about a purchase that a person must decide: what is known, what to do. */
const CASES: readonly (readonly [situation: string, visit: Visit, expected: readonly ReviewCase[]])[] = [
  [
    'an invoice whose reference was lost is confirmed',
    asking().on(failed('InvoiceFailed', 'unknown'), notified),
    [
      {
        reason: 'orphan-invoice',
        amountMinor: 2_000n,
        known:
          'A payer confirmed or declined an invoice that was given up because its reference never arrived. Nothing was dispensed.',
        suggestedAction: 'See in SEQR’s report that the payment, if there was one, was reversed.',
      },
    ],
  ],
  [
    'SEQR gives the reference of another invoice',
    asking().on(lie),
    [
      {
        reason: 'lying-invoice',
        amountMinor: 2_000n,
        known:
          'SEQR answered sendInvoice with the reference of another invoice. The purchase was given up, nothing was dispensed.',
        suggestedAction: 'Tell SEQR; see in its report that nothing was paid for this purchase.',
      },
    ],
  ],
  [
    'SEQR does not know an invoice that it gave a reference',
    releasing().on(cancelled, failed('StatusUnread', 54)),
    [
      {
        reason: 'lying-invoice',
        amountMinor: 2_000n,
        known: 'SEQR gave this invoice a reference and now says that it knows no such invoice. Nothing was dispensed.',
        suggestedAction: 'Ask SEQR what became of the invoice, and that no money is held for it.',
      },
    ],
  ],
  [
    'SEQR reserved less than was asked for',
    waiting().on(status('RESERVED', { totalMinor: 1_900n })),
    [
      {
        reason: 'other-amount',
        amountMinor: -100n,
        known: 'SEQR says that another amount was reserved than was asked for. The machine was not unlocked.',
        suggestedAction: 'Ask SEQR what the payer confirmed, and that it was released.',
      },
    ],
  ],
  [
    'SEQR took the money instead of reserving it',
    waiting().on(paid(2_000n)),
    [
      {
        reason: 'unexpected-payment',
        amountMinor: 2_000n,
        known: 'SEQR says that the invoice is paid, although only a reservation was asked for. Nothing was dispensed.',
        suggestedAction: 'Refund the payer in full.',
      },
    ],
  ],
  [
    'SEQR keeps a reservation that nothing was dispensed for',
    releasing()
      .later(TERMS.reservationLifetimeMs + A_DAY_MS)
      .on(cancelled, status('RESERVED')),
    [
      {
        reason: 'not-released',
        amountMinor: 2_000n,
        known: 'Nothing was dispensed, and SEQR has not confirmed for a day that the payer’s money is free.',
        suggestedAction: 'Ask SEQR whether the reservation is gone; have it released if it is not.',
      },
    ],
  ],
  [
    'the machine does not know whether it dispensed',
    unlocked().on(selected(1, 11), vendUncertain(1), closed(0, 0n)),
    [
      {
        reason: 'uncertain-vend',
        amountMinor: 180n,
        known: 'Selection 11 was approved and the machine could not say whether it came out. It is not charged.',
        suggestedAction: 'Look at the machine, or count its stock.',
      },
    ],
  ],
  [
    'the machine dispensed for more than was reserved',
    unlocked().on(...soldOut, closed(5, 2_250n)),
    [
      {
        reason: 'over-reservation',
        amountMinor: 250n,
        known: 'The machine dispensed for more than was reserved. Only the reserved amount is charged.',
        suggestedAction: 'Have the machine checked: it must not sell above what it was granted.',
      },
    ],
  ],
  [
    'the machine never said that it is locked again',
    oneDispensed().whenDue().later(TERMS.reservationLifetimeMs).on({ type: 'TimePassed' }),
    [
      {
        reason: 'no-closing-report',
        amountMinor: 1_820n,
        known: 'The machine was unlocked and never said that it is locked again. What it confirmed so far is charged.',
        suggestedAction: 'Look at the machine: it may have dispensed more.',
      },
    ],
  ],
  [
    'the closing report tells of more than was reported one by one',
    oneDispensed().on(closed(1, 370n)),
    [
      {
        reason: 'report-differs',
        amountMinor: 190n,
        known:
          'The closing report of the machine does not agree with the vends it reported one by one. Those are charged.',
        suggestedAction: 'Compare the machine’s counters with the vends of this purchase.',
      },
    ],
  ],
  [
    'the machine says two things of one vend',
    oneDispensed().on(vendFailed(1)),
    [
      {
        reason: 'report-differs',
        amountMinor: 180n,
        known: 'The machine reported selection 11 as dispensed, and then something else of it. The first counts.',
        suggestedAction: 'Compare the machine’s counters with the vends of this purchase.',
      },
    ],
  ],
  [
    'the machine reports a vend after the amount was frozen',
    committing().on(selected(2, 34), dispensed(2)),
    [
      {
        reason: 'late-vend',
        amountMinor: 450n,
        known: 'The machine reported selection 34 as dispensed when it could not be charged.',
        suggestedAction: 'Write the amount off: it cannot be charged any more.',
      },
    ],
  ],
  [
    'the machine reports a vend without a result after the amount was frozen',
    committing().on(selected(2, 34), vendUncertain(2)),
    [
      {
        reason: 'uncertain-vend',
        amountMinor: 450n,
        known: 'The machine reported selection 34 without a result when it could not be charged.',
        suggestedAction: 'Look at the machine.',
      },
    ],
  ],
  [
    'SEQR refuses the rows of the bill',
    settling().on(failed('UpdateFailed', 49)),
    [
      {
        reason: 'update-refused',
        amountMinor: null,
        known: 'SEQR refused the final rows of the invoice (result code 49). The amount is committed without them.',
        suggestedAction: 'Check the product names and prices of the machine’s price list.',
      },
    ],
  ],
  [
    'SEQR charged another amount',
    commitAnswered().on(paid(200n)),
    [
      {
        reason: 'other-amount',
        amountMinor: 20n,
        known: 'SEQR charged another amount than was committed, or does not say which.',
        suggestedAction: 'Refund the difference, or write it off.',
      },
    ],
  ],
  [
    'SEQR charged before anything was committed, and does not say how much',
    settling().on(failed('UpdateFailed', 'unknown'), paid(null)),
    [
      {
        reason: 'other-amount',
        amountMinor: null,
        known: 'SEQR charged another amount than was committed, or does not say which.',
        suggestedAction: 'Refund the difference, or write it off.',
      },
    ],
  ],
  [
    'the reservation was gone before it could be committed',
    commitUnknown().on(status('EXPIRED')),
    [
      {
        reason: 'unpaid-vend',
        amountMinor: 180n,
        known: 'The machine dispensed, and the reservation was gone before it could be committed (SEQR: EXPIRED).',
        suggestedAction: 'Write the amount off.',
      },
    ],
  ],
  [
    'SEQR does not say for a day that what was dispensed is paid',
    settling().on(updated).later(A_DAY_MS).on(failed('CommitFailed', 'not-sent')),
    [
      {
        reason: 'not-settled',
        amountMinor: 180n,
        known: 'The machine dispensed, and SEQR does not say that it was paid.',
        suggestedAction: 'Look the invoice up at SEQR; write the amount off if it was not paid.',
      },
    ],
  ],
];

describe('an operator is told what is at stake, what is known and what to do', () => {
  it.each(CASES)('when %s', (_, visit, expected) => {
    expect(visit.cases).toEqual(expected);
  });
});

it('an amount that SEQR writes so that nobody can read it is not counted with', () => {
  const amountFor = (totalMinor: bigint) => waiting().on(status('RESERVED', { totalMinor })).cases[0]?.amountMinor;

  expect(amountFor(-1n)).toBeNull();
  expect(amountFor(0n)).toBe(-2_000n);
});
