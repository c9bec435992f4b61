import { afterEach, beforeEach, expect, test } from 'bun:test';
import type { Event } from '../../actors/events.ts';
import { chainStart, encodeEntry, entryHash } from '../../actors/journal/codec.ts';
import type { Journal } from '../../actors/journal/journal.ts';
import { openJournal } from '../../actors/journal/open.ts';
import { Doorbell } from '../../actors/memory/mailbox.ts';
import { makeSharedMemory } from '../../actors/shared.ts';
import { logAt } from '../../actors/testing/log.ts';
import { type TemporaryFolder, temporaryFolder, waitUntil } from '../../actors/testing/process.ts';
import { CachedCatalog } from '../catalog/catalog.ts';
import { CatalogVersion } from '../catalog/version.ts';
import { openSql } from '../db/open.ts';
import type { Sql } from '../db/sql.ts';
import { openStore } from '../store/open.ts';
import type { KeyValueStore } from '../store/store.ts';
import { anybody } from '../testing/drafts.ts';
import { CatalogNews } from './catalog-news.ts';
import type { FromProjectorThread, ToProjectorThread } from './worker.ts';

let folder: TemporaryFolder;
let sql: Sql;
let store: KeyValueStore;
let journal: Journal;
let tail = { seq: 0, hash: chainStart };

beforeEach(async () => {
  folder = temporaryFolder();
  const dataDir = folder.path;
  sql = await openSql({ databaseUrl: null, dataDir });
  store = await openStore({ redisUrl: null, dataDir });
  journal = await openJournal(logAt(folder.file('journal')), 1);
  tail = { seq: 0, hash: chainStart };
});

afterEach(async () => {
  await journal.close();
  await store.close();
  await sql.close();
  folder.remove();
});

async function append(...events: Event[]): Promise<void> {
  const head = { partition: 0, seq: tail.seq + 1, prev: tail.hash, writer: 'test', at: 1_000 };
  const bytes = encodeEntry(
    head,
    events.map((event) => JSON.stringify(event)),
  );
  await journal.append(0, tail.seq, bytes);
  tail = { seq: head.seq, hash: entryHash(bytes) };
}

test('what an actor decided of an item and a promo is shown by every thread and process that knew it before', async () => {
  const memory = makeSharedMemory(1, 1);
  const here = new CachedCatalog(sql.catalog, store, memory.catalogChanges);
  const elsewhere = new SharedArrayBuffer(CatalogVersion.bytes);
  const other = new CachedCatalog(sql.catalog, store, elsewhere);
  const draft = { title: 'mug', description: '', imageUrl: null, price: 5, createdAt: 1 };
  const { id: item } = await here.createItem({ ...draft, ...anybody }, 0);
  await append({ type: 'opened', item, price: 5, units: 9 });
  const { thread, drained } = await startProjector(memory);
  await waitUntil('the opening is in SQL', async () => (await sql.catalog.item(item))?.stock === 9);
  // Nothing is told of after this but what follows.
  await Bun.sleep(1_000);
  for (const catalog of [here, other]) expect((await catalog.item(item))?.price).toBe(5);
  const shows = (price: number) => async () => {
    const shown = await Promise.all([here.item(item), other.item(item)]);
    return shown.every((each) => each?.price === price);
  };
  for (const price of [6, 7]) {
    await append({ type: 'edited', item, price });
    new Doorbell(memory.projectorBell).ring();
    await waitUntil(`both show ${price}`, shows(price));
  }
  thread.postMessage({ type: 'drain' } satisfies ToProjectorThread);
  await drained;
}, 240_000);

test('changes that come thick are told of at once, then now and then, and the last is always told', async () => {
  let changes = 0;
  let told = 0;
  let calls = 0;
  const change = async () => {
    calls++;
    told = changes;
  };
  const news = new CatalogNews({ change });
  for (; changes < 50; await Bun.sleep(1)) {
    changes++;
    news.note();
    await Promise.resolve();
    expect(told).toBeGreaterThanOrEqual(1);
  }
  await waitUntil('the last is told', () => told === changes);
  expect(calls).toBeLessThan(10);
  changes++;
  news.note();
  await news.tell();
  expect(told).toBe(changes);
});

async function startProjector(memory: ReturnType<typeof makeSharedMemory>) {
  const dataDir = folder.path;
  const thread = new Worker(new URL('worker.ts', import.meta.url).href);
  const drained = Promise.withResolvers<void>();
  thread.onmessage = ({ data }: MessageEvent<FromProjectorThread>) => {
    if (data.type === 'drained') drained.resolve();
  };
  thread.postMessage({
    type: 'start',
    partitions: 1,
    journal: logAt(folder.file('journal')),
    sql: { databaseUrl: null, dataDir },
    store: { redisUrl: null, dataDir },
    clockStepMs: 0,
    memory,
    logLevel: 'error',
  } satisfies ToProjectorThread);
  return { thread, drained: drained.promise };
}
