import type { InvoiceBook } from './book.js';
import { PayerError } from './book-rules.js';
import {
  amountOf,
  complaintAbout,
  readReply,
  requestBody,
  ScanError,
  tokenOf,
  type ReadReply,
  type ScanOrder,
} from './create-purchase.js';
import type { Faults } from './faults.js';
import type { Invoice } from './invoice.js';
import type { Journal } from './journal.js';
import type { Bank } from './operations/parts.js';
import { OutgoingError, type Outgoing, type OutgoingReply } from './outgoing.js';
import type { Pauses } from './pauses.js';

/** The only PIN of the sandbox's payers. */
const PIN = '1234';

/** SEQR publishes no deadline for createPurchase; a person with a phone in the hand waits about so long. */
const CREATE_PURCHASE_TIMEOUT_MS = 10_000;

const HEADERS = { Accept: 'application/json', 'Content-Type': 'application/json;charset=UTF-8' };

/** The answer to a scan; status and body are absent when no answer came. */
export type ScanResult = ReadReply & { readonly status?: number; readonly body?: string };

interface Parts {
  readonly bank: Bank;
  readonly book: InvoiceBook;
  readonly faults: Faults;
  readonly journal: Journal;
  readonly outgoing: Outgoing;
  readonly pauses: Pauses;
  /** Ids that may stand as `w` in a QR text. */
  readonly merchants: readonly string[];
}

/** The payer with the app, and the Unattended Payments service that calls the reseller on the payer's behalf. */
export class Payer {
  #url: string | undefined;

  constructor(private readonly parts: Parts) {}

  get createPurchaseUrl(): string | undefined {
    return this.#url;
  }

  /** Where scans go. UPS page: the path must end in createPurchase. @throws ScanError BAD_URL */
  set createPurchaseUrl(url: string | undefined) {
    const isRight =
      url === undefined || (/^https?:\/\//.test(url) && URL.parse(url)?.pathname.endsWith('createPurchase'));
    if (!isRight)
      throw new ScanError('BAD_URL', 'createPurchaseUrl must be an absolute URL whose path ends in createPurchase');
    this.#url = url;
  }

  /**
   * Scans a machine's QR code: POSTs createPurchase to the reseller. An answer outside the contract is a violation and
   * comes back as 'broken', as does no answer.
   *
   * @throws ScanError when the payer's own input is wrong.
   */
  async scan(order: ScanOrder): Promise<ScanResult> {
    if (this.#url === undefined) throw new ScanError('NO_URL', 'the sandbox does not know where createPurchase is');
    const wanted = amountOf(order);
    const body = requestBody(order, tokenOf(order, this.parts.merchants), wanted);
    let reply: OutgoingReply;
    try {
      reply = await this.#post(this.#url, body);
    } catch (error) {
      if (error instanceof OutgoingError) return { outcome: 'broken', reason: error.message };
      throw error;
    }
    const result = this.#check(readReply(reply), wanted);
    if (result.outcome === 'broken') this.parts.journal.recordViolation('createPurchase', result.reason);
    return { ...result, status: reply.status, body: reply.body };
  }

  /** @throws PayerError BANK_DOWN, WRONG_PIN, NOT_WAITING_FOR_PAYER, WAITING_FOR_MERCHANT or UNKNOWN_INVOICE. */
  confirm(invoiceReference: string, pin: string): Invoice {
    if (this.parts.bank.isDown) throw new PayerError('BANK_DOWN', 'the bank is down, nothing can be paid');
    if (pin === PIN) return this.parts.book.confirm(invoiceReference);
    const { state } = this.parts.book.wrongPin(invoiceReference);
    throw new PayerError(
      'WRONG_PIN',
      state === 'FAILED' ? 'the third wrong PIN: the payment has failed' : 'the PIN is wrong',
    );
  }

  /** @throws PayerError NOT_WAITING_FOR_PAYER or UNKNOWN_INVOICE. */
  decline(invoiceReference: string): Invoice {
    return this.parts.book.decline(invoiceReference);
  }

  #check(result: ReadReply, wanted: ReturnType<typeof amountOf>): ReadReply {
    if (result.outcome !== 'invoice') return result;
    const reason = complaintAbout(this.parts.book.find(result.invoiceReference), wanted);
    return reason === undefined ? result : { outcome: 'broken', reason };
  }

  async #post(url: string, body: string): Promise<OutgoingReply> {
    const { faults, outgoing, pauses } = this.parts;
    const fault = faults.take('createPurchase');
    if (fault?.kind === 'drop-request') throw new OutgoingError('NO_CONNECTION', 'never sent, by an ordered fault');
    if (fault?.delayMs) await pauses.wait(fault.delayMs);
    const sent = fault?.kind === 'garbage' ? body.slice(0, body.length / 2) : body;
    const post = () => outgoing.post(url, HEADERS, sent, CREATE_PURCHASE_TIMEOUT_MS);
    const [reply] = await Promise.all(fault?.kind === 'duplicate' ? [post(), post()] : [post()]);
    if (fault?.kind === 'drop-reply')
      throw new OutgoingError('NO_CONNECTION', 'the answer was lost, by an ordered fault');
    return reply;
  }
}
