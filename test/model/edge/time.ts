import pg from 'pg';

import { DatabaseClock, type Timer } from '#platform/clock.js';

/**
 * The time of the whole system, moved where the product takes it from: the database. Every `now()` of the product's
 * statements finds these functions before PostgreSQL's own, and the servers set their clocks by it with each heartbeat.
 */
const MOVED_NOW = `
  CREATE SCHEMA moved;
  CREATE TABLE moved.time (ms bigint NOT NULL);
  INSERT INTO moved.time VALUES (0);
  CREATE FUNCTION moved.now() RETURNS timestamptz STABLE LANGUAGE sql AS
    'SELECT pg_catalog.now() + (SELECT ms FROM moved.time) * interval ''1 ms''';
  CREATE FUNCTION moved.clock_timestamp() RETURNS timestamptz VOLATILE LANGUAGE sql AS
    'SELECT pg_catalog.clock_timestamp() + (SELECT ms FROM moved.time) * interval ''1 ms''';`;

export class Time {
  private movedMs = 0;

  private constructor(readonly database: pg.Client) {}

  /** Before any server has opened this database: connections keep the path they began with. */
  static async of(databaseUrl: string): Promise<Time> {
    const database = new pg.Client({ connectionString: databaseUrl });
    await database.connect();
    await database.query(MOVED_NOW);
    const name = new URL(databaseUrl).pathname.slice(1);
    await database.query(`ALTER DATABASE ${name} SET search_path = moved, public, pg_catalog`);
    await database.query('SET search_path = moved, public, pg_catalog');
    return new Time(database);
  }

  now(): number {
    return Date.now() + this.movedMs;
  }

  async move(ms: number): Promise<void> {
    this.movedMs += Math.ceil(ms);
    await this.database.query('UPDATE moved.time SET ms = $1', [this.movedMs]);
  }
}

interface Waiting {
  readonly at: number;
  readonly ring: () => void;
}

/** The servers' clock, whose timers ring when its time is come, however it came. */
export class RingingClock extends DatabaseClock {
  private readonly waiting = new Set<Waiting>();

  override after(delayMs: number, work: () => void): Timer {
    const timer = super.after(delayMs, () => entry.ring());
    const cancel = (): void => {
      timer.cancel();
      this.waiting.delete(entry);
    };
    const entry: Waiting = {
      at: this.now() + delayMs,
      ring: () => {
        cancel();
        work();
      },
    };
    this.waiting.add(entry);
    return { cancel };
  }

  /** After the clock was set: what is due by now. */
  ring(): void {
    for (const { at, ring } of this.waiting) if (at <= this.now()) ring();
  }
}
