/** What must be true of an engine after every step, and of its board whenever an entry is durable. */
import { canonical, type Item } from '../../actors/item/item.ts';
import { onTimeMs } from '../../actors/limits.ts';
import type { BoardRow } from '../../actors/memory/board.ts';
import type { Partition } from '../../actors/partition/partition.ts';
import { dueBefore } from './due-before.ts';
import { type Moment, upTo } from './durable-item.ts';
import type { EngineMemory } from './engine-memory.ts';
import type { Surroundings } from './surroundings.ts';

/** Serves one life of an engine's thread. */
export class EngineChecks {
  /** By partition: since when it has been ready. */
  readonly #readyAt: number[] = [];
  /** By partition: the sequence at which live state and replay were compared last. */
  readonly #comparedAt: number[] = [];

  constructor(
    private readonly memory: EngineMemory,
    private readonly around: Surroundings,
  ) {}

  /**
   * The state must be what the journal says (I6), wherever the two should now be the same, and what time
   * alone makes true must have been decided (I11).
   * @throws where it is not so.
   */
  state({ partition, mode, idle, items }: Partition): void {
    const { store, audit } = this.around;
    if (mode === 'ready') this.#time(partition, items);
    else delete this.#readyAt[partition];
    if (mode === 'refusing') throw new Error(`partition ${partition} refuses to serve`);
    const seq = this.memory.positions.get(partition, 'journalSeq');
    if (mode !== 'ready' || !idle || seq !== store.last(partition)) return;
    if (this.#comparedAt[partition] === seq) return;
    this.#comparedAt[partition] = seq;
    const replayed = [...audit.itemsOf(partition)];
    if (replayed.length !== items.size) throw new Error('I6: items are missing');
    for (const { id } of replayed) {
      const live = canonical(items.get(id)!);
      if (live !== audit.canonical(id)) {
        throw new Error(`I6: live ${live}, replayed ${audit.canonical(id)}`);
      }
    }
  }

  /**
   * The board must show what the journal says at the sequence it names, and nothing newer (I2).
   * @throws where it does not.
   */
  board(partition: number, items: Iterable<number>): void {
    const { around, memory } = this;
    const known = memory.positions.get(partition, 'journalSeq');
    for (const id of items) {
      const row = memory.board.read(id);
      const history = around.audit.histories.get(id);
      const books = row === null ? undefined : upTo(history?.moments ?? [], row.seq);
      const same =
        row !== null &&
        books !== undefined &&
        row.seq <= known &&
        row.loaded === books.loaded &&
        row.held === books.held &&
        row.sold === books.sold &&
        row.left === books.left &&
        row.price === books.price &&
        row.normalSale === Number(books.normalSale) &&
        row.admitted === upTo(history!.admitted, row.seq) &&
        upTo(history!.left, row.leftSeq) === row.left &&
        showsPromo(row, books);
      if (same) continue;
      throw new Error(`I2: the board shows ${JSON.stringify(row)}, not ${JSON.stringify(books)}`);
    }
  }

  /** Nothing may be overdue (I11) where the thread has had the time for it since it could decide. */
  #time(partition: number, items: ReadonlyMap<number, Item>): void {
    const { scheduler } = this.around;
    const { clockSetAt, clockOffsetMs, frozenUntil } = this.memory;
    this.#readyAt[partition] ??= scheduler.now;
    const awakeSince = Math.max(scheduler.awakeSince, frozenUntil);
    const since = Math.max(this.#readyAt[partition], awakeSince, clockSetAt);
    if (scheduler.now <= since + onTimeMs) return;
    for (const item of items.values()) {
      const overdue = dueBefore(item, scheduler.now + clockOffsetMs - onTimeMs);
      if (overdue !== null) throw new Error(`I11: item ${item.id}: ${overdue}, and is not decided`);
    }
  }
}

/** Whether a row says of the promo it names what held then. */
function showsPromo(row: BoardRow, { promos }: Moment): boolean {
  if (row.promo === 0) return promos.size === 0 || [...promos.values()].every(({ ended }) => ended);
  const promo = promos.get(row.promo);
  return (
    promo !== undefined &&
    row.endAt === promo.endAt &&
    row.outstanding === promo.outstanding &&
    row.waiting === promo.people &&
    row.paused === Number(promo.paused)
  );
}
