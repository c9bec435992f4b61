/**
 * A warm copy of a partition that another engine owns: every entry is applied as it is stored, so that the
 * board shows what is durable there, and this engine can go on from it when the other is gone.
 *
 * A followed entry may come from any server's copy of the stream. Whoever takes the partition compares the
 * last one with the leader's (`catchUp`), so nothing is ever built on an entry that only one server had.
 */
import type { FollowedJournal, StoredEntry } from '../journal/journal.ts';
import { rowsOf, ShownRows, type ShownRowsWorld } from './board-rows.ts';
import type { Recovered } from './recovered.ts';
import { applyEntry } from './recovery.ts';

/** How a partition of another engine is followed. */
export interface FollowedWorld extends FollowedJournal {
  /** An entry has come from another writer than the one before. */
  writerSeen(partition: number, writer: string): void;
}

export class Follower {
  readonly #shown: ShownRows;
  readonly #ending = new AbortController();

  /** Shows what was recovered on the board. */
  constructor(
    private readonly world: ShownRowsWorld,
    private readonly journal: FollowedWorld,
    readonly recovered: Recovered,
  ) {
    const { chain, items } = recovered;
    this.#shown = new ShownRows(chain.partition, world);
    this.#shown.begin(items, chain.sequence, chain.at);
  }

  /**
   * Follows until `stop` is called. @throws JournalUnavailable when the reading breaks off: call again.
   * @throws JournalCorrupt when the copy cannot go on.
   */
  async run(): Promise<void> {
    const { chain } = this.recovered;
    const { signal } = this.#ending;
    const entries = this.journal.follow(chain.partition, chain.sequence + 1, signal);
    for await (const stored of entries) {
      if (signal.aborted) return;
      this.#hear(stored);
    }
  }

  /** From now on nothing is applied: the copy is whoever's who takes it. */
  stop(): Recovered {
    this.#ending.abort();
    return this.recovered;
  }

  get stopped(): boolean {
    return this.#ending.signal.aborted;
  }

  #hear({ sequence, bytes }: StoredEntry): void {
    const { recovered, world } = this;
    const { partition } = recovered.chain;
    const before = recovered.writer;
    const entry = recovered.chain.next(sequence, bytes);
    // Marks the buyers before a row can show that nothing is left (I3).
    const touched = applyEntry(recovered, world.board, entry);
    for (const event of entry.events)
      if (event.type === 'published') world.board.promos.add(event.promo);
    const rows = rowsOf(recovered.items, touched);
    this.#shown.number(rows, sequence);
    this.#shown.show(rows, sequence, entry.at);
    if (entry.writer !== before) this.journal.writerSeen(partition, entry.writer);
  }
}
