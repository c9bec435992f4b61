/** Statements of Postgres that take rows as array literals, one per column, with the names of drizzle's schema. */
import type { TransactionSQL } from 'bun';
import { getTableName } from 'drizzle-orm';
import type { PgColumn, PgTable } from 'drizzle-orm/pg-core';

/**
 * A column, and what a row holds in it as an element of an array literal. Our own ids and
 * words go in unquoted, since nothing in them needs quotes; what others chose is made a `literal`.
 */
export type Column<Row> = [column: PgColumn, pick: (row: Row) => number | string | boolean];

/** Runs a statement on some rows. */
export async function run<Row>(
  client: TransactionSQL,
  text: string,
  columns: readonly Column<Row>[],
  rows: readonly Row[],
): Promise<void> {
  await returned(client, text, columns, rows);
}

/** As `run`, with what the statement returns. */
export async function returned<Row, Answer>(
  client: TransactionSQL,
  text: string,
  columns: readonly Column<Row>[],
  rows: readonly Row[],
): Promise<Answer[]> {
  if (rows.length === 0) return [];
  return await client.unsafe<Answer[]>(
    text,
    columns.map(([, pick]) => `{${rows.map(pick)}}`),
  );
}

export function insertText<Row>(table: PgTable, columns: Column<Row>[]): string {
  const names = columns.map(([column]) => nameOf(column));
  return `INSERT INTO ${getTableName(table)} (${names}) SELECT * FROM unnest(${parameters(columns)})`;
}

/** Updates the rows that the first column names. */
export function updateText<Row>(
  table: PgTable,
  columns: Column<Row>[],
  value: (name: string) => string,
): string {
  const [key, ...names] = columns.map(([column]) => nameOf(column));
  return `
    UPDATE ${getTableName(table)} AS rows SET ${names.map((name) => `${name} = ${value(name)}`)}
    FROM unnest(${parameters(columns)}) AS changed (${[key, ...names]}) WHERE rows.${key} = changed.${key}`;
}

/** The parameters of a statement, each an array of its column's type. */
function parameters<Row>(columns: Column<Row>[]): string[] {
  return columns.map(([column], index) => `$${index + 1}::${column.getSQLType()}[]`);
}

/** A text that others chose, as an element of an array literal. */
export function literal(text: string | null): string {
  return text === null ? 'NULL' : `"${text.replaceAll(/["\\]/g, '\\$&')}"`;
}

export function nameOf(column: PgColumn): string {
  return `"${column.name}"`;
}
