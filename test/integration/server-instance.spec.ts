import { DatabaseClock } from '#platform/clock.js';
import { Database } from '#platform/database.js';
import { systemIds } from '#platform/ids.js';
import { createLogger } from '#platform/logging.js';
import { DEAD_AFTER_MS, HEARTBEAT_EVERY_MS, ServerInstance } from '#platform/server-instance.js';

import { newDatabase, queryOf } from '../support/database.js';
import { eventually } from '../support/eventually.js';

const log = createLogger('silent', 'test');

describe('a server in the eyes of the others', () => {
  let url: string;
  let database: Database;

  beforeAll(async () => {
    url = await newDatabase();
    database = await Database.connect(url, 'test');
  });

  afterAll(() => database.close());

  const register = (clock = new DatabaseClock(), on = database) =>
    ServerInstance.register(systemIds.uuid(), 'test', on, clock, log);

  /** How old its last heartbeat is to the database, in milliseconds. */
  async function silenceOf({ id }: ServerInstance): Promise<number | undefined> {
    const rows = await queryOf<{ ms: number }>(
      url,
      'SELECT (extract(epoch FROM clock_timestamp() - heartbeat_at) * 1000)::float8 AS ms FROM server_instances WHERE id = $1',
      [id],
    );
    return rows[0]?.ms;
  }

  it('lives from its registration on', async () => {
    const instance = await register();

    expect(instance.isAlive).toBe(true);
    expect(await silenceOf(instance)).toBeLessThan(DEAD_AFTER_MS);
  });

  it('has not been silent before it was there', async () => {
    expect((await register()).breaks).toBe(0);
  });

  it('says again that it lives', async () => {
    const instance = await register();
    await queryOf(url, `UPDATE server_instances SET heartbeat_at = heartbeat_at - interval '1 minute' WHERE id = $1`, [
      instance.id,
    ]);
    await instance.beat();

    expect(await silenceOf(instance)).toBeLessThan(DEAD_AFTER_MS);
  });

  it('takes its time from the database', async () => {
    const clock = new DatabaseClock();
    clock.anchor(0, performance.now(), performance.now());
    await register(clock);

    expect(Math.abs(clock.now() - Date.now())).toBeLessThan(1_000);
  });

  it('stops acting before the others take its work, when the database does not answer', async () => {
    const cut = await Database.connect(url, 'test-cut');
    const instance = await register(new DatabaseClock(), cut);
    cut.query = () => Promise.reject(new Error('the database is gone'));
    await instance.beat();
    expect(instance.isAlive).toBe(true);

    await eventually('it is fenced', () => (instance.isAlive ? undefined : true));
    const silence = await silenceOf(instance);
    await cut.close();

    expect(silence).toBeGreaterThan(HEARTBEAT_EVERY_MS);
    expect(silence).toBeLessThan(DEAD_AFTER_MS);
  });

  it('does not count as alive when its row is gone', async () => {
    const instance = await register();
    await queryOf(url, 'DELETE FROM server_instances WHERE id = $1', [instance.id]);
    await instance.beat();

    await eventually('it is fenced', () => (instance.isAlive ? undefined : true));
  });

  it('frees its work at once when it leaves', async () => {
    const instance = await register();
    await instance.leave();

    expect(await silenceOf(instance)).toBeUndefined();
  });

  it('forgets those that are long gone', async () => {
    const gone = await register();
    await queryOf(url, `UPDATE server_instances SET heartbeat_at = now() - interval '2 hours' WHERE id = $1`, [
      gone.id,
    ]);
    await register();

    expect(await silenceOf(gone)).toBeUndefined();
  });
});
