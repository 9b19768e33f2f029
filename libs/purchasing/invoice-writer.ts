import type { Currency } from '#purchase/money.js';
import { type Purchase, settlementRows } from '#purchase/reserve-first/purchase.js';
import type { InvoiceRequest, InvoiceRow } from '#seqr/invoice.js';
import type { ReceiptDocument } from '#seqr/operations/submit-payment-receipt.js';

import type { NotificationUrls } from './notification-url.js';
import type { OfferCatalogue, OfferedProduct } from './offer-catalogue.js';
import { type MachineOnReceipt, productName, receiptOf } from './receipt/receipt.js';
import { receiptHtml } from './receipt/receipt-html.js';
import { percentText } from './receipt/tax.js';

/** What a machine is called on a bill. */
export interface MachineNames {
  nameOf(machineId: string): Promise<MachineOnReceipt>;
}

/** Writes what payers read: the reservation, the final bill and the receipt. */
export class InvoiceWriter {
  constructor(
    private readonly catalogue: Pick<OfferCatalogue, 'products'>,
    private readonly machines: MachineNames,
    private readonly urls: Pick<NotificationUrls, 'urlOf'>,
    /** Whom payers can ask. */
    private readonly contact: string | null = null,
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
    const [machine, products] = await Promise.all([
      this.machines.nameOf(purchase.machineId),
      this.catalogue.products(purchase.planogramId, purchase.priceListId),
    ]);
    const html = receiptHtml(receiptOf(purchase, machine, products, this.contact));
    return { mimeType: 'text/html', data: html, receiptType: 'PAYMENT_RECEIPT' };
  }

  /** They add up to what is charged. */
  private async rows(purchase: Purchase): Promise<InvoiceRow[]> {
    const { currency, settlement } = purchase;
    const products = await this.catalogue.products(purchase.planogramId, purchase.priceListId);
    const rows = settlementRows(purchase).map((row) => invoiceRow(row, products, currency));
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
  products: ReadonlyMap<number, OfferedProduct>,
  currency: Currency,
): InvoiceRow {
  const product = products.get(row.selection);
  return {
    itemDescription: productName(products, row.selection),
    itemQuantity: row.quantity,
    itemUnit: 'EA',
    itemUnitPrice: { minor: row.unitMinor, currency },
    itemTotalAmount: { minor: row.unitMinor * BigInt(row.quantity), currency },
    ...(product === undefined ? {} : { itemSKU: product.sku }),
    ...(product?.taxRateHundredths == null ? {} : { itemTaxRate: percentText(product.taxRateHundredths) }),
  };
}
