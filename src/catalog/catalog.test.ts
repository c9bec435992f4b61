import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { Board, type BoardRow } from '../../actors/memory/board.ts';
import { boardRow } from '../../actors/testing/board-row.ts';
import { type TemporaryFolder, temporaryFolder, waitUntil } from '../../actors/testing/process.ts';
import { type Catalog, type Sql, SqlUnavailable } from '../db/sql.ts';
import { SqliteStore } from '../store/sqlite.ts';
import { StoreUnavailable } from '../store/store.ts';
import { anybody, noQueue } from '../testing/drafts.ts';
import { type SqlFixture, sqliteFixture } from '../testing/sql-fixture.ts';
import { CachedCatalog } from './catalog.ts';
import { itemJson, shown } from './item.ts';
import { CatalogVersion } from './version.ts';

let fixture: SqlFixture;
let folder: TemporaryFolder;
let sql: Sql;

beforeAll(async () => {
  fixture = await sqliteFixture();
  folder = temporaryFolder();
  sql = await fixture.open();
});

afterAll(async () => {
  await fixture.remove();
  folder.remove();
});

const draft = {
  title: 'A “lamp”',
  description: '灯',
  imageUrl: null,
  price: 4_200,
  createdAt: 1,
  ...anybody,
};
const promoOf = (itemId: number) => ({
  itemId,
  name: 'Midnight',
  price: 100,
  startAt: 1_000,
  endAt: 2_000,
  limitPerUser: 1,
  gateFactor: 5,
  payWindowS: 900,
  captcha: true,
  ...noQueue,
});

/** The real catalogue with some of its operations replaced. */
function catalogWith(others: Partial<Catalog>): Catalog {
  const { catalog } = sql;
  return {
    createItem: (item) => catalog.createItem(item),
    createItemOnce: (...given) => catalog.createItemOnce(...given),
    editItem: (...given) => catalog.editItem(...given),
    hiddenItems: () => catalog.hiddenItems(),
    removeItem: (id) => catalog.removeItem(id),
    missing: (known) => catalog.missing(known),
    item: (id) => catalog.item(id),
    itemsOf: (ids) => catalog.itemsOf(ids),
    search: (text, limit) => catalog.search(text, limit),
    createPromo: (promo) => catalog.createPromo(promo),
    promo: (id) => catalog.promo(id),
    promosOfItems: (ids) => catalog.promosOfItems(ids),
    picturesOfItems: (ids) => catalog.picturesOfItems(ids),
    ...others,
  };
}

/** The real catalogue, counting how often an item is read from SQL. */
function counting(): { catalog: Catalog; reads: () => number } {
  let reads = 0;
  const item = async (id: number) => {
    reads++;
    return sql.catalog.item(id);
  };
  return { catalog: catalogWith({ item }), reads: () => reads };
}

let stores = 0;
/** Threads of one process share memory and store; processes share only the store. */
function processes() {
  const path = folder.file(`store-${stores++}.db`);
  const { catalog, reads } = counting();
  return {
    reads,
    process() {
      const memory = new SharedArrayBuffer(CatalogVersion.bytes);
      return { thread: () => new CachedCatalog(catalog, new SqliteStore(path), memory) };
    },
  };
}

test('an item is read from SQL once, however many readers ask at once', async () => {
  const { reads, process } = processes();
  const thread = process().thread();
  const { id } = await thread.createItem(draft, 0);
  const read = await Promise.all(Array.from({ length: 50 }, () => thread.item(id)));
  expect(new Set(read).size).toBe(1);
  expect(read[0]).toMatchObject({ ...draft, id, promos: [] });
  await thread.item(id);
  expect(reads()).toBe(1);
});

test('another thread, or process, finds in the store what one has read', async () => {
  const { reads, process } = processes();
  const own = process();
  const { id } = await own.thread().createItem(draft, 0);
  const first = await own.thread().item(id);
  expect(await own.thread().item(id)).toEqual(first);
  expect(await process().thread().item(id)).toEqual(first);
  expect(reads()).toBe(1);
});

test('a change is seen by every thread at once', async () => {
  const { process } = processes();
  const { thread } = process();
  const [one, other] = [thread(), thread()];
  const { id } = await one.createItem(draft, 0);
  for (const each of [one, other]) expect((await each.item(id))?.promos).toEqual([]);
  const promo = await one.createPromo(promoOf(id), 0);
  for (const each of [one, other]) {
    expect((await each.item(id))?.promos).toMatchObject([{ id: promo.id, name: 'Midnight' }]);
    expect(await each.promo(promo.id)).toMatchObject(promoOf(id));
  }
});

test('a change is seen by other processes soon', async () => {
  const { process } = processes();
  const [one, other] = [process().thread(), process().thread()];
  const { id } = await one.createItem(draft, 0);
  expect((await other.item(id))?.promos).toEqual([]);
  await one.createPromo(promoOf(id), 0);
  await waitUntil('the promo is seen', async () => (await other.item(id))?.promos.length === 1);
});

test('what was read before a change is not kept when it arrives after it', async () => {
  const [read, held] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const slow = catalogWith({
    promosOfItems: async (ids) => {
      const promos = await sql.catalog.promosOfItems(ids);
      read.resolve();
      await held.promise;
      return promos;
    },
  });
  const store = new SqliteStore(folder.file('late.db'));
  const memory = new SharedArrayBuffer(CatalogVersion.bytes);
  const late = new CachedCatalog(slow, store, memory);
  const other = new CachedCatalog(sql.catalog, store, memory);
  const { id } = await other.createItem(draft, 0);
  const before = late.item(id);
  await read.promise;
  await other.createPromo(promoOf(id), 0);
  held.resolve();
  expect((await before)?.promos).toEqual([]);
  for (const each of [late, other]) expect((await each.item(id))?.promos).toHaveLength(1);
});

test('a missing item is looked for again', async () => {
  const { process } = processes();
  const thread = process().thread();
  const { id } = await thread.createItem(draft, 0);
  expect(await thread.item(id + 1)).toBeNull();
  await sql.catalog.createItem(draft);
  expect((await thread.item(id + 1))?.id).toBe(id + 1);
});

test('a list and a search show what was just made', async () => {
  const { process } = processes();
  const { thread } = process();
  const [one, other] = [thread(), thread()];
  for (let made = 0; made < 2; made++) {
    const title = `Unlike any other ${made}`;
    const { id } = await one.createItem({ ...draft, title }, 0);
    for (const each of [one, other]) {
      expect(await each.itemsOf([id])).toMatchObject({ items: [{ id, title }], missing: 0 });
      expect(await each.search(title, 5)).toEqual([id]);
    }
  }
});

test('items of a list come in the order asked for, and those at hand are not read again', async () => {
  const { process, reads } = processes();
  const thread = process().thread();
  const ids: number[] = [];
  for (let made = 0; made < 3; made++) ids.push((await thread.createItem(draft, 0)).id);
  const [first, second, third] = ids as [number, number, number];
  const shown = async (...asked: number[]) =>
    (await thread.itemsOf(asked)).items.map(({ id }) => id);
  expect(await shown(third, first, second, 999_999)).toEqual([third, first, second]);
  for (const id of ids) await thread.item(id);
  expect(reads()).toBe(0);
});

describe('while SQL is away', () => {
  const refuses = async () => {
    throw new SqlUnavailable('away');
  };
  const hangs = () => Promise.withResolvers<never>().promise;

  test.each([
    ['refuses', refuses],
    ['does not answer', hangs],
  ])('and %s, what a thread last knew of an item is shown, however old', async (_, answer) => {
    let isAway = false;
    const or =
      <A extends unknown[], T>(work: (...args: A) => Promise<T>) =>
      (...args: A): Promise<T> =>
        isAway ? answer() : work(...args);
    const real = catalogWith({});
    const catalog = catalogWith({
      item: or(real.item),
      itemsOf: or(real.itemsOf),
      promosOfItems: or(real.promosOfItems),
    });
    // Without a store, which would answer as well.
    const gone = async () => {
      throw new StoreUnavailable('away');
    };
    const memory = new SharedArrayBuffer(CatalogVersion.bytes);
    const thread = () => new CachedCatalog(catalog, { get: gone, set: gone }, memory);
    const [own, other] = [thread(), thread()];
    const known = await own.createItem(draft, 0);
    const never = await own.createItem(draft, 0);
    await own.item(known.id);
    // A change by any thread empties what the threads hold.
    await other.createPromo(promoOf(never.id), 0);
    isAway = true;
    expect(await own.item(known.id)).toMatchObject({ id: known.id });
    expect(await own.itemsOf([known.id, never.id])).toMatchObject({
      items: [{ id: known.id }],
      missing: 1,
    });
    isAway = false;
    await waitUntil('SQL is asked again', async () => {
      const { items } = await own.itemsOf([known.id, never.id]);
      return items.length === 2;
    });
  });
});

test('without the store everything comes from SQL, and changes are seen as before', async () => {
  const away = async () => {
    throw new StoreUnavailable('away');
  };
  const { catalog, reads } = counting();
  const memory = new SharedArrayBuffer(CatalogVersion.bytes);
  const thread = () => new CachedCatalog(catalog, { get: away, set: away }, memory);
  const [one, other] = [thread(), thread()];
  const { id } = await one.createItem(draft, 0);
  await one.item(id);
  await one.item(id);
  expect(reads()).toBe(1);
  expect((await other.item(id))?.promos).toEqual([]);
  await one.createPromo(promoOf(id), 0);
  for (const each of [one, other]) expect((await each.item(id))?.promos).toHaveLength(1);
});

test('the JSON of an item has its stock, sales and status from the board', async () => {
  const { process } = processes();
  const thread = process().thread();
  const { id } = await thread.createItem(draft, 0);
  const promo = await thread.createPromo(promoOf(id), 0);
  const item = (await thread.item(id))!;
  const row = {
    sold: 3,
    left: 4,
    held: 2,
    promo: promo.id,
    startAt: 1_000,
    endAt: 2_000,
    price: 4_100,
    promoPrice: 90,
    normalSale: 0,
    queue: 2,
    queueOpenAt: 500,
  } as BoardRow; // What is shown of it.
  const { title, description, imageUrl, limitPerUser, hidden } = draft;
  const pictures: unknown[] = [];
  const written = { id, title, description, imageUrl, limitPerUser, hidden, pictures };
  const shown = { ...written, price: 4_100, normalSale: false, sales: 3, stock: 4, held: 2 };
  expect(JSON.parse(itemJson(item, { ...row, promo: 0 }, 0))).toEqual({ ...shown, promo: null });
  for (const [now, status] of [
    [999, 'pending'] as const,
    [1_000, 'running'] as const,
    [2_000, 'ended'] as const,
  ]) {
    expect(JSON.parse(itemJson(item, row, now))).toEqual({
      ...shown,
      promo: {
        id: promo.id,
        name: 'Midnight',
        price: 90,
        startAt: '1970-01-01T00:00:01.000Z',
        endAt: '1970-01-01T00:00:02.000Z',
        status,
        limitPerUser: 1,
        queue: 'draw',
        queueOpenAt: '1970-01-01T00:00:00.500Z',
        drawCommitment: null,
      },
    });
  }
});

test('what is shown of an item follows its row and its sale, whenever they change', async () => {
  const { process } = processes();
  const thread = process().thread();
  const { id } = await thread.createItem(draft, 0);
  const promo = await thread.createPromo(promoOf(id), 0);
  const item = (await thread.item(id))!;
  const board = new Board(new SharedArrayBuffer(Board.bytes()));
  const terms = { promo: promo.id, startAt: 1_000, endAt: 2_000, price: 4_200, promoPrice: 100 };
  const shownAt = (now: number) => JSON.parse(shown(item, board, now).json);
  board.write(id, boardRow({ ...terms, sold: 0, left: 5 }));
  expect(shownAt(999)).toMatchObject({ stock: 5, sales: 0, promo: { status: 'pending' } });
  expect(shownAt(1_000)).toMatchObject({ stock: 5, sales: 0, promo: { status: 'running' } });
  board.write(id, boardRow({ ...terms, sold: 2, left: 3 }));
  expect(shownAt(1_001)).toMatchObject({ stock: 3, sales: 2, promo: { status: 'running' } });
  expect(shownAt(2_000)).toMatchObject({ stock: 3, sales: 2, promo: { status: 'ended' } });
  expect(shown(item, board, 2_001)).toBe(shown(item, board, 9_000));
});
