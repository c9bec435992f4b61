/**
 * A lock that is the kernel's to keep: on a database that never holds anything. It ends with the process, however
 * that dies.
 */
import { Database, SQLiteError } from 'bun:sqlite';
import { makePrivateDatabase } from '../actors/private-files.ts';

/** Locks that last as long as the process: what nothing refers to would be closed. */
const kept: Database[] = [];

/** SQLite's primary result code for a lock that another process has. */
const sqliteBusy = 5;

/** Locks a file for the rest of the process; false where another process has it. @throws where it cannot be made */
export function lockFile(path: string): boolean {
  makePrivateDatabase(path);
  const lock = new Database(path);
  try {
    lock.run('BEGIN EXCLUSIVE');
  } catch (cause) {
    lock.close();
    if (cause instanceof SQLiteError && (cause.errno & 0xff) === sqliteBusy) return false;
    throw new Error(`cannot lock ${path}: ${String(cause)}`, { cause });
  }
  kept.push(lock);
  return true;
}
