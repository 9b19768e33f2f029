import type { Currency, Money } from '#purchase/money.js';

import { amountText } from './amounts.js';
import { PayerError, type BookRules } from './book-rules.js';
import type { Clock } from './clock.js';
import type {
  HistoryEntry,
  Invoice,
  InvoiceState,
  InvoiceTerms,
  NotificationAttempt,
  RefundTerms,
  SubmittedReceipt,
} from './invoice.js';
import { Refunds, type KeptRefund } from './refunds.js';
import { ersReferenceOf } from './reference-numbers.js';
import { SeqrRefusal } from './result-codes.js';
import { SchemaViolation } from './schema-violation.js';
import { hasPending, sameTokens, withAnswers, withCards, type CustomerToken, type PayerCard } from './tokens.js';

/** A merchant who updates without end must not fill the memory. */
const HISTORY_MAX = 200;
const NOTIFICATIONS_MAX = 20;
/** One of each receipt type, some repeated. */
const RECEIPTS_MAX = 10;
/** SEQR's app locks after three wrong PINs. */
const WRONG_PINS_MAX = 3;

/** One invoice and the rules it lives by. What fell due is done by `settle`, which the book calls before anything else. */
export class RuledInvoice implements Invoice {
  readonly createdAt: Date;
  readonly currency: Currency;
  readonly history: HistoryEntry[] = [];
  readonly notifications: NotificationAttempt[] = [];
  readonly receipts: SubmittedReceipt[] = [];
  state: InvoiceState = 'ISSUED';
  version = 0;
  acknowledgedVersion = 0;
  reserved = 0n;
  committed = 0n;
  commits = 0;
  wrongPins = 0;
  ersReference: string | undefined;
  paidAt: Date | undefined;
  collectBy: Date | undefined;
  endsAt: Date | undefined;
  payingUntil: Date | undefined;
  tokens: readonly CustomerToken[];
  payerTakesRefunds = true;
  note: string | undefined;
  readonly #refunds = new Refunds();
  #isAcknowledged = false;

  constructor(
    readonly reference: string,
    readonly owner: string,
    public terms: InvoiceTerms,
    private readonly rules: BookRules,
    private readonly clock: Clock,
    tokens: readonly CustomerToken[] = [],
  ) {
    this.tokens = tokens;
    this.createdAt = clock.now();
    this.currency = terms.total.currency;
    this.endsAt = this.#in(rules.invoiceLifetimeSeconds);
    this.#move('ISSUED', `sendInvoice ${this.#text(terms.total.minor)}`);
  }

  get isLive(): boolean {
    return this.state === 'RESERVED' || this.isUnpaid;
  }

  /** The payer has not decided. */
  get isUnpaid(): boolean {
    return this.state === 'ISSUED' || this.state === 'PENDING_ISSUER_ACKNOWLEDGE';
  }

  /** The payment stands: it was collected and cannot be reversed any more. */
  get isFinal(): boolean {
    return this.state === 'PAID' && !this.collectBy;
  }

  get refunds(): readonly KeptRefund[] {
    return this.#refunds.list;
  }

  get refunded(): bigint {
    return this.#refunds.sum;
  }

  /** Does what fell due since the last look, dated to when it fell due: the reversal or the end, whichever came first. */
  settle(): void {
    const { collectBy, endsAt } = this;
    const now = this.clock.now();
    if (this.payingUntil && this.payingUntil <= now) this.putAway(this.payingUntil);
    if (collectBy && collectBy <= now && !(endsAt && endsAt < collectBy)) {
      this.committed = 0n;
      this.ersReference = undefined;
      this.#move('REVERSED', `reversed: no getPaymentStatus within ${this.rules.collectWithinSeconds} s`, collectBy);
    } else if (endsAt && endsAt <= now) {
      this.#move('EXPIRED', this.state === 'RESERVED' ? 'the reservation ran out' : 'nobody paid in time', endsAt);
    }
  }

  update(terms: InvoiceTerms, answers: readonly CustomerToken[] = []): void {
    if (this.payingUntil) throw new SeqrRefusal('PAYMENT_IN_PROGRESS', 'the payer has the invoice open');
    if (!this.isLive) throw new SeqrRefusal('SYSTEM_ERROR', `updateInvoice on an invoice that is ${this.state}`);
    if (terms.total.currency !== this.currency)
      throw new SeqrRefusal('INVALID_INVOICE_DATA', 'the currency has changed');
    if (this.state === 'RESERVED' && terms.paymentMode !== this.terms.paymentMode) {
      throw new SeqrRefusal('INVALID_INVOICE_DATA', 'the payment mode of a reservation has changed');
    }
    if (this.state === 'RESERVED' && terms.total.minor > this.reserved) {
      throw new SeqrRefusal('REJECTED_AMOUNT', 'the new total is above what is reserved');
    }
    const tokens = withAnswers(this.tokens, answers);
    if (this.state === 'PENDING_ISSUER_ACKNOWLEDGE' && hasPending(tokens)) {
      throw new SeqrRefusal('INVALID_INVOICE_DATA', "a token of the payer's is left without an answer");
    }
    // An update that names no time limit leaves the one of sendInvoice in force.
    const kept = this.terms.commitReservationTimeoutSeconds;
    const commitReservationTimeoutSeconds = terms.commitReservationTimeoutSeconds ?? kept;
    this.terms = { ...terms, commitReservationTimeoutSeconds };
    const event = `updateInvoice ${this.#text(terms.total.minor)}`;
    const hasNews = !sameTokens(this.tokens, tokens);
    this.tokens = tokens;
    if (this.state === 'PENDING_ISSUER_ACKNOWLEDGE') {
      this.#isAcknowledged = true;
      this.#move('ISSUED', `${event}, which acknowledged the payer`);
      return;
    }
    if (hasNews) this.version += 1;
    this.#note(event);
  }

  collect(acknowledged: number): void {
    if (acknowledged > this.version) {
      const known = `the invoice has version ${this.version}`;
      throw new SchemaViolation(`getPaymentStatus/invoiceVersion: ${acknowledged} was never given out, ${known}`);
    }
    if (this.collectBy) {
      this.collectBy = undefined;
      this.#note('getPaymentStatus collected the confirmation');
    }
    if (acknowledged > this.acknowledgedVersion) {
      this.acknowledgedVersion = acknowledged;
      this.#note(`getPaymentStatus acknowledged version ${acknowledged}`);
    }
  }

  commit(amount: Money | undefined): void {
    if (this.state !== 'RESERVED') {
      throw new SeqrRefusal('INVOICE_STATE_NOT_RESERVED', `commitReservation on an invoice that is ${this.state}`);
    }
    const { minor, currency } = amount ?? this.terms.total;
    if (currency !== this.currency) throw new SeqrRefusal('INVALID_INVOICE_DATA', 'the amount has another currency');
    if (minor <= 0n || minor > this.reserved) {
      throw new SeqrRefusal('REJECTED_AMOUNT', 'the amount must be more than nothing and at most what is reserved');
    }
    if (minor !== this.terms.total.minor) {
      throw new SeqrRefusal('INVALID_INVOICE_DATA', 'the amount differs from the total of the last updateInvoice');
    }
    this.commits += 1;
    this.#pay(minor, `commitReservation ${this.#text(minor)}`, this.rules.collectAfterCommit);
  }

  /** What each refusal rests on: codes 50, 51, 58 and 95 by their names; FAILED has none of its own, so it is 90. */
  cancel(): void {
    switch (this.state) {
      case 'ISSUED':
      case 'PENDING_ISSUER_ACKNOWLEDGE':
        if (!this.payingUntil) return this.#move('CANCELED', 'cancelInvoice');
        throw new SeqrRefusal('CANNOT_CANCEL_INVOICE_IN_PROGRESS', 'the payer has the invoice open');
      case 'RESERVED':
        if (this.rules.cancelReserved === 'release')
          return this.#move('CANCELED', 'cancelInvoice released the reservation');
        throw new SeqrRefusal('CANNOT_CANCEL_INVOICE_IN_PROGRESS', 'cancelInvoice on a reservation');
      case 'PAID':
        throw new SeqrRefusal('CANNOT_CANCEL_PAID_INVOICE', 'cancelInvoice on a paid invoice');
      case 'CANCELED':
      case 'REVERSED':
        throw new SeqrRefusal('INVOICE_ALREADY_CANCELED', 'cancelInvoice on an invoice that is CANCELED');
      case 'EXPIRED':
        throw new SeqrRefusal('PAYMENT_EXPIRED', 'cancelInvoice on an invoice that is EXPIRED');
      case 'FAILED':
        throw new SeqrRefusal('SYSTEM_ERROR', 'cancelInvoice on an invoice that is FAILED');
    }
  }

  /** A terminal that is a cash register holds one invoice (FAQ). */
  giveWay(): void {
    if (this.isUnpaid) this.#move('CANCELED', 'a newer sendInvoice on the same terminal');
  }

  /** @param ersReference the payment's, or that of one of its refunds. */
  addReceipt(ersReference: string, receipt: Omit<SubmittedReceipt, 'at'>): void {
    const receipts = ersReference === this.ersReference ? this.receipts : this.#refunds.find(ersReference)?.receipts;
    if (!receipts) throw new SeqrRefusal('INVALID_ERS_REFERENCE', 'no payment and no refund has this ersReference');
    if (receipts.length >= RECEIPTS_MAX) throw new SeqrRefusal('SYSTEM_ERROR', 'too many receipts for one payment');
    this.collectBy = undefined;
    receipts.push({ ...receipt, at: this.clock.now() });
    this.#note(`submitPaymentReceipt ${receipt.receiptType || 'without a type'}`);
  }

  /** Gives back a part or all of a payment that stands. */
  refund(by: string, { total, title, cashierId }: RefundTerms): KeptRefund {
    if (this.state !== 'PAID') throw new SeqrRefusal('INVALID_ERS_REFERENCE', 'the payment does not stand');
    if (this.collectBy) throw new SeqrRefusal('PAYMENT_IN_PROGRESS', 'getPaymentStatus has not collected the payment');
    if (total.currency !== this.currency) throw new SeqrRefusal('REJECTED_AMOUNT', 'the amount has another currency');
    if (!this.payerTakesRefunds) {
      throw new SeqrRefusal('RECEIVER_ACCOUNT_DOES_NOT_ALLOW_REFUNDS', "the payer's account takes no refunds");
    }
    const refund = this.#refunds.add(this.reference, this.committed, {
      at: this.clock.now(),
      by,
      minor: total.minor,
      title,
      cashierId,
    });
    this.#note(`refundPayment ${this.#text(total.minor)}`);
    return refund;
  }

  /**
   * The payer has scanned the invoice and looks at it. The merchant is asked first where the invoice says so: always
   * with REQUIRE_ACKNOWLEDGMENT, with OPTIONAL_ACKNOWLEDGMENT only about the payer's cards.
   */
  open(cards: readonly PayerCard[]): void {
    this.#mustWaitForPayer();
    const tokens = withCards(this.tokens, cards);
    const hasNews = !sameTokens(this.tokens, tokens);
    this.tokens = tokens;
    if (this.#mustAskMerchant()) return this.#askMerchant();
    if (hasNews) this.version += 1;
    this.payingUntil = this.#in(this.rules.payingSeconds);
    this.#note('the payer opened the invoice');
  }

  /** The payer has looked at the invoice and done nothing. */
  putAway(at = this.clock.now()): void {
    if (!this.payingUntil) return;
    this.payingUntil = undefined;
    this.#note('the payer put the phone away', at);
  }

  confirm(): void {
    if (this.state === 'ISSUED' && this.#mustAskMerchant()) this.#askMerchant();
    this.#mustWaitForPayer();
    const { minor } = this.terms.total;
    if (this.terms.paymentMode === 'IMMEDIATE_DEBIT')
      return this.#pay(minor, `the payer paid ${this.#text(minor)}`, true);
    this.reserved = minor;
    this.#move('RESERVED', `the payer confirmed ${this.#text(minor)}`);
    this.collectBy = this.#in(this.rules.collectWithinSeconds);
    this.endsAt = this.#in(this.terms.commitReservationTimeoutSeconds ?? this.rules.invoiceLifetimeSeconds);
  }

  decline(): void {
    if (!this.isUnpaid) this.#mustWaitForPayer();
    this.#move('CANCELED', 'the payer declined');
  }

  wrongPin(): void {
    this.#mustWaitForPayer();
    this.wrongPins += 1;
    if (this.wrongPins >= WRONG_PINS_MAX) this.#move('FAILED', 'the payer gave three wrong PINs');
    else this.#note('the payer gave a wrong PIN');
  }

  addNotification(outcome: NotificationAttempt['outcome']): void {
    if (this.notifications.length < NOTIFICATIONS_MAX) this.notifications.push({ at: this.clock.now(), outcome });
  }

  #mustAskMerchant(): boolean {
    switch (this.terms.acknowledgmentMode) {
      case 'NO_ACKNOWLEDGMENT':
        return false;
      case 'OPTIONAL_ACKNOWLEDGMENT':
        return hasPending(this.tokens);
      default:
        return !this.#isAcknowledged || hasPending(this.tokens);
    }
  }

  #askMerchant(): void {
    this.#move('PENDING_ISSUER_ACKNOWLEDGE', 'the payer opened the invoice, the merchant must acknowledge');
  }

  #mustWaitForPayer(): void {
    if (this.state === 'PENDING_ISSUER_ACKNOWLEDGE') {
      throw new PayerError(
        'WAITING_FOR_MERCHANT',
        `the merchant must acknowledge first (${this.terms.acknowledgmentMode})`,
      );
    }
    if (this.state !== 'ISSUED') throw new PayerError('NOT_WAITING_FOR_PAYER', `the invoice is ${this.state}`);
  }

  #pay(minor: bigint, event: string, mustBeCollected: boolean): void {
    this.committed = minor;
    this.ersReference = ersReferenceOf(this.reference, 1);
    this.paidAt = this.clock.now();
    this.#move('PAID', event);
    if (mustBeCollected) this.collectBy = this.#in(this.rules.collectWithinSeconds);
  }

  #move(state: InvoiceState, event: string, at = this.clock.now()): void {
    this.state = state;
    this.version += 1;
    this.payingUntil = undefined;
    if (!this.isLive) {
      this.endsAt = undefined;
      this.collectBy = undefined;
    }
    if (!this.isLive && state !== 'PAID') {
      this.reserved = 0n;
      this.note = event;
    }
    this.#note(event, at);
  }

  #note(event: string, at = this.clock.now()): void {
    if (this.history.length >= HISTORY_MAX) return;
    this.history.push({ at, event, state: this.state, version: this.version });
  }

  #in(seconds: number): Date {
    return new Date(this.clock.now().getTime() + seconds * 1000);
  }

  #text(minor: bigint): string {
    return `${amountText(minor, this.currency)} ${this.currency}`;
  }
}
