import { Database, sql } from '#platform/database.js';

import { TcpProxy } from '../crashes/tcp-proxy.js';
import { newDatabase, queryOf } from '../support/database.js';
import { eventually } from '../support/eventually.js';

describe('a database that goes away without a word', () => {
  let url: string;
  let proxy: TcpProxy;
  let database: Database;

  beforeEach(async () => {
    url = await newDatabase();
    proxy = await TcpProxy.to(Number(new URL(url).port));
    const past = Object.assign(new URL(url), { hostname: '127.0.0.1', port: String(proxy.port) });
    database = await Database.connect(past.href, 'cut-off');
  });

  afterEach(async () => {
    await database.close();
    await proxy.stop();
  });

  const SLOW = sql`SELECT 'under way' AS what FROM pg_sleep(4)`;
  const kinds: [string, (statement: typeof SLOW) => Promise<unknown>][] = [
    ['statement', (statement) => database.query(statement)],
    ['statement by key', (statement) => database.queryByKey(statement)],
    ['transaction', (statement) => database.transaction((transaction) => transaction.$queryRaw(statement))],
  ];

  it.each(kinds)('in the middle of a %s fails that one, and neither the process nor the next', async (_, send) => {
    const underWay = expect(send(SLOW)).rejects.toThrow();
    await eventually('the database is at it', async () => {
      const [row] = await queryOf(
        url,
        `SELECT 1 FROM pg_stat_activity WHERE application_name = 'cut-off' AND state = 'active' AND query LIKE '%under way%'`,
      );
      return row;
    });
    proxy.reset();
    await underWay;

    await expect(send(sql`SELECT 1 AS one`)).resolves.toEqual([{ one: 1 }]);
  });
});
