/** A folder with snapshots of held journals, and ways to spoil them. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Positions } from '../memory/positions.ts';
import { nothingRecovered, type Recovered } from '../partition/recovered.ts';
import { recoverPartition } from '../partition/recovery.ts';
import { takeSnapshot } from '../snapshot/archivist.ts';
import { SnapshotFiles } from '../snapshot/files.ts';
import { headerBytes } from '../snapshot/format.ts';
import type { StoredSnapshot } from '../snapshot/store.ts';
import type { HeldJournal } from './held-journal.ts';
import { temporaryFolder } from './process.ts';
import { atOnce } from './snapshot-contract.ts';

export class SnapshotFolder {
  readonly #folder = temporaryFolder();
  readonly path = this.#folder.file('snapshots');
  readonly store = new SnapshotFiles(this.path);

  /** Has an archivist store what a journal comes to after an entry, the last when not given. */
  async take(journal: HeldJournal, last = journal.stored.length): Promise<StoredSnapshot> {
    const positions = new Positions(new SharedArrayBuffer(Positions.bytes));
    const world = { journal, snapshots: this.store, positions, pace: atOnce, log: () => undefined };
    await onlyTo(journal, last, () => takeSnapshot(0, world));
    return (await this.store.list(0)).find(({ seq }) => seq === last)!;
  }

  /** Changes bytes after the header. */
  damage({ name }: StoredSnapshot): void {
    const path = join(this.path, name);
    const bytes = readFileSync(path);
    for (let at = headerBytes + 100; at < headerBytes + 108; at++) bytes[at]! ^= 0xff;
    writeFileSync(path, bytes);
  }

  /** Puts something else in the place of its items, by which its checksum is right. */
  garble({ name }: StoredSnapshot): void {
    const path = join(this.path, name);
    const bytes = readFileSync(path);
    for (let at = headerBytes + 8; at < bytes.length; at++) bytes[at]! ^= 0x55;
    writeFileSync(path, bytes);
    rewriteHeader(path, { crc32: Bun.hash.crc32(bytes.subarray(headerBytes)) });
  }

  /** Makes it one of another version, whole in itself. */
  ofVersion(version: number, { name }: StoredSnapshot): void {
    rewriteHeader(join(this.path, name), { version });
  }

  remove(): void {
    this.#folder.remove();
  }
}

/** Changes fields of a snapshot's header, whose checksum is right again. */
export function rewriteHeader(path: string, changes: Record<string, unknown>): void {
  const bytes = readFileSync(path);
  const { headerCrc32: _, ...fields } = JSON.parse(bytes.toString('utf8', 0, headerBytes));
  const text = JSON.stringify({ ...fields, ...changes });
  const headerCrc32 = Bun.hash.crc32(text);
  bytes.fill(' ', 0, headerBytes - 1);
  bytes.write(JSON.stringify({ ...JSON.parse(text), headerCrc32 }));
  writeFileSync(path, bytes);
}

/** What a journal comes to after an entry, read from the first one on. */
export async function stateAfter(journal: HeldJournal, last: number): Promise<Recovered> {
  if (last === 0) return nothingRecovered(0);
  const world = {
    ...{ journal, snapshots: null, board: { markBuyer: () => undefined } },
    positions: { noteEntry: () => undefined },
    ...{ sleep: atOnce, passedOver: () => undefined },
  };
  const state = await onlyTo(journal, last, () => recoverPartition(0, world, () => true));
  return state!; // It was wanted to the end.
}

/** Shows a journal's entries up to one of them for a while. */
async function onlyTo<T>(journal: HeldJournal, last: number, use: () => Promise<T>): Promise<T> {
  const { hidden } = journal;
  journal.hidden = journal.stored.length - last;
  try {
    return await use();
  } finally {
    journal.hidden = hidden;
  }
}
