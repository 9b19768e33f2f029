import type { SeqrCalls } from '#purchasing/performer.js';
import { judgeReply } from '#seqr/ending.js';
import { cancelInvoice } from '#seqr/operations/cancel-invoice.js';
import { commitReservation } from '#seqr/operations/commit-reservation.js';
import { getPaymentStatus } from '#seqr/operations/get-payment-status.js';
import type { Operation } from '#seqr/operations/operation.js';
import { sendInvoice } from '#seqr/operations/send-invoice.js';
import { submitPaymentReceipt } from '#seqr/operations/submit-payment-receipt.js';
import { updateInvoice } from '#seqr/operations/update-invoice.js';
import type { Ending, Reply } from '#seqr/reply.js';
import type { InvoiceBook } from '#seqr-sandbox/book.js';
import type { FaultOrder, Faults } from '#seqr-sandbox/faults.js';
import { replyWithCode } from '#seqr-sandbox/operations.js';
import { SeqrRefusal } from '#seqr-sandbox/result-codes.js';

import { statusIn, termsOf } from '../../simulation/world/seqr.js';

export const US = 'vendrail';

/**
 * SEQR without its wire: the sandbox's book, the sandbox's faults, and for a reply that is nothing but a result code
 * what the client's own reader makes of it.
 */
export class Clerk implements SeqrCalls {
  constructor(
    private readonly book: InvoiceBook,
    private readonly faults: Faults,
    /** Called for each ordered result code that was given out. */
    private readonly lied: (order: FaultOrder) => void,
  ) {}

  sendInvoice(invoice: Parameters<SeqrCalls['sendInvoice']>[0]) {
    return this.call(sendInvoice, invoice, () => ({
      invoiceReference: this.book.send(US, termsOf(invoice)).reference,
    }));
  }

  getPaymentStatus(question: Parameters<SeqrCalls['getPaymentStatus']>[0]) {
    const { invoiceReference, invoiceVersion } = question;
    return this.call(getPaymentStatus, question, () =>
      statusIn(this.book.status(US, invoiceReference, invoiceVersion)),
    );
  }

  updateInvoice(update: Parameters<SeqrCalls['updateInvoice']>[0]) {
    return this.call(updateInvoice, update, () =>
      this.book.update(US, update.invoiceReference, termsOf(update.invoice)),
    );
  }

  commitReservation(commitment: Parameters<SeqrCalls['commitReservation']>[0]) {
    const { invoiceReference, amount } = commitment;
    return this.call(commitReservation, commitment, () => this.book.commit(US, invoiceReference, amount));
  }

  cancelInvoice(cancellation: Parameters<SeqrCalls['cancelInvoice']>[0]) {
    return this.call(cancelInvoice, cancellation, () => this.book.cancel(US, cancellation.invoiceReference));
  }

  submitPaymentReceipt(submission: Parameters<SeqrCalls['submitPaymentReceipt']>[0]) {
    const receipt = { receiptType: submission.receipt.receiptType, mimeType: submission.receipt.mimeType, bytes: 1 };
    return this.call(submitPaymentReceipt, submission, () =>
      this.book.submitReceipt(US, submission.ersReference, receipt),
    );
  }

  private async call<I, A extends object>(operation: Operation<I, A>, input: I, act: () => A): Promise<Reply<A>> {
    const { name } = operation;
    const ending = this.endingOf(operation, input, act);
    return {
      ...ending,
      call: { operation: name, clientReference: '', sentAt: '', durationMs: 0, outcome: ending.outcome },
    };
  }

  private endingOf<I, A extends object>(operation: Operation<I, A>, input: I, act: () => A): Ending<A> {
    const order = this.faults.take(operation.name);
    if (order?.resultCode === undefined) return answerOf(operation, input, act);
    if (order.acted === true) answerOf(operation, input, act);
    this.lied(order);
    return bareCode(operation, input, order.resultCode);
  }
}

function answerOf<I, A extends object>(operation: Operation<I, A>, input: I, act: () => A): Ending<A> {
  try {
    return { outcome: 'answered', resultCode: 0, ...act() };
  } catch (error) {
    if (!(error instanceof SeqrRefusal)) throw error;
    return bareCode(operation, input, error.resultCode);
  }
}

/** The sandbox's reply that carries nothing but a code, as the client's own reader judges it. */
function bareCode<I, A extends object>(operation: Operation<I, A>, input: I, resultCode: number): Ending<A> {
  const children = replyWithCode(operation.name, resultCode)
    .fields.filter(([, value]) => value !== undefined)
    .map(([name, value]) => ({ name, uri: '', children: [], text: String(value) }));
  const reply = { name: 'return', uri: '', children, text: '' };
  return judgeReply<A>(reply, (success) => operation.answer(success, input), ['a password']).ending;
}
