import type { Money } from '#purchase/money.js';

import { DEFAULT_RULES, PayerError, type BookRules } from './book-rules.js';
import type { Clock } from './clock.js';
import type { Invoice, InvoiceTerms, NotificationAttempt, SubmittedReceipt } from './invoice.js';
import { ReferenceNumbers } from './reference-numbers.js';
import { SeqrRefusal } from './result-codes.js';
import { referenceOfPayment, RuledInvoice } from './ruled-invoice.js';

/** Memory is the limit: an ended invoice is forgotten when this many are held; with only live ones SEQR is "busy". */
const INVOICES_MAX = 10_000;

/**
 * All invoices. It does no I/O and holds no timer: what falls due is done when an invoice is next looked at, and dated
 * to the moment it fell due.
 *
 * The merchant's calls throw SeqrRefusal, the payer's PayerError. Every call returns the invoice as it then is.
 */
export class InvoiceBook {
  readonly rules: BookRules;
  readonly #invoices = new Map<string, RuledInvoice>();
  readonly #numbers: ReferenceNumbers;

  /** @param onPayerDecided called when the payer has confirmed or declined: the moment SEQR notifies (UPS page). */
  constructor(
    private readonly clock: Clock,
    rules: Partial<BookRules> = {},
    private readonly onPayerDecided: (invoice: Invoice) => void = () => undefined,
  ) {
    this.rules = { ...DEFAULT_RULES, ...rules };
    this.#numbers = new ReferenceNumbers(clock);
  }

  /**
   * sendInvoice.
   *
   * @param replaceLast a cash-register terminal holds one invoice: a new one cancels the one not yet paid (FAQ).
   */
  send(owner: string, terms: InvoiceTerms, replaceLast = false): Invoice {
    if (replaceLast) {
      for (const invoice of this.#invoices.values()) {
        if (invoice.owner === owner) settled(invoice).giveWay();
      }
    }
    this.#makeRoom();
    const invoice = new RuledInvoice(this.#numbers.next(), owner, terms, this.rules, this.clock);
    this.#invoices.set(invoice.reference, invoice);
    return invoice;
  }

  /** updateInvoice: replaces rows and total as a whole, while the invoice is ISSUED or RESERVED. */
  update(owner: string, reference: string, terms: InvoiceTerms): Invoice {
    return this.#with(owner, reference, (invoice) => invoice.update(terms));
  }

  /**
   * getPaymentStatus: tells the state, collects a confirmation in time, and acknowledges the version it names.
   *
   * @param acknowledged 0, or the last version received.
   */
  status(owner: string, reference: string, acknowledged: number): Invoice {
    return this.#with(owner, reference, (invoice) => invoice.collect(acknowledged));
  }

  /** commitReservation: charges the final amount once and releases the rest. Without an amount, the current total. */
  commit(owner: string, reference: string, amount?: Money): Invoice {
    return this.#with(owner, reference, (invoice) => invoice.commit(amount));
  }

  /** cancelInvoice. */
  cancel(owner: string, reference: string): Invoice {
    return this.#with(owner, reference, (invoice) => invoice.cancel());
  }

  /** submitPaymentReceipt: also tells SEQR that the merchant has seen the payment (API page). */
  submitReceipt(owner: string, ersReference: string, receipt: Omit<SubmittedReceipt, 'at'>): Invoice {
    const invoice = this.#invoices.get(referenceOfPayment(ersReference) ?? '');
    if (invoice?.owner !== owner || settled(invoice).ersReference !== ersReference) {
      throw new SeqrRefusal('INVALID_ERS_REFERENCE', 'no payment of this principal has this ersReference');
    }
    invoice.addReceipt(receipt);
    return invoice;
  }

  /** The payer gives the right PIN: reserved, or paid at once, as the invoice asks. */
  confirm(reference: string): Invoice {
    const invoice = this.#forPayer(reference);
    invoice.confirm();
    this.onPayerDecided(invoice);
    return invoice;
  }

  /** The payer declines in the app. */
  decline(reference: string): Invoice {
    const invoice = this.#forPayer(reference);
    invoice.decline();
    this.onPayerDecided(invoice);
    return invoice;
  }

  /** The payer gives a wrong PIN. The third one ends the payment, of which nobody is notified. */
  wrongPin(reference: string): Invoice {
    const invoice = this.#forPayer(reference);
    invoice.wrongPin();
    return invoice;
  }

  recordNotification(reference: string, outcome: NotificationAttempt['outcome']): void {
    this.#invoices.get(reference)?.addNotification(outcome);
  }

  /** The invoice as it is now; undefined when there is none. */
  find(reference: string): Invoice | undefined {
    const invoice = this.#invoices.get(reference);
    return invoice && settled(invoice);
  }

  /** The newest first. */
  list(limit = INVOICES_MAX): readonly Invoice[] {
    return [...this.#invoices.values()].slice(-limit).toReversed().map(settled);
  }

  #with(owner: string, reference: string, act: (invoice: RuledInvoice) => void): Invoice {
    const invoice = this.#invoices.get(reference);
    // SEQR looks a reference up per principal: somebody else's invoice is as unknown as none (API page, code 54).
    if (invoice?.owner !== owner) {
      throw new SeqrRefusal('INVALID_INVOICE_REFERENCE', 'the invoice is unknown to this principal');
    }
    act(settled(invoice));
    return invoice;
  }

  #forPayer(reference: string): RuledInvoice {
    const invoice = this.#invoices.get(reference);
    if (!invoice) throw new PayerError('UNKNOWN_INVOICE', 'there is no such invoice');
    return settled(invoice);
  }

  #makeRoom(): void {
    if (this.#invoices.size < INVOICES_MAX) return;
    for (const invoice of this.#invoices.values()) {
      if (settled(invoice).isLive) continue;
      this.#invoices.delete(invoice.reference);
      return;
    }
    throw new SeqrRefusal('SYSTEM_BUSY', 'the sandbox holds too many live invoices');
  }
}

function settled(invoice: RuledInvoice): RuledInvoice {
  invoice.settle();
  return invoice;
}
