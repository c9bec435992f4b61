/**
 * One state of the rows of SQL for all partitions that a thread audits one after the other: what a query must read all
 * rows for, it is asked once.
 */
import type { ProjectionView } from '../../db/projection.ts';
import type { AuditedRows } from './open-sql.ts';

export class KeptRows implements AuditedRows {
  /** Pending until it is closed. */
  #transaction: Promise<void> | null = null;
  #view: Promise<ProjectionView> | null = null;
  readonly #closed = Promise.withResolvers<void>();

  constructor(private readonly rows: AuditedRows) {}

  /** Reads the state of the first call, at every call. */
  async snapshot<T>(read: (view: ProjectionView) => Promise<T>): Promise<T> {
    this.#view ??= this.#open();
    return await read(await this.#view);
  }

  /** Gives up the state. */
  async close(): Promise<void> {
    this.#closed.resolve();
    // What has failed was thrown where it was read.
    await this.#transaction?.catch(() => undefined);
  }

  #open(): Promise<ProjectionView> {
    const { promise, resolve, reject } = Promise.withResolvers<ProjectionView>();
    this.#transaction = this.rows.snapshot(async (view) => {
      resolve(new KeptView(view));
      await this.#closed.promise;
    });
    this.#transaction.catch(reject);
    return promise;
  }
}

class KeptView implements ProjectionView {
  readonly checkpoints = once(() => this.view.checkpoints());
  readonly orderedItems = once(() => this.view.orderedItems());
  readonly itemSums = once(() => this.view.itemSums());
  readonly itemTitles = once(() => this.view.itemTitles());
  readonly seriesCheckpoints = once(() => this.view.seriesCheckpoints());
  readonly seriesSums = once(() => this.view.seriesSums());
  readonly publishedPromos = once(() => this.view.publishedPromos());

  constructor(private readonly view: ProjectionView) {}

  ordersOfItem(item: number) {
    return this.view.ordersOfItem(item);
  }

  orderPages(from: number, below: number) {
    return this.view.orderPages(from, below);
  }

  refundPages() {
    return this.view.refundPages();
  }

  entrantPages(partition: number | null) {
    return this.view.entrantPages(partition);
  }
}

/** The same answer whenever it is asked for. */
function once<T>(ask: () => Promise<T>): () => Promise<T> {
  let answer: Promise<T> | null = null;
  return () => {
    answer ??= ask();
    return answer;
  };
}
