import type { InvoiceBook } from './book.js';
import type { Faults } from './faults.js';
import type { Invoice } from './invoice.js';
import { OutgoingError, type Outgoing } from './outgoing.js';
import type { Pauses } from './pauses.js';

/** SEQR documents neither a deadline nor retries for the payment notification; these are the sandbox's own. */
const TIMEOUT_MS = 5000;
const TRIES_MAX = 3;
const PAUSE_MS = 1000;

interface Parts {
  readonly book: InvoiceBook;
  readonly faults: Faults;
  readonly outgoing: Outgoing;
  readonly pauses: Pauses;
}

/**
 * Tells the merchant that the payer has decided: a POST with an empty body to the invoice's notificationUrl, which is
 * right when it is answered with HTTP 200 (UPS page). Every try is written into the invoice.
 */
export class Notifier {
  readonly #deliveries = new Set<Promise<void>>();
  #stopped = false;

  constructor(private readonly parts: Parts) {}

  /** Returns at once: the payer's phone does not wait for the merchant. */
  notify({ reference, owner, terms: { notificationUrl } }: Invoice): void {
    if (notificationUrl === undefined) return;
    const fault = this.parts.faults.take('notification', {
      invoiceReference: reference,
      terminalId: owner.split(' ')[1],
    });
    if (fault?.kind === 'lose') {
      this.parts.book.recordNotification(reference, 'lost by an ordered fault');
      return;
    }
    const copies = fault?.kind === 'duplicate' ? 2 : 1;
    for (let copy = 0; copy < copies; copy += 1) this.#start(reference, notificationUrl, fault?.delayMs ?? 0);
  }

  /** Resolves when nothing is under way any more. */
  async settled(): Promise<void> {
    while (this.#deliveries.size > 0) await Promise.all(this.#deliveries);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.parts.pauses.releaseAll();
    await this.settled();
  }

  #start(reference: string, url: string, delayMs: number): void {
    const delivery = this.#deliver(reference, url, delayMs).finally(() => this.#deliveries.delete(delivery));
    this.#deliveries.add(delivery);
  }

  async #deliver(reference: string, url: string, delayMs: number): Promise<void> {
    if (delayMs > 0) await this.parts.pauses.wait(delayMs);
    for (let attempt = 1; attempt <= TRIES_MAX && !this.#stopped; attempt += 1) {
      if (attempt > 1) await this.parts.pauses.wait(PAUSE_MS);
      if (this.#stopped) return;
      const outcome = await this.#post(url);
      this.parts.book.recordNotification(reference, outcome);
      if (outcome === 200) return;
    }
  }

  async #post(url: string): Promise<number | string> {
    try {
      return (await this.parts.outgoing.post(url, {}, '', TIMEOUT_MS)).status;
    } catch (error) {
      if (error instanceof OutgoingError) return error.message;
      throw error;
    }
  }
}
