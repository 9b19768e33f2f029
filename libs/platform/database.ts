import { PrismaPg } from '@prisma/adapter-pg';

import { Prisma, PrismaClient } from './prisma-client/client.js';

export type Transaction = Prisma.TransactionClient;
export const sql = Prisma.sql;
export const joinSql = Prisma.join;
export type Sql = Prisma.Sql;
export type Json = Prisma.InputJsonValue;
/** The column has SQL's NULL, not JSON's. */
export const DatabaseNull = Prisma.DbNull;

/** Two processes of each role and the tools fit well into PostgreSQL's default of 100 connections. */
const CONNECTIONS_MAX = 10;
/** createPurchase must be able to say SYSTEM_ERROR within a second when the database is gone (S1.8). */
const CONNECT_WITHIN_MS = 900;
const STATEMENT_WITHIN_MS = 5_000;
/** A server may be started together with its database, or on a computer that has much to do. */
const START_WITHIN_MS = 15_000;
const LOOK_EVERY_MS = 250;
/** Wrong password, no such role, no such database: waiting changes nothing. */
const REFUSALS = ['28P01', '28000', '3D000', 'P1000', 'P1003', 'P1010', 'authentication failed', 'does not exist'];
/** Distinct statements of this program; each is planned once a connection. */
const STATEMENT_NAMES_MAX = 1_000;

/** The connection to PostgreSQL: Prisma's client, with named statements. */
export class Database {
  private constructor(readonly client: PrismaClient) {}

  /** Waits a little for a database that is only starting. @throws when it stays away, or refuses us. */
  static async connect(url: string, applicationName: string): Promise<Database> {
    const names = new Map<string, string>();
    const adapter = new PrismaPg(
      {
        connectionString: url,
        max: CONNECTIONS_MAX,
        connectionTimeoutMillis: CONNECT_WITHIN_MS,
        idleTimeoutMillis: 60_000,
        statement_timeout: STATEMENT_WITHIN_MS,
        // The server's own limit does not reach us over a connection that is dead and does not say so.
        query_timeout: STATEMENT_WITHIN_MS + 1_000,
        idle_in_transaction_session_timeout: STATEMENT_WITHIN_MS,
        application_name: applicationName,
        keepAlive: true,
      },
      {
        // Unnamed statements are planned anew at each use: a third of what the path of a purchase costs.
        statementNameGenerator: ({ sql }) => {
          const known = names.get(sql);
          if (known !== undefined) return known;
          if (names.size >= STATEMENT_NAMES_MAX) return '';
          const name = `v${names.size}`;
          names.set(sql, name);
          return name;
        },
        // A server that went away takes idle connections with it; the next query reports it to its caller.
        onPoolError: () => undefined,
      },
    );
    const client = new PrismaClient({ adapter, errorFormat: 'minimal' });
    await untilReachable(client);
    return new Database(client);
  }

  /** Rows as PostgreSQL gives them: timestamps as Date, bigint as bigint, jsonb parsed. */
  query<Row>(statement: Sql): Promise<Row[]> {
    return this.client.$queryRaw<Row[]>(statement);
  }

  /** @param work must not wait for anything but the database. */
  transaction<T>(work: (transaction: Transaction) => Promise<T>): Promise<T> {
    return this.client.$transaction(work, { timeout: STATEMENT_WITHIN_MS, maxWait: CONNECT_WITHIN_MS });
  }

  close(): Promise<void> {
    return this.client.$disconnect();
  }
}

async function untilReachable(client: PrismaClient): Promise<void> {
  const deadline = Date.now() + START_WITHIN_MS;
  for (;;) {
    try {
      await client.$queryRaw`SELECT 1`;
      return;
    } catch (error) {
      const isRefused = REFUSALS.some((code) => String(error).includes(code));
      if (!isRefused && Date.now() < deadline) {
        await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
        continue;
      }
      await client.$disconnect();
      throw error;
    }
  }
}

/**
 * The name of the unique index or constraint that an error of the database is about, or undefined for other errors.
 * Prisma says it in different places depending on the kind of query; errors are recognised by our own names.
 */
export function violatedConstraint(error: unknown): (typeof CONSTRAINTS)[number] | undefined {
  if (!(error instanceof Prisma.PrismaClientKnownRequestError)) return undefined;
  const text = JSON.stringify(error.meta ?? {}) + error.message;
  return CONSTRAINTS.find((name) => text.includes(name));
}

/** Constraints whose violation means something to the program. test/integration asserts that each exists. */
export const CONSTRAINTS = ['purchases_one_live_per_machine', 'purchases_invoice_reference_key'] as const;
