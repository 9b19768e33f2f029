import type { PurchaseEvent } from '#purchase/reserve-first/events.js';
import type { Act, ActKind, Purchase } from '#purchase/reserve-first/purchase.js';
import {
  INVOICE,
  cancelled,
  closeSent,
  committed,
  grantSent,
  paid,
  receiptSubmitted,
  status,
  timePassed,
  updated,
} from '#purchase/testing/happenings.js';

import type { Performer } from '../ports.js';

type Answer = PurchaseEvent | Promise<PurchaseEvent> | Error;

/** A world in which everything works, until a test says what an act should come to. */
export class ScriptedPerformer implements Performer {
  /** Every act that was begun, in order. */
  readonly acts: ActKind[] = [];
  /** What SEQR says of the invoice while nothing else is scripted. */
  isConfirmed = false;
  private readonly answers = new Map<ActKind, Answer[]>();

  /** The next acts of this kind come to these answers, one after the other. An error is the performer's own fault. */
  answer(kind: ActKind, ...answers: Answer[]): void {
    this.answers.set(kind, [...(this.answers.get(kind) ?? []), ...answers]);
  }

  /** The next act of this kind comes to no end until the test says so. */
  hold(kind: ActKind): (event: PurchaseEvent) => void {
    let release: (event: PurchaseEvent) => void = () => undefined;
    this.answer(kind, new Promise((resolve) => (release = resolve)));
    return (event) => release(event);
  }

  async perform(purchase: Purchase, { kind }: Act): Promise<{ event: PurchaseEvent; calls: [] }> {
    this.acts.push(kind);
    const answer = this.answers.get(kind)?.shift() ?? this.usual(purchase, kind);
    if (answer instanceof Error) throw answer;
    return { event: await answer, calls: [] };
  }

  private usual(purchase: Purchase, kind: ActKind): PurchaseEvent {
    switch (kind) {
      case 'sendInvoice':
        return { type: 'InvoiceIssued', invoiceReference: INVOICE };
      case 'getPaymentStatus':
        return this.statusOf(purchase);
      case 'sendGrant':
        return grantSent;
      case 'awaitMachine':
        return timePassed;
      case 'closeGrant':
        return closeSent;
      case 'updateInvoice':
        return updated;
      case 'commitReservation':
        return committed;
      case 'cancelInvoice':
        return cancelled;
      case 'submitPaymentReceipt':
        return receiptSubmitted;
    }
  }

  private statusOf({ settlement, cancelSent }: Purchase): PurchaseEvent {
    if (settlement?.commit === 'answered') return paid(settlement.amountMinor);
    if (cancelSent) return status('CANCELED');
    return status(this.isConfirmed ? 'RESERVED' : 'ISSUED');
  }
}
