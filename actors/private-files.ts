/** Files and folders that only their owner may read: they hold orders, telephone numbers, secrets. */
import { chmodSync, closeSync, existsSync, mkdirSync, openSync, statSync } from 'node:fs';

const ownerOnly = 0o600;
/** The bits of a mode that let others in. */
const others = 0o077;

/** Makes a folder, with its parents, that only its owner may enter. An existing one stays as it is. */
export function makePrivateFolder(path: string): void {
  mkdirSync(path, { recursive: true, mode: 0o700 });
}

/**
 * Makes sure that a SQLite database exists and that only its owner can read it, its log and its shared
 * memory, which SQLite creates with the mode of the database. Call it before the database is opened.
 */
export function makePrivateDatabase(path: string): void {
  if (!existsSync(path)) makeEmptyFile(path);
  for (const file of [path, `${path}-wal`, `${path}-shm`]) makePrivate(file);
}

/**
 * Only ever creates the file, and never opens an existing one: closing it again would end the locks
 * that this process's connections have on it (fcntl(2), POSIX record locks).
 */
function makeEmptyFile(path: string): void {
  try {
    closeSync(openSync(path, 'wx', ownerOnly));
  } catch {
    // Another thread was first; or it cannot be made, and SQLite says so on opening it.
  }
}

/**
 * Takes an existing file from all but its owner: an earlier version, or a copy, may have left it open.
 * Does nothing where there is no file.
 */
export function makePrivate(path: string): void {
  const mode = statSync(path, { throwIfNoEntry: false })?.mode ?? 0;
  if ((mode & others) === 0) return;
  try {
    chmodSync(path, ownerOnly);
  } catch (error) {
    // Another user's file, or a file system without modes: who may read it was decided elsewhere.
    if (!isRefused(error)) throw error;
  }
}

function isRefused(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'EPERM' || code === 'ENOTSUP' || code === 'ENOENT';
}
