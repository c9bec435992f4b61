/**
 * The copies of the JetStream journal: each of the servers that keep a stream has one, and they should be
 * the same. A reader is served from any of them: its consumer is placed on one of those that keep the
 * stream, at random, and reads what that one has stored. So a certain copy is read by making consumers until
 * one is placed there. Direct-get would be shorter, but it does not say which server answered.
 */
import { AckPolicy, type Consumer, DeliverPolicy, nanos } from 'nats';
import type { Sequence } from '../events.ts';
import { appendTimeoutMs } from '../limits.ts';
import type { JetStreamConnection } from './jetstream-connection.ts';
import type { Link } from './jetstream-dial.ts';
import { isTimeout, readError } from './jetstream-errors.ts';
import { isHeard } from './jetstream-probe.ts';
import type { StreamReader } from './jetstream-reader.ts';
import { nameOf } from './jetstream-streams.ts';
import {
  isJournalFault,
  type JournalCopies,
  JournalUnavailable,
  type Keeper,
  type StoredEntry,
} from './journal.ts';

/** One of three servers is missed by so many consumers once in ten thousand million times. */
const placingsMax = 60;

/** So many of these may not be answered: a server that has just been lost still gets its share of them. */
const unansweredMax = 6;

/** Messages asked for at once: at 900 KiB at most each, a bound on memory. */
const fetchedMessages = 32;

/** The server ends a consumer that nobody has asked for messages for this long. */
const abandonedMs = 30_000;

export class StreamCopies implements JournalCopies {
  constructor(
    private readonly connection: JetStreamConnection,
    private readonly reader: StreamReader,
  ) {}

  async keepers(partition: number): Promise<Keeper[]> {
    const { cluster } = await this.reader.info(partition);
    if (!cluster?.leader) return [];
    const followers = (cluster.replicas ?? []).map((peer) => {
      return { server: peer.name, reachable: isHeard(peer) };
    });
    return [{ server: cluster.leader, reachable: true }, ...followers];
  }

  async *read(partition: number, server: string, upTo: Sequence): AsyncGenerator<StoredEntry> {
    const { offset } = await this.reader.numbers(partition);
    const { link } = this.connection;
    const consumer = await this.#asked(partition, () => placed(link, partition, server));
    if (consumer === null) return;
    try {
      for (;;) {
        const fetch = () =>
          consumer.fetch({ max_messages: fetchedMessages, expires: appendTimeoutMs });
        const messages = await this.#asked(partition, fetch);
        let last: Sequence | null = null;
        for await (const { seq, data, info } of messages) {
          last = seq - offset;
          if (last <= upTo) yield { sequence: last, bytes: data };
          if (info.pending === 0 || last >= upTo) return;
        }
        if (last === null) throw new JournalUnavailable(`${server} serves its copy no longer`);
      }
    } finally {
      // One that cannot be deleted now is ended by the server.
      if (this.connection.holds(link)) await consumer.delete().catch(() => false);
    }
  }

  async #asked<T>(partition: number, question: () => Promise<T>): Promise<T> {
    try {
      return await question();
    } catch (cause) {
      throw isJournalFault(cause) ? cause : readError(partition, 0, cause);
    }
  }
}

/** A consumer that is of no use to anybody later. */
const passing = {
  ack_policy: AckPolicy.None,
  deliver_policy: DeliverPolicy.All,
  inactive_threshold: nanos(abandonedMs),
  mem_storage: true,
  num_replicas: 1,
};

/** A consumer of a partition's stream on one of its servers; null where that one has no message. */
async function placed(
  { client, manager }: Link,
  partition: number,
  server: string,
): Promise<Consumer | null> {
  const stream = nameOf(partition);
  for (let placing = 0, unanswered = 0; placing < placingsMax; placing++) {
    const made = await manager.consumers.add(stream, passing).catch((cause) => {
      if (!isTimeout(cause) || ++unanswered > unansweredMax) throw cause;
      return null;
    });
    if (made === null) continue;
    const { name, cluster, num_pending } = made;
    if (cluster?.leader === server && num_pending > 0) return client.consumers.get(stream, name);
    await manager.consumers.delete(stream, name);
    if (cluster?.leader === server) return null;
  }
  throw new JournalUnavailable(`${server} serves no reader of ${stream}`);
}
