import { type Sql, joinSql, rawSql, sql } from '#platform/database.js';

/** A row by the names of its columns, as JSON would have it. */
export type StatementRow = Readonly<Record<string, unknown>>;

/**
 * Rows that the statement brings along: one as values of their types, several as one JSON text, so that there is not a
 * statement for each number of them. A row of values is planned as one row, a text as a hundred.
 *
 * @param columns names and types; both are ours, and stand in the statement as they are
 */
export function recordsOf(rows: readonly StatementRow[], columns: Readonly<Record<string, string>>): Sql {
  const [first, ...others] = rows;
  if (first === undefined || others.length > 0) {
    const typed = Object.entries(columns).map(([name, type]) => `${name} ${type}`);
    return sql`jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS s(${rawSql(typed.join())})`;
  }
  const values = Object.entries(columns).map(([name, type]) => {
    const value = first[name] ?? null;
    return sql`${type === 'jsonb' && value !== null ? JSON.stringify(value) : value}::${rawSql(type)}`;
  });
  return sql`(VALUES (${joinSql(values)})) AS s(${rawSql(Object.keys(columns).join())})`;
}
