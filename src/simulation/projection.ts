/**
 * The real projectors over the simulated journal and a real SQLite database: one, or two by mistake.
 * They crash between any two awaits, SQL fails before or after a commit, and at the end the rows must
 * be what the journal says (I7).
 */

import type { Sequence } from '../../actors/events.ts';
import { JournalUnavailable } from '../../actors/journal/journal.ts';
import type { Positions } from '../../actors/memory/positions.ts';
import { type OrderView, orderStatusNames, partitionOf } from '../../actors/protocol.ts';
import type { ProjectionView, Projection as Rows } from '../db/projection.ts';
import { type SeriesSum, seriesWidthsS, stockDelta } from '../db/series.ts';
import { type OrderRow, SqlUnavailable } from '../db/sql.ts';
import { CheckpointAhead, Projector } from '../projector/projector.ts';
import type { DurableItem, DurableOrder, Mark } from './durable-item.ts';
import { SimulatedJournal } from './faulty-journal.ts';
import type { Random } from './random.ts';
import type { Surroundings } from './surroundings.ts';
import type { Workspace } from './workspace.ts';

/** Probability that SQL fails, before a commit and after it. */
const sqlFails = 0.05;

/** One projector process. */
class Reader {
  readonly projector: Projector;
  /** Partitions whose step is in progress. */
  readonly busy = new Set<number>();

  constructor(around: Surroundings, projection: Rows, progress: (p: number, s: Sequence) => void) {
    const { store, partitions } = around;
    const journal = new SimulatedJournal(store, this);
    this.projector = new Projector({ journal, projection, partitions, onProgress: progress });
  }
}

export class Projection {
  readonly #rows: Rows;
  #readers: Reader[] = [];
  /** Positions of the engines, which learn every checkpoint. */
  readonly #told: Positions[] = [];
  readonly #checkpoints: Sequence[];
  /** By item: orders that were archived when that was looked at last. */
  readonly #archived = new Map<number, number>();

  constructor(
    workspace: Workspace,
    private readonly around: Surroundings,
  ) {
    const { projection } = workspace.sql;
    const rows = around.plants.projection?.(projection) ?? projection;
    this.#rows = failing(rows, around.random);
    this.#checkpoints = new Array(around.partitions).fill(0);
  }

  async start(): Promise<void> {
    await this.#rows.clear();
    const count = this.around.random.pick([1, 1, 2]);
    for (let reader = 0; reader < count; reader++) this.#readers.push(this.#reader());
  }

  /** Tells a new engine process, now and from here on, how far the rows are. */
  tell(positions: Positions): void {
    this.#told.push(positions);
    for (const [partition, sequence] of this.#checkpoints.entries()) {
      positions.reached(partition, 'sql', sequence);
    }
  }

  /** Starts one step of one projector. */
  step(): void {
    const { random, partitions } = this.around;
    this.#begin(random.pick(this.#readers), random.below(partitions));
  }

  crash(): void {
    const index = this.around.random.below(this.#readers.length);
    this.around.trace('a projector crashes');
    this.around.scheduler.cancel(this.#readers[index]!);
    this.#readers[index] = this.#reader();
  }

  /** Lets the projectors reach the journal's end, and compares the rows with it. */
  async settle(turn: () => Promise<void>): Promise<void> {
    const { around } = this;
    const behind = () =>
      this.#checkpoints.some((sequence, partition) => sequence < around.store.last(partition));
    for (let round = 0; behind() && around.healthy(); round++) {
      for (const reader of this.#readers) {
        for (let p = 0; p < around.partitions; p++) this.#begin(reader, p);
      }
      await turn();
      if (round > 1_000) around.fail('I7: the projector does not reach the end of the journal');
    }
    if (!around.healthy()) return;
    try {
      await this.#rows.snapshot((view) => this.#compare(view));
    } catch (violation) {
      around.fail(violation);
    }
  }

  /** What leaves the memory SQL has, whatever projectors do. @throws where it does not */
  mustHaveArchived(partition: number): void {
    const { audit, partitions } = this.around;
    for (const [id, { orders, plain }] of audit.histories) {
      const last = orders[plain.archived - 1];
      if (last === undefined || partitionOf(id, partitions) !== partition) continue;
      const archived = orders.slice(this.#archived.get(id) ?? 0, plain.archived);
      this.#archived.set(id, plain.archived);
      const missing = archived.find((order) => settledSeq(order) > this.#checkpoints[partition]!);
      if (missing !== undefined)
        throw new Error(`I7: order ${missing.n} is archived, and SQL does not have it`);
    }
  }

  #reader(): Reader {
    return new Reader(this.around, this.#rows, (partition, sequence) =>
      this.#progress(partition, sequence),
    );
  }

  #progress(partition: number, sequence: Sequence): void {
    this.around.trace(`rows of partition ${partition} are at ${sequence}`);
    this.#checkpoints[partition] = sequence;
    for (const positions of this.#told) positions.reached(partition, 'sql', sequence);
  }

  #begin(reader: Reader, partition: number): void {
    if (reader.busy.has(partition)) return;
    reader.busy.add(partition);
    reader.projector.step(partition).then(
      () => reader.busy.delete(partition),
      (error) => {
        reader.busy.delete(partition);
        const passing = error instanceof JournalUnavailable || error instanceof SqlUnavailable;
        // What answered short has the entries after all.
        const { store } = this.around;
        const short = error instanceof CheckpointAhead && error.checkpoint <= store.last(partition);
        if (!passing && !short) this.around.fail(error);
      },
    );
  }

  async #compare(view: ProjectionView): Promise<void> {
    const { audit } = this.around;
    const sums = new Map((await view.itemSums()).map((each) => [each.itemId, each]));
    const series = await view.seriesSums();
    for (const [id, history] of audit.histories) {
      const { stock, logged, sales } = sums.get(id) ?? { stock: null, logged: 0, sales: null };
      const { sold, left } = history.plain;
      if (stock !== left || logged !== left || sales !== sold) {
        throw new Error(`I7: item ${id}: rows say ${stock}, ${logged}, ${sales}; ${left}, ${sold}`);
      }
      compareSeries(id, series, history);
      const rows: OrderRow[] = [];
      for await (const row of view.ordersOfItem(id)) rows.push(row);
      compareOrders(id, rows, history);
    }
  }
}

/** The entry that made an order what it is; what must go back for it is no part of its row. */
function settledSeq({ views }: DurableOrder): Sequence {
  const { status, paidAt, closedAt } = views.at(-1)!.value;
  const isLast = ({ value }: Mark<OrderView>) =>
    value.status === status && value.paidAt === paidAt && value.closedAt === closedAt;
  return views.find(isLast)!.seq;
}

/** Rows of every width must come to what is left, what is sold, and how many orders there were. */
function compareSeries(item: number, sums: readonly SeriesSum[], history: DurableItem): void {
  const { sold, left } = history.plain;
  const expected = { orders: history.orders.length, sold, left };
  for (const widthS of seriesWidthsS) {
    const found = { orders: 0, sold: 0, left: 0 };
    for (const row of sums) {
      if (row.itemId !== item || row.widthS !== widthS) continue;
      found.orders += row.orders;
      found.sold += row.paidUnits - row.refundedUnits;
      for (const count of stockDelta.added) found.left += row[count];
      for (const count of stockDelta.taken) found.left -= row[count];
    }
    if (Bun.deepEquals(found, expected)) continue;
    const told = `rows of ${widthS} s come to ${JSON.stringify(found)}`;
    throw new Error(`I7: item ${item}: ${told}, not ${JSON.stringify(expected)}`);
  }
}

function compareOrders(item: number, rows: readonly OrderRow[], history: DurableItem): void {
  if (rows.length !== history.orders.length) {
    throw new Error(`I7: item ${item}: ${rows.length} rows of ${history.orders.length} orders`);
  }
  for (const [index, row] of rows.entries()) {
    const { seq, views } = history.orders[index]!;
    const expected = { ...asRow(views.at(-1)!.value), seq };
    const { userId, promoId, amount, unitPrice, total, status, createdAt, paidAt, closedAt } = row;
    const columns = {
      userId,
      promoId,
      amount,
      unitPrice,
      total,
      status,
      createdAt,
      paidAt,
      closedAt,
    };
    const found = { ...columns, seq: row.seq };
    if (!Bun.deepEquals(found, expected)) {
      throw new Error(`I7: ${JSON.stringify(found)}, not ${JSON.stringify(expected)}`);
    }
  }
}

function asRow(order: OrderView) {
  const { user, promo, amount, unitPrice, status, createdAt, paidAt, closedAt } = order;
  return {
    ...{ userId: user, promoId: promo, amount, unitPrice, total: amount * unitPrice },
    status: orderStatusNames[status]!,
    createdAt,
    paidAt: paidAt === 0 ? null : paidAt,
    closedAt: closedAt === 0 ? null : closedAt,
  };
}

/** SQL that fails now and then, before a commit or after it. */
function failing(rows: Rows, random: Random): Rows {
  return {
    checkpoints: () => rows.checkpoints(),
    async apply(batch) {
      if (random.chance(sqlFails)) throw new SqlUnavailable('before the commit');
      const applied = await rows.apply(batch);
      if (random.chance(sqlFails)) throw new SqlUnavailable('after the commit');
      return applied;
    },
    seriesCheckpoints: () => rows.seriesCheckpoints(),
    async applySeries(batch) {
      if (random.chance(sqlFails)) throw new SqlUnavailable('before the commit');
      return rows.applySeries(batch);
    },
    termsOfOrders: (keys) => rows.termsOfOrders(keys),
    clear: () => rows.clear(),
    snapshot: (read) => rows.snapshot(read),
  };
}
