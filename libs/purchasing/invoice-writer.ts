import { type Currency, formatMoney } from '#purchase/money.js';
import { type Purchase, settlementRows } from '#purchase/reserve-first/purchase.js';
import type { InvoiceRequest, InvoiceRow } from '#seqr/invoice.js';
import type { ReceiptDocument } from '#seqr/operations/submit-payment-receipt.js';

import type { NotificationUrls } from './notification-url.js';
import type { OfferCatalogue, OfferedProduct } from './offer-catalogue.js';

/** What a machine is called on a bill. */
export interface MachineNames {
  nameOf(machineId: string): Promise<{ name: string; location: string }>;
}

/** Writes what payers read: the reservation, the final bill and the receipt. */
export class InvoiceWriter {
  constructor(
    private readonly catalogue: Pick<OfferCatalogue, 'products'>,
    private readonly machines: MachineNames,
    private readonly urls: Pick<NotificationUrls, 'urlOf'>,
  ) {}

  /** The bill the payer confirms: one row, the most that can be charged. */
  async reservation(purchase: Purchase): Promise<InvoiceRequest> {
    const total = { minor: purchase.reservedMinor, currency: purchase.currency };
    const row: InvoiceRow = {
      itemDescription: 'Reserved; you pay only what comes out',
      itemQuantity: 1,
      itemUnit: 'EA',
      itemUnitPrice: total,
      itemTotalAmount: total,
    };
    return { ...(await this.head(purchase)), invoiceRows: [row], totalAmount: total };
  }

  /** The final bill: what was dispensed, and nothing else. Modes and URL are sent again, SEQR replaces the whole. */
  async final(purchase: Purchase): Promise<InvoiceRequest> {
    const total = { minor: purchase.settlement?.amountMinor ?? 0n, currency: purchase.currency };
    return { ...(await this.head(purchase)), invoiceRows: await this.rows(purchase), totalAmount: total };
  }

  async receipt(purchase: Purchase): Promise<ReceiptDocument> {
    const machine = await this.machines.nameOf(purchase.machineId);
    const lines = (await this.rows(purchase)).map(
      ({ itemDescription, itemQuantity, itemTotalAmount }) =>
        `<tr><td>${itemQuantity} × ${escapeHtml(itemDescription)}</td><td>${formatMoney(itemTotalAmount)}</td></tr>`,
    );
    const total = formatMoney({ minor: purchase.settlement?.amountMinor ?? 0n, currency: purchase.currency });
    const html = [
      '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Receipt</title></head><body>',
      `<h1>${escapeHtml(machine.name)}</h1><p>${escapeHtml(machine.location)}</p>`,
      `<p>${new Date(purchase.startedAt).toISOString().slice(0, 16).replace('T', ' ')} UTC</p>`,
      `<table>${lines.join('')}<tr><th>Total</th><th>${total}</th></tr></table>`,
      `<p>Invoice ${escapeHtml(purchase.invoiceReference ?? '')}</p></body></html>`,
    ].join('\n');
    return { mimeType: 'text/html', data: html, receiptType: 'PAYMENT_RECEIPT' };
  }

  /** They add up to what is charged. */
  private async rows(purchase: Purchase): Promise<InvoiceRow[]> {
    const { currency, settlement } = purchase;
    const products = await this.catalogue.products(purchase.planogramId, purchase.priceListId);
    const rows = settlementRows(purchase).map((row) => invoiceRow(row, products.get(row.selection), currency));
    const surplus =
      rows.reduce((total, row) => total + row.itemTotalAmount.minor, 0n) - (settlement?.amountMinor ?? 0n);
    if (surplus > 0n) {
      // A machine gave more than was reserved; the payer agreed to R and pays R.
      const total = { minor: -surplus, currency };
      rows.push({ itemDescription: 'Above the reservation, not charged', itemQuantity: 1, itemTotalAmount: total });
    }
    return rows;
  }

  private async head(purchase: Purchase) {
    const machine = await this.machines.nameOf(purchase.machineId);
    return {
      paymentMode: purchase.terms.paymentMode,
      issueDate: new Date(purchase.startedAt),
      title: machine.name,
      clientInvoiceId: purchase.id.replaceAll('-', ''),
      cashierId: purchase.machineId,
      footer: machine.location,
      notificationUrl: this.urls.urlOf(purchase.id),
      commitReservationTimeout: purchase.terms.reservationLifetimeMs / 1_000,
    };
  }
}

function invoiceRow(
  row: { selection: number; quantity: number; unitMinor: bigint },
  product: OfferedProduct | undefined,
  currency: Currency,
): InvoiceRow {
  return {
    itemDescription: nameOf(product, row.selection),
    itemQuantity: row.quantity,
    itemUnit: 'EA',
    itemUnitPrice: { minor: row.unitMinor, currency },
    itemTotalAmount: { minor: row.unitMinor * BigInt(row.quantity), currency },
    ...(product === undefined ? {} : { itemSKU: product.sku }),
    ...(product?.taxRatePercent == null ? {} : { itemTaxRate: String(product.taxRatePercent) }),
  };
}

function nameOf(product: OfferedProduct | undefined, selection: number): string {
  return product?.name ?? `Selection ${selection}`;
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
