import { Database } from 'bun:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { type TemporaryFolder, temporaryFolder } from '../../actors/testing/process.ts';
import { storeContract } from '../testing/store-contract.ts';
import { openStore } from './open.ts';
import { SqliteStore } from './sqlite.ts';

storeContract('SQLite', async () => {
  const folder = temporaryFolder();
  return {
    open: () => openStore({ redisUrl: null, dataDir: folder.path }),
    dispose: async () => folder.remove(),
  };
});

describe('the embedded store', () => {
  let folder: TemporaryFolder;
  let store: SqliteStore;
  let now = 1_000_000;

  beforeEach(() => {
    folder = temporaryFolder();
    store = new SqliteStore(folder.file('store.db'), () => now);
  });

  afterEach(async () => {
    await store.close();
    folder.remove();
  });

  test('expires to the millisecond of its clock', async () => {
    await store.set('key', 'value', 500);
    now += 499;
    expect(await store.get('key')).toBe('value');
    now += 1;
    expect(await store.get('key')).toBeNull();
  });

  test('a bucket gains by its clock, never beyond its burst', async () => {
    const rate = { burst: 2, perSecond: 1 };
    await store.spend('key', rate);
    expect(await store.spend('key', rate)).toMatchObject({ allowed: true, remaining: 0 });
    expect(await store.spend('key', rate)).toMatchObject({ allowed: false, retryAfterMs: 1_000 });
    now += 999;
    expect(await store.spend('key', rate)).toMatchObject({ allowed: false, retryAfterMs: 1 });
    now += 1;
    expect((await store.spend('key', rate)).allowed).toBe(true);
    now += 3_600_000;
    expect(await store.spend('key', rate)).toMatchObject({ allowed: true, remaining: 1 });
  });

  test('a bucket, or a counter, that was used while the clock was a day ahead starts soon after', async () => {
    const rate = { burst: 2, perSecond: 1 };
    now += 86_400_000;
    for (let spent = 0; spent < 2; spent++) await store.spend('bucket', rate);
    await store.increment('counter', 60_000);
    now -= 86_400_000;
    expect(await store.spend('bucket', rate)).toMatchObject({ allowed: true, remaining: 1 });
    expect(await store.increment('counter', 60_000)).toEqual({ count: 2, endsInMs: 60_000 });
    now += 60_000;
    expect(await store.increment('counter', 60_000)).toEqual({ count: 1, endsInMs: 60_000 });
  });

  test('a bucket that is empty stays so for a thread whose clock is a moment behind', async () => {
    const rate = { burst: 1, perSecond: 1 };
    await store.spend('bucket', rate);
    now -= 2;
    expect((await store.spend('bucket', rate)).allowed).toBe(false);
    now += 2;
  });

  test('a sweep removes what has expired and nothing else', async () => {
    await store.set('short', 'value', 10);
    await store.set('long', 'value', 1_000);
    await store.spend('bucket', { burst: 1, perSecond: 100 });
    now += 11;
    store.sweep();
    const database = new Database(folder.file('store.db'), { readonly: true });
    expect(database.query('SELECT key FROM entries').all()).toEqual([{ key: 'long' }]);
    database.close();
  });
});
