import type { InvoiceTerms } from '../invoice.js';

/** An invoice of one row over so many euro cents. */
export function termsOf(minor: bigint, changes: Partial<InvoiceTerms> = {}): InvoiceTerms {
  return {
    paymentMode: 'RESERVATION_REQUIRED_PRELIMINARY_AMOUNT',
    acknowledgmentMode: 'NO_ACKNOWLEDGMENT',
    issueDate: '2026-03-01T12:00:00',
    title: 'Cola by the door',
    clientInvoiceId: 'purchase-1',
    rows: [{ description: 'Up to this amount', sku: '', quantity: '1', total: minor }],
    total: { minor, currency: 'EUR' },
    cashierId: 'cola-1',
    footer: 'Thank you',
    notificationUrl: 'https://localhost:1/notify/secret',
    commitReservationTimeoutSeconds: 600,
    ...changes,
  };
}
