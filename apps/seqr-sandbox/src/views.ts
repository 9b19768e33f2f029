import { amountText } from './amounts.js';
import type { Credit } from './credits.js';
import { wireStatus, type Invoice } from './invoice.js';
import type { CallRecord } from './journal.js';
import type { Period } from './ledger.js';
import { nameOfResult } from './result-codes.js';
import type { Terminal } from './terminals.js';

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
    refunded: text(invoice.refunded),
    commits: invoice.commits,
    version: invoice.version,
    acknowledgedVersion: invoice.acknowledgedVersion,
    createdAt: invoice.createdAt.toISOString(),
    collectBy: invoice.collectBy?.toISOString() ?? null,
    endsAt: invoice.endsAt?.toISOString() ?? null,
    payingUntil: invoice.payingUntil?.toISOString() ?? null,
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
    tokens: invoice.tokens,
    refunds: invoice.refunds.map((refund) => ({
      ...refund,
      minor: undefined,
      amount: amountText(refund.minor, invoice.currency),
    })),
    payerTakesRefunds: invoice.payerTakesRefunds,
    receipts,
    history,
    notifications,
  };
}

/** All refunds of these invoices, the newest first. */
export function refundViews(invoices: readonly Invoice[]) {
  return invoices
    .flatMap(({ refunds, reference, currency }) =>
      refunds.map(({ ersReference, at, by, minor, title, cashierId }) => ({
        ersReference,
        invoiceReference: reference,
        at: at.toISOString(),
        by,
        amount: amountText(minor, currency),
        currency,
        title,
        cashierId,
      })),
    )
    .toSorted((left, right) => right.at.localeCompare(left.at));
}

export function periodView({ id, shop, terminalId, markedAt, transactions }: Period) {
  return {
    id,
    shop,
    terminalId: terminalId ?? null,
    markedAt: markedAt.toISOString(),
    transactions: transactions.map((one) => ({
      ersReference: one.ersReference,
      owner: one.owner,
      cashierId: one.cashierId,
      amount: amountText(one.minor, one.currency),
      currency: one.currency,
    })),
  };
}

export function creditView({ ersReference, at, by, userId, amount, description }: Credit) {
  const { minor, currency } = amount;
  return { ersReference, at: at.toISOString(), by, userId, amount: amountText(minor, currency), currency, description };
}

/** A call without what was sent: `GET /sandbox/calls` has that. */
export function callView({ at, operation, outcome, resultCode, invoiceReference, reason }: CallRecord) {
  return {
    at: at.toISOString(),
    operation,
    outcome,
    resultCode: resultCode ?? null,
    resultName: resultCode === undefined ? null : nameOfResult(resultCode),
    invoiceReference: invoiceReference ?? null,
    reason: reason ?? null,
  };
}

/** Never with its password. */
export function terminalView(terminal: Terminal) {
  const { id, shop, externalTerminalId, name, holdsManyInvoices, state, seqrId, registeredAt } = terminal;
  return { id, shop, externalTerminalId, name, holdsManyInvoices, state, seqrId: seqrId ?? null, registeredAt };
}
