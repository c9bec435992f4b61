import { join } from 'node:path';
import type { FileIdentity } from '../../../actors/kept-file.ts';

/** Which file connections are made to. */
export interface DatabaseFile {
  path: string;
  /** Opens this very file and no other, and makes none. */
  made?: FileIdentity;
}

/** Where the embedded database lies in a data folder. */
export function sqliteFile(dataDir: string): string {
  return join(dataDir, 'stampede.db');
}
