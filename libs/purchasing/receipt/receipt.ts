import { type Currency, sum } from '#purchase/money.js';
import { type Purchase, settlementRows } from '#purchase/reserve-first/purchase.js';

import { type OfferedProduct } from '../offer-catalogue.js';
import { type TaxLine, taxLines } from './tax.js';
import { zoneClock } from './zone-clock.js';

/** What a payer reads of a purchase. All amounts in smallest units of `currency`. */
export interface Receipt {
  readonly machine: { readonly name: string; readonly location: string; readonly id: string };
  /** IANA name. */
  readonly timeZone: string;
  readonly at: Date;
  readonly currency: Currency;
  /** What came out. */
  readonly rows: readonly ReceiptRow[];
  /** What the rows add up to beyond the reservation: it was not charged. 0 almost always. */
  readonly notChargedMinor: bigint;
  readonly reservedMinor: bigint;
  readonly chargedMinor: bigint;
  readonly releasedMinor: bigint;
  /** Empty when no product states a rate. */
  readonly taxes: readonly TaxLine[];
  /** Names of what was chosen and not charged: it did not come out, or nobody knows. */
  readonly notDispensed: readonly string[];
  readonly references: readonly (readonly [label: string, reference: string])[];
  /** Whom to ask. */
  readonly contact: string | null;
}

export interface ReceiptRow {
  readonly name: string;
  readonly quantity: number;
  readonly unitMinor: bigint;
  readonly totalMinor: bigint;
  /** Hundredths of a percent. */
  readonly rateHundredths: number | null;
}

export interface MachineOnReceipt {
  readonly name: string;
  readonly location: string;
  readonly timeZone?: string | null;
}

export function receiptOf(
  purchase: Purchase,
  machine: MachineOnReceipt,
  products: ReadonlyMap<number, OfferedProduct>,
  contact: string | null = null,
): Receipt {
  const rows = settlementRows(purchase).map(({ selection, quantity, unitMinor }) => ({
    name: productName(products, selection),
    quantity,
    unitMinor,
    totalMinor: unitMinor * BigInt(quantity),
    rateHundredths: rateOf(products.get(selection)),
  }));
  const chargedMinor = purchase.settlement?.amountMinor ?? 0n;
  const surplus = sum(rows.map((row) => row.totalMinor)) - chargedMinor;
  const notDispensed = purchase.vends.filter(({ result }) => result === 'failed' || result === 'uncertain');
  return {
    machine: { name: machine.name, location: machine.location, id: purchase.machineId },
    timeZone: zoneClock(machine.timeZone ?? 'UTC').timeZone,
    at: new Date(purchase.startedAt),
    currency: purchase.currency,
    rows,
    notChargedMinor: surplus > 0n ? surplus : 0n,
    reservedMinor: purchase.reservedMinor,
    chargedMinor,
    releasedMinor: purchase.reservedMinor - chargedMinor,
    taxes: rows.some((row) => row.rateHundredths !== null) ? taxLines(rows, chargedMinor) : [],
    notDispensed: notDispensed.map(({ selection }) => productName(products, selection)),
    references: [
      ['Invoice', purchase.invoiceReference ?? ''],
      ['Payment', purchase.ersReference ?? ''],
      ['Purchase', purchase.id],
    ],
    contact,
  };
}

export function productName(products: ReadonlyMap<number, OfferedProduct>, selection: number): string {
  return products.get(selection)?.name ?? `Selection ${selection}`;
}

/** Nothing else is a tax that is part of a price. */
function rateOf(product: OfferedProduct | undefined): number | null {
  const rate = product?.taxRateHundredths ?? null;
  return rate !== null && Number.isInteger(rate) && rate >= 0 ? rate : null;
}
