import { performance } from 'node:perf_hooks';

import type { DatabaseClock } from './clock.js';
import { type Database, sql } from './database.js';
import type { Logger } from './logging.js';

/** How often an instance says that it lives. */
export const HEARTBEAT_EVERY_MS = 1_000;
/** Without a word for this long an instance counts as dead, and its work is free for the others. */
export const DEAD_AFTER_MS = 3_000;
/** An instance that could not say so for this long stops acting, well before others take its work (fencing). */
const FENCED_AFTER_MS = 2_000;
/** Rows of instances long gone say nothing to anybody. */
const FORGET_AFTER = '1 hour';

/**
 * This server process in the eyes of the others. Its heartbeat keeps its leases, and sets the clock by the database's.
 */
export class ServerInstance {
  /** Before the first beat there is no silence to speak of: nothing is leased yet. */
  private lastBeatAt = performance.now();
  private breakCount = 0;

  private constructor(
    readonly id: string,
    private readonly role: string,
    private readonly database: Database,
    private readonly clock: DatabaseClock,
    private readonly log: Logger,
  ) {}

  static async register(
    id: string,
    role: string,
    database: Database,
    clock: DatabaseClock,
    log: Logger,
  ): Promise<ServerInstance> {
    await database.query(sql`INSERT INTO server_instances (id, role) VALUES (${id}::uuid, ${role})`);
    await database.query(sql`DELETE FROM server_instances WHERE heartbeat_at < now() - ${FORGET_AFTER}::interval`);
    const instance = new ServerInstance(id, role, database, clock, log);
    await instance.beat();
    return instance;
  }

  /** May this process still act on what it leased? */
  get isAlive(): boolean {
    return performance.now() - this.lastBeatAt < FENCED_AFTER_MS;
  }

  /** Changes with every silence after which others may have taken what this process leased before. */
  get breaks(): number {
    return this.breakCount;
  }

  async beat(): Promise<void> {
    const askedAt = performance.now();
    try {
      const rows = await this.database.query<{ now: Date }>(
        // The row can be gone: forgotten after a long sleep, or the database was put back to an earlier day.
        sql`INSERT INTO server_instances (id, role) VALUES (${this.id}::uuid, ${this.role})
            ON CONFLICT (id) DO UPDATE SET heartbeat_at = now() RETURNING clock_timestamp() AS now`,
      );
      const row = rows[0];
      if (!row) throw new Error('the row of this instance is gone');
      this.clock.anchor(row.now.getTime(), askedAt, performance.now());
      if (askedAt - this.lastBeatAt >= FENCED_AFTER_MS) this.breakCount += 1;
      this.lastBeatAt = askedAt;
    } catch (error) {
      this.log.warn({ error: String(error) }, 'no heartbeat: the database did not answer');
    }
  }

  /** Frees this instance's work for the others at once. */
  async leave(): Promise<void> {
    await this.database.query(sql`DELETE FROM server_instances WHERE id = ${this.id}::uuid`).catch(() => undefined);
  }
}
