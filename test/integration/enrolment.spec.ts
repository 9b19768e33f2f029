import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { connectAsync } from 'mqtt';

import { readCredentials } from '#bridge/credentials.js';
import { EnrolError, enrol } from '#bridge/enrol.js';
import { AddMachineError, addMachine } from '#fleet/add-machine.js';
import { LinkStore, NoSuchMachineError } from '#fleet/link/link-store.js';
import { linkKey, sign } from '#machine-protocol/signature.js';
import { topicOf } from '#machine-protocol/topics.js';
import { Database } from '#platform/database.js';
import { Keys } from '#platform/keys.js';

import { eventually } from '../support/eventually.js';
import { TEST_SECRET, TestSystem } from '../support/test-system.js';

const MACHINE = 'helsinki-central-2';

describe('enrolment of a machine', () => {
  let system: TestSystem;
  let database: Database;
  let links: LinkStore;
  let folder: string;
  let ca: string;
  let file = '';
  let files = 0;

  beforeAll(async () => {
    system = await TestSystem.start();
    database = await Database.connect(system.local.databaseUrl, 'test');
    links = new LinkStore(database, new Keys(TEST_SECRET));
    folder = await mkdtemp(join(tmpdir(), 'vendrail-enrolment-'));
    ca = await readFile(system.local.caFile, 'utf8');
  });

  beforeEach(() => {
    files += 1;
    file = join(folder, `credentials-${files}.json`);
  });

  afterAll(async () => {
    await database.close();
    await system.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const enrolWith = (code: string) => enrol({ server: system.local.baseUrl, code, out: file, ca });
  const comesIn = async (password: string): Promise<boolean> => {
    const who = { username: MACHINE, password, reconnectPeriod: 0, protocolVersion: 4 } as const;
    const client = await connectAsync(system.local.mqttUrl, who, false).catch(() => undefined);
    await client?.endAsync(true);
    return client !== undefined;
  };

  it('comes after a machine was added, which has the planogram, prices and full slots of another', async () => {
    const token = await addMachine(database, { id: 'lobby-1', name: 'Lobby', location: 'Oulu', like: MACHINE });

    expect(token).toMatch(/^VR-[0-9A-Z]{6}$/);
    expect(await links.newCode('lobby-1')).toMatch(/-/);
    const [added] = await system.query(
      `SELECT a.name, a.location, a.currency = b.currency AND a.planogram_id = b.planogram_id
         AND a.price_list_id = b.price_list_id AS same,
         (SELECT count(*)::int FROM slot_stocks WHERE machine_id = a.id AND quantity > 0) AS slots
       FROM machines a, machines b WHERE a.id = 'lobby-1' AND b.id = $1`,
      [MACHINE],
    );
    expect(added).toEqual({ name: 'Lobby', location: 'Oulu', same: true, slots: 12 });
    const again = { id: 'lobby-1', name: 'Hall', location: 'Turku', like: MACHINE };
    await expect(addMachine(database, again)).rejects.toThrow('there is a machine lobby-1 already');
    await expect(addMachine(database, { ...again, id: 'lobby-2', like: 'x' })).rejects.toThrow('no machine x');
    await expect(addMachine(database, { ...again, id: 'lobby 2' })).rejects.toThrow('the id has');
    for (const id of ['server', token])
      await expect(addMachine(database, { ...again, id })).rejects.toThrow(AddMachineError);
    expect(await system.query(`SELECT id FROM machines WHERE id IN ('server', $1)`, [token])).toEqual([]);
  });

  it('gives its bridge what broker and servers know it by, in a file for its owner only', async () => {
    const code = await links.newCode(MACHINE);

    expect(code).toMatch(/^[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){2}$/);
    expect(await enrolWith(code.toLowerCase().replaceAll('-', ' '))).toBe(MACHINE);
    const credentials = readCredentials(file);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(credentials.mqttUsername).toBe(MACHINE);
    expect(await links.keysOf(MACHINE)).toEqual([credentials.linkKey]);
    expect(await comesIn(credentials.mqttPassword)).toBe(true);
    expect(await comesIn(`${credentials.mqttPassword}x`)).toBe(false);
  });

  it('leaves neither code, password nor key readable in the database', async () => {
    const code = await links.newCode(MACHINE);
    await enrolWith(code);
    const { mqttPassword, linkKey } = readCredentials(file);
    const [row] = await system.query<{ text: string }>(
      `SELECT row_to_json(l)::text || encode(key, 'escape') AS text FROM machine_links l WHERE machine_id = $1`,
      [MACHINE],
    );

    for (const secret of [code, mqttPassword, linkKey]) expect(row?.text).not.toContain(secret);
  });

  it('takes a code once; the same enrolment again is the same', async () => {
    const code = await links.newCode(MACHINE);
    await enrolWith(code);
    const first = readCredentials(file);
    // As if the answer had been lost: what was made for it is still there.
    const { mqttPassword, linkKey } = first;
    await rm(file);
    await writeFile(`${file}.new`, JSON.stringify({ mqttPassword, linkKey }), { mode: 0o600 });
    await chmod(`${file}.new`, 0o600);
    await enrolWith(code);
    expect(readCredentials(file)).toEqual(first);

    file = join(folder, 'somebody-else.json');
    await expect(enrolWith(code)).rejects.toThrow(EnrolError);
    expect(await links.keysOf(MACHINE)).toEqual([linkKey]);
  });

  it('takes no code that is too old, was replaced, or never was', async () => {
    const replaced = await links.newCode(MACHINE);
    const old = await links.newCode(MACHINE);
    await system.query(`UPDATE machine_links SET code_until = now() - interval '1 second' WHERE machine_id = $1`, [
      MACHINE,
    ]);

    for (const code of [replaced, old, '0000-0000-0000'])
      await expect(enrolWith(code)).rejects.toThrow('does not know');
    await expect(links.newCode('no-such-machine')).rejects.toThrow(NoSuchMachineError);
  });

  it('again keeps the old credentials beside the new for ten minutes, and the servers sign with the old key', async () => {
    await links.revoke(MACHINE);
    await enrolWith(await links.newCode(MACHINE));
    const before = readCredentials(file);
    await enrolWith(await links.newCode(MACHINE));
    const after = readCredentials(file);

    expect(await links.keysOf(MACHINE)).toEqual([before.linkKey, after.linkKey]);
    expect([await comesIn(before.mqttPassword), await comesIn(after.mqttPassword)]).toEqual([true, true]);

    await system.query(`UPDATE machine_links SET previous_until = now() WHERE machine_id = $1`, [MACHINE]);
    expect(await links.keysOf(MACHINE)).toEqual([after.linkKey]);
    expect([await comesIn(before.mqttPassword), await comesIn(after.mqttPassword)]).toEqual([false, true]);
  });

  it('again voids the old credentials as soon as the bridge says anything with the new ones', async () => {
    await links.revoke(MACHINE);
    await enrolWith(await links.newCode(MACHINE));
    const before = readCredentials(file);
    await enrolWith(await links.newCode(MACHINE));
    const after = readCredentials(file);
    const topic = topicOf(MACHINE, 'presence');
    const client = await connectAsync(system.local.mqttUrl, {
      username: MACHINE,
      password: after.mqttPassword,
      protocolVersion: 4,
    });
    await client.publishAsync(topic, sign(topic, 'anything', linkKey(after.linkKey)), { qos: 1 });

    await eventually('the old key is void', async () =>
      (await links.keysOf(MACHINE)).join() === after.linkKey ? true : undefined,
    );
    expect([await comesIn(before.mqttPassword), await comesIn(after.mqttPassword)]).toEqual([false, true]);
    await client.endAsync(true);
  });

  it('on another computer voids the old credentials at once', async () => {
    await enrolWith(await links.newCode(MACHINE));
    const before = readCredentials(file);
    file = join(folder, 'another-computer.json');
    await enrolWith(await links.newCode(MACHINE));

    expect(await links.keysOf(MACHINE)).toEqual([readCredentials(file).linkKey]);
    expect(await comesIn(before.mqttPassword)).toBe(false);
  });

  it('ends with revocation: connection, password and key', async () => {
    await enrolWith(await links.newCode(MACHINE));
    const { mqttPassword } = readCredentials(file);
    const who = { username: MACHINE, password: mqttPassword, reconnectPeriod: 0, protocolVersion: 4 } as const;
    const client = await connectAsync(system.local.mqttUrl, who);
    const closed = new Promise<void>((resolve) => client.once('close', () => resolve()));
    expect(await links.revoke(MACHINE)).toBe(true);

    await closed;
    expect(await comesIn(mqttPassword)).toBe(false);
    expect(await links.keysOf(MACHINE)).toEqual([]);
    expect(await links.revoke(MACHINE)).toBe(false);
  });

  it.each([
    ['no JSON', 'x'],
    ['nothing', ''],
    [
      'no credentials',
      JSON.stringify({ code: '0000-0000-0000', password: 'short', key: 'short', keepPrevious: false }),
    ],
    [
      'more than is asked',
      JSON.stringify({ code: '', password: 'p'.repeat(32), key: 'a'.repeat(64), keepPrevious: false, x: 1 }),
    ],
  ])('is refused for a body of %s', async (_, body) => {
    expect((await system.post('/bridge/enrol', body)).status).toBe(400);
  });

  it('lets nobody guess for long', async () => {
    const body = JSON.stringify({
      code: '0000-0000-0000',
      password: 'p'.repeat(32),
      key: 'a'.repeat(64),
      keepPrevious: false,
    });
    const statuses: number[] = [];
    for (let tries = 0; tries < 8; tries += 1) statuses.push((await system.post('/bridge/enrol', body)).status);

    expect(statuses.at(-1)).toBe(429);
    expect(new Set(statuses)).toEqual(new Set(statuses.includes(403) ? [403, 429] : [429]));
  });
});
