import { formatMoney, type Money } from '#purchase/money.js';
import type { InvoiceRequest } from '#seqr/invoice.js';
import type { PaymentStatus } from '#seqr/operations/get-payment-status.js';

import { finalBill, saleBill } from './bills.js';
import { type Facts, invoiceOf, paymentOf, stickerOf, withInvoice } from './facts.js';
import type { Expectation } from './judge.js';
import { call, type CallStep, type ScanStep } from './procedure.js';

/** The steps that more than one procedure has. An invoice is known by a letter within its run. */

export function sendInvoice(label: string, bill: (facts: Facts, label: string) => InvoiceRequest = saleBill): CallStep {
  return call({
    title: `Send invoice ${label}`,
    operation: 'sendInvoice',
    caller: 'payee',
    send: (seqr, facts, as) => seqr.sendInvoice(bill(facts, label), as),
    expects: [
      {
        says: 'the reply holds an invoiceReference of its own',
        isMet: ({ invoiceReference }, { invoices }) =>
          Object.entries(invoices).every(([other, { reference }]) => other === label || reference !== invoiceReference),
        seen: ({ invoiceReference }) => invoiceReference,
      },
    ],
    learn: (facts, { invoiceReference, invoiceQRCode }) =>
      withInvoice(facts, label, {
        reference: invoiceReference,
        total: bill(facts, label).totalAmount,
        // A registered terminal has a sticker; the QR text of a reply is meant for web shops (SEQR API page).
        qrText: facts.terminal
          ? stickerOf(facts.settings.seqrId)
          : (invoiceQRCode ?? `HTTP://SEQR.SE/R${invoiceReference}`),
        version: 0,
      }),
  });
}

/** @param words the statuses that are right here */
export function status(label: string, words: readonly string[], title: string): CallStep {
  const statusIsRight: Expectation<PaymentStatus> = {
    says: `the status of invoice ${label} is ${words.join(' or ')}`,
    isMet: (answer) => words.includes(answer.status),
    seen: ({ statusText }) => statusText,
  };
  return call({
    title,
    operation: 'getPaymentStatus',
    caller: 'payee',
    send: (seqr, facts, as) => {
      const { reference, version } = invoiceOf(facts, label);
      return seqr.getPaymentStatus({ invoiceReference: reference, invoiceVersion: version }, as);
    },
    expects: [
      statusIsRight,
      {
        says: 'the version is not lower than the last one received',
        isMet: ({ version }, facts) => version >= invoiceOf(facts, label).version,
        seen: ({ version }) => String(version),
      },
      ...(words.length === 1 && words[0] === 'PAID' ? paidInFull(label) : []),
    ],
    learn: (facts, answer) => learnStatus(facts, label, answer),
  });
}

export function learnStatus(facts: Facts, label: string, { status, version, ersReference }: PaymentStatus): Facts {
  const { ersReference: known, ...invoice } = invoiceOf(facts, label);
  const reference = ersReference ?? known;
  return withInvoice(facts, label, {
    ...invoice,
    status,
    version,
    ...(reference !== undefined && { ersReference: reference }),
  });
}

/** SEQR API page: ersReference and receipt come with PAID. */
function paidInFull(label: string): readonly Expectation<PaymentStatus>[] {
  return [
    {
      says: 'the reply holds the payment’s ersReference',
      isMet: ({ ersReference }) => ersReference !== undefined,
      seen: ({ ersReference }) => ersReference ?? 'none',
    },
    {
      says: 'the receipt is over the amount of the bill',
      isMet: ({ receipt }, facts) => isSame(receipt?.totalAmount, invoiceOf(facts, label).total),
      seen: ({ receipt }) => (receipt?.totalAmount ? formatMoney(receipt.totalAmount) : 'no amount'),
    },
  ];
}

function isSame(a: Money | undefined, b: Money): boolean {
  return a?.minor === b.minor && a.currency === b.currency;
}

export function scan(
  label: string,
  becomes: string,
  title: string,
  decision: ScanStep['decision'] = 'confirm',
): ScanStep {
  return { kind: 'scan', title, invoice: label, decision, becomes };
}

export function cancelInvoice(label: string, title: string): CallStep {
  return call({
    title,
    operation: 'cancelInvoice',
    caller: 'payee',
    send: (seqr, facts, as) => seqr.cancelInvoice({ invoiceReference: invoiceOf(facts, label).reference }, as),
  });
}

export function submitPaymentReceipt(label: string): CallStep {
  return call({
    title: `Send the receipt of invoice ${label}`,
    operation: 'submitPaymentReceipt',
    caller: 'payee',
    send: (seqr, facts, as) => {
      const { ersReference, total } = paymentOf(facts, label);
      const { terminalName, receiptMimeType } = facts.settings;
      const data = `<!doctype html><html><body><h1>${escaped(terminalName)}</h1><p>Paid: ${formatMoney(total)}</p></body></html>`;
      const receipt = { mimeType: receiptMimeType, data, receiptType: 'PAYMENT_RECEIPT' } as const;
      return seqr.submitPaymentReceipt({ ersReference, receipt }, as);
    },
  });
}

/** @param part what is given back of the payment; all of it, when not said */
export function refundPayment(label: string, title: string, part?: (paid: Money) => Money): CallStep {
  return call({
    title,
    operation: 'refundPayment',
    caller: 'payee',
    send: (seqr, facts, as) => {
      const { ersReference, total } = paymentOf(facts, label);
      const totalAmount = part ? part(total) : total;
      return seqr.refundPayment({ ersReference, title: 'Refund', cashierId: 'certification', totalAmount }, as);
    },
    expects: [
      {
        says: 'the reply names the refund, which is not the payment',
        isMet: ({ refundReference }, facts) =>
          refundReference !== undefined && refundReference !== paymentOf(facts, label).ersReference,
        seen: ({ refundReference }) => refundReference ?? 'none',
      },
    ],
  });
}

export function markTransactionPeriod(): CallStep {
  return call({
    title: 'Close the period',
    operation: 'markTransactionPeriod',
    caller: 'reseller',
    send: (seqr, _facts, as) => seqr.markTransactionPeriod({}, as),
    expects: [
      {
        says: 'the reply holds a transactionPeriodId',
        isMet: ({ transactionPeriodId }) => transactionPeriodId !== '',
        seen: ({ transactionPeriodId }) => transactionPeriodId,
      },
    ],
    learn: (facts, { transactionPeriodId }) => ({ ...facts, transactionPeriodId }),
  });
}

export function updateInvoice(label: string): CallStep {
  return call({
    title: 'Replace the bill by what was taken',
    operation: 'updateInvoice',
    caller: 'payee',
    send: (seqr, facts, as) =>
      seqr.updateInvoice({ invoiceReference: invoiceOf(facts, label).reference, invoice: finalBill(facts, label) }, as),
    learn: (facts) =>
      withInvoice(facts, label, { ...invoiceOf(facts, label), total: finalBill(facts, label).totalAmount }),
  });
}

export function commitReservation(label: string): CallStep {
  return call({
    title: 'Charge what was taken, less than what was reserved',
    operation: 'commitReservation',
    caller: 'payee',
    send: (seqr, facts, as) => {
      const { reference, total } = invoiceOf(facts, label);
      return seqr.commitReservation({ invoiceReference: reference, amount: total }, as);
    },
  });
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
