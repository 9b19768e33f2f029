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

interface Offer {
  readonly products: ReadonlyMap<number, OfferedProduct>;
  /** Read with every scan and every purchase: made once. */
  readonly prices: ReadonlyMap<number, bigint>;
}

/** What the selections of a planogram hold and cost by a price list. */
export class OfferCatalogue {
  private readonly kept = new Map<string, Promise<Offer>>();

  constructor(private readonly database: Database) {}

  async products(planogramId: string, priceListId: string): Promise<ReadonlyMap<number, OfferedProduct>> {
    return (await this.offer(planogramId, priceListId)).products;
  }

  /** Selection → price in smallest units. */
  async prices(planogramId: string, priceListId: string): Promise<ReadonlyMap<number, bigint>> {
    return (await this.offer(planogramId, priceListId)).prices;
  }

  private offer(planogramId: string, priceListId: string): Promise<Offer> {
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

  private async load(planogramId: string, priceListId: string): Promise<Offer> {
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
    const products = new Map(
      rows.map((row) => [
        row.selection,
        { name: row.name, sku: row.sku, taxRateHundredths: row.tax_rate_hundredths, priceMinor: row.amount_minor },
      ]),
    );
    return { products, prices: new Map([...products].map(([selection, { priceMinor }]) => [selection, priceMinor])) };
  }
}
