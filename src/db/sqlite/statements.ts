/** Texts of prepared statements, with the names of drizzle's schema. */
import { getTableName } from 'drizzle-orm';
import type { SQLiteColumn, SQLiteTable } from 'drizzle-orm/sqlite-core';

export function insertText(table: SQLiteTable, columns: readonly SQLiteColumn[]): string {
  const names = columns.map((column) => `"${column.name}"`);
  const values = columns.map(() => '?');
  return `insert into "${getTableName(table)}" (${names}) values (${values})`;
}

/** What comes after `set`: a parameter for each column. */
export function set(columns: readonly SQLiteColumn[]): string {
  return columns.map((column) => `"${column.name}" = ?`).join();
}
