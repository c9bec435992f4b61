/** What must be on the disk before anything rests on it. */
import { closeSync, fsyncSync, openSync } from 'node:fs';

/** Makes a file or the names in a folder durable. No database may be open there: closing would end its locks. */
export function sync(path: string): void {
  const file = openSync(path, 'r');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
