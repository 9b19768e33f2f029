import { pos, STATUS_ASKS, STATUS_REMARK, statusSteps } from './pos.js';
import type { Procedure, Test } from './procedure.js';
import { sendInvoice } from './steps.js';

/** Word for word the same as at a point of sale, but for what is closed. */
function asAtPos(title: string, asks?: string): Test {
  const test = pos.tests.find((one) => one.title === title);
  if (!test) throw new Error(`points of sale have no test ${title}`);
  return asks === undefined ? test : { ...test, asks };
}

export const webshop: Procedure = {
  profile: 'webshop',
  title: 'Web and app shops',
  source: 'SEQR certification process, web and app shops',
  remarks: [STATUS_REMARK],
  tests: [
    {
      title: 'sendInvoice',
      asks: 'Send an invoice of rows with itemQuantity and itemTotalAmount. clientReference is checked, and that clientRequestTimeout is 0.',
      steps: [sendInvoice('A')],
    },
    {
      title: 'getPaymentStatus',
      asks: `${STATUS_ASKS} The QR code that is scanned is built from the URL in the reply.`,
      steps: statusSteps,
    },
    asAtPos('submitPaymentReceipt'),
    asAtPos('cancelInvoice'),
    asAtPos('refundPayment'),
    asAtPos('markTransactionPeriod', 'Close the shop.'),
  ],
};
