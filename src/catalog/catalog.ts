/**
 * Items and promos, read through two levels: a few in the thread, more in the store, then SQL. One
 * reader of a missing entry loads it for all; a change leaves nothing stale behind (`version.ts`).
 */
import { LRUCache } from 'lru-cache';
import type { Catalog, ItemDraft, ItemRow, ItemSort, PromoDraft, PromoRow } from '../db/sql.ts';
import type { KeyValueStore } from '../store/store.ts';
import { type CatalogItem, type CatalogPromo, catalogItem, catalogPromo } from './item.ts';
import { CatalogVersion, entryTtlMs, whileThere } from './version.ts';

const entriesMax = 100;
const ttlMs = 60_000;
/** Items in one list. */
const listMax = 200;
/** Lists follow sales, so they are kept in the thread only, and not for long. */
const listTtlMs = 1_000;

const itemKey = (id: number) => `item:${id}`;

interface List {
  readonly items: Promise<CatalogItem[]>;
  readonly loadedAt: number;
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
  readonly #lists = new Map<ItemSort, List>();
  #refreshing: Promise<void> | null = null;

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
      return row === null ? null : catalogItem(row, await this.#sql.promosOfItems([id]));
    });
  }

  /** A promo, draft or not; null where there is none. @throws SqlUnavailable */
  promo(id: number): Promise<CatalogPromo | null> {
    return this.#read(`promo:${id}`, async () => {
      const row = await this.#sql.promo(id);
      return row === null ? null : catalogPromo(row);
    });
  }

  /** The first `listMax` items, whether they are open or not. @throws SqlUnavailable */
  async items(sort: ItemSort): Promise<readonly CatalogItem[]> {
    while (this.#version.changed) await this.#refresh();
    const now = performance.now();
    let list = this.#lists.get(sort);
    if (list === undefined || now - list.loadedAt >= listTtlMs) {
      list = { items: this.#list(sort), loadedAt: now };
      this.#lists.set(sort, list);
      // A list that could not be loaded is not kept; those waiting for it get the error.
      list.items.catch(() => this.#lists.delete(sort));
    }
    return list.items;
  }

  /** @throws SqlUnavailable */
  async createItem(draft: ItemDraft): Promise<ItemRow> {
    const row = await this.#sql.createItem(draft);
    await this.#version.change();
    return row;
  }

  /** @throws SqlUnavailable */
  async createPromo(draft: PromoDraft): Promise<PromoRow> {
    const row = await this.#sql.createPromo(draft);
    await this.#version.change();
    return row;
  }

  async #list(sort: ItemSort): Promise<CatalogItem[]> {
    const rows = await this.#sql.items(sort, listMax);
    const promos = await this.#sql.promosOfItems(rows.map(({ id }) => id));
    return rows.map((row) => catalogItem(row, promos));
  }

  async #read<T extends object>(key: string, load: () => Promise<T | null>): Promise<T | null> {
    while (this.#version.changed) await this.#refresh();
    if (this.#version.due) void this.#refresh();
    const known = this.#recent.get(key) ?? this.#loading.get(key) ?? this.#load(key, load);
    return known as T | Promise<T | null>; // Keys of one kind hold values of one type.
  }

  #load<T extends object>(key: string, load: () => Promise<T | null>): Promise<T | null> {
    const loading = this.#fromStore(key, load)
      .then((value) => {
        // A change in the meantime has emptied `#loading`: this value may predate it.
        if (value !== null && this.#loading.get(key) === loading) this.#recent.set(key, value);
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
    const storeKey = `catalog:${name}:${key}`;
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
        this.#lists.clear();
      })
      .finally(() => {
        this.#refreshing = null;
      });
    return this.#refreshing;
  }
}
