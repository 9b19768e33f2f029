/** The operations of SEQR's services that the sandbox plays. */
export const SOAP_OPERATIONS = [
  'sendInvoice',
  'updateInvoice',
  'getPaymentStatus',
  'commitReservation',
  'cancelInvoice',
  'refundPayment',
  'submitPaymentReceipt',
  'registerTerminal',
  'assignSeqrId',
  'unregisterTerminal',
  'markTransactionPeriod',
  'executeReport',
  'creditUser',
  'benchmarkingNop',
  'getClientSessionInfo',
] as const;

/** Where a fault can strike: an operation of the SOAP service, the notification, or the call of createPurchase. */
export const FAULT_TARGETS = [...SOAP_OPERATIONS, 'notification', 'createPurchase'] as const;

export type FaultTarget = (typeof FAULT_TARGETS)[number];

interface KindText {
  /** The field of the order that goes with this kind, and only with it. */
  readonly needs?: string;
  readonly soap?: string;
  readonly notification?: string;
  readonly createPurchase?: string;
}

/** What can go wrong, and what each kind does where. */
const KINDS = {
  delay: {
    needs: 'delayMs',
    soap: 'done at once, answered after delayMs',
    notification: 'sent after delayMs',
    createPurchase: 'sent after delayMs',
  },
  'drop-request': { soap: 'the connection is closed, nothing is done', createPurchase: 'never sent' },
  'drop-reply': { soap: 'done, then the connection is closed', createPurchase: 'sent, the answer is lost' },
  fault: { soap: 'a soap:Fault with HTTP 500, nothing is done' },
  'result-code': {
    needs: 'resultCode',
    soap: 'answered with resultCode; nothing is done, or with "acted": true all is done all the same',
  },
  'wrong-answer': { needs: 'answer', soap: 'done, then answered with what "answer" says instead of the truth' },
  garbage: { soap: 'done, then answered with a page of HTML', createPurchase: 'half of the body is sent' },
  duplicate: { notification: 'sent twice', createPurchase: 'sent twice at once' },
  lose: { notification: 'never sent' },
} satisfies Record<string, KindText>;

export type FaultKind = keyof typeof KINDS;
export const FAULT_KINDS = Object.keys(KINDS) as [FaultKind, ...FaultKind[]];

/** What `answer` may put in the place of the truth, and in which operations' replies. */
export const ANSWERS = {
  operation: { of: SOAP_OPERATIONS, does: 'the success reply of this other operation' },
  ersReference: { of: SOAP_OPERATIONS, does: 'this ersReference' },
  invoiceReference: {
    of: ['sendInvoice', 'getPaymentStatus'],
    does: "sendInvoice: this reference; getPaymentStatus: this other invoice's status",
  },
  status: { of: ['getPaymentStatus'], does: 'this status, of SEQR or not' },
  amount: { of: ['getPaymentStatus'], does: 'a receipt with this total, e.g. "12.00"' },
  version: { of: ['getPaymentStatus'], does: 'this version; "stale" for one less than the truth' },
  terminalId: { of: ['registerTerminal'], does: 'this terminal id' },
  transactionPeriodId: { of: ['markTransactionPeriod'], does: 'this period' },
} satisfies Record<string, { readonly of: readonly FaultTarget[]; readonly does: string }>;

export type AnswerField = keyof typeof ANSWERS;

const NAME_AN_INVOICE: readonly FaultTarget[] = [
  'updateInvoice',
  'getPaymentStatus',
  'commitReservation',
  'cancelInvoice',
  'refundPayment',
  'submitPaymentReceipt',
  'notification',
];
const NAME_NOBODY: readonly FaultTarget[] = ['benchmarkingNop', 'createPurchase'];

/** What narrows an order down, and for which targets it can. */
export const SELECTORS = {
  invoiceReference: { of: NAME_AN_INVOICE, does: 'only calls about this invoice' },
  terminalId: {
    of: FAULT_TARGETS.filter((target) => !NAME_NOBODY.includes(target)),
    does: 'only calls of this terminal',
  },
} satisfies Record<string, { readonly of: readonly FaultTarget[]; readonly does: string }>;

export function kindExists(kind: FaultKind, target: FaultTarget): boolean {
  return placeOf(target) in KINDS[kind];
}

/** The field that the kind needs, and no other kind may have. */
export function fieldOf(kind: FaultKind): string | undefined {
  const text: KindText = KINDS[kind];
  return text.needs;
}

/** For `GET /sandbox/faults/kinds`: all there is to order, in words. */
export function describeKinds() {
  return {
    order: 'POST /sandbox/faults {"operation", "kind", "times" (1), "after" (0), and what the kind needs}',
    times: 'how many calls it strikes, 1 to 1000',
    after: 'how many matching calls it lets through first, 0 to 1000',
    selectors: SELECTORS,
    kinds: Object.entries<KindText>(KINDS).map(([kind, { needs = null, ...does }]) => ({ kind, needs, does })),
    answers: ANSWERS,
    targets: FAULT_TARGETS.map((target) => ({
      operation: target,
      kinds: FAULT_KINDS.filter((kind) => kindExists(kind, target)),
    })),
    example: {
      operation: 'getPaymentStatus',
      kind: 'wrong-answer',
      answer: { status: 'PAID', amount: '12.00' },
      after: 2,
      times: 1,
    },
  };
}

function placeOf(target: FaultTarget): string {
  return target === 'notification' || target === 'createPurchase' ? target : 'soap';
}
