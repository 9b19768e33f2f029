import { reservationBill } from './bills.js';
import { MissingFactError, paymentOf } from './facts.js';
import { call, type CallStep, type Procedure } from './procedure.js';
import {
  cancelInvoice,
  commitReservation,
  markTransactionPeriod,
  refundPayment,
  scan,
  sendInvoice,
  status,
  submitPaymentReceipt,
  updateInvoice,
} from './steps.js';

/** SEQR's page on reports: the details of a shop's period. */
const DETAILS_REPORT = 'Reconciliation/STD_RECON_003.xml';
/** SEQR's page on reports: about 3 s after the period was marked, and between two attempts. */
const REPORT_PAUSE_S = 3;
const REPORT_NOT_READY = 2;

const detailsReport: CallStep = call({
  title: 'Fetch the period’s payments',
  operation: 'executeReport',
  caller: 'reseller',
  repeat: { whileCode: REPORT_NOT_READY, everySeconds: REPORT_PAUSE_S, timesMax: 10 },
  send: (seqr, { transactionPeriodId }, as) => {
    if (transactionPeriodId === undefined) throw new MissingFactError('no period was marked');
    return seqr.executeReport({ reportId: DETAILS_REPORT, transactionPeriodId }, as);
  },
  expects: [
    {
      says: 'the report names the payment of invoice A by its ersReference',
      isMet: ({ report }, facts) => report.text.includes(paymentOf(facts, 'A').ersReference),
    },
  ],
});

export const unattended: Procedure = {
  profile: 'unattended',
  title: 'Unattended payments',
  source: 'Our own procedure, after SEQR’s pages on unattended payments, preliminary amounts and reports',
  remarks: [
    'SEQR publishes no certification procedure for Unattended Payments. This one is ours: it walks the flow of SEQR’s pages in the order in which a vending machine needs it.',
    'Invoices are sent with paymentMode RESERVATION_REQUIRED_PRELIMINARY_AMOUNT, as SEQR’s page on preliminary amounts wants it. The servers do the same when PAYMENT_MODE says so; their default is RESERVATION_REQUIRED.',
    'Test “Nothing vended”: no page of SEQR’s says how a reservation is released of which nothing is taken. cancelInvoice is tried, and counted as failed when SEQR refuses it; the reservation then lapses by itself.',
  ],
  tests: [
    {
      title: 'createPurchase',
      asks: 'SEQR calls the reseller’s createPurchase when a machine’s QR code was scanned; every answer comes with HTTP 200.',
      steps: [{ kind: 'create-purchase', title: 'createPurchase as SEQR calls it' }],
    },
    {
      title: 'sendInvoice, reserving',
      asks: 'Send an invoice with paymentMode RESERVATION_REQUIRED_PRELIMINARY_AMOUNT, commitReservationTimeout and a notificationUrl of its own.',
      steps: [
        sendInvoice('A', reservationBill),
        status('A', ['ISSUED'], 'Ask for the status before the payer decides'),
      ],
    },
    {
      title: 'The payer confirms',
      asks: 'SEQR calls the notificationUrl when the payer has confirmed; then getPaymentStatus says RESERVED.',
      steps: [
        scan('A', 'RESERVED', 'The payer confirms'),
        { kind: 'notification', title: 'The notification arrives', invoice: 'A', withinSeconds: 20 },
        status('A', ['RESERVED'], 'Ask for the status, as after every notification'),
      ],
    },
    {
      title: 'Final amount',
      asks: 'updateInvoice with what was taken, then commitReservation with the same, lower amount; getPaymentStatus until PAID.',
      steps: [updateInvoice('A'), commitReservation('A'), status('A', ['PAID'], 'Ask for the status after the commit')],
    },
    {
      title: 'submitPaymentReceipt',
      asks: 'Send the receipt of what was taken.',
      steps: [submitPaymentReceipt('A')],
    },
    {
      title: 'Nothing vended',
      asks: 'The payer confirms and takes nothing: the reservation is released.',
      steps: [
        sendInvoice('B', reservationBill),
        scan('B', 'RESERVED', 'The payer confirms'),
        cancelInvoice('B', 'Release the reservation'),
        status('B', ['CANCELED'], 'Ask for the status after the release'),
      ],
    },
    {
      title: 'The payer declines',
      asks: 'The payer cancels in the app: getPaymentStatus says CANCELED and nothing is unlocked.',
      steps: [
        sendInvoice('C', reservationBill),
        scan('C', 'CANCELED', 'The payer declines', 'decline'),
        status('C', ['CANCELED'], 'Ask for the status after the payer declined'),
      ],
    },
    {
      title: 'refundPayment',
      asks: 'Give back a part of what was charged, for an item that did not come out.',
      steps: [refundPayment('A', 'Give a part of it back', ({ minor, currency }) => ({ minor: minor / 2n, currency }))],
    },
    {
      title: 'Reports',
      asks: 'Mark the period, wait about 3 seconds, fetch the report of its payments.',
      steps: [
        markTransactionPeriod(),
        { kind: 'wait', title: `Wait ${REPORT_PAUSE_S} seconds`, seconds: REPORT_PAUSE_S },
        detailsReport,
      ],
    },
  ],
};
