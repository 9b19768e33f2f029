import type { InvoiceRequest } from '#seqr/invoice.js';
import type { PaymentStatus } from '#seqr/operations/get-payment-status.js';
import { statusOf } from '#seqr/status.js';
import { InvoiceBook } from '#seqr-sandbox/book.js';
import { type Invoice, type InvoiceTerms, wireStatus } from '#seqr-sandbox/invoice.js';
import { SeqrRefusal } from '#seqr-sandbox/result-codes.js';

import { type Lie, Liar } from './lies.js';
import type { Random } from './random.js';
import type { Time } from './time.js';
import type { Truth } from './truth.js';
import type { Weather } from './weather.js';

const US = 'vendrail';
/** An invoice that nobody pays ends after this long; SEQR does not say, the simulation must end some time. */
const INVOICE_LIFETIME_S = 900;

/** A refusal that SEQR invents. */
class Invented extends Error {
  override readonly name = 'Invented';
  constructor(readonly resultCode: number) {
    super(`refused with ${resultCode}, which is not so`);
  }
}

export type SeqrOperation =
  'sendInvoice' | 'getPaymentStatus' | 'updateInvoice' | 'commitReservation' | 'cancelInvoice' | 'submitPaymentReceipt';

/**
 * SEQR: the sandbox's book of invoices, which keeps all its rules, with a clerk in front who may lie. Whatever is said
 * here that is not so is written into the ground truth.
 */
export class Seqr {
  readonly book: InvoiceBook;
  private readonly purchases = new Map<string, string>();
  /** Invoices whose update was answered and not done. */
  private readonly notUpdated = new Set<string>();
  /** Who was told, by a lie, that this invoice is his. */
  private readonly deceived = new Map<string, string>();
  private readonly liar: Liar;

  constructor(
    time: Time,
    private readonly weather: Weather,
    private readonly random: Random,
    private readonly truth: Truth,
    onPayerDecided: (invoice: Invoice) => void,
  ) {
    const clock = { now: () => new Date(time.now), after: () => () => undefined };
    const rules = {
      invoiceLifetimeSeconds: INVOICE_LIFETIME_S,
      cancelReserved: random.chance(0.8) ? ('release' as const) : ('refuse' as const),
      collectAfterCommit: random.chance(0.2),
    };
    this.book = new InvoiceBook(clock, rules, onPayerDecided);
    this.liar = new Liar(random.split('liar'));
  }

  get releasesOnCancel(): boolean {
    return this.book.rules.cancelReserved === 'release';
  }

  purchaseOf(reference: string): string | undefined {
    return this.purchases.get(reference);
  }

  /** All invoices ever made for a purchase: more than one is an orphan. */
  invoicesOf(purchaseId: string): Invoice[] {
    const found: Invoice[] = [];
    for (const [reference, id] of this.purchases) {
      const invoice = id === purchaseId ? this.book.find(reference) : undefined;
      if (invoice !== undefined) found.push(invoice);
    }
    return found;
  }

  send(request: InvoiceRequest): { invoiceReference: string } {
    this.mayBeBusy();
    const purchaseId = purchaseNamedBy(request.notificationUrl);
    if (purchaseId === undefined) throw new SeqrRefusal('INVALID_NOTIFICATION_URL', '');
    const another = [...this.purchases.keys()].at(-1);
    if (another !== undefined && this.liesTo(purchaseId, 'reference-of-another-invoice')) {
      this.deceived.set(another, purchaseId);
      this.remember('reference-of-another-invoice', another);
      return { invoiceReference: another };
    }
    if (this.liesTo(purchaseId, 'invoice-not-made')) return { invoiceReference: this.madeUp() };
    const { reference } = this.book.send(US, termsOf(request));
    this.purchases.set(reference, purchaseId);
    return { invoiceReference: this.liesTo(purchaseId, 'reference-made-up') ? this.madeUp() : reference };
  }

  status(reference: string, acknowledged: number): PaymentStatus {
    this.mayBeBusy();
    if (this.lies('nothing-known-of-the-invoice', reference)) throw new Invented(54);
    const known = this.book.find(reference)?.version ?? 0;
    const answer = statusIn(this.book.status(US, reference, Math.min(acknowledged, known)));
    return this.weather.strikes('seqr-lies') ? this.lieAboutStatus(reference, answer) : answer;
  }

  private lieAboutStatus(reference: string, truth: PaymentStatus): PaymentStatus {
    const invoice = this.book.find(reference);
    const another = this.book.find(this.random.pick([...this.purchases.keys()]));
    if (invoice === undefined || another === undefined) return truth;
    // Its receipt would name the other invoice, and the client refuses that.
    const { receipt: _, ...other } = statusIn(another);
    const told = this.liar.aboutStatus({ invoice, truth, other });
    if (told === null) return truth;
    this.remember(told.lie, reference);
    return told.answer;
  }

  update(reference: string, request: InvoiceRequest): object {
    return this.noting('updateInvoice', reference, () => this.updateNow(reference, request));
  }

  private updateNow(reference: string, request: InvoiceRequest): object {
    this.mayBeBusy();
    if (this.lies('update-refused-for-its-data', reference)) throw new Invented(49);
    if (this.lies('update-not-done', reference)) this.notUpdated.add(reference);
    else this.book.update(US, reference, termsOf(request));
    return {};
  }

  commit(reference: string, amount: InvoiceRequest['totalAmount']): object {
    return this.noting('commitReservation', reference, () => this.commitNow(reference, amount));
  }

  private commitNow(reference: string, amount: InvoiceRequest['totalAmount']): object {
    this.mayBeBusy();
    if (this.lies('commit-not-done', reference)) return {};
    // Who lost the update takes what was reserved.
    this.book.commit(US, reference, this.notUpdated.has(reference) ? undefined : amount);
    if (this.lies('commit-refused-though-done', reference)) throw new Invented(90);
    if (this.lies('commit-not-reserved-though-done', reference)) throw new Invented(96);
    return {};
  }

  cancel(reference: string): object {
    this.mayBeBusy();
    if (this.lies('cancel-not-done', reference)) return {};
    if (this.lies('cancelled-before-though-not', reference)) throw new Invented(95);
    if (this.book.find(reference)?.state === 'RESERVED' && this.lies('cancel-paid-instead', reference)) {
      this.book.commit(US, reference);
      return {};
    }
    this.book.cancel(US, reference);
    if (this.lies('cancel-refused-though-done', reference)) throw new Invented(90);
    return {};
  }

  submitReceipt(ersReference: string): object {
    this.mayBeBusy();
    if (this.weather.has('seqr-lies') && this.liar.tells('receipt-not-taken')) {
      // To the end, healed or not: a receipt is given up some time.
      this.truth.lie('receipt-not-taken', []);
      throw new Invented(90);
    }
    this.book.submitReceipt(US, ersReference, { receiptType: 'PAYMENT_RECEIPT', mimeType: 'text/html', bytes: 0 });
    return {};
  }

  private noting<T>(operation: SeqrOperation, reference: string, work: () => T): T {
    try {
      return work();
    } catch (error) {
      if (error instanceof SeqrRefusal) {
        for (const whose of this.concernedBy(reference)) this.truth.of(whose).refused.add(operation);
      }
      throw error;
    }
  }

  private mayBeBusy(): void {
    if (this.weather.strikes('seqr-busy')) throw new SeqrRefusal(this.random.pick(['SYSTEM_ERROR', 'SYSTEM_BUSY']), '');
  }

  private lies(lie: Lie, reference: string): boolean {
    if (!this.purchases.has(reference) || !this.liar.tells(lie) || !this.weather.strikes('seqr-lies')) return false;
    this.remember(lie, reference);
    return true;
  }

  private liesTo(purchaseId: string, lie: Lie): boolean {
    if (!this.liar.tells(lie) || !this.weather.strikes('seqr-lies')) return false;
    this.truth.lie(lie, [purchaseId]);
    return true;
  }

  private remember(lie: Lie, reference: string): void {
    this.truth.lie(lie, this.concernedBy(reference));
  }

  /** The purchase that the invoice was made for, and the one that was told it is its own. */
  private concernedBy(reference: string): string[] {
    return [this.purchases.get(reference), this.deceived.get(reference)].filter((id) => id !== undefined);
  }

  private madeUp(): string {
    return `9${this.random.between(100_000_000, 999_999_999)}`;
  }
}

/** Its capability is the purchase's id itself; the real one is unguessable. */
export function purchaseNamedBy(notificationUrl: string | undefined): string | undefined {
  return notificationUrl?.split('/').at(-1);
}

/** The code of a refusal, true or invented; undefined for what is no refusal. */
export function refusalIn(error: unknown): number | undefined {
  return error instanceof SeqrRefusal || error instanceof Invented ? error.resultCode : undefined;
}

export function statusIn(invoice: Invoice): PaymentStatus {
  const status = statusOf(wireStatus(invoice.state));
  const { version, ersReference, committed, currency } = invoice;
  const said = { status, statusText: status, version };
  if (invoice.state !== 'PAID' || ersReference === undefined) return said;
  return { ...said, ersReference, receipt: { totalAmount: { minor: committed, currency } } };
}

export function termsOf(request: InvoiceRequest): InvoiceTerms {
  return {
    paymentMode: request.paymentMode,
    acknowledgmentMode: 'NO_ACKNOWLEDGMENT',
    issueDate: request.issueDate.toISOString(),
    title: request.title,
    clientInvoiceId: request.clientInvoiceId,
    rows: request.invoiceRows.map((row) => ({
      description: row.itemDescription,
      sku: row.itemSKU ?? '',
      quantity: String(row.itemQuantity),
      total: row.itemTotalAmount.minor,
    })),
    total: request.totalAmount,
    cashierId: request.cashierId,
    footer: request.footer,
    notificationUrl: request.notificationUrl,
    commitReservationTimeoutSeconds: request.commitReservationTimeout,
  };
}
