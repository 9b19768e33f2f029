import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';

import { Prisma, PrismaClient } from './prisma-client/client.js';

export type Transaction = Prisma.TransactionClient;
export const sql = Prisma.sql;
export const joinSql = Prisma.join;
/** Stands in the statement as it is: never what came from outside. */
export const rawSql = Prisma.raw;
export const noSql = Prisma.empty;
export type Sql = Prisma.Sql;
export type Json = Prisma.InputJsonValue;
/** The column has SQL's NULL, not JSON's. */
export const DatabaseNull = Prisma.DbNull;

/** Two processes of each role and the tools fit well into PostgreSQL's default of 100 connections. */
const CONNECTIONS_MAX = 6;
/** Batches of the path of a purchase, which wait for one another anyway (`Batches`). */
const BY_KEY_MAX = 4;
/**
 * A plan is made once a connection, and may be made while a table is empty: then reading all of it looks cheapest, and
 * stays the plan while it fills. What looks rows up by their keys has one right plan, whatever the tables hold. Before
 * PostgreSQL 18 a plan that cannot do without what is off here counts as costly, and would be compiled at each use.
 */
const BY_KEY =
  '-c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off -c plan_cache_mode=force_generic_plan -c enable_bitmapscan=off -c jit=off';
/** createPurchase must be able to say SYSTEM_ERROR within a second when the database is gone (S1.8). */
const CONNECT_WITHIN_MS = 900;
const STATEMENT_WITHIN_MS = 5_000;
/** A server may be started together with its database, or on a computer that has much to do. */
const START_WITHIN_MS = 15_000;
const LOOK_EVERY_MS = 250;
/** Wrong password, no such role, no such database, no right to it: waiting changes nothing. */
const REFUSALS = ['28P01', '28000', '3D000', '42501'];
/** Distinct statements of this program; each is planned once a connection. */
const STATEMENT_NAMES_MAX = 1_000;

const SERIALIZATION_FAILURE = '40001';
/** SQLSTATE: cardinality, data, integrity constraints. */
const AGAINST_RULES = ['21', '22', '23'];
/** These, a transaction that was rolled back, and a statement that took too long. */
const UNDONE = [...AGAINST_RULES, '40', '57014'];

const { DATE, INT8 } = pg.types.builtins;

/** Two types are read otherwise than `pg` does by itself: exact, and as the day's beginning in UTC. */
const types: pg.CustomTypesConfig = {
  getTypeParser: (oid, format) => {
    if (oid === INT8) return BigInt;
    if (oid === DATE) return (text: string) => new Date(`${text}T00:00:00.000Z`);
    return pg.types.getTypeParser(oid, format) as (text: string) => unknown;
  },
};

/** The connections to PostgreSQL: Prisma's client, and our own statements past it, all with names. */
export class Database {
  private constructor(
    readonly client: PrismaClient,
    private readonly pool: pg.Pool,
    private readonly byKey: pg.Pool,
    private readonly nameOf: (text: string) => string,
  ) {}

  /** Waits a little for a database that is only starting. @throws when it stays away, or refuses us. */
  static async connect(url: string, applicationName: string): Promise<Database> {
    const nameOf = statementNames();
    const settings: pg.PoolConfig = {
      connectionString: url,
      connectionTimeoutMillis: CONNECT_WITHIN_MS,
      idleTimeoutMillis: 60_000,
      statement_timeout: STATEMENT_WITHIN_MS,
      // The server's own limit does not reach us over a connection that is dead and does not say so.
      query_timeout: STATEMENT_WITHIN_MS + 1_000,
      idle_in_transaction_session_timeout: STATEMENT_WITHIN_MS,
      application_name: applicationName,
      keepAlive: true,
    };
    const pool = new pg.Pool({ ...settings, max: CONNECTIONS_MAX });
    const byKey = new pg.Pool({ ...settings, max: BY_KEY_MAX, options: BY_KEY });
    // A server that went away takes its connections with it: those in use tell their caller, whose statement fails, and the
    // next statement has another. Without a listener each would end the process.
    for (const one of [pool, byKey]) {
      one.on('error', () => undefined);
      one.on('connect', (connection) => connection.on('error', () => undefined));
    }
    const adapter = new PrismaPg(pool, { statementNameGenerator: ({ sql }) => nameOf(sql) });
    const client = new PrismaClient({ adapter, errorFormat: 'minimal' });
    await untilReachable(pool);
    return new Database(client, pool, byKey, nameOf);
  }

  /**
   * Rows as PostgreSQL gives them: timestamps as Date, bigint as bigint, jsonb parsed. Past Prisma, whose way through a
   * raw statement costs CPU that every step of a purchase would pay for (docs/performance.md).
   */
  query<Row>(statement: Sql): Promise<Row[]> {
    return this.send(this.pool, statement);
  }

  /** The same for statements that find all their rows by keys: they are planned so, whatever the tables hold by then. */
  queryByKey<Row>(statement: Sql): Promise<Row[]> {
    return this.send(this.byKey, statement);
  }

  private async send<Row>(pool: pg.Pool, { text, values }: Sql): Promise<Row[]> {
    const query = { name: this.nameOf(text), text, values: values.map(valueOf), types };
    const connection = await pool.connect();
    try {
      const { rows } = await connection.query(query);
      connection.release();
      return rows as Row[];
    } catch (error) {
      // A connection on which something was refused is as good as before, with all its plans; any other is given up.
      connection.release(!isUndone(error));
      throw error;
    }
  }

  /** @param work must not wait for anything but the database. */
  transaction<T>(work: (transaction: Transaction) => Promise<T>): Promise<T> {
    return this.client.$transaction(work, { timeout: STATEMENT_WITHIN_MS, maxWait: CONNECT_WITHIN_MS });
  }

  async close(): Promise<void> {
    await this.client.$disconnect();
    await this.pool.end();
    await this.byKey.end();
  }
}

/** Unnamed statements are planned anew at each use: a third of what the path of a purchase costs. */
function statementNames(): (text: string) => string {
  const names = new Map<string, string>();
  return (text) => {
    const known = names.get(text);
    if (known !== undefined) return known;
    if (names.size >= STATEMENT_NAMES_MAX) return '';
    const name = `v${names.size}`;
    names.set(text, name);
    return name;
  };
}

/** Times in UTC: `pg` would write them in this computer's zone, whose offset of long ago can have seconds. */
function valueOf(value: unknown): unknown {
  return value instanceof Date ? value.toISOString() : value;
}

/** Asked past Prisma, whose compiler of queries is loaded with its first one: that is a fifth of a second of a start. */
async function untilReachable(pool: pg.Pool): Promise<void> {
  const deadline = Date.now() + START_WITHIN_MS;
  for (;;) {
    try {
      await pool.query('SELECT 1');
      return;
    } catch (error) {
      const isRefused = error instanceof pg.DatabaseError && REFUSALS.includes(error.code ?? '');
      if (!isRefused && Date.now() < deadline) {
        await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
        continue;
      }
      await pool.end();
      throw new Error(`the database ${isRefused ? 'refuses us' : 'cannot be reached'}: ${reasonOf(error)}`, {
        cause: error,
      });
    }
  }
}

/** A name with two addresses fails with an error for each, and nothing said of both. */
function reasonOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(String).join(', ');
  return error instanceof Error ? error.message : String(error);
}

/** The name of the unique index or constraint that an error of `query` is about, or undefined for other errors. */
export function violatedConstraint(error: unknown): (typeof CONSTRAINTS)[number] | undefined {
  return error instanceof pg.DatabaseError ? CONSTRAINTS.find((name) => name === error.constraint) : undefined;
}

/**
 * PostgreSQL said no to what was to be written: a statement's values or rules, another's being quicker, or holding a row for
 * too long. Whatever the statement had done is undone. Of other errors that is not known, or they would meet the next
 * statement as well.
 */
export function isUndone(error: unknown): boolean {
  return isOneOf(UNDONE, error);
}

/** What was to be written is against the rules of the database: it would say the same to it again. */
export function isAgainstRules(error: unknown): boolean {
  return isOneOf(AGAINST_RULES, error);
}

function isOneOf(kinds: readonly string[], error: unknown): boolean {
  return error instanceof pg.DatabaseError && kinds.some((kind) => error.code?.startsWith(kind));
}

/** What `refuse_conflict()` of the database says: what was to be changed is not as it was. */
export function isConflict(error: unknown): boolean {
  return error instanceof pg.DatabaseError && error.code === SERIALIZATION_FAILURE;
}

/** Constraints whose violation means something to the program. test/integration asserts that each exists. */
export const CONSTRAINTS = ['purchases_one_live_per_machine', 'purchases_invoice_reference_key'] as const;
