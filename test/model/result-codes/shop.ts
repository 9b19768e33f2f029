import { faultsOf } from '#purchase/testing/rules.js';
import { BEGINNING, PRICES } from '#purchase/testing/visit.js';
import { postingsOf } from '#purchase/reserve-first/ledger.js';
import type { PurchaseEvent } from '#purchase/reserve-first/events.js';
import type { Purchase, ReviewCase } from '#purchase/reserve-first/purchase.js';
import { InvoiceWriter } from '#purchasing/invoice-writer.js';
import { ActPerformer } from '#purchasing/performer.js';
import { PurchaseRunner } from '#purchasing/runner.js';
import { ManualClock, settled } from '#purchasing/testing/manual-clock.js';
import { MemoryDatabase, MemoryPurchaseStore } from '#purchasing/testing/memory-store.js';
import { InvoiceBook } from '#seqr-sandbox/book.js';
import type { BookRules } from '#seqr-sandbox/book-rules.js';
import { type FaultOrder, Faults } from '#seqr-sandbox/faults.js';
import type { Invoice } from '#seqr-sandbox/invoice.js';

import { Clerk } from './clerk.js';

/** What the machine says to a grant, one word after the other. */
export type Behaviour = readonly PurchaseEvent[];

const SERVER = 'server-1';
const PRODUCTS = new Map(
  [...PRICES].map(([selection, priceMinor]) => [
    selection,
    { name: `Product ${selection}`, sku: `SKU-${selection}`, taxRateHundredths: null, priceMinor },
  ]),
);

/** One machine and one payer, the real runner and performer over memory, and SEQR's book with ordered result codes. */
export class Shop {
  readonly clock = new ManualClock(Date.UTC(2026, 10, 21, 12));
  readonly database = new MemoryDatabase(this.clock);
  readonly faults = new Faults();
  readonly book: InvoiceBook;
  readonly cases: ReviewCase[] = [];
  /** What was wrong on the way: broken rules, and grants without a reservation. */
  readonly violations: string[] = [];
  /** No notification arrives. */
  isDeaf = false;
  /** Every grant that left finds the machine like this. */
  machine: Behaviour = [];
  private readonly runner: PurchaseRunner;
  private speaking: Promise<void> = Promise.resolve();

  constructor(lied: (order: FaultOrder) => void, rules: Partial<BookRules> = {}) {
    const { clock } = this;
    this.book = new InvoiceBook({ now: () => new Date(clock.now()), after: () => () => undefined }, rules, (invoice) =>
      this.notify(invoice),
    );
    const machines = {
      grant: () => this.granted(),
      close: () => Promise.resolve(),
    };
    const writer = new InvoiceWriter(
      { products: () => Promise.resolve(PRODUCTS) },
      { nameOf: () => Promise.resolve({ name: 'Hall', location: 'East' }) },
      { urlOf: (purchaseId) => `https://vendrail.example/seqr/notifications/${purchaseId}` },
    );
    this.runner = new PurchaseRunner({
      store: new MemoryPurchaseStore(this.database, clock, SERVER),
      performer: new ActPerformer(new Clerk(this.book, this.faults, lied), machines, writer, clock),
      clock,
      mayAct: () => true,
      onStep: (after, event, before, cases) => {
        this.cases.push(...cases);
        this.violations.push(...faultsOf(before, event, { purchase: after, cases }));
      },
      onFault: (_, error) => this.violations.push(String(error)),
    });
  }

  /** @returns what createPurchase answers, as CreatePurchaseService makes it from the purchase. */
  async scan(): Promise<'invoice' | 'INVOICING_ERROR'> {
    const { grantNumber: _, ...beginning } = BEGINNING;
    const { invoiceReference } = await this.runner.begin(beginning, { payer: 'pseudonym', requestKey: 'key' });
    return invoiceReference === null ? 'INVOICING_ERROR' : 'invoice';
  }

  async hears(...events: readonly PurchaseEvent[]): Promise<void> {
    for (const event of events) {
      const own = 'grantNumber' in event ? { ...event, grantNumber: this.purchase.grantNumber } : event;
      await this.runner.dispatch(BEGINNING.id, own);
      await settled();
    }
  }

  /** The payer confirms, whether or not anybody knows of the invoice. */
  async confirm(): Promise<void> {
    const { invoice } = this;
    if (invoice?.state === 'ISSUED') this.book.confirm(invoice.reference);
    await this.settle();
  }

  async decline(): Promise<void> {
    this.book.decline(this.invoice?.reference ?? '');
    await this.settle();
  }

  /** Time passes. */
  async pass(ms: number): Promise<void> {
    await this.clock.advance(ms);
    await this.settle();
  }

  /** Time passes until nothing is left to do. @returns false when there still is after two days. */
  async untilQuiet(): Promise<boolean> {
    const until = this.clock.now() + 2 * 24 * 3_600_000;
    await this.settle();
    for (let act = this.purchase.next; act !== null; act = this.purchase.next) {
      if (this.clock.now() > until) return false;
      this.database.beat(SERVER);
      await this.pass(Math.max(1, act.dueAt - this.clock.now()));
    }
    return true;
  }

  get purchase(): Purchase {
    const purchase = this.database.purchases.get(BEGINNING.id);
    if (purchase === undefined) throw new Error('no purchase was begun');
    return purchase;
  }

  /** The one invoice in SEQR's book; one purchase never makes two. */
  get invoice(): Invoice | undefined {
    const [invoice, second] = this.book.list();
    if (second !== undefined) throw new Error('one purchase has two invoices');
    return invoice;
  }

  /** "NEW → INVOICED" and so on. */
  get transitions(): string[] {
    return this.database.changes
      .filter(({ before, after }) => before.state !== after.state)
      .map(({ before, after }) => `${before.state} → ${after.state}`);
  }

  /** What stands in each account in the end, in smallest units. */
  get balances(): Record<string, bigint> {
    const balances: Record<string, bigint> = {};
    for (const { before, after } of this.database.changes) {
      for (const { account, amountMinor } of postingsOf(before, after)) {
        balances[account] = (balances[account] ?? 0n) + amountMinor;
      }
    }
    return balances;
  }

  /** Everything follows that can without time. */
  private async settle(): Promise<void> {
    await settled();
    await this.speaking;
    await settled();
  }

  private notify({ terms }: Invoice): void {
    // As the controller: a notification means nothing to an invoice of nobody.
    if (this.isDeaf || terms.notificationUrl?.endsWith(BEGINNING.id) !== true) return;
    void this.runner.dispatch(BEGINNING.id, { type: 'NotificationReceived' });
  }

  private granted(): Promise<string> {
    const state = this.invoice?.state;
    if (state !== 'RESERVED') this.violations.push(`a grant left, and SEQR says ${state}`);
    const words = this.machine;
    this.machine = [];
    // What the machine says comes by another way than the answer to the command.
    this.speaking = settled().then(() => this.hears(...words));
    return Promise.resolve('boot-0001');
  }
}
