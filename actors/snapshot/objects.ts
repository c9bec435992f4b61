/**
 * Snapshots in an object store of JetStream, for engines that share a journal: what one has stored, all can start
 * from. Each engine keeps those that it has written or fetched in files, too, and starts from them where it can.
 *
 * A snapshot is stored in parts, since the client takes the whole of an object into memory. Part 0, with the header,
 * comes last: a snapshot that has one is whole.
 */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { type ObjectInfo, type ObjectStore, StorageType } from 'nats';
import { wallClock } from '../clock.ts';
import type { Link } from '../journal/jetstream-dial.ts';
import { messageOf } from '../journal/jetstream-errors.ts';
import { streamManager } from '../journal/jetstream-streams.ts';
import { snapshotRoomBytes, snapshotTemporaryMs } from '../limits.ts';
import type { Recovered } from '../partition/recovered.ts';
import { named, newestFirst, othersOf, type SnapshotFiles } from './files.ts';
import { SnapshotGone, SnapshotUnfit } from './format.ts';
import {
  type OpenedSnapshot,
  type Pace,
  SnapshotAbandoned,
  type SnapshotStore,
  SnapshotsUnavailable,
  type StoredSnapshot,
} from './store.ts';

const bucket = 'STAMPEDE_SNAPSHOTS';
const stream = `OBJ_${bucket}`;
const chunks = `$O.${bucket}.C`;
/** The client keeps so much of a snapshot in memory. */
const partBytesDefault = 32 * 2 ** 20;
/** A part is read, and handed to the client, in pieces of this size. */
const pieceBytes = 2 ** 20;
/** How long a server may take for an answer, or for the next piece of a part. */
const answerMs = 5_000;
const partNamed = /^(.+)\.(\d+)$/;

export class SnapshotObjects implements SnapshotStore {
  /**
   * @param link - the connection of a journal. @throws JournalUnavailable while there is none
   * @param replicas - servers that keep a copy each
   */
  constructor(
    private readonly files: SnapshotFiles,
    private readonly link: () => Link,
    private readonly replicas: number,
    private readonly partBytes = partBytesDefault,
  ) {}

  async list(partition: number): Promise<StoredSnapshot[]> {
    const byName = new Map((await this.files.list(partition)).map((each) => [each.name, each]));
    for (const snapshot of named((await this.#parts()).keys())) {
      if (snapshot.partition === partition) byName.set(snapshot.name, snapshot);
    }
    return newestFirst([...byName.values()]);
  }

  async open(snapshot: StoredSnapshot, pace: Pace): Promise<OpenedSnapshot> {
    try {
      return await this.files.open(snapshot, pace);
    } catch (error) {
      if (!(error instanceof SnapshotUnfit)) throw error;
      // The file is damaged, or was never there.
      if (!(await this.#fetch(snapshot, pace))) throw error;
    }
    return await this.files.open(snapshot, pace);
  }

  async put(state: Readonly<Recovered>, pace: Pace): Promise<StoredSnapshot> {
    const snapshot = await this.files.put(state, pace);
    await this.#asked(async () => {
      const { client } = this.link();
      const description = 'States of the partitions of Stampede, to start from';
      const storage = StorageType.File;
      const objects = await client.views.os(bucket, {
        ...{ description, storage, replicas: this.replicas },
      });
      const parts = await this.#parts();
      if (!parts.has(snapshot.name)) await this.#upload(objects, snapshot.name, pace);
      await this.#removeOthers(objects, snapshot);
    });
    return snapshot;
  }

  async #upload(objects: ObjectStore, name: string, pace: Pace): Promise<void> {
    const { partBytes } = this;
    const path = this.files.pathOf(name);
    const { size } = await stat(path);
    await this.#mustHaveRoom(size);
    for (let part = Math.ceil(size / partBytes) - 1; part >= 0; part--) {
      const [start, end] = [part * partBytes, Math.min(size, (part + 1) * partBytes) - 1];
      const pieces = createReadStream(path, { start, end, highWaterMark: pieceBytes });
      await objects.put({ name: `${name}.${part}` }, pacedStream(pieces, pace), {
        timeout: answerMs,
      });
    }
  }

  /** The journal needs the room that is left; a server without a limit for the account says nothing of it. */
  async #mustHaveRoom(bytes: number): Promise<void> {
    const { storage, limits } = await this.link().manager.getAccountInfo();
    const most = limits.max_storage;
    if (most > 0 && storage + bytes * this.replicas + snapshotRoomBytes > most) {
      throw new SnapshotsUnavailable('there is too little room in JetStream');
    }
  }

  /** Removes what a new snapshot makes useless, and what engines left that died while they stored. */
  async #removeOthers(objects: ObjectStore, stored: StoredSnapshot): Promise<void> {
    const infos = await this.#infos();
    const whole = wholeOf(infos);
    const own = named(whole.keys()).filter(({ partition }) => partition === stored.partition);
    const { older, newer } = othersOf(stored, own);
    const gone = new Set(older.map(({ name }) => name));
    const doubtful = new Set(newer.map(({ name }) => name));
    for (const { name, mtime } of infos) {
      const [, snapshot = ''] = partNamed.exec(name) ?? [];
      const left = (doubtful.has(snapshot) || !whole.has(snapshot)) && isOld(Date.parse(mtime));
      if (gone.has(snapshot) || left) await objects.delete(name);
    }
    await this.#removeUnnamed(new Set(infos.map(({ nuid }) => nuid)));
  }

  /** Removes pieces of parts that never came to their end. */
  async #removeUnnamed(known: ReadonlySet<string>): Promise<void> {
    const { streams } = this.link().manager;
    const { state } = await streams.info(stream, { subjects_filter: `${chunks}.>` });
    for (const subject of Object.keys(state.subjects ?? {})) {
      if (known.has(subject.slice(chunks.length + 1))) continue;
      const { time } = await streams.getMessage(stream, { last_by_subj: subject });
      if (isOld(time.getTime())) await streams.purge(stream, { filter: subject });
    }
  }

  /** False where nobody has it. */
  async #fetch(snapshot: StoredSnapshot, pace: Pace): Promise<boolean> {
    const parts = (await this.#parts()).get(snapshot.name);
    if (parts === undefined) return false;
    await this.files.take(snapshot, this.#read(snapshot.name, parts), pace);
    return true;
  }

  async *#read(name: string, parts: number): AsyncGenerator<Uint8Array> {
    const objects = await this.#asked(() => this.link().client.views.os(bucket));
    for (let part = 0; part < parts; part++) {
      const found = await this.#asked(() => objects.get(`${name}.${part}`));
      if (found === null) throw new SnapshotGone();
      const reader = found.data.getReader();
      for (;;) {
        const { done, value } = await this.#asked(() => within(answerMs, reader.read()));
        if (done) break;
        yield value;
      }
    }
  }

  /** How many parts each snapshot has that is whole. */
  async #parts(): Promise<Map<string, number>> {
    return wholeOf(await this.#infos());
  }

  async #infos(): Promise<ObjectInfo[]> {
    return await this.#asked(async () => {
      const { client, manager } = this.link();
      if ((await streamManager(manager).find(stream)) === null) return [];
      const objects = await client.views.os(bucket);
      return await within(answerMs, objects.list());
    });
  }

  /** @throws SnapshotsUnavailable for whatever the client throws */
  async #asked<T>(ask: () => Promise<T>): Promise<T> {
    try {
      return await ask();
    } catch (cause) {
      const told = [SnapshotUnfit, SnapshotsUnavailable, SnapshotAbandoned];
      if (told.some((kind) => cause instanceof kind)) throw cause;
      throw new SnapshotsUnavailable(messageOf(cause), { cause });
    }
  }
}

/** What was removed in the meantime the client waits for, without an end. */
async function within<T>(ms: number, answer: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error('no answer')), ms);
  try {
    return await Promise.race([answer, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

function wholeOf(infos: readonly ObjectInfo[]): Map<string, number> {
  const parts = new Map<string, number>();
  const whole = new Set<string>();
  for (const { name } of infos) {
    const [, snapshot = '', part] = partNamed.exec(name) ?? [];
    parts.set(snapshot, (parts.get(snapshot) ?? 0) + 1);
    if (part === '0') whole.add(snapshot);
  }
  return new Map([...parts].filter(([snapshot]) => whole.has(snapshot)));
}

const isOld = (at: number) => wallClock() - at > snapshotTemporaryMs;

function pacedStream(pieces: AsyncIterable<Uint8Array>, pace: Pace): ReadableStream<Uint8Array> {
  const all = pieces[Symbol.asyncIterator]();
  return new ReadableStream({
    async pull(controller) {
      await pace();
      const { done, value } = await all.next();
      if (done === true) controller.close();
      else controller.enqueue(value);
    },
  });
}
