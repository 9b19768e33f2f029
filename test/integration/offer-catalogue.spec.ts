import { Database } from '#platform/database.js';
import { OfferCatalogue } from '#purchasing/offer-catalogue.js';

import { newDatabase, queryOf } from '../support/database.js';

describe('what a machine offers', () => {
  let url: string;
  let database: Database;

  beforeAll(async () => {
    url = await newDatabase();
    database = await Database.connect(url, 'test');
  });

  afterAll(() => database.close());

  async function listsOf(machineId: string): Promise<[planogramId: string, priceListId: string]> {
    const [row] = await queryOf<{ planogram_id: string; price_list_id: string }>(
      url,
      'SELECT planogram_id, price_list_id FROM machines WHERE id = $1',
      [machineId],
    );
    return [row?.planogram_id ?? '', row?.price_list_id ?? ''];
  }

  it('is each product of the planogram with its price in the list', async () => {
    const products = await new OfferCatalogue(database).products(...(await listsOf('helsinki-central-1')));

    expect([...products.keys()]).toEqual([11, 12, 13, 14, 21, 22, 23, 24, 31, 32, 33, 34]);
    expect(products.get(11)).toEqual({
      name: 'Still water 0.5 l',
      sku: '6401000000011',
      taxRateHundredths: 1_400,
      priceMinor: 180n,
    });
  });

  it('has another price by another list', async () => {
    const prices = await new OfferCatalogue(database).prices(...(await listsOf('stockholm-c-1')));

    expect(prices.get(11)).toBe(2_000n);
  });

  it('leaves out what has no price: it cannot be sold', async () => {
    const [planogramId, priceListId] = await listsOf('helsinki-central-1');
    await queryOf(url, `INSERT INTO price_lists (id, name, version, currency) VALUES ($1, 'short', 1, 'EUR')`, [
      planogramId,
    ]);
    await queryOf(
      url,
      `INSERT INTO prices SELECT $1, product_id, amount_minor FROM prices JOIN products ON products.id = product_id
       WHERE price_list_id = $2 AND sku = '6401000000035'`,
      [planogramId, priceListId],
    );
    const prices = await new OfferCatalogue(database).prices(planogramId, planogramId);

    expect([...prices]).toEqual([[13, 220n]]);
  });

  it('is read once: published lists never change', async () => {
    const [planogramId, priceListId] = await listsOf('helsinki-central-1');
    const catalogue = new OfferCatalogue(database);
    const [first, second] = await Promise.all([
      catalogue.products(planogramId, priceListId),
      catalogue.products(planogramId, priceListId),
    ]);

    expect(second).toBe(first);
  });

  it('is asked for again after it could not be read', async () => {
    const [planogramId, priceListId] = await listsOf('helsinki-central-1');
    const other = await Database.connect(url, 'test');
    const query = other.query.bind(other);
    other.query = () => Promise.reject(new Error('the database is gone'));
    const catalogue = new OfferCatalogue(other);
    await expect(catalogue.products(planogramId, priceListId)).rejects.toThrow('the database is gone');

    other.query = query;
    expect((await catalogue.products(planogramId, priceListId)).size).toBe(12);
    await other.close();
  });
});
