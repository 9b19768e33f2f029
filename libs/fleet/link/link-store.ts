import { Batches } from '#platform/batches.js';
import { type Database, type Sql, isUndone, sql } from '#platform/database.js';
import { type Keys, SealBrokenError, equalSecrets } from '#platform/keys.js';

import { type LinkCredentials, areCredentials, newCredentials, passwordHash } from './credentials.js';
import { hashOfCode, newEnrolmentCode } from './enrolment-code.js';

/** The bridge is started again within this time of getting new credentials; until then the old ones count too. */
export const PREVIOUS_COUNT_MIN = 10;

/** From the office to the machine, and typing it in. */
export const CODE_COUNTS_MIN = 30;

export class NoSuchMachineError extends Error {
  override readonly name = 'NoSuchMachineError';
}

/** Written to a machine's row: those before are kept for a while, or void at once. */
export type Replacing = 'keep-previous' | 'at-once';

interface SealedKeys {
  readonly machine_id: string;
  readonly key: Uint8Array | null;
  readonly previous: Uint8Array | null;
}

/** Credentials of bridges, in the database. */
export class LinkStore {
  private readonly reads = new Batches<string, string[]>({ together: (ids) => this.readAll(ids), isUndone });

  constructor(
    private readonly database: Database,
    private readonly keys: Keys,
  ) {}

  /** The keys that count now, in hexadecimal; the first is the one that servers sign with. */
  keysOf(machineId: string): Promise<string[]> {
    return this.reads.do(machineId);
  }

  private async readAll(machineIds: readonly string[]): Promise<(string[] | Error)[]> {
    const rows = await this.database.queryByKey<SealedKeys>(sql`
      SELECT machine_id, key, CASE WHEN previous_until > now() THEN previous_key END AS previous
      FROM machine_links WHERE machine_id = ANY(${machineIds}::text[])`);
    const byId = new Map(rows.map((row) => [row.machine_id, row]));
    return machineIds.map((machineId) => this.opened(machineId, byId.get(machineId)));
  }

  private opened(machineId: string, row: SealedKeys | undefined): string[] | Error {
    try {
      // A bridge knows one: the previous until it is started again, which its first message shows (`endPrevious`).
      return [row?.previous, row?.key].flatMap((sealed) =>
        sealed == null ? [] : [this.keys.open('link', sealed, machineId)],
      );
    } catch (error) {
      if (error instanceof SealBrokenError) return error;
      throw error;
    }
  }

  /** The hashes of the passwords with which these machines may come to the broker now. */
  async hashesOf(machineIds: readonly string[]): Promise<Map<string, string[]>> {
    const rows = await this.database.query<{ machine_id: string; hash: string; previous: string | null }>(sql`
      SELECT machine_id, password_hash AS hash, CASE WHEN previous_until > now() THEN previous_password_hash END AS previous
      FROM machine_links WHERE password_hash IS NOT NULL AND machine_id = ANY(${[...machineIds]}::text[])`);
    return new Map(
      rows.map(({ machine_id, hash, previous }) => [machine_id, previous === null ? [hash] : [hash, previous]]),
    );
  }

  /** Nothing that the machine has counts any more. @returns false when it had nothing. */
  async revoke(machineId: string): Promise<boolean> {
    const rows = await this.database.query(
      sql`DELETE FROM machine_links WHERE machine_id = ${machineId} RETURNING machine_id`,
    );
    return rows.length > 0;
  }

  /** The bridge has begun to use its new credentials: those before count no more. */
  async endPrevious(machineId: string): Promise<void> {
    await this.database.query(sql`
      UPDATE machine_links SET previous_password_hash = NULL, previous_key = NULL, previous_until = NULL
      WHERE machine_id = ${machineId} AND previous_key IS NOT NULL RETURNING machine_id`);
  }

  /** Lines of Mosquitto's password file, one a machine. It knows one password for each: the newest. */
  async passwordLines(): Promise<string[]> {
    const rows = await this.database.query<{ machine_id: string; hash: string }>(sql`
      SELECT machine_id, password_hash AS hash FROM machine_links WHERE password_hash IS NOT NULL ORDER BY machine_id`);
    return rows.map(({ machine_id, hash }) => `${machine_id}:${hash}`);
  }

  /** New credentials, made here; those before are void at once. @throws NoSuchMachineError */
  async issue(machineId: string): Promise<LinkCredentials> {
    const credentials = newCredentials();
    await this.replace(machineId, credentials, 'at-once');
    return credentials;
  }

  /**
   * @returns a code with which the machine's bridge can get credentials, once, in the next minutes. It is shown to the
   * operator and kept nowhere; an older one of this machine is void. @throws NoSuchMachineError
   */
  async newCode(machineId: string): Promise<string> {
    const code = newEnrolmentCode();
    const rows = await this.database.query(sql`
      INSERT INTO machine_links AS link (machine_id, code_hash, code_until)
      SELECT id, ${hashOfCode(code)}, now() + make_interval(mins => ${CODE_COUNTS_MIN}::int)
      FROM machines WHERE id = ${machineId}
      ON CONFLICT (machine_id) DO UPDATE SET
        code_hash = EXCLUDED.code_hash, code_until = EXCLUDED.code_until, code_used = false
      RETURNING machine_id`);
    if (rows.length === 0) throw new NoSuchMachineError('there is no such machine');
    return code;
  }

  /**
   * Gives the machine of the code these credentials, which its bridge has made. The same again is the same: the answer
   * to the first may have been lost.
   *
   * @returns the machine's id, or null for a code that does not count, or gave others already.
   */
  async redeem(code: string, credentials: LinkCredentials, how: Replacing): Promise<string | null> {
    const row = this.rowOf(credentials);
    return this.database.transaction(async (transaction) => {
      const [found] = await transaction.$queryRaw<{ machine_id: string; key: Uint8Array | null; used: boolean }[]>(sql`
        SELECT machine_id, key, code_used AS used FROM machine_links
        WHERE code_hash = ${hashOfCode(code)} AND code_until > now() FOR UPDATE`);
      if (found === undefined) return null;
      const { machine_id: machineId, key, used } = found;
      if (used) {
        const isSame = key !== null && equalSecrets(this.keys.open('link', key, machineId), credentials.key);
        return isSame ? machineId : null;
      }
      await transaction.$queryRaw(replacing(row(machineId), how));
      await transaction.$queryRaw(
        sql`UPDATE machine_links SET code_used = true WHERE machine_id = ${machineId} RETURNING machine_id`,
      );
      return machineId;
    });
  }

  /** @throws NoSuchMachineError */
  private async replace(machineId: string, credentials: LinkCredentials, how: Replacing): Promise<void> {
    const rows = await this.database.query(replacing(this.rowOf(credentials)(machineId), how));
    if (rows.length === 0) throw new NoSuchMachineError('there is no such machine');
  }

  private rowOf(credentials: LinkCredentials): (machineId: string) => Row {
    if (!areCredentials(credentials)) throw new Error('these are no credentials of a bridge');
    const hash = passwordHash(credentials.password);
    return (machineId) => ({ machineId, hash, key: this.keys.seal('link', credentials.key, machineId) });
  }
}

interface Row {
  readonly machineId: string;
  readonly hash: string;
  readonly key: Uint8Array<ArrayBuffer>;
}

function replacing({ machineId, hash, key }: Row, how: Replacing): Sql {
  const keep = how === 'keep-previous';
  return sql`
    INSERT INTO machine_links AS link (machine_id, password_hash, key, enrolled_at)
    SELECT id, ${hash}, ${key}, now() FROM machines WHERE id = ${machineId}
    ON CONFLICT (machine_id) DO UPDATE SET
      previous_password_hash = CASE WHEN ${keep} THEN link.password_hash END,
      previous_key = CASE WHEN ${keep} THEN link.key END,
      previous_until = CASE WHEN ${keep} AND link.key IS NOT NULL
        THEN now() + make_interval(mins => ${PREVIOUS_COUNT_MIN}::int) END,
      password_hash = EXCLUDED.password_hash, key = EXCLUDED.key, enrolled_at = EXCLUDED.enrolled_at
    RETURNING machine_id`;
}
