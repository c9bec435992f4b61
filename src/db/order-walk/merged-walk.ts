/** A walk through the orders of all items, or of one: the runs of the items, merged. */
import type { OrderCursor, OrderRow } from '../rows.ts';
import { ItemRun } from './item-run.ts';
import {
  isNewer,
  type OrderFilter,
  type OrderReads,
  type OrderStep,
  type OrderWalk,
  stepRows,
} from './order-walk.ts';

/** Rows that the runs of a walk keep together, and at least and at most those of one. */
const keptRows = 20_000;
const runRowsMin = 8;
const runRowsMax = 1_000;

export class MergedWalk implements OrderWalk {
  /** A heap: no run's head is newer than that of the run at half its index. Null before the first step. */
  #runs: ItemRun[] | null = null;

  constructor(
    private readonly reads: OrderReads,
    private readonly filter: OrderFilter,
    private readonly after: OrderCursor | null,
  ) {}

  async step(limit: number, look = stepRows): Promise<OrderStep> {
    this.#runs ??= await this.#begin();
    const runs = this.#runs;
    const rows: OrderRow[] = [];
    for (let looked = 0; runs.length > 0; this.#sink()) {
      const run = runs[0]!;
      // Until a run has begun it is not known where another walk had to go on.
      if (!run.hasBegun) await run.begin();
      else if (rows.length === limit) return { rows, next: run.rest };
      else if (run.isFound) rows.push(run.take());
      else if (looked >= look) return { rows, next: run.rest };
      else looked += await run.look(look - looked);
    }
    return { rows, next: null };
  }

  async #begin(): Promise<ItemRun[]> {
    const { reads, filter, after } = this;
    const newest = await reads.newest(filter.itemId);
    const share = Math.floor(keptRows / newest.length);
    const kept = Math.max(runRowsMin, Math.min(share, runRowsMax));
    const runs = newest.map((place) => new ItemRun(reads, filter, place, after, kept));
    // Sorted, it is a heap.
    return runs
      .filter(({ head }) => head !== null)
      .sort((a, b) => (isNewer(a.head!, b.head!) ? -1 : 1));
  }

  /** Puts the first run, whose head has changed, in its place; takes it out where it has ended. */
  #sink(): void {
    const runs = this.#runs!;
    if (runs[0]!.head === null) {
      const last = runs.pop()!;
      if (runs.length === 0) return;
      runs[0] = last;
    }
    const run = runs[0]!;
    let at = 0;
    for (let child = 1; child < runs.length; child = at * 2 + 1) {
      const other = runs[child + 1];
      if (other !== undefined && isNewer(other.head!, runs[child]!.head!)) child++;
      if (!isNewer(runs[child]!.head!, run.head!)) break;
      runs[at] = runs[child]!;
      at = child;
    }
    runs[at] = run;
  }
}
