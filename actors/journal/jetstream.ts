/**
 * The journal in NATS JetStream: one stream per partition, `STAMPEDE_00` on subject
 * `stampede.journal.00` and so on; a message is an entry, and its stream sequence is the entry's.
 * The fence is Expected-Last-Sequence, which the server checks when it stores.
 *
 * The connection is kept up for ever. While it is down nothing is sent, so that no append can wait in
 * a buffer and be stored long after its writer gave up; when it goes down, appends in flight count as
 * unknown at once. Those may still be stored later, from the server's buffers, but only as the very
 * next entry: the chain stays whole, and the writer that missed it is fenced and recovers.
 */
import { consumerOpts, type JetStreamClient, type JetStreamManager, type StreamConfig } from 'nats';
import { appendTimeoutMs, recoveryPauseMs, recoveryPauseMsMax } from '../limits.ts';
import type { Sequence } from '../protocol.ts';
import { JetStreamConnection, notConnected } from './jetstream-connection.ts';
import type { Link } from './jetstream-dial.ts';
import {
  appendError,
  isNoStream,
  isRefusedByFence,
  messageOf,
  readError,
  unavailable,
} from './jetstream-errors.ts';
import {
  type Acknowledgement,
  acknowledgementOf,
  checkMessageBytes,
  type JetStreamOptions,
  nameOf,
  prepareStreams,
  type StreamManager,
  subjectOf,
} from './jetstream-streams.ts';
import {
  isJournalFault,
  type Journal,
  JournalCorrupt,
  JournalMisconfigured,
  JournalUnavailable,
  OutcomeUnknown,
  type StoredEntry,
} from './journal.ts';

/**
 * Up to this many entries are fetched one by one, 0.6 ms each; making and ending a consumer costs 4 ms.
 */
const fewEntries = 4;

/** How often a consumer is asked for before the journal counts as unreadable: one of three may be lost. */
const consumerTriesMax = 4;

export class JetStreamJournal implements Journal {
  /**
   * One. With two in flight, the second names the sequence that the first will have; if another
   * writer takes that sequence, the server refuses the first and takes the second, which then rests
   * on an entry that does not exist. More in flight gain little: one moves 800,000 orders a second
   * in entries of 256, and the partitions append side by side.
   */
  readonly appendsInFlight = 1;

  /** Another server of a cluster may have what this one has not, and a stream can be restored. */
  readonly mayHeal = true;

  /** By partition: the server that led its stream, and the one whose copy was read, where they say. */
  readonly #answered = new Map<number, { leader?: string; reader?: string }>();
  readonly #appending = new Map<number, (reason: Error) => void>();

  private constructor(
    private readonly options: JetStreamOptions,
    private readonly connection: JetStreamConnection,
    private readonly serverVersion: string,
    /** Partitions the journal was made with. */
    readonly partitions: number,
  ) {
    connection.watch({
      report: (state) => options.report?.(state),
      lost: () => this.#lost(),
      answering: (client) => this.#answering(client),
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
    const appending = this.#appending;
    if (appending.has(partition)) {
      return Promise.reject(new Error(`partition ${partition}: an append is in flight already`));
    }
    const link = this.connection.current;
    if (link === null) return Promise.reject(notConnected());
    const appended = Promise.withResolvers<Sequence>();
    appending.set(partition, appended.reject);
    const ended = () => {
      if (appending.get(partition) === appended.reject) appending.delete(partition);
    };
    const expect = { lastSequence: expectedLast, streamName: nameOf(partition) };
    link.client.publish(subjectOf(partition), entry, { expect }).then(
      ({ seq }) => {
        ended();
        if (seq === expectedLast + 1) appended.resolve(seq);
        else appended.reject(new JournalCorrupt(partition, seq, `stored after ${expectedLast}`));
      },
      (error) => {
        ended();
        appended.reject(appendError(partition, expectedLast, error));
      },
    );
    return appended.promise;
  }

  async *read(partition: number, from: Sequence): AsyncGenerator<StoredEntry> {
    const { first_seq, last_seq } = await this.#state(partition);
    if (last_seq < from) return;
    if (first_seq > from) {
      throw new JournalCorrupt(partition, from, `missing: ${first_seq} is the first`);
    }
    if (last_seq - from < fewEntries) yield* this.#readFew(partition, from, last_seq);
    else yield* this.#readMany(partition, from, last_seq);
  }

  async *#readFew(partition: number, from: Sequence, last: Sequence): AsyncGenerator<StoredEntry> {
    for (let sequence = from; sequence <= last; sequence++) {
      yield { sequence, bytes: await this.#get(partition, sequence) };
    }
  }

  async #get(partition: number, sequence: Sequence): Promise<Uint8Array> {
    const query = { seq: sequence };
    const message = await this.#ask(partition, sequence, ({ manager }) =>
      manager.streams.getMessage(nameOf(partition), query),
    );
    return message.data;
  }

  async *#readMany(partition: number, from: Sequence, last: Sequence): AsyncGenerator<StoredEntry> {
    const { link } = this.connection;
    const messages = await this.#subscribe(partition, from);
    // The library would wait for ever for a lost server; this ends the reading.
    let waitingSince = performance.now();
    const watchdog = setInterval(() => {
      const tooLong = performance.now() - waitingSince > appendTimeoutMs;
      if (tooLong || !this.connection.holds(link)) messages.unsubscribe();
    }, appendTimeoutMs / 10);
    let next = from;
    try {
      for await (const { seq, data } of messages) {
        waitingSince = Number.POSITIVE_INFINITY;
        if (seq !== next) throw new JournalCorrupt(partition, next, `missing: ${seq} comes next`);
        yield { sequence: seq, bytes: data };
        if (next === last) return;
        next++;
        waitingSince = performance.now();
      }
      // A server that has lost its last message just waits for the next; a direct request for it fails.
      await this.#get(partition, next);
      throw new JournalUnavailable(`the reading of partition ${partition} broke off at ${next}`);
    } catch (cause) {
      throw isJournalFault(cause) ? cause : readError(partition, next, cause);
    } finally {
      clearInterval(watchdog);
      // A consumer that cannot be deleted now is ended by the server once no one listens.
      if (this.connection.holds(link)) await messages.destroy().catch(() => messages.unsubscribe());
      else messages.unsubscribe();
    }
  }

  async last(partition: number): Promise<Sequence> {
    return (await this.#state(partition)).last_seq;
  }

  answeredBy(partition: number): string {
    const { server_name, server_id } = this.connection.current?.connection.info ?? {};
    const { leader, reader } = this.#answered.get(partition) ?? {};
    const parts = [`server ${server_name ?? 'unknown'} (${server_id ?? 'not connected'})`];
    if (leader !== undefined) parts.push(`stream led by ${leader}`);
    if (reader !== undefined) parts.push(`entries read from ${reader}`);
    return parts.join(', ');
  }

  /**
   * Asks every partition to refuse an entry, one whose expected last sequence cannot be right. Proves
   * that the server is reachable, that each stream has a leader, and that it checks appends. It does
   * not prove that the disk has room: only an append finds that out. The stream of that append then
   * hangs until the server is restarted (2.9), and the probe fails from then on.
   * @throws JournalUnavailable when a partition does not answer so.
   */
  async probe(): Promise<void> {
    const { link } = this.connection;
    const askedAt = performance.now();
    try {
      await Promise.all(this.#probes(link.client));
      this.connection.answered(link, 'append', askedAt, true);
    } catch (error) {
      if (error instanceof JournalUnavailable) {
        this.connection.answered(link, 'append', askedAt, false);
      }
      throw error;
    }
  }

  /** How many partitions take entries by way of a server. */
  async #answering(client: JetStreamClient): Promise<number> {
    const probes = await Promise.allSettled(this.#probes(client));
    return probes.filter(({ status }) => status === 'fulfilled').length;
  }

  #probes(client: JetStreamClient): Promise<void>[] {
    return Array.from({ length: this.partitions }, async (_, partition) => {
      const expect = { lastSequence: Number.MAX_SAFE_INTEGER, streamName: nameOf(partition) };
      try {
        await client.publish(subjectOf(partition), new Uint8Array(), { expect });
      } catch (cause) {
        if (isRefusedByFence(cause)) return;
        throw unavailable(`partition ${partition} takes no entries`, cause);
      }
      throw new JournalCorrupt(partition, 0, 'the server ignores the fence');
    });
  }

  /** Says what an acknowledgement by this server means. */
  acknowledgement(): Acknowledgement {
    return acknowledgementOf(this.serverVersion, this.options.replicas);
  }

  async close(): Promise<void> {
    await this.connection.close();
  }

  async #state(partition: number) {
    const name = nameOf(partition);
    const info = await this.#ask(partition, 0, ({ manager }) => manager.streams.info(name));
    const { state, cluster } = info;
    this.#answered.set(partition, cluster?.leader === undefined ? {} : { leader: cluster.leader });
    return state;
  }

  /**
   * A cluster may place the consumer on a server that has just been lost, and then never answers; the
   * next may be placed better.
   */
  async #subscribe(partition: number, from: Sequence) {
    const subject = subjectOf(partition);
    for (let tries = 1; ; tries++) {
      const consumer = consumerOpts().bindStream(nameOf(partition));
      consumer.orderedConsumer().startSequence(from);
      try {
        return await this.#ask(partition, from, ({ client }) =>
          client.subscribe(subject, consumer),
        );
      } catch (error) {
        if (!(error instanceof JournalUnavailable) || tries === consumerTriesMax) throw error;
      }
    }
  }

  /** Asks the server for something; that it does not answer may be because it has lost the others. */
  async #ask<T>(
    partition: number,
    sequence: Sequence,
    question: (link: Link) => Promise<T>,
  ): Promise<T> {
    const { link } = this.connection;
    const askedAt = performance.now();
    try {
      const answer = await question(link);
      this.connection.answered(link, 'read', askedAt, true);
      return answer;
    } catch (cause) {
      const error = readError(partition, sequence, cause);
      this.connection.answered(link, 'read', askedAt, !(error instanceof JournalUnavailable));
      throw error;
    }
  }

  #lost(): void {
    const lost = new OutcomeUnknown('the connection broke while an append was in flight');
    for (const reject of this.#appending.values()) reject(lost);
    this.#appending.clear();
  }
}

function streamManager({ streams }: JetStreamManager): StreamManager {
  return {
    async find(name) {
      try {
        const { config, state } = await streams.info(name);
        return { config, lastSequence: state.last_seq };
      } catch (error) {
        if (isNoStream(error)) return null;
        throw error;
      }
    },
    async make(settings) {
      // The library's enumerations are exactly the strings of the server's own interface.
      await streams.add(settings as Partial<StreamConfig>);
    },
  };
}
