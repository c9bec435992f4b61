/** Reads a partition's journal from a checkpoint on, for what is told of it. */
import type { Sequence } from '../../actors/events.ts';
import { Chain, decodeEntry, entryHash } from '../../actors/journal/codec.ts';
import type { Journal, StoredEntry } from '../../actors/journal/journal.ts';
import type { Checkpoint } from '../db/projection.ts';
import type { ToldEntry } from './messages.ts';

/** An entry of the journal as a place to go on from. */
export interface Place extends Checkpoint {
  /** The time of the entry. */
  at: number;
}

/** The place after an entry; null where the journal ends before it. @throws the journal's errors */
export async function placeAt(
  journal: Journal,
  partition: number,
  seq: Sequence,
): Promise<Place | null> {
  if (seq === 0) {
    const { sequence, hash, at } = new Chain(partition);
    return { seq: sequence, hash, at };
  }
  if ((await journal.last(partition)) < seq) return null;
  for await (const { sequence, bytes } of journal.read(partition, seq)) {
    const { at } = decodeEntry(partition, sequence, bytes);
    return { seq: sequence, hash: entryHash(bytes), at };
  }
  return null;
}

export class Feed {
  readonly #chain: Chain;
  #reading: AsyncIterator<StoredEntry> | null = null;
  /** What was read and is not told yet. */
  #entries: ToldEntry[] = [];

  constructor(
    private readonly journal: Journal,
    partition: number,
    { seq, hash, at }: Place,
  ) {
    this.#chain = new Chain(partition);
    this.#chain.advance(seq, hash, at);
  }

  /** Whether there is anything to tell up to an entry. */
  hasMore(upTo: Sequence): boolean {
    return this.#entries.length > 0 || this.#chain.sequence < upTo;
  }

  /**
   * The next entries, with so many events, give or take an entry: the same ones until they are `told`.
   * @throws the journal's errors; it may be asked again.
   */
  async next(eventsMax: number, upTo: Sequence): Promise<readonly ToldEntry[]> {
    const { partition } = this.#chain;
    let events = this.#entries.reduce((sum, entry) => sum + entry.events.length, 0);
    try {
      while (events < eventsMax && this.#chain.sequence < upTo) {
        this.#reading ??= this.journal
          .read(partition, this.#chain.sequence + 1)
          [Symbol.asyncIterator]();
        const { done, value } = await this.#reading.next();
        if (done === true) {
          this.#reading = null;
          break;
        }
        const hash = entryHash(value.bytes);
        const entry = this.#chain.next(value.sequence, value.bytes, hash);
        this.#entries.push({ partition, seq: entry.seq, at: entry.at, hash, events: entry.events });
        // An entry without events is read as well.
        events += Math.max(1, entry.events.length);
      }
    } catch (error) {
      await this.close();
      throw error;
    }
    return this.#entries;
  }

  told(): void {
    this.#entries = [];
  }

  async close(): Promise<void> {
    const reading = this.#reading;
    this.#reading = null;
    await reading?.return?.();
  }
}
