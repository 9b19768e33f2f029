import type { Money } from '#purchase/money.js';
import type { InvoiceRequest, InvoiceRow } from '#seqr/invoice.js';

import type { Facts } from './facts.js';

interface Item {
  readonly name: string;
  readonly quantity: number;
  /** Of one piece, in the currency's smallest unit. */
  readonly unitMinor: bigint;
}

/** Small: with a payer of SEQR's it is money on a test account. */
const SALE: readonly Item[] = [
  { name: 'Coffee', quantity: 1, unitMinor: 200n },
  { name: 'Cinnamon bun', quantity: 2, unitMinor: 150n },
];
const RESERVATION: readonly Item[] = [{ name: 'Vending machine, at most', quantity: 1, unitMinor: 2_000n }];
const VENDED: readonly Item[] = [
  { name: 'Still water 0.5 l', quantity: 1, unitMinor: 180n },
  { name: 'Chocolate bar', quantity: 2, unitMinor: 95n },
];

/** How long SEQR holds the amount: what the servers ask for when nothing else is configured. */
const COMMIT_RESERVATION_TIMEOUT_S = 900;

/** Paid at once. */
export function saleBill(facts: Facts, label: string): InvoiceRequest {
  return { ...bill(facts, label, SALE), paymentMode: 'IMMEDIATE_DEBIT' };
}

/** An amount that is enough for whatever the payer will choose (SEQR UPS page and preliminary-amount page). */
export function reservationBill(facts: Facts, label: string): InvoiceRequest {
  return reserving(facts, label, RESERVATION);
}

/** What came out of the machine; less than was reserved. */
export function finalBill(facts: Facts, label: string): InvoiceRequest {
  return reserving(facts, label, VENDED);
}

function reserving(facts: Facts, label: string, items: readonly Item[]): InvoiceRequest {
  return {
    ...bill(facts, label, items),
    paymentMode: 'RESERVATION_REQUIRED_PRELIMINARY_AMOUNT',
    notificationUrl: notificationUrlOf(facts, label),
    commitReservationTimeout: COMMIT_RESERVATION_TIMEOUT_S,
  };
}

export function notificationUrlOf({ settings }: Facts, label: string): string {
  return `${settings.notificationBase}/${label}`;
}

function bill({ settings }: Facts, label: string, items: readonly Item[]): Omit<InvoiceRequest, 'paymentMode'> {
  const money = (minor: bigint): Money => ({ minor, currency: settings.currency });
  const invoiceRows = items.map(({ name, quantity, unitMinor }): InvoiceRow => {
    const itemTotalAmount = money(unitMinor * BigInt(quantity));
    return {
      itemDescription: name,
      itemQuantity: quantity,
      itemTotalAmount,
      itemUnit: 'EA',
      itemUnitPrice: money(unitMinor),
    };
  });
  return {
    issueDate: new Date(),
    title: settings.terminalName,
    clientInvoiceId: `${settings.runId}-${label}`,
    invoiceRows,
    totalAmount: money(invoiceRows.reduce((sum, { itemTotalAmount }) => sum + itemTotalAmount.minor, 0n)),
    cashierId: 'certification',
    footer: 'Thank you',
  };
}
