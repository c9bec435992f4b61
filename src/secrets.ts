/** Secrets that are made once and kept in the data folder, readable only by their owner. */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makePrivate } from '../actors/private-files.ts';

export interface Secret {
  value: string;
  /** True when it was made just now. */
  fresh: boolean;
}

/** Anyone who can guess a shorter one can sign, or administer. */
const lengthMin = 16;

/**
 * Returns the secret kept under a name; where there is none, makes one, of 256 random bits unless told how.
 * @throws when the file holds none: an empty key would sign for anyone.
 */
export function keptSecret(dataDir: string, name: string, make = randomText): Secret {
  const kept = readSecret(dataDir, name);
  if (kept !== null) return { value: kept, fresh: false };
  const path = join(dataDir, name);
  const value = make();
  // Renamed into place, so that an engine killed here leaves no half-written secret.
  writeFileSync(`${path}.new`, `${value}\n`, { mode: 0o600, flush: true });
  renameSync(`${path}.new`, path);
  return { value, fresh: true };
}

function randomText(): string {
  return Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString('base64url');
}

/** The secret kept under a name; null where there is no such file. @throws when the file holds none. */
export function readSecret(dataDir: string, name: string): string | null {
  const path = join(dataDir, name);
  if (!existsSync(path)) return null;
  makePrivate(path);
  const value = readFileSync(path, 'utf8').trim();
  if (value.length >= lengthMin) return value;
  throw new Error(`${path} must hold at least ${lengthMin} characters, or not be there`);
}
