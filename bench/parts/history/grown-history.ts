/**
 * A history as a shop has one: orders that were placed and paid, in SQL as in the journal, of promos that end and
 * leave the memory. Actor thread, projector and archivist are the engine's own; only nobody sends them HTTP.
 */
import { existsSync, renameSync, rmSync } from 'node:fs';
import { openJournal } from '../../../actors/journal/open.ts';
import { Positions } from '../../../actors/memory/positions.ts';
import { takeSnapshot } from '../../../actors/snapshot/archivist.ts';
import type { TemporaryFolder } from '../../../actors/testing/process.ts';
import { openSql } from '../../../src/db/open.ts';
import { Projector } from '../../../src/projector/projector.ts';
import { WrongAnswer } from '../../report/report.ts';
import { journalAt, partitions, startActorThread } from '../actor-thread.ts';
import { promo } from '../feeder.ts';

/** One in each partition. */
const items = 8;
/** More than are ever sold. */
const units = 50_000_000;
/** The promo of the orders that stay in memory when all others are archived. */
const laterPromo = promo + 1;
/** What was placed and paid in this time has left the memory, if it may. */
const archivingMsMax = 120_000;

export class GrownHistory {
  /** Orders sold so far. */
  orders = 0;
  readonly #path: string;

  constructor(readonly folder: TemporaryFolder) {
    this.#path = folder.file('journal');
  }

  get snapshotsFolder(): string {
    return this.folder.file('snapshots');
  }

  /** Sells until there are this many orders. */
  async growTo(orders: number): Promise<void> {
    const { snapshotsFolder } = this;
    const { feeder, stop } = await startActorThread(this.#path, { snapshotsFolder });
    if (this.orders === 0) await feeder.openSales(items, units);
    await feeder.sell(orders - this.orders, items, { firstUser: this.orders + 1 });
    this.orders = orders;
    await stop();
  }

  /** Has SQL catch up. */
  async project(): Promise<void> {
    const projection = await this.#openProjection();
    await projection.catchUp();
    await projection.close();
  }

  /** Stores a snapshot of each partition, as the archivist does. */
  async takeSnapshots(): Promise<void> {
    const journal = await this.#openJournal();
    const snapshots = journal.snapshots(this.snapshotsFolder);
    const positions = new Positions(new SharedArrayBuffer(Positions.bytes));
    const pace = () => Promise.resolve();
    const world = { journal, snapshots, positions, pace, log: () => undefined };
    for (let partition = 0; partition < partitions; partition++) {
      await takeSnapshot(partition, world);
      // The partition's state would stay until the next one's is there as well.
      Bun.gc(true);
    }
    await journal.close();
  }

  /** Sells this many orders of promos that go on, and ends those of all others, which leave the memory. */
  async archiveAllBut(kept: number): Promise<void> {
    const { snapshotsFolder } = this;
    const thread = await startActorThread(this.#path, { snapshotsFolder, retainMs: 0 });
    const { feeder, positions, stop } = thread;
    for (let item = 1; item <= items; item++) await feeder.carryOut({ type: 'end', item, promo });
    for (let item = 1; item <= items; item++) await feeder.publish(item, { promo: laterPromo });
    await feeder.sell(kept, items, { of: laterPromo, firstUser: this.orders + 1 });
    this.orders += kept;
    const projection = await this.#openProjection((partition, sequence) =>
      positions.reached(partition, 'sql', sequence),
    );
    positions.archives = true;
    const inMemory = () =>
      Array.from({ length: partitions }, (_, each) => positions.get(each, 'ordersKept')).reduce(
        (sum, orders) => sum + orders,
      );
    const startedAt = performance.now();
    do {
      await projection.catchUp();
      await Bun.sleep(10);
      if (performance.now() - startedAt > archivingMsMax)
        throw new WrongAnswer(`archive: ${inMemory()} orders are still in memory`);
    } while (inMemory() !== kept);
    await stop();
    await projection.catchUp();
    await projection.close();
  }

  /** Does something while some of the folder's files are not there. */
  async without<T>(names: readonly string[], work: () => Promise<T>): Promise<T> {
    const { folder } = this;
    const there = names.filter((name) => existsSync(folder.file(name)));
    for (const name of there) renameSync(folder.file(name), folder.file(`${name}.aside`));
    try {
      return await work();
    } finally {
      for (const name of there) {
        rmSync(folder.file(name), { recursive: true, force: true });
        renameSync(folder.file(`${name}.aside`), folder.file(name));
      }
    }
  }

  #openJournal() {
    return openJournal(journalAt(this.#path), partitions, { readonly: true });
  }

  async #openProjection(onProgress?: (partition: number, sequence: number) => void) {
    const journal = await this.#openJournal();
    const sql = await openSql({ databaseUrl: null, dataDir: this.folder.path });
    const { projection } = sql;
    const told = onProgress === undefined ? {} : { onProgress };
    const projector = new Projector({ journal, projection, partitions, ...told });
    await projector.start();
    return {
      catchUp: () => projector.catchUp(),
      close: async () => {
        await sql.close();
        await journal.close();
      },
    };
  }
}
