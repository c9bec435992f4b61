/** What the shop's services need, without HTTP: a partition driven by hand, and a real catalogue in SQLite. */
import type { Board } from '../../actors/memory/board.ts';
import type { Command, Reply } from '../../actors/protocol.ts';
import { newRig, type Rig, start } from '../../actors/testing/partition-rig.ts';
import { temporaryFolder } from '../../actors/testing/process.ts';
import { CachedCatalog } from '../catalog/catalog.ts';
import { CatalogVersion } from '../catalog/version.ts';
import type { Sql } from '../db/sql.ts';
import { KnownEngines } from '../shop/cluster/known-engines.ts';
import { RefusalCounts } from '../shop/cluster/refusal-counts.ts';
import { ItemLists } from '../shop/list-items.ts';
import type { ShopParts } from '../shop/parts.ts';
import { SqliteStore } from '../store/sqlite.ts';
import { sqliteFixture } from './sql-fixture.ts';

const ownFacts = {
  id: 'own',
  address: 'http://127.0.0.1:3000',
  version: '0.0.0',
  startedAt: start,
  actorThreads: 1,
};

export class ShopRig implements ShopParts {
  /** Milliseconds since 1970 UTC; tests move it. */
  now = start;
  readonly partitions = 1;
  readonly board: Board;
  readonly positions;
  readonly clock = () => this.now;
  readonly steadyClock = () => this.now;
  readonly catalog: CachedCatalog;
  readonly lists: ItemLists;
  readonly engines = new KnownEngines(ownFacts);
  readonly refusals: RefusalCounts;
  readonly webhooks = null;

  private constructor(
    readonly partition: Rig,
    readonly sql: Sql,
    store: SqliteStore,
    /** Removes a table's rows from a number on, as in a database restored from before them. */
    readonly forget: (table: 'items' | 'promos', from: number) => Promise<void>,
    readonly remove: () => Promise<void>,
  ) {
    this.board = partition.board;
    this.positions = partition.positions;
    const memory = new SharedArrayBuffer(CatalogVersion.bytes);
    this.catalog = new CachedCatalog(sql.catalog, store, memory);
    const { board, engines } = this;
    this.refusals = new RefusalCounts({ board, engines, courier: null, thread: 0, life: 0 });
    this.lists = new ItemLists(this);
  }

  static async start(): Promise<ShopRig> {
    const [fixture, folder] = [await sqliteFixture(), temporaryFolder()];
    const store = new SqliteStore(folder.file('store.db'));
    const partition = newRig();
    await partition.partition.recover('start');
    const remove = async () => {
      await store.close();
      await fixture.remove();
      folder.remove();
    };
    return new ShopRig(partition, await fixture.open(), store, fixture.forget, remove);
  }

  /** Has the actor decide a command, and the journal store the result. */
  readonly send = async (command: Command): Promise<Reply> => {
    const request = this.partition.submit(command, this.now);
    this.partition.partition.commit();
    await this.partition.journal.acknowledgeAll();
    return this.partition.replies.get(request)!;
  };

  readonly openJournal = async () => this.partition.journal;
}
