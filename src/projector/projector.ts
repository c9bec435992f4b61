/** The projector, step 10 of an order: follows the journal, turns its entries into SQL rows (I7). */

import type { Sequence } from '../../actors/events.ts';
import {
  Chain,
  chainStart,
  decodeEntry,
  type Entry,
  entryHash,
} from '../../actors/journal/codec.ts';
import { type Journal, JournalCorrupt, type StoredEntry } from '../../actors/journal/journal.ts';
import { getLogger } from '../../actors/log.ts';
import type { Checkpoint, Projection } from '../db/projection.ts';
import { changesOf } from './rows.ts';
import { KnownTerms, seriesOf } from './series.ts';
import { SeriesPast } from './series-past.ts';

/**
 * Events in one SQL transaction, give or take an entry. Larger batches save CPU, because their rows
 * share pages of the indexes; smaller ones keep other writers waiting less than these 50 ms.
 */
const batchEventsDefault = 8_000;

/** The journal ends before the rows do: it has lost entries, and the operator must decide. */
export class CheckpointAhead extends Error {
  override readonly name = 'CheckpointAhead';
  constructor(
    readonly partition: number,
    readonly checkpoint: Sequence,
    readonly last: Sequence,
  ) {
    super(
      `partition ${partition}: SQL holds entries up to ${checkpoint}, but the journal ends at ${last}. ` +
        'The journal has lost entries, or is another one: restore it, or let `rebuild` empty the tables.',
    );
  }
}

/** The entry that the rows end with is not the one that was projected; the operator must decide. */
export class CheckpointDiffers extends Error {
  override readonly name = 'CheckpointDiffers';
  constructor(
    readonly partition: number,
    readonly checkpoint: Checkpoint,
    readonly hash: string,
  ) {
    super(
      `partition ${partition}: SQL holds entries up to ${checkpoint.seq}, whose hash was ` +
        `${checkpoint.hash} and is ${hash} in the journal. The journal was changed, or is another ` +
        'one: restore it, or let `rebuild` empty the tables.',
    );
  }
}

export interface ProjectorOptions {
  journal: Journal;
  projection: Projection;
  /** How many partitions there are. */
  partitions: number;
  /**
   * Whether a partition's rows are this projector's to write: asked at every round, for an owner changes
   * under a running engine. All are when not given.
   */
  owns?(partition: number): boolean;
  /**
   * The last entry of a partition that is known to be durable: those after it wait. All are when not given.
   */
  durable?(partition: number): Sequence;
  /** Events after which a batch is full. */
  batchEvents?: number;
  /** Called after each batch, and at the start, with the last entry that the rows contain. */
  onProgress?(partition: number, sequence: Sequence): void;
  /**
   * Called when items or promos may have changed, other than in stock and sales: after a batch that changed
   * them, and wherever others may have written what this projector has not seen.
   */
  onCatalogChange?(): void;
}

/** Where reading a partition stands: the chain at the checkpoint, and any reading in progress. */
interface Position {
  chain: Chain;
  reading: AsyncIterator<StoredEntry> | null;
  /** Of the orders that were placed since. */
  terms: KnownTerms;
  /** What brings the series here; `broken` where the journal cannot be read, null where it is here. */
  past: SeriesPast | 'broken' | null;
}

/**
 * Each partition is in one of two modes:
 *
 * - **lost**: no position is known. The next step reads the checkpoint from SQL, and the entry it
 *   names from the journal, so that the next entry's hash can be checked; then it follows.
 * - **following**: each step reads some entries after the position, and applies them in one
 *   transaction that also moves the checkpoint from the position to the last of them. Whatever goes
 *   wrong (SQL or the journal fails, or the checkpoint was moved by another projector or removed by
 *   a rebuild) drops the position: the partition is lost again, and SQL alone says what has been
 *   applied. So is one that another engine owns now: two projectors may overlap while it changes hands,
 *   and the checkpoint lets one of them write each entry.
 */
export class Projector {
  readonly #journal: Journal;
  readonly #projection: Projection;
  readonly #partitions: number;
  readonly #owns: (partition: number) => boolean;
  readonly #durable: (partition: number) => Sequence;
  readonly #batchEvents: number;
  readonly #onProgress: (partition: number, sequence: Sequence) => void;
  readonly #onCatalogChange: () => void;
  readonly #positions = new Map<number, Position>();

  constructor(options: ProjectorOptions) {
    this.#journal = options.journal;
    this.#projection = options.projection;
    this.#partitions = options.partitions;
    this.#owns = options.owns ?? (() => true);
    this.#durable = options.durable ?? (() => Number.POSITIVE_INFINITY);
    this.#batchEvents = options.batchEvents ?? batchEventsDefault;
    this.#onProgress = options.onProgress ?? (() => undefined);
    this.#onCatalogChange = options.onCatalogChange ?? (() => undefined);
  }

  /**
   * Reads every partition's checkpoint and compares it with the journal.
   * @throws CheckpointAhead where the journal ends first.
   * @throws CheckpointDiffers where the journal has another entry there.
   */
  async start(): Promise<void> {
    const checkpoints = await this.#projection.checkpoints();
    for (let partition = 0; partition < this.#partitions; partition++) {
      await this.#find(partition, checkpoints.get(partition) ?? null);
    }
  }

  /**
   * Applies the next entries of a partition, and returns how many; 0 when there were none, or when
   * another projector was first. One step of a partition at a time. Where the series is behind, that comes
   * further, too, unless `withPast` is false.
   * @throws SqlUnavailable, or the journal's errors; the step may then be tried again.
   * @throws CheckpointAhead, CheckpointDiffers, JournalCorrupt: an operator must decide.
   */
  async step(partition: number, withPast = true): Promise<number> {
    const position = this.#positions.get(partition) ?? (await this.#recover(partition));
    try {
      const from = position.chain.sequence;
      const limits = { events: this.#batchEvents, upTo: this.#durable(partition) };
      const entries = await readBatch(this.#journal, position, limits);
      const catchUpSeries = () => (withPast ? this.#catchUpSeries(partition, position) : 0);
      if (entries.length === 0) return await catchUpSeries();
      const to = { seq: position.chain.sequence, hash: position.chain.hash };
      const changes = changesOf(entries);
      const series =
        position.past === null ? await seriesOf(entries, position.terms, this.#projection) : null;
      if (!(await this.#projection.apply({ partition, from, to, changes, series }))) {
        await this.#lose(partition);
        return 0;
      }
      if (changes.items.size > 0 || changes.promos.size > 0) this.#onCatalogChange();
      this.#onProgress(partition, to.seq);
      return entries.length + (await catchUpSeries());
    } catch (error) {
      await this.#lose(partition);
      throw error;
    }
  }

  /**
   * Drops each position that is not where SQL stands: the rows were emptied, restored from a copy, or
   * projected further by another process. A partition without new entries would never find out by
   * itself. Not while a step is in progress.
   */
  async heed(): Promise<void> {
    const checkpoints = await this.#projection.checkpoints();
    const ofSeries = await this.#projection.seriesCheckpoints();
    for (const [partition, { chain, past }] of this.#positions) {
      const stands = checkpoints.get(partition) ?? { seq: 0, hash: chainStart };
      const isElsewhere = stands.seq !== chain.sequence || stands.hash !== chain.hash;
      const isLeft = past === null && (ofSeries.get(partition) ?? 0) !== chain.sequence;
      if (isElsewhere || isLeft) await this.#lose(partition);
    }
  }

  /** One step of every partition that is its own, all at once; returns how many entries they applied. */
  async round(withPast = true): Promise<number> {
    const applied = await this.#everywhere(async (partition) => {
      if (this.#owns(partition)) return await this.step(partition, withPast);
      await this.#lose(partition);
      return 0;
    });
    return applied.reduce((sum, entries) => sum + entries, 0);
  }

  /** Steps until every partition, whoever owns it, has reached the present end of the journal. */
  async catchUp(): Promise<void> {
    await this.#everywhere(async (partition) => {
      const last = await this.#journal.last(partition);
      const isBehind = () => {
        const position = this.#positions.get(partition);
        if (position === undefined || position.chain.sequence < last) return true;
        return position.past instanceof SeriesPast;
      };
      while (isBehind()) await this.step(partition);
    });
  }

  /** Waits for all partitions, even when one fails: none may still be in progress on a retry. */
  async #everywhere<T>(work: (partition: number) => Promise<T>): Promise<T[]> {
    const partitions = Array.from({ length: this.#partitions }, (_, partition) => partition);
    const working = partitions.map(work);
    await Promise.allSettled(working);
    return Promise.all(working);
  }

  async #recover(partition: number): Promise<Position> {
    const checkpoints = await this.#projection.checkpoints();
    return this.#find(partition, checkpoints.get(partition) ?? null);
  }

  async #find(partition: number, checkpoint: Checkpoint | null): Promise<Position> {
    const last = await this.#journal.last(partition);
    const seq = checkpoint?.seq ?? 0;
    if (seq > last) throw new CheckpointAhead(partition, seq, last);
    const chain = new Chain(partition);
    if (checkpoint !== null) await advanceTo(chain, this.#journal, checkpoint);
    const inSeries = (await this.#projection.seriesCheckpoints()).get(partition) ?? 0;
    const past =
      inSeries === seq
        ? null
        : new SeriesPast(this.#journal, this.#projection, partition, inSeries);
    const position = { chain, reading: null, terms: new KnownTerms(), past };
    this.#positions.set(partition, position);
    this.#onProgress(partition, seq);
    this.#onCatalogChange();
    return position;
  }

  async #lose(partition: number): Promise<void> {
    const position = this.#positions.get(partition);
    this.#positions.delete(partition);
    await position?.reading?.return?.();
    if (position?.past instanceof SeriesPast) await position.past.end();
  }

  /** Brings the series a batch nearer to the position; returns how many entries. */
  async #catchUpSeries(partition: number, position: Position): Promise<number> {
    const { past, chain } = position;
    if (!(past instanceof SeriesPast)) return 0;
    try {
      const added = await past.step(chain.sequence, this.#batchEvents);
      if (added === 0) await this.#lose(partition);
      if (past.sequence !== chain.sequence) return added ?? 0;
      await past.end();
      position.past = null;
      return added ?? 0;
    } catch (error) {
      if (!(error instanceof JournalCorrupt)) throw error;
      // The rows of orders have passed this entry already: for charts alone they need not stop.
      position.past = 'broken';
      getLogger(['stampede', 'projector']).error(
        'charts of sales end where the journal is broken',
        {
          partition,
          error: error.message,
        },
      );
      return 0;
    }
  }
}

/** Reads entries after the position, up to the journal's end or the most that one batch takes. */
async function readBatch(
  journal: Journal,
  position: Position,
  limits: { events: number; upTo: Sequence },
): Promise<Entry[]> {
  const { chain } = position;
  const entries: Entry[] = [];
  position.reading ??= journal.read(chain.partition, chain.sequence + 1)[Symbol.asyncIterator]();
  for (let events = 0; events < limits.events && chain.sequence < limits.upTo; ) {
    const next = await position.reading.next();
    if (next.done === true) {
      position.reading = null;
      break;
    }
    const entry = chain.next(next.value.sequence, next.value.bytes);
    entries.push(entry);
    events += entry.events.length;
  }
  return entries;
}

/** Starts a new chain after the entry that a checkpoint names. @throws as `start` does. */
async function advanceTo(chain: Chain, journal: Journal, checkpoint: Checkpoint): Promise<void> {
  const { partition } = chain;
  for await (const { sequence, bytes } of journal.read(partition, checkpoint.seq)) {
    const hash = entryHash(bytes);
    if (hash !== checkpoint.hash) throw new CheckpointDiffers(partition, checkpoint, hash);
    const { at } = decodeEntry(partition, sequence, bytes);
    return chain.advance(sequence, hash, at);
  }
  // It was there a moment ago, by the journal's own word: another server answers now.
  throw new CheckpointAhead(partition, checkpoint.seq, checkpoint.seq - 1);
}
