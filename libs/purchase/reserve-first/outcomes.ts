import type { PurchaseEvent, PurchaseEventType } from './events.js';
import type { Act, ActKind, Purchase } from './purchase.js';

/** The act that an event is the outcome of. ReservationCommitted is not among them: that SEQR took it is never old news. */
const OUTCOME_OF: { readonly [Type in PurchaseEventType]?: ActKind } = {
  InvoiceIssued: 'sendInvoice',
  InvoiceFailed: 'sendInvoice',
  StatusRead: 'getPaymentStatus',
  StatusUnread: 'getPaymentStatus',
  GrantSent: 'sendGrant',
  GrantNotSent: 'sendGrant',
  CloseSent: 'closeGrant',
  CloseNotSent: 'closeGrant',
  InvoiceUpdated: 'updateInvoice',
  UpdateFailed: 'updateInvoice',
  CommitFailed: 'commitReservation',
  InvoiceCancelled: 'cancelInvoice',
  CancelFailed: 'cancelInvoice',
  ReceiptSubmitted: 'submitPaymentReceipt',
  ReceiptFailed: 'submitPaymentReceipt',
};

/**
 * The outcome of an act that is not the present one any more: a server that was only slow brings it after another took
 * the act over. It was looked up since, and starts nothing; a status asked for before a cancel left says nothing about
 * that cancel.
 */
export function isOvertaken(purchase: Purchase, event: PurchaseEvent): boolean {
  const kind = OUTCOME_OF[event.type];
  return kind !== undefined && purchase.next?.kind !== kind;
}

/**
 * The event that stands for an act whose doer died: whatever may have reached SEQR counts as unknown and is looked up
 * (I12), an invoice of unknown fate is given up (I13), and a grant may have reached the machine. Acts that are safe to
 * repeat are null: just do them.
 */
export function interrupted(act: Act): PurchaseEvent | null {
  const detail = 'the server that was doing this stopped';
  switch (act.kind) {
    case 'sendInvoice':
      return { type: 'InvoiceFailed', outcome: 'unknown', detail };
    case 'updateInvoice':
      return { type: 'UpdateFailed', outcome: 'unknown', detail };
    case 'commitReservation':
      return { type: 'CommitFailed', outcome: 'unknown', detail };
    case 'cancelInvoice':
      return { type: 'CancelFailed', outcome: 'unknown', detail };
    case 'sendGrant':
      return { type: 'GrantSent', bootId: 'unknown' };
    case 'getPaymentStatus':
    case 'awaitMachine':
    case 'closeGrant':
    case 'submitPaymentReceipt':
      return null;
  }
}
