/**
 * What the files of an embedded journal are called: `journal.db`, and beside it `journal-2.db`, `journal-3.db` …
 * where it went on in new files. Each says in which one it is continued; numbers may be left out.
 */
import { existsSync, readdirSync, realpathSync } from 'node:fs';
import { basename, dirname, join, parse } from 'node:path';
import { type FileIdentity, fileIdentity } from '../kept-file.ts';

/** The files of a journal that exist. */
export interface MadeFiles {
  first: FileIdentity;
  /** By name. */
  later: Readonly<Record<string, FileIdentity>>;
}

/** The number in a file's name; 1 for the first file, null for a file that is none of the journal's. */
function fileNumber(first: string, name: string): number | null {
  if (name === basename(first)) return 1;
  const { name: stem, ext } = parse(first);
  if (!(name.startsWith(`${stem}-`) && name.endsWith(ext))) return null;
  const digits = name.slice(stem.length + 1, name.length - ext.length);
  return /^[1-9]\d*$/.test(digits) ? Number(digits) : null;
}

/** Paths of all files that are called as if they were a journal's later ones. */
export function laterFiles(first: string): string[] {
  const folder = dirname(first);
  return readdirSync(folder)
    .filter((name) => (fileNumber(first, name) ?? 1) > 1)
    .map((name) => join(folder, name));
}

/** A path for the file after `name`, at which there is nothing, and nothing of a file that was there. */
export function freePath(first: string, name: string): string {
  const { dir, name: stem, ext } = parse(first);
  for (let number = (fileNumber(first, name) ?? 1) + 1; ; number++) {
    const path = join(dir, `${stem}-${number}${ext}`);
    if (!filesAt(path).some((file) => existsSync(file))) return path;
  }
}

/** The identities of a journal's files. @throws where the first is not there. */
export function madeFiles(path: string): MadeFiles {
  const first = realpathSync(path);
  const later = laterFiles(first).map((each) => [basename(each), fileIdentity(each)]);
  return { first: fileIdentity(first), later: Object.fromEntries(later) };
}

/** A database's path, and those of what SQLite may keep beside it. */
export function filesAt(path: string): string[] {
  return ['', '-wal', '-shm', '-journal'].map((end) => path + end);
}
