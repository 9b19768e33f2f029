import { type InvoiceRequest, invoiceFields } from '#seqr/invoice.js';
import type { Ending, Reply } from '#seqr/reply.js';
import type { SeqrCalls } from '#purchasing/performer.js';

import type { Outage } from './database-line.js';
import type { SimProcess } from './process.js';
import type { Random } from './random.js';
import { type Seqr, type SeqrOperation, purchaseNamedBy, refusalIn } from './seqr.js';
import type { Time } from './time.js';
import type { Weather } from './weather.js';

/** As in SeqrClient: a third of the 20 s after which SEQR reverses a payment nobody asked about. */
const DEADLINE_MS = 6_000;

/** A call that is about to leave. */
export interface Departure {
  readonly operation: SeqrOperation;
  /** Undefined for sendInvoice, which is to get one. */
  readonly reference: string | undefined;
  readonly purchaseId: string | undefined;
  readonly amountMinor?: bigint;
  readonly invoiceVersion?: number;
}

/** One server's connection to SEQR, with all that a network does to calls. */
export class SeqrLine implements SeqrCalls {
  private calls = 0;

  constructor(
    private readonly seqr: Seqr,
    private readonly time: Time,
    private readonly weather: Weather,
    private readonly random: Random,
    private readonly process: SimProcess,
    private readonly outage: Outage,
    private readonly maybeDie: () => void,
    private readonly leaves: (departure: Departure) => void,
  ) {}

  sendInvoice(invoice: InvoiceRequest) {
    invoiceFields(invoice);
    const purchaseId = purchaseNamedBy(invoice.notificationUrl);
    const amountMinor = invoice.totalAmount.minor;
    const departure: Departure = { operation: 'sendInvoice', reference: undefined, purchaseId, amountMinor };
    return this.call(departure, () => this.seqr.send(invoice));
  }

  getPaymentStatus({ invoiceReference, invoiceVersion }: { invoiceReference: string; invoiceVersion: number }) {
    return this.call({ ...this.about('getPaymentStatus', invoiceReference), invoiceVersion }, () =>
      this.seqr.status(invoiceReference, invoiceVersion),
    );
  }

  updateInvoice({ invoiceReference, invoice }: { invoiceReference: string; invoice: InvoiceRequest }) {
    invoiceFields(invoice);
    const departure = this.about('updateInvoice', invoiceReference);
    return this.call({ ...departure, amountMinor: invoice.totalAmount.minor }, () =>
      this.seqr.update(invoiceReference, invoice),
    );
  }

  commitReservation(commitment: Parameters<SeqrCalls['commitReservation']>[0]) {
    const { invoiceReference, amount } = commitment;
    const departure = this.about('commitReservation', invoiceReference);
    return this.call({ ...departure, amountMinor: amount.minor }, () => this.seqr.commit(invoiceReference, amount));
  }

  cancelInvoice({ invoiceReference }: { invoiceReference: string }) {
    return this.call(this.about('cancelInvoice', invoiceReference), () => this.seqr.cancel(invoiceReference));
  }

  submitPaymentReceipt({ ersReference }: { ersReference: string }) {
    return this.call({ operation: 'submitPaymentReceipt', reference: undefined, purchaseId: undefined }, () =>
      this.seqr.submitReceipt(ersReference),
    );
  }

  private about<T extends SeqrOperation>(operation: T, reference: string) {
    return { operation, reference, purchaseId: undefined };
  }

  private call<T extends object>(departure: Departure, work: () => T): Promise<Reply<T>> {
    const { operation } = departure;
    const sentAt = this.time.now;
    this.calls += 1;
    const clientReference = `call-${this.calls}`;
    return new Promise((resolve) => {
      this.maybeDie();
      if (!this.process.alive) return;
      const end = (ending: Ending<T>): void => {
        const durationMs = this.time.now - sentAt;
        const call = { operation, clientReference, sentAt: '', durationMs, outcome: ending.outcome };
        resolve({ ...ending, call });
      };
      this.transport(departure, work, end);
    });
  }

  private transport<T extends object>(departure: Departure, work: () => T, end: (ending: Ending<T>) => void): void {
    const { process, weather, random, outage, time } = this;
    const refused = (outage.isOn && random.chance(0.7)) || weather.strikes('seqr-not-sent');
    if (refused) {
      const reason = 'NOT_CONNECTED' as const;
      return void process.after(random.between(1, 50), () => end({ outcome: 'not-sent', reason }));
    }
    this.leaves(departure);
    const deadline = process.after(DEADLINE_MS, () => end({ outcome: 'unknown', reason: 'DEADLINE' }));
    if (outage.isOn || weather.strikes('seqr-request-lost')) return;
    const late = (): number => (weather.strikes('seqr-late') ? random.between(1_000, 20_000) : random.between(5, 80));
    time.after(late(), () => {
      const ending = endingOf(work);
      if (weather.strikes('seqr-reply-lost')) return;
      process.after(late(), () => {
        this.maybeDie();
        deadline.cancel();
        if (process.alive) end(ending);
      });
    });
  }
}

function endingOf<T extends object>(work: () => T): Ending<T> {
  try {
    return { outcome: 'answered', resultCode: 0, ...work() };
  } catch (error) {
    const resultCode = refusalIn(error);
    if (resultCode === undefined) throw error;
    const resultName = `CODE_${resultCode}`;
    return { outcome: 'refused', resultCode, resultName, resultDescription: '', retry: 'state' };
  }
}
