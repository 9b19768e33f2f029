import type { Money } from '#purchase/money.js';
import type { PaymentStatus } from '#seqr/operations/get-payment-status.js';
import type { Invoice } from '#seqr-sandbox/invoice.js';

import type { Random } from './random.js';

/** What a lie about an invoice's status is made from. */
interface Subject {
  readonly invoice: Invoice;
  readonly truth: PaymentStatus;
  /** Some other invoice of ours, told in its place. */
  readonly other: PaymentStatus;
}

type StatusLie = (subject: Subject, random: Random) => PaymentStatus;

const STATUS_LIES = {
  'status-of-another-invoice': ({ other }) => other,
  'reserved-though-not': ({ truth }) => said(truth, 'RESERVED'),
  'reserved-with-other-amount': ({ invoice, truth }, random) => ({
    ...said(truth, 'RESERVED'),
    receipt: { totalAmount: other(invoice.terms.total, random) },
  }),
  'issued-though-not': ({ truth }) => said(truth, 'ISSUED'),
  'paid-though-not': ({ truth }) => ({ ...said(truth, 'PAID'), ersReference: 'never-paid' }),
  'paid-other-amount': ({ invoice, truth }, random) => ({
    ...said(truth, 'PAID'),
    ersReference: 'never-paid',
    receipt: { totalAmount: other(invoice.terms.total, random) },
  }),
  'canceled-though-not': ({ truth }) => said(truth, 'CANCELED'),
  'failed-though-not': ({ truth }) => said(truth, 'FAILED'),
  'expired-though-not': ({ truth }) => said(truth, 'EXPIRED'),
  'status-nobody-knows': ({ truth }) => ({ ...said(truth, 'UNKNOWN'), statusText: 'PARTIALLY_PAID' }),
  'pending-though-not': ({ truth }) => said(truth, 'PENDING_ISSUER_ACKNOWLEDGE'),
  'version-goes-back': ({ truth }, random) => ({
    ...truth,
    version: Math.max(0, truth.version - random.between(1, 3)),
  }),
  'version-jumps': ({ truth }, random) => ({ ...truth, version: truth.version + random.between(1, 50) }),
} satisfies Record<string, StatusLie>;

const OTHER_LIES = [
  'reference-of-another-invoice',
  'reference-made-up',
  'invoice-not-made',
  'update-refused-for-its-data',
  'update-not-done',
  'commit-not-done',
  'commit-refused-though-done',
  'commit-not-reserved-though-done',
  'cancel-not-done',
  'cancel-paid-instead',
  'cancelled-before-though-not',
  'cancel-refused-though-done',
  'nothing-known-of-the-invoice',
  'receipt-not-taken',
] as const;

export type Lie = keyof typeof STATUS_LIES | (typeof OTHER_LIES)[number];
const STATUS_LIE_NAMES = Object.keys(STATUS_LIES) as readonly (keyof typeof STATUS_LIES)[];
export const ALL_LIES: readonly Lie[] = [...STATUS_LIE_NAMES, ...OTHER_LIES];

/** Each seed's SEQR has only a few of the lies in it, so that one does not hide the other. */
export class Liar {
  readonly repertoire: ReadonlySet<Lie>;
  private readonly statusLies: readonly (keyof typeof STATUS_LIES)[];

  constructor(private readonly random: Random) {
    const share = random.pick([0.1, 0.3, 0.6]);
    this.repertoire = new Set(ALL_LIES.filter(() => random.chance(share)));
    this.statusLies = STATUS_LIE_NAMES.filter((name) => this.repertoire.has(name));
  }

  tells(lie: Lie): boolean {
    return this.repertoire.has(lie);
  }

  /** Null when none of this seed's lies is one: it would be the truth. */
  aboutStatus(subject: Subject): { readonly lie: Lie; readonly answer: PaymentStatus } | null {
    if (this.statusLies.length === 0) return null;
    const lie = this.random.pick(this.statusLies);
    const answer = STATUS_LIES[lie](subject, this.random);
    const { truth } = subject;
    const isTrue = answer.status === truth.status && answer.version === truth.version && answer.receipt === undefined;
    return isTrue ? null : { lie, answer };
  }
}

function said(truth: PaymentStatus, status: PaymentStatus['status']): PaymentStatus {
  return { status, statusText: status, version: truth.version };
}

function other({ minor, currency }: Money, random: Random): Money {
  return { minor: random.chance(0.5) ? minor + 100n : minor > 100n ? minor - 100n : minor + 1n, currency };
}
