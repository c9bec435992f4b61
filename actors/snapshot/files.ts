/**
 * Snapshots in files: `p<partition>-<entry>-<beginning of the entry's hash>.snapshot`. One is written under a
 * temporary name, made durable and then renamed: under its own name it is whole, whatever dies when. Two engines
 * may write the same one, which is then the same.
 */
import { constants } from 'node:fs';
import { type FileHandle, open, readdir, rename, rm, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { wallClock } from '../clock.ts';
import { snapshotRoomBytes, snapshotsKept, snapshotTemporaryMs } from '../limits.ts';
import type { Recovered } from '../partition/recovered.ts';
import { makePrivateFolder } from '../private-files.ts';
import {
  Digest,
  decodeHeader,
  encodeHeader,
  encodeItems,
  headerBytes,
  SnapshotGone,
  type SnapshotHeader,
  SnapshotUnfit,
} from './format.ts';
import {
  type OpenedSnapshot,
  type Pace,
  SnapshotAbandoned,
  type SnapshotStore,
  SnapshotsUnavailable,
  type StoredSnapshot,
} from './store.ts';

/**
 * Bytes that are read between two turns of a thread's other work: a fraction of a millisecond. Larger blocks are no
 * faster, and the partitions of a thread have one each, which count as the engine's memory from then on.
 */
const blockBytes = 2 ** 18;
/** Written and made durable at once: enough for a disk that turns, little enough to be between two entries. */
const writtenBytes = 2 ** 20;
const hashDigitsNamed = 16;
const pattern = /^p(\d+)-(\d+)-[0-9a-f]{16}\.snapshot$/;
const temporary = /^p\d+-.*\.tmp$/;

/** What the name of a snapshot says; null where it is no such name. */
function namedSnapshot(name: string): StoredSnapshot | null {
  const [, partition, seq] = pattern.exec(name) ?? [];
  return seq === undefined ? null : { partition: Number(partition), seq: Number(seq), name };
}

/** What the names say that are names of snapshots. */
export function named(names: Iterable<string>): StoredSnapshot[] {
  return [...names].map(namedSnapshot).filter((each) => each !== null);
}

export function newestFirst(snapshots: readonly StoredSnapshot[]): StoredSnapshot[] {
  return snapshots.toSorted((a, b) => b.seq - a.seq || (a.name < b.name ? -1 : 1));
}

export class SnapshotFiles implements SnapshotStore {
  constructor(private readonly folder: string) {}

  async list(partition: number): Promise<StoredSnapshot[]> {
    return newestFirst(named(await this.#names()).filter((each) => each.partition === partition));
  }

  async #names(): Promise<string[]> {
    try {
      return await readdir(this.folder);
    } catch (cause) {
      if (isCode(cause, 'ENOENT')) return [];
      throw unavailable(cause);
    }
  }

  async open({ name }: StoredSnapshot, pace: Pace): Promise<OpenedSnapshot> {
    const path = this.pathOf(name);
    let file: FileHandle;
    try {
      file = await open(path, constants.O_RDONLY);
    } catch (cause) {
      throw isCode(cause, 'ENOENT') ? new SnapshotGone() : unavailable(cause);
    }
    try {
      const block = new Uint8Array(blockBytes);
      const { bytesRead } = await file.read(block, 0, headerBytes, 0);
      const header = decodeHeader(block.subarray(0, bytesRead));
      await mustMatch(file, header, block, pace);
      // The columns stay in the file until they change: pages that nobody touches take no memory.
      const mapped = Bun.mmap(path, { shared: false });
      return { header, body: mapped.subarray(headerBytes) };
    } catch (cause) {
      // Another engine may remove it at any time.
      if (isCode(cause, 'ENOENT')) throw new SnapshotGone();
      throw cause instanceof SnapshotUnfit ? cause : unavailable(cause);
    } finally {
      await file.close();
    }
  }

  async put(state: Readonly<Recovered>, pace: Pace): Promise<StoredSnapshot> {
    const { partition, sequence: seq, hash } = state.chain;
    const name = `p${partition}-${seq}-${hash.slice(0, hashDigitsNamed)}.snapshot`;
    const snapshot = { partition, seq, name };
    try {
      makePrivateFolder(this.folder);
      if (!(await this.#has(snapshot, hash, pace))) await this.#write(state, name, pace);
      await this.#removeOthers(snapshot);
    } catch (cause) {
      throw unavailable(cause);
    }
    return snapshot;
  }

  /** Whether it is there, whole, and of the entry with this hash. */
  async #has(snapshot: StoredSnapshot, hash: string, pace: Pace): Promise<boolean> {
    if (!(await this.#names()).includes(snapshot.name)) return false;
    try {
      const { header } = await this.open(snapshot, pace);
      return header.hash === hash;
    } catch (error) {
      if (error instanceof SnapshotUnfit) return false;
      throw error;
    }
  }

  pathOf(name: string): string {
    return join(this.folder, name);
  }

  /** Keeps a snapshot that was read elsewhere, whatever it is: `open` tells. @throws SnapshotsUnavailable */
  async take(
    snapshot: StoredSnapshot,
    pieces: AsyncIterable<Uint8Array>,
    pace: Pace,
  ): Promise<void> {
    const { name } = snapshot;
    try {
      makePrivateFolder(this.folder);
      await this.#make(name, pace, async (written) => {
        for await (const piece of pieces) await written.add(piece);
        await written.end();
      });
      await this.#removeOthers(snapshot);
    } catch (cause) {
      throw cause instanceof SnapshotUnfit ? cause : unavailable(cause);
    }
  }

  #write(state: Readonly<Recovered>, name: string, pace: Pace): Promise<void> {
    return this.#make(name, pace, async (written) => {
      await written.add(new Uint8Array(headerBytes));
      const digest = new Digest();
      for (const piece of encodeItems(state.items)) {
        digest.add(piece);
        await written.add(piece);
      }
      await written.end(encodeHeader(state, digest.end()));
    });
  }

  /** Makes a file that has this name as soon as it is whole. */
  async #make(name: string, pace: Pace, write: (written: Writer) => Promise<void>): Promise<void> {
    const path = this.pathOf(`${name}-${Bun.randomUUIDv7()}.tmp`);
    const file = await open(path, 'wx', 0o600);
    try {
      await write(new Writer(file, this.folder, pace));
      await rename(path, this.pathOf(name));
    } catch (cause) {
      await rm(path, { force: true });
      throw cause;
    } finally {
      await file.close();
    }
    await syncFolder(this.folder);
  }

  /** Removes what a new snapshot makes useless, and what engines left that died while they wrote. */
  async #removeOthers(snapshot: StoredSnapshot): Promise<void> {
    const { older, newer } = othersOf(snapshot, await this.list(snapshot.partition));
    for (const { name } of older) await rm(this.pathOf(name), { force: true });
    const temporaries = (await this.#names()).filter((name) => temporary.test(name));
    for (const name of [...temporaries, ...newer.map((each) => each.name)]) {
      const path = this.pathOf(name);
      const changedAt = await stat(path).then(
        ({ mtimeMs }) => mtimeMs,
        () => Number.POSITIVE_INFINITY,
      );
      // Whoever writes writes often.
      if (wallClock() - changedAt > snapshotTemporaryMs) await rm(path, { force: true });
    }
  }
}

/**
 * What is to go once a snapshot of a journal's end is there: all that are older, but for the newest of them; and those
 * that are newer, after a while. Another engine may just have stored one of these; else they are of another journal,
 * or of one that has lost entries, and must not take the place of what can be used.
 */
export function othersOf(snapshot: StoredSnapshot, all: readonly StoredSnapshot[]) {
  const others = newestFirst(all.filter(({ name }) => name !== snapshot.name));
  const older = others.filter(({ seq }) => seq <= snapshot.seq).slice(snapshotsKept - 1);
  return { older, newer: others.filter(({ seq }) => seq > snapshot.seq) };
}

/** Gathers pieces into blocks, and writes each to the disk before the next: the journal writes to it as well. */
class Writer {
  readonly #block = new Uint8Array(writtenBytes);
  #filled = 0;
  #at = 0;

  constructor(
    private readonly file: FileHandle,
    private readonly folder: string,
    private readonly pace: Pace,
  ) {}

  async add(piece: Uint8Array): Promise<void> {
    for (let at = 0; at < piece.byteLength; ) {
      const part = piece.subarray(at, at + this.#block.byteLength - this.#filled);
      this.#block.set(part, this.#filled);
      this.#filled += part.byteLength;
      at += part.byteLength;
      if (this.#filled === this.#block.byteLength) await this.#flush();
    }
  }

  /** Makes all of it durable; `header` comes to the beginning. */
  async end(header?: Uint8Array): Promise<void> {
    await this.#flush();
    if (header !== undefined) await this.file.write(header, 0, header.byteLength, 0);
    await this.file.sync();
  }

  async #flush(): Promise<void> {
    const { bavail, bsize } = await statfs(this.folder);
    // What is left is for the journal, which loses sales without it; a snapshot only saves time.
    if (bavail * bsize - this.#filled < snapshotRoomBytes) {
      throw new SnapshotsUnavailable('there is too little room on the disk');
    }
    await this.file.write(this.#block, 0, this.#filled, this.#at);
    await this.file.datasync();
    this.#at += this.#filled;
    this.#filled = 0;
    await this.pace();
  }
}

/** @throws SnapshotUnfit where the file is not as long as its header says, or does not match its checksum. */
async function mustMatch(
  file: FileHandle,
  header: SnapshotHeader,
  block: Uint8Array,
  pace: Pace,
): Promise<void> {
  const { size } = await file.stat();
  if (size !== headerBytes + header.bytes) {
    throw new SnapshotUnfit(`it is damaged: it has ${size} bytes`);
  }
  let crc32 = 0;
  for (let at = headerBytes; at < size; ) {
    const { bytesRead } = await file.read(block, 0, block.byteLength, at);
    if (bytesRead === 0) throw new SnapshotUnfit('it is damaged: it ends while it is read');
    crc32 = Bun.hash.crc32(block.subarray(0, bytesRead), crc32);
    at += bytesRead;
    await pace();
  }
  if (crc32 !== header.crc32) {
    throw new SnapshotUnfit('it is damaged: its bytes do not match their checksum');
  }
}

/** Makes a new name in a folder durable. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, constants.O_RDONLY);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}

function unavailable(cause: unknown): SnapshotsUnavailable | SnapshotAbandoned {
  if (cause instanceof SnapshotsUnavailable || cause instanceof SnapshotAbandoned) return cause;
  const why = cause instanceof Error ? cause.message : String(cause);
  return new SnapshotsUnavailable(why, { cause });
}
