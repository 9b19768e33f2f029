import type { Money } from '#purchase/money.js';

import { DEFAULT_RULES, PayerError, type BookRules } from './book-rules.js';
import type { Clock } from './clock.js';
import type { Invoice, InvoiceTerms, NotificationAttempt, Refund, RefundTerms, SubmittedReceipt } from './invoice.js';
import { Credits, USER_TOKEN, type Credit } from './credits.js';
import { Ledger } from './ledger.js';
import { ersReferenceOf, invoiceOf, ReferenceNumbers } from './reference-numbers.js';
import { SeqrRefusal } from './result-codes.js';
import { RuledInvoice } from './ruled-invoice.js';
import type { CustomerToken, PayerCard } from './tokens.js';

/**
 * All invoices. It does no I/O and holds no timer: what falls due is done when an invoice is next looked at, and dated
 * to the moment it fell due.
 *
 * The merchant's calls throw SeqrRefusal, the payer's PayerError. Every call returns the invoice as it then is.
 */
export class InvoiceBook {
  readonly rules: BookRules;
  /** The payments that stand and the refunds, for reconciliation. */
  readonly ledger: Ledger;
  readonly credits = new Credits();
  readonly #invoices = new Map<string, RuledInvoice>();
  readonly #numbers: ReferenceNumbers;
  readonly #booked = new WeakSet<RuledInvoice>();

  /** @param onPayerDecided called when the payer has confirmed or declined: the moment SEQR notifies (UPS page). */
  constructor(
    private readonly clock: Clock,
    rules: Partial<BookRules> = {},
    private readonly onPayerDecided: (invoice: Invoice) => void = () => undefined,
  ) {
    this.rules = { ...DEFAULT_RULES, ...rules };
    this.ledger = new Ledger(clock);
    this.#numbers = new ReferenceNumbers(clock);
  }

  /**
   * sendInvoice.
   *
   * @param replaceLast a cash-register terminal holds one invoice: a new one cancels the one not yet paid (FAQ).
   */
  send(owner: string, terms: InvoiceTerms, replaceLast = false, tokens: readonly CustomerToken[] = []): Invoice {
    if (replaceLast) {
      for (const invoice of this.#invoices.values()) {
        if (invoice.owner === owner) settled(invoice).giveWay();
      }
    }
    this.#makeRoom();
    const invoice = new RuledInvoice(this.#numbers.next(), owner, terms, this.rules, this.clock, tokens);
    this.#invoices.set(invoice.reference, invoice);
    return invoice;
  }

  /** updateInvoice: replaces rows and total as a whole, while the invoice is ISSUED or RESERVED. */
  update(owner: string, reference: string, terms: InvoiceTerms, tokens: readonly CustomerToken[] = []): Invoice {
    return this.#with(owner, reference, (invoice) => invoice.update(terms, tokens));
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

  /** The terminal's current invoice, which getPaymentStatus need not name on a cash register (Javadoc). */
  currentOf(owner: string): Invoice | undefined {
    const invoice = [...this.#invoices.values()].findLast((one) => one.owner === owner);
    return invoice && settled(invoice);
  }

  /** submitPaymentReceipt: also tells SEQR that the merchant has seen the payment (API page). */
  submitReceipt(owner: string, ersReference: string, receipt: Omit<SubmittedReceipt, 'at'>): Invoice {
    const invoice = this.#ofTransaction(ersReference, (one) => one === owner);
    invoice.addReceipt(ersReference, receipt);
    this.#bookPayment(invoice);
    return invoice;
  }

  /**
   * refundPayment: gives back a part or all.
   *
   * @param isTheirs whether `by` may touch the payments of that owner; its own by default.
   */
  refund(by: string, ersReference: string, terms: RefundTerms, isTheirs = (owner: string) => owner === by): Refund {
    const invoice = this.#ofTransaction(ersReference, isTheirs);
    if (invoice.ersReference !== ersReference) {
      throw new SeqrRefusal('INVALID_ERS_REFERENCE', 'no payment of this principal has this ersReference');
    }
    const refund = invoice.refund(by, terms);
    this.ledger.enter({
      ersReference: refund.ersReference,
      invoiceReference: invoice.reference,
      at: refund.at,
      owner: by,
      cashierId: refund.cashierId,
      minor: -refund.minor,
      currency: invoice.currency,
    });
    return refund;
  }

  /**
   * creditUser: pays money out to a payer.
   *
   * @throws SeqrRefusal INVALID_CUSTOMER (52) when no invoice of this principal had a token with that id.
   */
  credit(by: string, userId: string, amount: Money, description: string): Credit {
    const isKnown = [...this.#invoices.values()].some(
      ({ owner, tokens }) => owner === by && tokens.some(({ id, value }) => id === USER_TOKEN && value === userId),
    );
    if (!isKnown) throw new SeqrRefusal('INVALID_CUSTOMER', 'no invoice of this principal named such a payer');
    const ersReference = ersReferenceOf(this.#numbers.next(), 1);
    return this.credits.add({ ersReference, at: this.clock.now(), by, userId, amount, description });
  }

  /** The payer has scanned the invoice and looks at it, with these cards in the app. */
  open(reference: string, cards: readonly PayerCard[] = []): Invoice {
    const invoice = this.#forPayer(reference);
    invoice.open(cards);
    return invoice;
  }

  /** The payer puts the phone away without a decision. */
  putAway(reference: string): Invoice {
    const invoice = this.#forPayer(reference);
    invoice.putAway();
    return invoice;
  }

  /** Whether the account of the payer of this invoice takes money back. */
  setPayerTakesRefunds(reference: string, takes: boolean): Invoice {
    const invoice = this.#forPayer(reference);
    invoice.payerTakesRefunds = takes;
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
  list(limit = this.rules.invoicesMax): readonly Invoice[] {
    return [...this.#invoices.values()].slice(-limit).toReversed().map(settled);
  }

  #with(owner: string, reference: string, act: (invoice: RuledInvoice) => void): Invoice {
    const invoice = this.#invoices.get(reference);
    // SEQR looks a reference up per principal: somebody else's invoice is as unknown as none (API page, code 54).
    if (invoice?.owner !== owner) {
      throw new SeqrRefusal('INVALID_INVOICE_REFERENCE', 'the invoice is unknown to this principal');
    }
    act(settled(invoice));
    this.#bookPayment(invoice);
    return invoice;
  }

  #ofTransaction(ersReference: string, isTheirs: (owner: string) => boolean): RuledInvoice {
    const invoice = this.#invoices.get(invoiceOf(ersReference));
    if (!invoice || !isTheirs(invoice.owner)) {
      throw new SeqrRefusal('INVALID_ERS_REFERENCE', 'no payment of this principal has this ersReference');
    }
    return settled(invoice);
  }

  /** A payment enters the ledger once, when nothing can reverse it any more. */
  #bookPayment(invoice: RuledInvoice): void {
    const { ersReference, paidAt } = invoice;
    if (!invoice.isFinal || this.#booked.has(invoice) || ersReference === undefined || !paidAt) return;
    this.#booked.add(invoice);
    this.ledger.enter({
      ersReference,
      invoiceReference: invoice.reference,
      at: paidAt,
      owner: invoice.owner,
      cashierId: invoice.terms.cashierId,
      minor: invoice.committed,
      currency: invoice.currency,
    });
  }

  #forPayer(reference: string): RuledInvoice {
    const invoice = this.#invoices.get(reference);
    if (!invoice) throw new PayerError('UNKNOWN_INVOICE', 'there is no such invoice');
    return settled(invoice);
  }

  #makeRoom(): void {
    if (this.#invoices.size < this.rules.invoicesMax) return;
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
