import { type Database, sql } from '#platform/database.js';
import type { Keys } from '#platform/keys.js';

import { type LinkCredentials, areCredentials, newCredentials, passwordHash } from './credentials.js';

/**
 * The bridge is started again within this time of getting new credentials; until then both the new and the old ones
 * count.
 */
export const PREVIOUS_COUNT_MIN = 10;

export class NoSuchMachineError extends Error {
  override readonly name = 'NoSuchMachineError';
}

/** Written to a machine's row: those before are kept for a while, or void at once. */
export type Replacing = 'keep-previous' | 'at-once';

/** Credentials of bridges, in the database. */
export class LinkStore {
  constructor(
    private readonly database: Database,
    private readonly keys: Keys,
  ) {}

  /** The keys that count now, in hexadecimal; the first is the one that servers sign with. */
  async keysOf(machineId: string): Promise<string[]> {
    const [row] = await this.database.query<{ key: Uint8Array | null; previous: Uint8Array | null }>(sql`
      SELECT key, CASE WHEN previous_until > now() THEN previous_key END AS previous
      FROM machine_links WHERE machine_id = ${machineId}`);
    // A bridge that has not been started again knows the previous one only; one that has, knows both.
    return [row?.previous, row?.key].flatMap((sealed) =>
      sealed == null ? [] : [this.keys.open('link', sealed, machineId)],
    );
  }

  /** New credentials, made here; those before are void at once. @throws NoSuchMachineError */
  async issue(machineId: string): Promise<LinkCredentials> {
    const credentials = newCredentials();
    await this.replace(machineId, credentials, 'at-once');
    return credentials;
  }

  /** @throws NoSuchMachineError */
  async replace(machineId: string, credentials: LinkCredentials, how: Replacing): Promise<void> {
    if (!areCredentials(credentials)) throw new Error('these are no credentials of a bridge');
    const hash = passwordHash(credentials.password);
    const key = this.keys.seal('link', credentials.key, machineId);
    const keep = how === 'keep-previous';
    const rows = await this.database.query(sql`
      INSERT INTO machine_links AS link (machine_id, password_hash, key, enrolled_at)
      SELECT id, ${hash}, ${key}, now() FROM machines WHERE id = ${machineId}
      ON CONFLICT (machine_id) DO UPDATE SET
        previous_password_hash = CASE WHEN ${keep} THEN link.password_hash END,
        previous_key = CASE WHEN ${keep} THEN link.key END,
        previous_until = CASE WHEN ${keep} AND link.key IS NOT NULL
          THEN now() + make_interval(mins => ${PREVIOUS_COUNT_MIN}::int) END,
        password_hash = EXCLUDED.password_hash, key = EXCLUDED.key, enrolled_at = EXCLUDED.enrolled_at
      RETURNING machine_id`);
    if (rows.length === 0) throw new NoSuchMachineError('there is no such machine');
  }
}
