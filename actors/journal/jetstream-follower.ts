/** Follows the streams of the JetStream journal, in numbers of entries. */
import type { Sequence } from '../events.ts';
import type { JetStreamConnection } from './jetstream-connection.ts';
import { Delivery } from './jetstream-delivery.ts';
import { readError } from './jetstream-errors.ts';
import { numbersOf } from './jetstream-numbers.ts';
import type { StreamReader } from './jetstream-reader.ts';
import { nameOf } from './jetstream-streams.ts';
import {
  type FollowedJournal,
  isJournalFault,
  JournalCorrupt,
  JournalUnavailable,
  type StoredEntry,
} from './journal.ts';

export class StreamFollower implements FollowedJournal {
  readonly #deliveries = new Set<Delivery>();

  constructor(
    private readonly connection: JetStreamConnection,
    private readonly reader: StreamReader,
  ) {}

  async *follow(
    partition: number,
    from: Sequence,
    signal: AbortSignal,
  ): AsyncGenerator<StoredEntry> {
    const { link } = this.connection;
    const { first, last, offset } = await this.reader.numbers(partition);
    if (first > from) throw new JournalCorrupt(partition, from, `missing: ${first} is the first`);
    if (signal.aborted) return;
    // Where an empty stream will begin its first message tells: each server may think it elsewhere.
    const seq = last === 0 ? 1 : from + offset;
    const delivery = await this.reader.placed(partition, from, (placedBy, answerMs) =>
      Delivery.begin(placedBy, nameOf(partition), seq, answerMs),
    );
    const end = () => void delivery.end(this.connection.holds(link));
    if (signal.aborted || !this.connection.holds(link)) {
      end();
      if (signal.aborted) return;
      throw lostConnection();
    }
    this.#deliveries.add(delivery);
    signal.addEventListener('abort', end);
    try {
      yield* this.#entries(partition, from, last === 0 ? null : offset, delivery, signal);
    } finally {
      signal.removeEventListener('abort', end);
      this.#deliveries.delete(delivery);
      if (!signal.aborted) end();
    }
  }

  /** The connection is gone, or leads to another server. */
  lost(): void {
    for (const delivery of this.#deliveries) delivery.breakOff(lostConnection().message);
  }

  async *#entries(
    partition: number,
    from: Sequence,
    known: number | null,
    delivery: Delivery,
    signal: AbortSignal,
  ): AsyncGenerator<StoredEntry> {
    let next = from;
    let offset = known;
    try {
      for await (const { seq, bytes } of delivery.messages()) {
        if (signal.aborted) return;
        offset ??= await offsetOf(partition, seq, bytes);
        const sequence = seq - offset;
        // A server that has not got as far as `from` begins with what it gets next.
        if (sequence < from) continue;
        if (sequence !== next) {
          throw new JournalCorrupt(partition, next, `missing: ${sequence} comes next`);
        }
        next++;
        yield { sequence, bytes };
      }
    } catch (cause) {
      if (signal.aborted) return;
      throw isJournalFault(cause) ? cause : readError(partition, next, cause);
    }
    if (!signal.aborted) throw new JournalUnavailable(`partition ${partition}: it broke off`);
  }
}

/** Where a stream begins whose first message this is. */
async function offsetOf(partition: number, seq: number, bytes: Uint8Array): Promise<number> {
  const state = { messages: 1, first_seq: seq, last_seq: seq };
  return (await numbersOf(partition, state, async () => bytes)).offset;
}

const lostConnection = () => new JournalUnavailable('the connection was lost or moved');
