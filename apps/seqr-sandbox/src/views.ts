import { amountText } from './amounts.js';
import { wireStatus, type Invoice } from './invoice.js';

/** An invoice in the list. Amounts are decimal strings in major units, times ISO 8601 in UTC. */
export function summaryView(invoice: Invoice) {
  const text = (minor: bigint) => amountText(minor, invoice.currency);
  return {
    reference: invoice.reference,
    state: invoice.state,
    wireStatus: wireStatus(invoice.state),
    note: invoice.note ?? null,
    title: invoice.terms.title,
    currency: invoice.currency,
    total: text(invoice.terms.total.minor),
    reserved: text(invoice.reserved),
    committed: text(invoice.committed),
    released: text(invoice.committed > 0n && invoice.reserved > 0n ? invoice.reserved - invoice.committed : 0n),
    commits: invoice.commits,
    version: invoice.version,
    acknowledgedVersion: invoice.acknowledgedVersion,
    createdAt: invoice.createdAt.toISOString(),
    collectBy: invoice.collectBy?.toISOString() ?? null,
    endsAt: invoice.endsAt?.toISOString() ?? null,
  };
}

/** All of an invoice. Of the notification URL only the origin: its path is the merchant's secret. */
export function invoiceView(invoice: Invoice) {
  const { terms, notifications, history, receipts } = invoice;
  return {
    ...summaryView(invoice),
    owner: invoice.owner,
    paymentMode: terms.paymentMode,
    acknowledgmentMode: terms.acknowledgmentMode,
    clientInvoiceId: terms.clientInvoiceId,
    commitReservationTimeoutSeconds: terms.commitReservationTimeoutSeconds ?? null,
    notifiedAt: terms.notificationUrl === undefined ? null : new URL(terms.notificationUrl).origin,
    rows: terms.rows.map((row) => ({ ...row, total: amountText(row.total, invoice.currency) })),
    ersReference: invoice.ersReference ?? null,
    wrongPins: invoice.wrongPins,
    receipts,
    history,
    notifications,
  };
}
