import { type Facts, MissingFactError, type Settings } from './facts.js';
import { call, type CallStep, type Procedure, type Step } from './procedure.js';
import {
  cancelInvoice,
  markTransactionPeriod,
  refundPayment,
  scan,
  sendInvoice,
  status,
  submitPaymentReceipt,
} from './steps.js';

/** SEQR's papers: between a fresh sendInvoice and the status call. */
export const PAUSE_S = 30;

/** What both of SEQR's procedures ask in their test of getPaymentStatus. `sent` tells whether A was sent before. */
export const statusSteps: readonly Step[] = [
  status('A', ['ISSUED'], 'Ask for the status before the scan'),
  scan('A', 'PAID', 'The payer scans and confirms'),
  status('A', ['PAID'], 'Ask for the status after the scan'),
  sendInvoice('B'),
  { kind: 'wait', title: `Wait ${PAUSE_S} seconds`, seconds: PAUSE_S },
  status('A', ['PAID'], 'Ask with the earlier reference, of the paid invoice'),
  sendInvoice('C'),
  { kind: 'wait', title: `Wait ${PAUSE_S} seconds`, seconds: PAUSE_S },
  status('B', ['CANCELED', 'ISSUED'], 'Ask with the earlier reference, of the unpaid invoice'),
  status('C', ['ISSUED'], 'Ask with the new reference'),
];

export const STATUS_ASKS =
  'Ask for the status before the scan; scan; ask again. Then send a new invoice, wait 30 seconds and ask with the earlier reference.';

export const STATUS_REMARK =
  'Test getPaymentStatus: SEQR’s text leaves open whether “the earlier reference” is that of the paid invoice or of an unpaid one. Both are asked for. A cash register’s second invoice cancels its unpaid first (SEQR FAQ), so CANCELED and ISSUED both count for the unpaid one.';

const registerTerminal: CallStep = call({
  title: 'Register a new terminal',
  operation: 'registerTerminal',
  caller: 'reseller',
  send: (seqr, { settings }, as) =>
    seqr.registerTerminal(
      {
        externalTerminalId: settings.externalTerminalId,
        password: settings.terminalPassword,
        name: settings.terminalName,
      },
      as,
    ),
  expects: [
    {
      says: 'the reply holds a terminalId',
      isMet: ({ terminalId }) => terminalId !== '',
      seen: ({ terminalId }) => terminalId,
    },
  ],
  learn: (facts, { terminalId }) => ({
    ...facts,
    terminal: { type: 'TERMINALID', id: terminalId, password: facts.settings.terminalPassword },
  }),
});

const assignSeqrId: CallStep = call({
  title: 'Give the terminal the SEQR ID of its sticker',
  operation: 'assignSeqrId',
  caller: 'payee',
  send: (seqr, facts, as) => seqr.assignSeqrId({ seqrId: registered(facts).seqrId }, as),
});

const unregisterTerminal: CallStep = call({
  title: 'Remove the terminal',
  operation: 'unregisterTerminal',
  caller: 'unregister',
  send: (seqr, facts, as) => {
    registered(facts);
    return seqr.unregisterTerminal({}, as);
  },
});

/** Preparation of the points of sale: it must be shown that the terminal is not registered. */
const terminalIsGone: CallStep = call({
  title: 'Show that the terminal is not registered any more',
  operation: 'getPaymentStatus',
  caller: 'payee',
  refusedWith: [29, 33],
  send: (seqr, facts, as) => {
    registered(facts);
    const invoice = Object.values(facts.invoices).at(-1);
    return seqr.getPaymentStatus({ invoiceReference: invoice?.reference ?? '0', invoiceVersion: 0 }, as);
  },
});

/** Nobody else's terminal is labelled or removed when ours was never registered. */
function registered(facts: Facts): Settings {
  if (!facts.terminal) throw new MissingFactError('no terminal was registered');
  return facts.settings;
}

export const pos: Procedure = {
  profile: 'pos',
  title: 'Points of sale and terminals',
  source: 'SEQR certification process, points of sale',
  remarks: [
    STATUS_REMARK,
    'Test unregisterTerminal: SEQR’s paper says with the reseller’s user, SEQR’s API with the terminal itself, and the request has no other place to name the terminal. The API’s way is the default here; --unregister-as reseller is the other.',
  ],
  tests: [
    {
      title: 'registerTerminal',
      asks: 'Register a terminal with the reseller user and password from SEQR; the terminal’s password is chosen by the integrator.',
      steps: [registerTerminal],
    },
    {
      title: 'assignSeqrId',
      asks: 'Label the new terminal with the SEQR ID given by SEQR. clientReference is checked, and that clientRequestTimeout is 0.',
      steps: [assignSeqrId],
    },
    {
      title: 'sendInvoice',
      asks: 'Send an invoice of one or more rows, each with itemQuantity and itemTotalAmount.',
      steps: [sendInvoice('A')],
    },
    { title: 'getPaymentStatus', asks: STATUS_ASKS, steps: statusSteps },
    {
      title: 'submitPaymentReceipt',
      asks: 'After PAID, send the receipt: empty, or Base64 of HTML or XML; mimeType names the format, Base64 preferred.',
      steps: [submitPaymentReceipt('A')],
    },
    {
      title: 'cancelInvoice',
      asks: 'Send a new invoice, ask for its status, cancel it.',
      steps: [
        sendInvoice('D'),
        status('D', ['ISSUED'], 'Ask for the status'),
        cancelInvoice('D', 'Cancel the invoice'),
        status('D', ['CANCELED'], 'Ask for the status after the cancel'),
      ],
    },
    {
      title: 'refundPayment',
      asks: 'Send a new invoice, ask for its status, scan, ask again, refund.',
      steps: [
        sendInvoice('E'),
        status('E', ['ISSUED'], 'Ask for the status before the scan'),
        scan('E', 'PAID', 'The payer scans and confirms'),
        status('E', ['PAID'], 'Ask for the status after the scan'),
        refundPayment('E', 'Give all of it back'),
      ],
    },
    {
      title: 'markTransactionPeriod',
      asks: 'Close the till.',
      steps: [markTransactionPeriod()],
    },
    {
      title: 'unregisterTerminal',
      asks: 'Remove the terminal.',
      steps: [unregisterTerminal, terminalIsGone],
    },
  ],
};
