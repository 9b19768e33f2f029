import type { PurchaseEvent } from '../../reserve-first/events.js';
import type { Act, Purchase } from '../../reserve-first/purchase.js';
import { INVOICE, failed, status } from '../happenings.js';

/** SEQR's book of the one purchase in this world. */
export interface Seqr {
  readonly invoice: 'none' | 'ISSUED' | 'RESERVED' | 'PAID' | 'CANCELED';
  readonly version: number;
  /** A getPaymentStatus has said RESERVED. */
  readonly collected: boolean;
  readonly commits: number;
  readonly paidMinor: bigint;
}

export const NO_INVOICE: Seqr = { invoice: 'none', version: 0, collected: false, commits: 0, paidMinor: 0n };

export function become(seqr: Seqr, invoice: Seqr['invoice']): Seqr {
  return { ...seqr, invoice, version: seqr.version + 1 };
}

/** What SEQR makes of a call, and what it answers. Two where the documents leave it open. */
export function answersTo(seqr: Seqr, purchase: Purchase, act: Act): { seqr: Seqr; event: PurchaseEvent }[] {
  switch (act.kind) {
    case 'sendInvoice':
      return [{ seqr: become(NO_INVOICE, 'ISSUED'), event: { type: 'InvoiceIssued', invoiceReference: INVOICE } }];
    case 'getPaymentStatus':
      return [{ seqr: { ...seqr, collected: seqr.collected || seqr.invoice === 'RESERVED' }, event: statusOf(seqr) }];
    case 'updateInvoice':
      if (seqr.invoice === 'RESERVED') return [{ seqr, event: { type: 'InvoiceUpdated' } }];
      return [{ seqr, event: failed('UpdateFailed', 50) }];
    case 'commitReservation':
      return [commit(seqr, purchase)];
    case 'cancelInvoice':
      return cancel(seqr);
    case 'submitPaymentReceipt':
      return [{ seqr, event: { type: 'ReceiptSubmitted' } }];
    case 'sendGrant':
    case 'awaitMachine':
    case 'closeGrant':
      return [];
  }
}

function statusOf({ invoice, version, paidMinor }: Seqr): PurchaseEvent {
  if (invoice === 'none') return failed('StatusUnread', 53);
  const receipt = invoice === 'PAID' ? { totalMinor: paidMinor, ersReference: '900000000001' } : {};
  return status(invoice, { invoiceVersion: version, ...receipt });
}

function commit(seqr: Seqr, { settlement }: Purchase): { seqr: Seqr; event: PurchaseEvent } {
  if (seqr.invoice !== 'RESERVED') return { seqr, event: failed('CommitFailed', 96) };
  const paid = { ...become(seqr, 'PAID'), commits: seqr.commits + 1, paidMinor: settlement?.amountMinor ?? 0n };
  return { seqr: paid, event: { type: 'ReservationCommitted' } };
}

/** SEQR documents cancelInvoice for unpaid invoices; what it does to a reservation is not said. */
function cancel(seqr: Seqr): { seqr: Seqr; event: PurchaseEvent }[] {
  switch (seqr.invoice) {
    case 'RESERVED':
      return [
        { seqr, event: failed('CancelFailed', 51) },
        { seqr: become(seqr, 'CANCELED'), event: { type: 'InvoiceCancelled' } },
      ];
    case 'ISSUED':
      return [{ seqr: become(seqr, 'CANCELED'), event: { type: 'InvoiceCancelled' } }];
    case 'PAID':
      return [{ seqr, event: failed('CancelFailed', 50) }];
    case 'CANCELED':
      return [{ seqr, event: failed('CancelFailed', 95) }];
    case 'none':
      return [{ seqr, event: failed('CancelFailed', 54) }];
  }
}
