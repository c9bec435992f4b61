/**
 * Whether the board's filter knows all buyers of a partition. Entries that are read or written mark theirs; a state
 * that began with a snapshot has buyers whose entries nobody has read here. Until they are marked the board answers
 * for nobody (I3), and orders ask the actor, who knows.
 *
 * The filter is made anew when most that it knows have been forgotten (`buyer-filter.ts`): then every partition marks
 * once more whom it knows.
 */
import type { Item } from '../item/item.ts';
import type { Board } from '../memory/board.ts';
import type { Positions } from '../memory/positions.ts';
import type { Recovered } from './recovered.ts';

/** Buyers to mark before the thread's other work gets a turn: 0.05 µs each. */
const strideBuyers = 20_000;

export interface BuyerMarksWorld {
  board: Pick<Board, 'markBuyer' | 'buyers'>;
  positions: Pick<Positions, 'get' | 'set'>;
  sleep(ms: number): Promise<void>;
}

export class BuyerMarks {
  /** Counts what was begun, so that what another overtakes leaves no trace. */
  #turn = 0;
  /** The renewal of the filter that is under way here; 0 without. */
  #renewal = 0;

  constructor(
    private readonly partition: number,
    private readonly world: BuyerMarksWorld,
  ) {}

  /** Call before a state that was recovered is shown. */
  async prepare({ from, items }: Recovered): Promise<void> {
    const { partition, world } = this;
    const { positions } = world;
    const turn = ++this.#turn;
    const isUnmarked = positions.get(partition, 'unmarked') === 1;
    // The filter outlives threads, and knows who bought in all entries up to the last one that was shown; but one that
    // was made anew may lack whom an archive has forgotten that did not reach the journal.
    const isWhole = !isUnmarked && positions.get(partition, 'renewed') === 0;
    if (from === 0 || (isWhole && from <= positions.get(partition, 'journalSeq'))) {
      positions.set(partition, 'unmarked', 0);
      return;
    }
    const isShown = !isUnmarked && positions.get(partition, 'recoveries') > 0;
    positions.set(partition, 'unmarked', 1);
    const marking = this.#markAll(turn, items);
    // Where the board has answered until now, somebody may be about to compare a row of it with the filter.
    if (isShown) await marking;
  }

  /** What is under way comes to nothing. */
  stop(): void {
    this.#turn++;
  }

  /** Marks all buyers once more, for a renewal of the filter; does nothing where that is done, or under way. */
  renew(renewal: number, items: ReadonlyMap<number, Item>): void {
    const { partition, world } = this;
    if (this.#renewal === renewal || world.positions.get(partition, 'renewed') === renewal) return;
    this.#renewal = renewal;
    const turn = this.#turn;
    const isWanted = () => turn === this.#turn && world.board.buyers.renewal === renewal;
    void this.#mark(items, isWanted).then((isDone) => {
      if (isDone) world.positions.set(partition, 'renewed', renewal);
      this.#renewal = 0;
    });
  }

  async #markAll(turn: number, items: ReadonlyMap<number, Item>): Promise<void> {
    const isDone = await this.#mark(items, () => turn === this.#turn);
    if (isDone) this.world.positions.set(this.partition, 'unmarked', 0);
  }

  /** Returns whether it came to its end. */
  async #mark(items: ReadonlyMap<number, Item>, isWanted: () => boolean): Promise<boolean> {
    const { board, sleep } = this.world;
    for (const { id, sales } of [...items.values()]) {
      for (const { buyers } of sales) {
        for (let row = 0; row < buyers.count; ) {
          const end = Math.min(buyers.count, row + strideBuyers);
          for (; row < end; row++) board.markBuyer(id, buyers.userAt(row));
          await sleep(0);
          if (!isWanted()) return false;
        }
      }
    }
    return isWanted();
  }
}
