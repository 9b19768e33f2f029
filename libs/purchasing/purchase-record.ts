import { type Currency, isCurrency } from '#purchase/money.js';
import {
  type ClosingReport,
  type Purchase,
  type Settlement,
  type State,
  type Terms,
  type Vend,
  isOver,
} from '#purchase/reserve-first/purchase.js';

/** The columns of a purchase as the database gives them. */
export interface PurchaseRow {
  readonly id: string;
  readonly machine_id: string;
  readonly state: string;
  readonly version: number;
  readonly currency: string;
  readonly offered_minor: bigint;
  readonly reserved_minor: bigint;
  readonly invoice_reference: string | null;
  readonly ers_reference: string | null;
  readonly grant_number: bigint;
  readonly planogram_id: string;
  readonly price_list_id: string;
  readonly details: Details;
  readonly started_at: Date;
}

/** What the lifecycle needs and the database has no rule about. Amounts are decimal text: JSON knows only floats. */
export interface Details {
  readonly terms: Terms;
  readonly priceListVersion: number;
  readonly invoiceVersion: number;
  readonly notifiedAt: number | null;
  readonly reservedAt: number | null;
  readonly grant: Purchase['grant'];
  readonly vends: readonly (Omit<Vend, 'priceMinor' | 'machinePriceMinor'> & {
    readonly priceMinor: string;
    readonly machinePriceMinor: string;
  })[];
  readonly closing: (Omit<ClosingReport, 'dispensedMinor'> & { readonly dispensedMinor: string }) | null;
  readonly settlement: (Omit<Settlement, 'amountMinor'> & { readonly amountMinor: string }) | null;
  readonly cancelSent: boolean;
  readonly failures: number;
  readonly next: Purchase['next'];
  readonly end: Purchase['end'];
}

export function detailsOf(purchase: Purchase): Details {
  const { closing, settlement } = purchase;
  return {
    terms: purchase.terms,
    priceListVersion: purchase.priceListVersion,
    invoiceVersion: purchase.invoiceVersion,
    notifiedAt: purchase.notifiedAt,
    reservedAt: purchase.reservedAt,
    grant: purchase.grant,
    vends: purchase.vends.map((vend) => ({
      ...vend,
      priceMinor: vend.priceMinor.toString(),
      machinePriceMinor: vend.machinePriceMinor.toString(),
    })),
    closing: closing && { ...closing, dispensedMinor: closing.dispensedMinor.toString() },
    settlement: settlement && { ...settlement, amountMinor: settlement.amountMinor.toString() },
    cancelSent: purchase.cancelSent,
    failures: purchase.failures,
    next: purchase.next,
    end: purchase.end,
  };
}

export function purchaseOf(row: PurchaseRow, prices: ReadonlyMap<number, bigint>): Purchase {
  const { details } = row;
  return {
    id: row.id,
    machineId: row.machine_id,
    version: row.version,
    startedAt: row.started_at.getTime(),
    currency: currencyOf(row.currency),
    offeredMinor: row.offered_minor,
    reservedMinor: row.reserved_minor,
    planogramId: row.planogram_id,
    priceListId: row.price_list_id,
    priceListVersion: details.priceListVersion,
    prices,
    terms: details.terms,
    // The table admits no other: its trigger on INSERT, and the one on transitions.
    state: row.state as State,
    invoiceReference: row.invoice_reference,
    invoiceVersion: details.invoiceVersion,
    notifiedAt: details.notifiedAt,
    reservedAt: details.reservedAt,
    grantNumber: Number(row.grant_number),
    grant: details.grant,
    vends: details.vends.map((vend) => ({
      ...vend,
      priceMinor: BigInt(vend.priceMinor),
      machinePriceMinor: BigInt(vend.machinePriceMinor),
    })),
    closing: details.closing && { ...details.closing, dispensedMinor: BigInt(details.closing.dispensedMinor) },
    settlement: details.settlement && {
      ...details.settlement,
      amountMinor: BigInt(details.settlement.amountMinor),
    },
    cancelSent: details.cancelSent,
    ersReference: row.ers_reference,
    failures: details.failures,
    next: details.next,
    end: details.end,
  };
}

function currencyOf(text: string): Currency {
  if (!isCurrency(text)) throw new Error(`the database holds the unknown currency ${text}`);
  return text;
}

/** While true no other purchase can have the machine (I6). */
export function holdsMachine(purchase: Purchase): boolean {
  return !isOver(purchase);
}

/** Events as they go into the log: amounts as decimal text. */
export function jsonOf(value: object): Record<string, unknown> {
  return JSON.parse(
    JSON.stringify(value, (_, field: unknown) => (typeof field === 'bigint' ? field.toString() : field)),
  ) as Record<string, unknown>;
}
