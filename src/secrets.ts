/** Secrets that are made once and kept in the data folder, readable by their owner alone. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Secret {
  value: string;
  /** It was made just now. */
  fresh: boolean;
}

/** Returns the secret kept under a name, and makes one of 256 random bits where there is none. */
export function keptSecret(dataDir: string, name: string): Secret {
  const path = join(dataDir, name);
  if (existsSync(path)) return { value: readFileSync(path, 'utf8').trim(), fresh: false };
  const value = Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString('base64url');
  writeFileSync(path, `${value}\n`, { mode: 0o600, flag: 'wx' });
  return { value, fresh: true };
}
