/**
 * The journal in NATS JetStream: one stream per partition, `STAMPEDE_00` on subject
 * `stampede.journal.00` and so on; a message is an entry, and its stream sequence is the entry's number
 * (but see `jetstream-numbers.ts`). The fence is what an append names as last, which the server checks when
 * it stores (`jetstream-appends.ts`).
 *
 * The connection is kept up for ever. While it is down nothing is sent, so that no append can wait in
 * a buffer and be stored long after its writer gave up; when it goes down, appends in flight count as
 * unknown at once. Those may still be stored later, from the server's buffers, but only as the very
 * next entry: the chain stays whole, and the writer that missed it is fenced and recovers.
 */

import type { Sequence } from '../events.ts';
import { jetStreamAppendsInFlight, recoveryPauseMs, recoveryPauseMsMax } from '../limits.ts';
import { SnapshotFiles } from '../snapshot/files.ts';
import { SnapshotObjects } from '../snapshot/objects.ts';
import type { SnapshotStore } from '../snapshot/store.ts';
import { JetStreamAppends } from './jetstream-appends.ts';
import { JetStreamConnection } from './jetstream-connection.ts';
import { StreamCopies } from './jetstream-copies.ts';
import type { Link } from './jetstream-dial.ts';
import { messageOf } from './jetstream-errors.ts';
import { StreamFollower } from './jetstream-follower.ts';
import { askLeader, storeProbe } from './jetstream-probe.ts';
import { StreamReader } from './jetstream-reader.ts';
import {
  type Acknowledgement,
  acknowledgementOf,
  checkMessageBytes,
  type JetStreamOptions,
  prepareStreams,
  streamManager,
} from './jetstream-streams.ts';
import {
  type JournalCopies,
  JournalMisconfigured,
  JournalUnavailable,
  type OpenedJournal,
  type StoredEntry,
} from './journal.ts';

export class JetStreamJournal implements OpenedJournal {
  readonly appendsInFlight = jetStreamAppendsInFlight;

  /** Another server of a cluster may have what this one has not, and a stream can be restored. */
  readonly mayHeal = true;

  readonly #appends: JetStreamAppends;
  readonly #reader: StreamReader;
  readonly copies: JournalCopies | null;
  readonly followed: StreamFollower;

  private constructor(
    private readonly options: JetStreamOptions,
    private readonly connection: JetStreamConnection,
    private readonly serverVersion: string,
    /** Partitions the journal was made with. */
    readonly partitions: number,
  ) {
    this.#reader = new StreamReader(connection);
    this.#appends = new JetStreamAppends(connection, this.#reader);
    this.followed = new StreamFollower(connection, this.#reader);
    this.copies = options.replicas > 1 ? new StreamCopies(connection, this.#reader) : null;
    connection.watch({
      report: (state) => options.report?.(state),
      lost: () => this.#lost(),
      answering: (asked) => this.#answering(asked),
    });
  }

  /**
   * Connects, and makes the streams on the first start or checks them on later ones. Retries while the
   * server cannot be reached.
   * @throws JournalMisconfigured when the server holds something else, or would not take an entry.
   * @throws JournalUnavailable when `patienceMs` is over.
   */
  static async open(options: JetStreamOptions): Promise<JetStreamJournal> {
    const { patienceMs = Number.POSITIVE_INFINITY, report } = options;
    const connection = new JetStreamConnection(options);
    const end = performance.now() + patienceMs;
    for (let pauseMs = recoveryPauseMs; ; pauseMs = Math.min(pauseMs * 2, recoveryPauseMsMax)) {
      try {
        return await JetStreamJournal.#open(options, connection);
      } catch (cause) {
        if (cause instanceof JournalMisconfigured) throw cause;
        const text = `no journal at ${connection.places} yet: ${messageOf(cause)}`;
        if (performance.now() >= end) throw new JournalUnavailable(text, { cause });
        report?.(text);
      }
      await Bun.sleep(pauseMs);
    }
  }

  static async #open(
    options: JetStreamOptions,
    connection: JetStreamConnection,
  ): Promise<JetStreamJournal> {
    const { connection: server, manager, place } = await connection.open();
    try {
      checkMessageBytes(server.info?.max_payload ?? 0);
      const partitions = await prepareStreams(streamManager(manager), place, options);
      return new JetStreamJournal(options, connection, server.info?.version ?? '', partitions);
    } catch (error) {
      await connection.leave();
      throw error;
    }
  }

  append(partition: number, expectedLast: Sequence, entry: Uint8Array): Promise<Sequence> {
    return this.#appends.append(partition, expectedLast, entry);
  }

  read(partition: number, from: Sequence): AsyncGenerator<StoredEntry> {
    return this.#reader.read(partition, from);
  }

  async last(partition: number): Promise<Sequence> {
    return (await this.#reader.numbers(partition)).last;
  }

  answeredBy(partition: number): string {
    return this.#reader.answeredBy(partition);
  }

  /**
   * Stores a message in the stream of the probes, and asks the leader of every partition's stream whether
   * a majority follows it; see `jetstream-probe.ts`.
   * @throws JournalUnavailable when the server stores none, or a partition would not take an entry.
   */
  async probe(): Promise<void> {
    const { link } = this.connection;
    const askedAt = performance.now();
    try {
      await Promise.all([storeProbe(link, this.options.replicas), ...this.#askLeaders(link)]);
      this.connection.answered(link, 'append', askedAt, true);
    } catch (error) {
      if (error instanceof JournalUnavailable) {
        this.connection.answered(link, 'append', askedAt, false);
      }
      throw error;
    }
  }

  /** How many partitions take entries by way of a server: none where it stores no probe. */
  async #answering(link: Link): Promise<number> {
    try {
      await storeProbe(link, this.options.replicas);
    } catch (error) {
      if (!(error instanceof JournalUnavailable)) throw error;
      return 0;
    }
    const asked = await Promise.allSettled(this.#askLeaders(link));
    return asked.filter(({ status }) => status === 'fulfilled').length;
  }

  #askLeaders(link: Link): Promise<void>[] {
    return Array.from({ length: this.partitions }, (_, partition) => askLeader(link, partition));
  }

  snapshots(folder: string): SnapshotStore {
    const files = new SnapshotFiles(folder);
    return new SnapshotObjects(files, () => this.connection.link, this.options.replicas);
  }

  /** Says what an acknowledgement by this server means. */
  acknowledgement(): Acknowledgement {
    return acknowledgementOf(this.serverVersion, this.options.replicas);
  }

  async close(): Promise<void> {
    await this.connection.close();
  }

  #lost(): void {
    this.followed.lost();
    this.#appends.lost();
  }
}
