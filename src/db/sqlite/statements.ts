/** Texts of prepared statements, with the names of drizzle's schema. */
import { getTableName } from 'drizzle-orm';
import type { SQLiteColumn, SQLiteTable } from 'drizzle-orm/sqlite-core';

interface Insert {
  /** How many the statement inserts; 1 when not given. */
  rows?: number;
  /** Columns in which all rows have the same text, after those with parameters. */
  also?: readonly { column: SQLiteColumn; text: string }[];
}

export function insertText(
  table: SQLiteTable,
  columns: readonly SQLiteColumn[],
  { rows = 1, also = [] }: Insert = {},
): string {
  const names = [...columns, ...also.map(({ column }) => column)].map(({ name }) => `"${name}"`);
  const row = [...columns.map(() => '?'), ...also.map(({ text }) => `'${text}'`)];
  return `insert into "${getTableName(table)}" (${names}) values ${Array(rows).fill(`(${row})`)}`;
}

/** What comes after `set`: a parameter for each column. */
export function set(columns: readonly SQLiteColumn[]): string {
  return columns.map((column) => `"${column.name}" = ?`).join();
}
