import { Caller } from './caller.js';
import type { InvoiceRequest } from './invoice.js';
import { assignSeqrId, type SeqrIdAssignment } from './operations/assign-seqr-id.js';
import { benchmarkingNop } from './operations/benchmarking-nop.js';
import { cancelInvoice, type Cancellation } from './operations/cancel-invoice.js';
import { commitReservation, type Commitment } from './operations/commit-reservation.js';
import { creditUser, type UserCredit, type CreditedUser } from './operations/credit-user.js';
import { executeReport, type ReportQuery, type ExecutedReport } from './operations/execute-report.js';
import { getPaymentStatus, type StatusQuestion, type PaymentStatus } from './operations/get-payment-status.js';
import { markTransactionPeriod, type PeriodMark, type MarkedPeriod } from './operations/mark-transaction-period.js';
import { refundPayment, type Refund, type Refunded } from './operations/refund-payment.js';
import {
  registerTerminal,
  type TerminalRegistration,
  type RegisteredTerminal,
} from './operations/register-terminal.js';
import { sendInvoice, type SentInvoice } from './operations/send-invoice.js';
import { submitPaymentReceipt, type ReceiptSubmission } from './operations/submit-payment-receipt.js';
import { unregisterTerminal, type TerminalRemoval } from './operations/unregister-terminal.js';
import { updateInvoice, type InvoiceUpdate } from './operations/update-invoice.js';
import type { SeqrClientOptions } from './options.js';
import type { Principal } from './principal.js';
import type { Reply } from './reply.js';

/**
 * SEQR's merchant service, "cashregister-2".
 *
 * No method throws for what happens on the wire: see `Reply`. Each throws SeqrRequestError, before anything is sent, for a
 * request that must not be sent. `as` is the principal of one call. Shapes, units and the page of SEQR's that each comes from
 * stand in `operations/`.
 */
export class SeqrClient {
  private constructor(private readonly caller: Caller) {}

  /** Reads the WSDL from its file beside this code; nothing is fetched. @throws SeqrRequestError for illegal options */
  static async create(options: SeqrClientOptions): Promise<SeqrClient> {
    return new SeqrClient(await Caller.create('cashregister-2', options));
  }

  sendInvoice(invoice: InvoiceRequest, as?: Principal): Promise<Reply<SentInvoice>> {
    return this.caller.call(sendInvoice, invoice, as);
  }

  getPaymentStatus(question: StatusQuestion, as?: Principal): Promise<Reply<PaymentStatus>> {
    return this.caller.call(getPaymentStatus, question, as);
  }

  updateInvoice(update: InvoiceUpdate, as?: Principal): Promise<Reply> {
    return this.caller.call(updateInvoice, update, as);
  }

  commitReservation(commitment: Commitment, as?: Principal): Promise<Reply> {
    return this.caller.call(commitReservation, commitment, as);
  }

  cancelInvoice(cancellation: Cancellation, as?: Principal): Promise<Reply> {
    return this.caller.call(cancelInvoice, cancellation, as);
  }

  /** Moves money and has no look-up: never repeat it after an unknown outcome. */
  refundPayment(refund: Refund, as?: Principal): Promise<Reply<Refunded>> {
    return this.caller.call(refundPayment, refund, as);
  }

  submitPaymentReceipt(submission: ReceiptSubmission, as?: Principal): Promise<Reply> {
    return this.caller.call(submitPaymentReceipt, submission, as);
  }

  /** As a RESELLERUSER. */
  registerTerminal(registration: TerminalRegistration, as?: Principal): Promise<Reply<RegisteredTerminal>> {
    return this.caller.call(registerTerminal, registration, as);
  }

  /** Removes the terminal that calls. */
  unregisterTerminal(removal: TerminalRemoval, as?: Principal): Promise<Reply> {
    return this.caller.call(unregisterTerminal, removal, as);
  }

  /** Labels the terminal that calls. */
  assignSeqrId(assignment: SeqrIdAssignment, as?: Principal): Promise<Reply> {
    return this.caller.call(assignSeqrId, assignment, as);
  }

  /** As a RESELLERUSER. A repeat ends one more period. */
  markTransactionPeriod(mark: PeriodMark, as?: Principal): Promise<Reply<MarkedPeriod>> {
    return this.caller.call(markTransactionPeriod, mark, as);
  }

  /** As a RESELLERUSER. See `waitForReport` and `readReconciliationReport`. */
  executeReport(query: ReportQuery, as?: Principal): Promise<Reply<ExecutedReport>> {
    return this.caller.call(executeReport, query, as);
  }

  /** Pays money out and has no look-up: never repeat it after an unknown outcome. */
  creditUser(credit: UserCredit, as?: Principal): Promise<Reply<CreditedUser>> {
    return this.caller.call(creditUser, credit, as);
  }

  /** Says whether the service is reached and answers; carries no credentials and checks none. */
  benchmarkingNop(): Promise<Reply> {
    return this.caller.call(benchmarkingNop, undefined);
  }

  /** Waits for the running calls, each at most its deadline; later calls are `not-sent`. */
  close(): Promise<void> {
    return this.caller.close();
  }
}
