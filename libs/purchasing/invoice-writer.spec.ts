import type { PurchaseEvent } from '#purchase/reserve-first/events.js';
import type { Purchase } from '#purchase/reserve-first/purchase.js';
import { closed, dispensed, failed, selected, vendFailed } from '#purchase/testing/happenings.js';
import { asking, settling, unlocked } from '#purchase/testing/stages.js';
import { invoiceFields } from '#seqr/invoice.js';

import { InvoiceWriter } from './invoice-writer.js';

const PRODUCTS = new Map([
  [11, { name: 'Still water 0.5 l', sku: '6401000000011', taxRateHundredths: 2_550, priceMinor: 180n }],
  [34, { name: 'Bread & <butter> "fresh"', sku: '6401000000127', taxRateHundredths: null, priceMinor: 450n }],
]);

const writer = new InvoiceWriter(
  { products: async () => PRODUCTS },
  { nameOf: async () => ({ name: 'Platform 3 <north>', location: 'Helsinki' }) },
  { urlOf: (purchaseId) => `https://vendrail.example/seqr/notifications/${purchaseId}` },
);

const totalOf = (rows: readonly { itemTotalAmount: { minor: bigint } }[]) =>
  rows.reduce((total, { itemTotalAmount }) => total + itemTotalAmount.minor, 0n);

/** A purchase that ended with these vends. */
function purchaseWith(...events: readonly PurchaseEvent[]): Purchase {
  return unlocked().on(...events).purchase;
}

describe('the bill that the payer confirms', () => {
  it('has one row over the most that can be charged', async () => {
    const invoice = await writer.reservation(asking().purchase);

    expect(invoice.invoiceRows).toHaveLength(1);
    expect(invoice.totalAmount).toEqual({ minor: 2_000n, currency: 'EUR' });
    expect(totalOf(invoice.invoiceRows)).toBe(2_000n);
  });

  it('names the machine, the purchase, where to notify and how long the reservation is wanted', async () => {
    expect(await writer.reservation(asking().purchase)).toMatchObject({
      title: 'Platform 3 <north>',
      footer: 'Helsinki',
      clientInvoiceId: '0190a000000070008000000000000001',
      cashierId: 'machine-1',
      notificationUrl: expect.stringContaining('/seqr/notifications/'),
      commitReservationTimeout: 900,
      paymentMode: 'RESERVATION_REQUIRED',
    });
  });

  it('is one that SEQR takes', async () => {
    const invoice = await writer.reservation(asking().purchase);

    expect(() => invoiceFields(invoice)).not.toThrow();
  });
});

describe('the final bill', () => {
  it('has a row for each product that came out, with its name, number and tax', async () => {
    const { invoiceRows, totalAmount } = await writer.final(
      purchaseWith(
        selected(1, 11),
        dispensed(1),
        selected(2, 34),
        dispensed(2),
        selected(3, 11),
        dispensed(3),
        closed(3, 810n),
      ),
    );

    expect(invoiceRows).toEqual([
      {
        itemDescription: 'Still water 0.5 l',
        itemQuantity: 2,
        itemUnit: 'EA',
        itemUnitPrice: { minor: 180n, currency: 'EUR' },
        itemTotalAmount: { minor: 360n, currency: 'EUR' },
        itemSKU: '6401000000011',
        itemTaxRate: '25.5',
      },
      {
        itemDescription: 'Bread & <butter> "fresh"',
        itemQuantity: 1,
        itemUnit: 'EA',
        itemUnitPrice: { minor: 450n, currency: 'EUR' },
        itemTotalAmount: { minor: 450n, currency: 'EUR' },
        itemSKU: '6401000000127',
      },
    ]);
    expect(totalAmount.minor).toBe(810n);
  });

  it('leaves out what did not come out', async () => {
    const { invoiceRows } = await writer.final(
      purchaseWith(selected(1, 11), vendFailed(1), selected(2, 34), dispensed(2), closed(1, 450n)),
    );

    expect(invoiceRows.map(({ itemDescription }) => itemDescription)).toEqual(['Bread & <butter> "fresh"']);
  });

  it('takes off what went beyond the reservation, so that the rows add up to what is charged', async () => {
    const five = [1, 2, 3, 4, 5].flatMap((number) => [selected(number, 34), dispensed(number)]);
    const invoice = await writer.final(purchaseWith(...five, closed(5, 2_250n)));

    expect(invoice.totalAmount.minor).toBe(2_000n);
    expect(invoice.invoiceRows.at(-1)).toMatchObject({ itemTotalAmount: { minor: -250n } });
    expect(totalOf(invoice.invoiceRows)).toBe(2_000n);
    expect(() => invoiceFields(invoice)).not.toThrow();
  });

  it('names a selection by its number when its product is not known any more', async () => {
    const { invoiceRows } = await writer.final(purchaseWith(selected(1, 12), dispensed(1), closed(1, 190n)));

    expect(invoiceRows[0]?.itemDescription).toBe('Selection 12');
  });

  it('is the same when it is sent again after a late vend', async () => {
    const once = settling();
    const again = once.on(failed('UpdateFailed', 'unknown'), selected(2, 34), dispensed(2));

    expect(await writer.final(again.purchase)).toEqual(await writer.final(once.purchase));
  });
});

describe('the receipt', () => {
  it('lists what came out and what was charged', async () => {
    const { data, mimeType } = await writer.receipt(settling().purchase);

    expect(mimeType).toBe('text/html');
    expect(data).toContain('Still water 0.5 l');
    expect(data).toContain('1.80\u00a0EUR');
  });

  it('adds up: what went beyond the reservation is taken off there too', async () => {
    const five = [1, 2, 3, 4, 5].flatMap((number) => [selected(number, 34), dispensed(number)]);
    const { data } = await writer.receipt(purchaseWith(...five, closed(5, 2_250n)));

    expect(data).toContain('22.50\u00a0EUR');
    expect(data).toContain('\u22122.50\u00a0EUR');
    expect(data).toContain('20.00\u00a0EUR');
  });

  it('lets no name become markup', async () => {
    const { data } = await writer.receipt(purchaseWith(selected(1, 34), dispensed(1), closed(1, 450n)));

    expect(data).toContain('Bread &amp; &lt;butter&gt; &quot;fresh&quot;');
    expect(data).toContain('Platform 3 &lt;north&gt;');
    expect(data).not.toContain('<butter>');
  });
});
