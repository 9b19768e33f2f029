import type { Money } from '#purchase/money.js';

import { SeqrClient } from '../client.js';
import type { InvoiceRequest } from '../invoice.js';
import type { SeqrClientOptions } from '../options.js';
import type { Principal } from '../principal.js';

export const PASSWORD = 'canary-password';
export const TERMINAL: Principal = { type: 'TERMINALID', id: 'd9a1b2c3', password: PASSWORD };

export function eur(minor: bigint): Money {
  return { minor, currency: 'EUR' };
}

/** A preliminary invoice over 12.50 EUR with one row and every required field. */
export function invoiceOf(changes: Partial<InvoiceRequest> = {}): InvoiceRequest {
  return {
    paymentMode: 'RESERVATION_REQUIRED_PRELIMINARY_AMOUNT',
    issueDate: new Date('2026-11-21T15:04:05.678Z'),
    title: 'Vending machine 7',
    clientInvoiceId: 'purchase-1',
    invoiceRows: [{ itemDescription: 'Up to', itemQuantity: 1, itemTotalAmount: eur(1250n) }],
    totalAmount: eur(1250n),
    cashierId: 'machine-7',
    footer: 'Thank you',
    notificationUrl: 'https://reseller.example/n/abc',
    commitReservationTimeout: 900,
    ...changes,
  };
}

export function clientOf(
  options: Pick<SeqrClientOptions, 'endpoint'> & Partial<SeqrClientOptions>,
): Promise<SeqrClient> {
  return SeqrClient.create({ principal: TERMINAL, clientId: 'vendrail-test', deadlineMs: 2000, ...options });
}
