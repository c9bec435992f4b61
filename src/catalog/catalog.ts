/**
 * Items and promos, read through two levels: a few in the thread, more in the store, then SQL. One
 * reader of a missing entry loads it for all; a change leaves nothing stale behind (`version.ts`).
 * While SQL is away, whatever this thread last knew of an item is shown: nobody can change it then.
 */
import { LRUCache } from 'lru-cache';
import type {
  Catalog,
  ItemChanges,
  ItemDraft,
  ItemRow,
  MadeItem,
  PromoDraft,
  PromoRow,
} from '../db/sql.ts';
import { UnlessAway } from '../db/unless-away.ts';
import type { KeyValueStore } from '../store/store.ts';
import { type CatalogItem, type CatalogPromo, catalogItem, catalogPromo } from './item.ts';
import { CatalogVersion, entryTtlMs, whileThere } from './version.ts';

/** Items and promos at hand in a thread: some hundred kilobytes. */
const entriesMax = 1_000;
const ttlMs = 60_000;
/** Searches are put to SQL again after this time; they are kept in the thread only. */
const searchTtlMs = 1_000;
const searchesMax = 100;
/** After this time a database that does not answer holds back no page whose items are known. */
const patienceMs = 1_000;

/** Of entries in the store, where an engine of an earlier release may read and write its own. */
const entryForm = 2;

const itemKey = (id: number) => `item:${id}`;
const promoKey = (id: number) => `promo:${id}`;

/** Some items, in the order they were asked for. */
export interface ItemsAtHand {
  items: CatalogItem[];
  /** How many more there may be, which SQL alone could show and is away. */
  missing: number;
}

export class CachedCatalog {
  readonly #sql: Catalog;
  readonly #store: Pick<KeyValueStore, 'get' | 'set'>;
  readonly #version: CatalogVersion;
  readonly #recent = new LRUCache<string, object>({
    max: entriesMax,
    ttl: ttlMs,
    ttlResolution: 1_000,
  });
  readonly #loading = new Map<string, Promise<object | null>>();
  /** What was last known of each, however old: for the time that SQL is away. */
  readonly #last = new LRUCache<string, object>({ max: entriesMax });
  readonly #searches = new LRUCache<string, Promise<number[]>>({
    max: searchesMax,
    ttl: searchTtlMs,
  });
  #hidden: { changes: number; ids: ReadonlySet<number> } = { changes: -1, ids: new Set() };
  #refreshing: Promise<void> | null = null;
  readonly #sqlUnlessAway = new UnlessAway(patienceMs);

  /** @param memory - of `CatalogVersion.bytes`, shared by every thread. */
  constructor(sql: Catalog, store: Pick<KeyValueStore, 'get' | 'set'>, memory: SharedArrayBuffer) {
    this.#sql = sql;
    this.#store = store;
    this.#version = new CatalogVersion(memory, store);
  }

  /** An item that this thread has cached; undefined where `item` must be asked. Hot path. */
  itemAtHand(id: number): CatalogItem | undefined {
    if (this.#version.changed) return undefined;
    if (this.#version.due) void this.#refresh();
    return this.#recent.get(itemKey(id)) as CatalogItem | undefined; // What `item` keeps there.
  }

  /** Null where there is none. @throws SqlUnavailable */
  item(id: number): Promise<CatalogItem | null> {
    return this.#read(itemKey(id), async () => {
      const row = await this.#sql.item(id);
      if (row === null) return null;
      const [promos, pictures] = await this.#aboutItems([id]);
      return catalogItem(row, promos, pictures);
    });
  }

  /** A promo, draft or not; null where there is none. @throws SqlUnavailable */
  promo(id: number): Promise<CatalogPromo | null> {
    return this.#read(promoKey(id), async () => {
      const row = await this.#sql.promo(id);
      return row === null ? null : catalogPromo(row);
    });
  }

  /** Some items, from SQL in one go where this thread has none of them at hand. */
  async itemsOf(ids: readonly number[]): Promise<ItemsAtHand> {
    await this.#refreshIfDue();
    const known = new Map<number, object>();
    const unknown = ids.filter((id) => {
      const item = this.#recent.get(itemKey(id));
      if (item !== undefined) known.set(id, item);
      return item === undefined;
    });
    const away = unknown.length > 0 && !(await this.#loadItems(unknown, known));
    const items = ids.map((id) => known.get(id)).filter((item) => item !== undefined);
    // Where SQL has answered, what it does not have does not exist.
    const missing = away ? ids.length - items.length : 0;
    return { items: items as CatalogItem[], missing }; // What `item` keeps under these keys.
  }

  /** The ids of items with the text in their title, newest first. @throws SqlUnavailable */
  async search(text: string, limit: number): Promise<number[]> {
    await this.#refreshIfDue();
    const key = `${limit}:${text}`;
    const known = this.#searches.get(key);
    if (known !== undefined) return known;
    const asked = this.#sql.search(text, limit);
    this.#searches.set(key, asked);
    // A search that failed is not kept; those waiting for it get the error.
    asked.catch(() => this.#searches.delete(key));
    return asked;
  }

  /** See `Catalog.createItem`. @throws SqlUnavailable */
  async createItem(draft: ItemDraft, above: number): Promise<ItemRow> {
    const row = await this.#sql.createItem(draft, above);
    await this.#version.change();
    return row;
  }

  /** See `Catalog.createItemOnce`. @throws SqlUnavailable */
  async createItemOnce(draft: ItemDraft, above: number, attempt: string): Promise<MadeItem> {
    const made = await this.#sql.createItemOnce(draft, above, attempt);
    await this.#version.change();
    return made;
  }

  /** See `Catalog.editItem`. @throws SqlUnavailable */
  async editItem(id: number, changes: ItemChanges): Promise<void> {
    await this.#sql.editItem(id, changes);
    await this.#version.change();
  }

  /** To be called after SQL was changed by other ways than these. */
  changed(): Promise<void> {
    return this.#version.change();
  }

  /** The ids of items that lists leave out, as they were last known where SQL is away. */
  async hiddenItems(): Promise<ReadonlySet<number>> {
    await this.#refreshIfDue();
    const { changes } = this.#version;
    if (this.#hidden.changes === changes) return this.#hidden.ids;
    const ids = await this.#sqlUnlessAway.ask(() => this.#sql.hiddenItems());
    if (ids !== null) this.#hidden = { changes, ids: new Set(ids) };
    return this.#hidden.ids;
  }

  /** See `Catalog.removeItem`. @throws SqlUnavailable */
  async removeItem(id: number): Promise<void> {
    await this.#sql.removeItem(id);
    await this.#version.change();
  }

  /** See `Catalog.createPromo`. @throws SqlUnavailable */
  async createPromo(
    draft: PromoDraft,
    above: number,
    attempt: string | null = null,
  ): Promise<PromoRow> {
    const row = await this.#sql.createPromo(draft, above, attempt);
    await this.#version.change();
    return row;
  }

  /** Adds items to `known`; false where SQL is away, and what was last known of them has to do. */
  async #loadItems(ids: readonly number[], known: Map<number, object>): Promise<boolean> {
    const { changes } = this.#version;
    const load = () => Promise.all([this.#sql.itemsOf(ids), this.#aboutItems(ids)]);
    const answer = await this.#sqlUnlessAway.ask(load);
    if (answer === null) {
      for (const id of ids) {
        const last = this.#last.get(itemKey(id));
        if (last !== undefined) known.set(id, last);
      }
      return false;
    }
    const [found, [promos, pictures]] = answer;
    for (const row of found) {
      const item = catalogItem(row, promos, pictures);
      known.set(row.id, item);
      // What a change has overtaken may be shown once, but is not kept.
      if (this.#version.changes === changes) this.#keep(itemKey(row.id), item);
    }
    return true;
  }

  /** The promos and the pictures of some items. */
  #aboutItems(ids: readonly number[]) {
    return Promise.all([this.#sql.promosOfItems(ids), this.#sql.picturesOfItems(ids)]);
  }

  async #refreshIfDue(): Promise<void> {
    while (this.#version.changed) await this.#refresh();
    if (this.#version.due) void this.#refresh();
  }

  #keep(key: string, value: object): void {
    this.#recent.set(key, value);
    this.#last.set(key, value);
  }

  async #read<T extends object>(key: string, load: () => Promise<T | null>): Promise<T | null> {
    await this.#refreshIfDue();
    const recent = this.#recent.get(key);
    if (recent !== undefined) return recent as T; // Keys of one kind hold values of one type.
    const ask = () => (this.#loading.get(key) ?? this.#load(key, load)) as Promise<T | null>;
    const last = this.#last.get(key) as T | undefined;
    if (last === undefined) return ask();
    // SQL's own "no such thing" is an answer; SQL's absence is not.
    const answer = await this.#sqlUnlessAway.ask(async () => ({ value: await ask() }));
    return answer === null ? last : answer.value;
  }

  #load<T extends object>(key: string, load: () => Promise<T | null>): Promise<T | null> {
    const loading = this.#fromStore(key, load)
      .then((value) => {
        // A change in the meantime has emptied `#loading`: this value may predate it.
        if (value !== null && this.#loading.get(key) === loading) this.#keep(key, value);
        return value;
      })
      .finally(() => {
        if (this.#loading.get(key) === loading) this.#loading.delete(key);
      });
    this.#loading.set(key, loading);
    return loading;
  }

  async #fromStore<T extends object>(
    key: string,
    load: () => Promise<T | null>,
  ): Promise<T | null> {
    const { name } = this.#version;
    if (name === null) return load();
    const storeKey = `catalog:${entryForm}:${name}:${key}`;
    const stored = await whileThere(() => this.#store.get(storeKey));
    if (stored !== null) return JSON.parse(stored) as T; // As it was written below.
    const value = await load();
    if (value !== null) {
      await whileThere(() => this.#store.set(storeKey, JSON.stringify(value), entryTtlMs));
    }
    return value;
  }

  /** Looks for a new version, once for all concurrent callers, and forgets what is older. */
  #refresh(): Promise<void> {
    this.#refreshing ??= this.#version
      .refresh()
      .then((other) => {
        if (!other) return;
        this.#recent.clear();
        this.#loading.clear();
        this.#searches.clear();
      })
      .finally(() => {
        this.#refreshing = null;
      });
    return this.#refreshing;
  }
}
