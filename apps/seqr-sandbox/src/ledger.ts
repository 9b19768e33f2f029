import type { Currency } from '#purchase/money.js';

import type { Clock } from './clock.js';
import { ReferenceNumbers } from './reference-numbers.js';

/** Money that moved for good: a payment, or a refund as a negative amount. */
export interface Transaction {
  readonly ersReference: string;
  readonly invoiceReference: string;
  readonly at: Date;
  /** The principal who took or refunded it: "TERMINALID 0a1b…". */
  readonly owner: string;
  readonly cashierId: string;
  /** Minor units. */
  readonly minor: bigint;
  readonly currency: Currency;
}

/** What markTransactionPeriod closed. */
export interface Period {
  readonly id: string;
  readonly shop: string;
  /** Only when the mark named it: the period of one terminal. */
  readonly terminalId: string | undefined;
  readonly markedAt: Date;
  readonly transactions: readonly Transaction[];
}

/** As many payments as the book can hold, and as many refunds again. */
const TRANSACTIONS_MAX = 20_000;
/** A mark a day for some years. */
const PERIODS_MAX = 1000;

/**
 * All transactions in the order in which they became final, cut into periods. A shop's marks and each terminal's marks
 * are apart: a transaction is in one period of its shop and in one of its terminal.
 */
export class Ledger {
  readonly #transactions: Transaction[] = [];
  /** How many transactions were forgotten for room. */
  #forgotten = 0;
  readonly #markedUpTo = new Map<string, number>();
  readonly #periods = new Map<string, Period>();
  readonly #numbers: ReferenceNumbers;

  constructor(private readonly clock: Clock) {
    this.#numbers = new ReferenceNumbers(clock);
  }

  enter(transaction: Transaction): void {
    this.#transactions.push(transaction);
    if (this.#transactions.length <= TRANSACTIONS_MAX) return;
    this.#transactions.shift();
    this.#forgotten += 1;
  }

  /**
   * Closes the open period of a shop, or of one terminal.
   *
   * @param isPart whether the transactions of that owner belong to it.
   */
  mark(shop: string, terminalId: string | undefined, isPart: (owner: string) => boolean): Period {
    const lane = JSON.stringify([shop, terminalId ?? null]);
    const from = Math.max(0, (this.#markedUpTo.get(lane) ?? 0) - this.#forgotten);
    this.#markedUpTo.set(lane, this.#forgotten + this.#transactions.length);
    const transactions = this.#transactions.slice(from).filter(({ owner }) => isPart(owner));
    const period = { id: this.#numbers.next(), shop, terminalId, markedAt: this.clock.now(), transactions };
    this.#periods.set(period.id, period);
    const [oldest] = this.#periods.keys();
    if (this.#periods.size > PERIODS_MAX && oldest !== undefined) this.#periods.delete(oldest);
    return period;
  }

  find(periodId: string): Period | undefined {
    return this.#periods.get(periodId);
  }

  /** The newest first. */
  periods(): readonly Period[] {
    return [...this.#periods.values()].toReversed();
  }
}
