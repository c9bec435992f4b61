/** The migrations of a release before this one, to make databases as it left them. */
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import type { TemporaryFolder } from '../../actors/testing/process.ts';
import { ownPath } from '../own-files.ts';

/** The last migration of releases up to 0.3.0. */
const lastOf030 = 1;

/** Returns a folder that has the migrations of release 0.3.0 alone. */
export function migrationsOf030(database: 'sqlite' | 'postgres', folder: TemporaryFolder): string {
  const path = folder.file(`migrations-${database}`);
  cpSync(ownPath(`migrations/${database}`), path, { recursive: true });
  const list = `${path}/meta/_journal.json`;
  const all = JSON.parse(readFileSync(list, 'utf8')) as { entries: { idx: number }[] }; // As drizzle-kit writes it.
  const entries = all.entries.filter(({ idx }) => idx <= lastOf030);
  writeFileSync(list, JSON.stringify({ ...all, entries }));
  return path;
}
