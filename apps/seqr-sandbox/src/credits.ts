import type { Money } from '#purchase/money.js';

/** Money paid out to a payer (creditUser). */
export interface Credit {
  readonly ersReference: string;
  readonly at: Date;
  /** The principal who paid. */
  readonly by: string;
  /** The value of the payer's token I_GAMING_INTEGRATION. */
  readonly userId: string;
  readonly amount: Money;
  readonly description: string;
}

/** The kind of token whose value is a payer's id (API page, creditUser). */
export const USER_TOKEN = 'I_GAMING_INTEGRATION';

/** Older ones are forgotten; the sandbox only shows them. */
const CREDITS_MAX = 1000;

export class Credits {
  readonly #credits: Credit[] = [];

  add(credit: Credit): Credit {
    this.#credits.push(credit);
    if (this.#credits.length > CREDITS_MAX) this.#credits.shift();
    return credit;
  }

  /** The newest first. */
  list(): readonly Credit[] {
    return this.#credits.toReversed();
  }
}
