import { type Database, sql } from '#platform/database.js';

export interface OfferedProduct {
  readonly name: string;
  readonly sku: string;
  /** Hundredths of a percent: 2550 for 25.5 %. */
  readonly taxRateHundredths: number | null;
  readonly priceMinor: bigint;
}

/** Published versions never change, so they may be kept; this many pairs of planogram and price list at the most. */
const KEPT_MAX = 2_000;

/** What the selections of a planogram hold and cost by a price list. */
export class OfferCatalogue {
  private readonly kept = new Map<string, Promise<ReadonlyMap<number, OfferedProduct>>>();

  constructor(private readonly database: Database) {}

  products(planogramId: string, priceListId: string): Promise<ReadonlyMap<number, OfferedProduct>> {
    const key = `${planogramId}/${priceListId}`;
    const kept = this.kept.get(key);
    if (kept !== undefined) return kept;
    const loading = this.load(planogramId, priceListId);
    this.kept.set(key, loading);
    loading.catch(() => this.kept.delete(key));
    if (this.kept.size > KEPT_MAX) {
      const oldest = this.kept.keys().next();
      if (!oldest.done) this.kept.delete(oldest.value);
    }
    return loading;
  }

  /** Selection → price in smallest units. */
  async prices(planogramId: string, priceListId: string): Promise<ReadonlyMap<number, bigint>> {
    const products = await this.products(planogramId, priceListId);
    return new Map([...products].map(([selection, product]) => [selection, product.priceMinor]));
  }

  private async load(planogramId: string, priceListId: string): Promise<ReadonlyMap<number, OfferedProduct>> {
    const rows = await this.database.query<{
      selection: number;
      name: string;
      sku: string;
      tax_rate_hundredths: number | null;
      amount_minor: bigint;
    }>(sql`
      SELECT slot.selection, product.name, product.sku, product.tax_rate_hundredths, price.amount_minor
      FROM planogram_slots slot
      JOIN products product ON product.id = slot.product_id
      JOIN prices price ON price.product_id = slot.product_id AND price.price_list_id = ${priceListId}::uuid
      WHERE slot.planogram_id = ${planogramId}::uuid ORDER BY slot.selection`);
    return new Map(
      rows.map((row) => [
        row.selection,
        { name: row.name, sku: row.sku, taxRateHundredths: row.tax_rate_hundredths, priceMinor: row.amount_minor },
      ]),
    );
  }
}
