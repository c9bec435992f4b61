import { join } from 'node:path';

/** Where the embedded database lies in a data folder. */
export function sqliteFile(dataDir: string): string {
  return join(dataDir, 'stampede.db');
}
