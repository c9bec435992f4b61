/**
 * One state of the rows of SQL for all partitions that a thread audits one after the other: what a query must read all
 * rows for, it is asked once.
 */
import type { ItemSums, ProjectionView } from '../../db/projection.ts';
import type { PromoWithSecret } from '../../db/rows.ts';
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
  #checkpoints: ReturnType<ProjectionView['checkpoints']> | null = null;
  #orderedItems: Promise<number[]> | null = null;
  #sums: Promise<ItemSums[]> | null = null;
  #titles: Promise<Map<number, string>> | null = null;
  #promos: Promise<PromoWithSecret[]> | null = null;

  constructor(private readonly view: ProjectionView) {}

  checkpoints() {
    this.#checkpoints ??= this.view.checkpoints();
    return this.#checkpoints;
  }

  orderedItems() {
    this.#orderedItems ??= this.view.orderedItems();
    return this.#orderedItems;
  }

  itemSums() {
    this.#sums ??= this.view.itemSums();
    return this.#sums;
  }

  itemTitles() {
    this.#titles ??= this.view.itemTitles();
    return this.#titles;
  }

  publishedPromos() {
    this.#promos ??= this.view.publishedPromos();
    return this.#promos;
  }

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
