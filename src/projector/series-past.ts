/**
 * Brings the series of a partition, and nothing else, to where its other rows are: they may have been projected by
 * a release that knew no series. It goes on beside the projection, batch by batch.
 */
import type { Sequence } from '../../actors/events.ts';
import { decodeEntry, type Entry } from '../../actors/journal/codec.ts';
import type { Journal, StoredEntry } from '../../actors/journal/journal.ts';
import type { Projection } from '../db/projection.ts';
import { KnownTerms, seriesOf } from './series.ts';

export class SeriesPast {
  readonly #terms = new KnownTerms();
  #reading: AsyncIterator<StoredEntry> | null = null;

  constructor(
    private readonly journal: Journal,
    private readonly projection: Projection,
    private readonly partition: number,
    /** The last entry that the series contains. */
    public sequence: Sequence,
  ) {}

  /**
   * Adds the next entries, up to one that the other rows contain, and returns how many; 0 where the series was
   * moved by another, and null where there is nothing more to read.
   * @throws SqlUnavailable, JournalUnavailable, JournalCorrupt
   */
  async step(upTo: Sequence, events: number): Promise<number | null> {
    const entries = await this.#read(upTo, events);
    const last = entries.at(-1);
    if (last === undefined) return null;
    const rows = await seriesOf(entries, this.#terms, this.projection);
    const batch = { partition: this.partition, from: this.sequence, to: last.seq, rows };
    if (!(await this.projection.applySeries(batch))) return 0;
    this.sequence = last.seq;
    return entries.length;
  }

  async end(): Promise<void> {
    const reading = this.#reading;
    this.#reading = null;
    await reading?.return?.();
  }

  async #read(upTo: Sequence, most: number): Promise<Entry[]> {
    const { journal, partition } = this;
    const entries: Entry[] = [];
    this.#reading ??= journal.read(partition, this.sequence + 1)[Symbol.asyncIterator]();
    let read = this.sequence;
    for (let events = 0; events < most && read < upTo; ) {
      const next = await this.#reading.next();
      if (next.done === true) {
        this.#reading = null;
        break;
      }
      const { sequence, bytes } = next.value;
      const entry = decodeEntry(partition, sequence, bytes);
      entries.push(entry);
      read = sequence;
      events += entry.events.length;
    }
    return entries;
  }
}
