import { SeqrClient } from '#seqr/client.js';
import type { InvoiceRequest, PaymentMode } from '#seqr/invoice.js';
import type { Principal } from '#seqr/principal.js';
import { SeqrSessionClient } from '#seqr/session-client.js';
import { ManualClock } from '#seqr-sandbox/clock.js';
import { type RunningSandbox, startSandbox } from '#seqr-sandbox/sandbox.js';

export const RESELLER = { id: 'our-shop', userId: '9900', password: 'its-password' };
export const OTHER_SHOP = { id: 'other-shop', userId: '9900', password: 'other-password' };
export const USER: Principal = { type: 'RESELLERUSER', ...RESELLER };
export const INVOICES_MAX = 12;
export const DAY_S = 24 * 3600;
export const eur = (minor: bigint) => ({ minor, currency: 'EUR' as const });

export function bill(minor: bigint, changes: Partial<InvoiceRequest> = {}): InvoiceRequest {
  return {
    paymentMode: 'RESERVATION_REQUIRED_PRELIMINARY_AMOUNT',
    issueDate: new Date('2026-03-01T12:00:00Z'),
    title: 'Machine 7',
    clientInvoiceId: 'purchase-1',
    invoiceRows: [{ itemDescription: 'Cola', itemQuantity: 1, itemTotalAmount: eur(minor) }],
    totalAmount: eur(minor),
    cashierId: 'machine-7',
    footer: 'Thank you',
    notificationUrl: 'http://127.0.0.1:9/nobody-listens',
    commitReservationTimeout: 600,
    ...changes,
  };
}

/** The client of this project against the sandbox: whatever it sends, the sandbox holds against the XSD. */
export class Shop {
  private constructor(
    readonly clock: ManualClock,
    readonly sandbox: RunningSandbox,
    readonly seqr: SeqrClient,
    readonly sessions: SeqrSessionClient,
    readonly till: Principal,
  ) {}

  static async open(): Promise<Shop> {
    const clock = new ManualClock();
    const rules = { invoicesMax: INVOICES_MAX };
    const sandbox = await startSandbox({ port: 0, clock, rules, resellers: [RESELLER, OTHER_SHOP] });
    const options = { principal: USER, clientId: 'test' };
    const seqr = await SeqrClient.create({ endpoint: sandbox.soapUrl, ...options });
    const sessions = await SeqrSessionClient.create({ endpoint: sandbox.sessionUrl, ...options });
    return new Shop(clock, sandbox, seqr, sessions, tillOf(sandbox, 'till-password'));
  }

  async close(): Promise<void> {
    await this.seqr.close();
    await this.sessions.close();
    await this.sandbox.stop();
  }

  async sent(paymentMode: PaymentMode = 'RESERVATION_REQUIRED_PRELIMINARY_AMOUNT', as = this.till): Promise<string> {
    const reply = await this.seqr.sendInvoice(bill(500n, { paymentMode }), as);
    if (reply.outcome !== 'answered') throw new Error('the invoice was not taken');
    return reply.invoiceReference;
  }

  async reserved(): Promise<string> {
    const reference = await this.sent();
    this.sandbox.book.confirm(reference);
    await this.seqr.getPaymentStatus({ invoiceReference: reference, invoiceVersion: 0 }, this.till);
    return reference;
  }

  /** Paid at once: 5 EUR. */
  async paid(): Promise<{ reference: string; ersReference: string }> {
    const reference = await this.sent('IMMEDIATE_DEBIT');
    this.sandbox.book.confirm(reference);
    const reply = await this.status(reference);
    if (reply.outcome !== 'answered' || reply.ersReference === undefined) throw new Error('it was not paid');
    return { reference, ersReference: reply.ersReference };
  }

  status(invoiceReference: string) {
    return this.seqr.getPaymentStatus({ invoiceReference, invoiceVersion: 0 }, this.till);
  }

  update(invoiceReference: string, invoice = bill(400n)) {
    return this.seqr.updateInvoice({ invoiceReference, invoice }, this.till);
  }

  commit(invoiceReference: string, minor: bigint) {
    return this.seqr.commitReservation({ invoiceReference, amount: eur(minor) }, this.till);
  }

  cancel(invoiceReference: string) {
    return this.seqr.cancelInvoice({ invoiceReference }, this.till);
  }

  refund(ersReference: string, totalAmount: InvoiceRequest['totalAmount'] = eur(200n)) {
    return this.seqr.refundPayment({ ersReference, title: 'Refund', cashierId: 'c', totalAmount }, this.till);
  }
}

export function tillOf(sandbox: RunningSandbox, password: string): Principal {
  const terminal = { externalTerminalId: 'Till', name: 'Till', password };
  return { type: 'TERMINALID', id: sandbox.terminals.register(RESELLER.id, terminal).id, password };
}
