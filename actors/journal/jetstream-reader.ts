/** Reads the streams of the JetStream journal, in numbers of entries, and notes which server answered. */
import { consumerOpts, type JetStreamSubscription, type StreamInfo } from 'nats';
import type { Sequence } from '../events.ts';
import { appendTimeoutMs } from '../limits.ts';
import type { JetStreamConnection } from './jetstream-connection.ts';
import type { Link } from './jetstream-dial.ts';
import { readError } from './jetstream-errors.ts';
import { type Numbers, numbersOf, type StreamState } from './jetstream-numbers.ts';
import { nameOf, subjectOf } from './jetstream-streams.ts';
import { isJournalFault, JournalCorrupt, JournalUnavailable, type StoredEntry } from './journal.ts';

/**
 * Up to this many entries are fetched one by one, 0.6 ms each; making and ending a consumer costs 4 ms.
 */
const fewEntries = 4;

/**
 * How long each try to make a consumer is waited for, before the journal counts as unreadable: where one server
 * of three is lost, a third of all tries meet it. Otherwise making one takes milliseconds, and a cluster that
 * is busy gets more time.
 */
const consumerAnswerMs = [250, 250, 500, 500, 1_000, 1_000, 2_000, 2_000] as const;

export class StreamReader {
  /** By partition, once its stream has been seen. */
  readonly #numbers = new Map<number, Numbers>();
  /** By partition: the server that led its stream, and the one whose copy was read, where they say. */
  readonly #answered = new Map<number, { leader?: string | undefined; reader?: string }>();

  constructor(private readonly connection: JetStreamConnection) {}

  /** Where a partition stood when its stream was seen last. */
  known(partition: number): Numbers | undefined {
    return this.#numbers.get(partition);
  }

  /** Asks where a partition stands. @throws JournalCorrupt, JournalUnavailable */
  async numbers(partition: number): Promise<Numbers> {
    const { state } = await this.info(partition);
    const numbers = await this.#numbersOf(partition, state);
    this.#numbers.set(partition, numbers);
    return numbers;
  }

  /** Notes that the first entry of a partition has been stored under a sequence; returns its number. */
  begins(partition: number, sequence: number): Sequence {
    this.#numbers.set(partition, { first: 1, last: 1, offset: sequence - 1 });
    return 1;
  }

  /** What the leader of a partition's stream says of it. @throws as `numbers` does. */
  async info(partition: number): Promise<StreamInfo> {
    const name = nameOf(partition);
    return this.#ask(partition, 0, async ({ manager }) => {
      const info = await manager.streams.info(name);
      const { cluster } = info;
      this.#answered.set(partition, { leader: cluster?.leader });
      // Without a leader another server answers, from a copy that nobody says is whole.
      if (cluster !== undefined && !cluster.leader) throw leaderless(partition);
      return info;
    });
  }

  answeredBy(partition: number): string {
    const { server_name, server_id } = this.connection.current?.connection.info ?? {};
    const { leader, reader } = this.#answered.get(partition) ?? {};
    const parts = [`server ${server_name ?? 'unknown'} (${server_id ?? 'not connected'})`];
    if (leader !== undefined) parts.push(`stream led by ${leader}`);
    if (reader !== undefined) parts.push(`entries read from ${reader}`);
    return parts.join(', ');
  }

  /** As `Journal.read`. */
  async *read(partition: number, from: Sequence): AsyncGenerator<StoredEntry> {
    const { first, last } = await this.numbers(partition);
    if (last < from) return;
    if (first > from) throw new JournalCorrupt(partition, from, `missing: ${first} is the first`);
    if (last - from < fewEntries) yield* this.#readFew(partition, from, last);
    else yield* this.#readMany(partition, from, last);
  }

  async *#readFew(partition: number, from: Sequence, last: Sequence): AsyncGenerator<StoredEntry> {
    for (let sequence = from; sequence <= last; sequence++) {
      yield { sequence, bytes: await this.#get(partition, sequence) };
    }
  }

  async *#readMany(partition: number, from: Sequence, last: Sequence): AsyncGenerator<StoredEntry> {
    const { link } = this.connection;
    const offset = this.#offset(partition);
    const messages = await this.placed(partition, from, ({ connection }, timeout) => {
      const consumer = consumerOpts().bindStream(nameOf(partition));
      consumer.orderedConsumer().startSequence(from + offset);
      return connection.jetstream({ timeout }).subscribe(subjectOf(partition), consumer);
    });
    // The library would wait for ever for a lost server; this ends the reading.
    let waitingSince = performance.now();
    const watchdog = setInterval(() => {
      const tooLong = performance.now() - waitingSince > appendTimeoutMs;
      if (tooLong || !this.connection.holds(link)) messages.unsubscribe();
    }, appendTimeoutMs / 10);
    let next = from;
    try {
      await this.#noteReader(partition, messages);
      for await (const { seq, data } of messages) {
        waitingSince = Number.POSITIVE_INFINITY;
        const sequence = seq - offset;
        if (sequence !== next) {
          throw new JournalCorrupt(partition, next, `missing: ${sequence} comes next`);
        }
        if (next === last) await this.#mustBeTheLeaders(partition, last, data);
        yield { sequence, bytes: data };
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

  /**
   * Makes a consumer of a partition's stream. A cluster may place it on a server that has just been lost, and
   * then never answers; the next may be placed better. @throws as `numbers` does.
   */
  async placed<T>(
    partition: number,
    from: Sequence,
    make: (link: Link, answerMs: number) => Promise<T>,
  ): Promise<T> {
    for (let next = 0; ; ) {
      const answerMs = consumerAnswerMs[next++]!;
      try {
        return await this.#ask(partition, from, (link) => make(link, answerMs));
      } catch (error) {
        if (!(error instanceof JournalUnavailable) || next === consumerAnswerMs.length) throw error;
      }
    }
  }

  async #numbersOf(partition: number, state: StreamState): Promise<Numbers> {
    const known = this.#numbers.get(partition);
    // A stream that has begun somewhere begins there for good; one that seems empty again is short.
    if (known !== undefined && known.last > 0) {
      if (state.messages === 0) return { ...known, last: 0 };
      if (state.first_seq === known.offset + 1) {
        return { ...known, last: state.last_seq - known.offset };
      }
    }
    return numbersOf(partition, state, (seq) => this.#message(partition, 1, seq));
  }

  #offset(partition: number): number {
    return this.#numbers.get(partition)?.offset ?? 0;
  }

  #get(partition: number, sequence: Sequence): Promise<Uint8Array> {
    return this.#message(partition, sequence, sequence + this.#offset(partition));
  }

  /** The message under a sequence of the stream, which is the entry of a number. */
  async #message(partition: number, sequence: Sequence, seq: number): Promise<Uint8Array> {
    const name = nameOf(partition);
    const { data } = await this.#ask(partition, sequence, ({ manager }) =>
      manager.streams.getMessage(name, { seq }),
    );
    return data;
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
      this.connection.answered(link, `read ${partition}`, askedAt, true);
      return answer;
    } catch (cause) {
      const error = isJournalFault(cause) ? cause : readError(partition, sequence, cause);
      const inFull = !(error instanceof JournalUnavailable);
      this.connection.answered(link, `read ${partition}`, askedAt, inFull);
      throw error;
    }
  }

  /**
   * The copies of two servers may have come to differ, each with a chain that is whole. An append is judged
   * by the leader's, so nothing may be built on another: one entry vouches for all those before it.
   */
  async #mustBeTheLeaders(partition: number, sequence: Sequence, bytes: Uint8Array): Promise<void> {
    const { leader, reader } = this.#answered.get(partition) ?? {};
    if (reader === undefined || reader === leader) return;
    if (Buffer.compare(await this.#get(partition, sequence), bytes) === 0) return;
    const what = `${reader} has another entry than ${leader}, which leads`;
    throw new JournalCorrupt(partition, sequence, what);
  }

  /** In a cluster any server that keeps the stream may serve a reading, not only its leader. */
  async #noteReader(partition: number, messages: JetStreamSubscription): Promise<void> {
    const answered = this.#answered.get(partition);
    if (answered?.leader === undefined) return;
    // A cluster that has just lost a server may be slow to answer, as for consumers.
    const info = await messages.consumerInfo().catch(() => messages.consumerInfo());
    const reader = info.cluster?.leader;
    if (reader !== undefined) this.#answered.set(partition, { ...answered, reader });
  }
}

const leaderless = (partition: number) =>
  new JournalUnavailable(`the stream of partition ${partition} has no leader`);
