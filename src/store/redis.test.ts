import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  setDefaultTimeout,
  test,
} from 'bun:test';
import { waitUntil } from '../../actors/testing/process.ts';
import { type RedisServer, startRedis } from '../../actors/testing/redis.ts';
import { storeContract } from '../testing/store-contract.ts';
import { openStore } from './open.ts';
import { type KeyValueStore, StoreUnavailable } from './store.ts';

setDefaultTimeout(60_000);

let server: RedisServer;

beforeAll(async () => {
  server = await startRedis();
});

afterAll(() => server.remove());

const open = () => openStore({ redisUrl: server.url, dataDir: server.folder.path });

storeContract('Redis', async () => ({
  open,
  dispose: async () => {
    await server.command('FLUSHALL');
  },
}));

describe('the store in Redis', () => {
  let store: KeyValueStore;

  beforeEach(async () => {
    store = await open();
  });

  afterEach(async () => {
    await store.close();
    await server.command('FLUSHALL');
  });

  const answers = () => waitUntil('Redis is back', async () => (await store.get('any')) === null);

  test('prefixes its keys and gives each a time to live', async () => {
    await store.set('value', 'value', 60_000);
    await store.increment('counter', 60_000);
    await store.spend('bucket', { burst: 2, perSecond: 0.01 });
    const keys = (await server.command('KEYS', '*')) as string[]; // KEYS returns names.
    expect(keys.sort()).toEqual(['stampede:bucket', 'stampede:counter', 'stampede:value']);
    for (const key of keys) expect(await server.command('PTTL', key)).toBeGreaterThan(0);
  });

  test('a bucket that was used while the clock of Redis was a day ahead starts anew', async () => {
    const rate = { burst: 2, perSecond: 1 };
    const ahead = (Date.now() + 86_400_000) * 1_000;
    await server.command('SET', 'stampede:bucket', String(ahead));
    expect(await store.spend('bucket', rate)).toMatchObject({ allowed: true, remaining: 1 });
  });

  test('is unavailable while Redis is down, and works again once it is back', async () => {
    await store.set('key', 'value', 60_000);
    await server.kill();
    for (let attempt = 0; attempt < 3; attempt++) {
      await expect(store.get('key')).rejects.toBeInstanceOf(StoreUnavailable);
      await expect(store.spend('key', { burst: 1, perSecond: 1 })).rejects.toBeInstanceOf(
        StoreUnavailable,
      );
    }
    await server.start();
    await answers();
    expect(await store.setIfAbsent('key', 'empty again', 60_000)).toBe(true);
  });

  test('goes on where Redis has lost its scripts', async () => {
    const rate = { burst: 3, perSecond: 0.01 };
    expect((await store.spend('bucket', rate)).allowed).toBe(true);
    expect((await store.increment('counter', 60_000)).count).toBe(1);
    await server.command('SCRIPT', 'FLUSH');
    expect((await store.spend('bucket', rate)).allowed).toBe(true);
    expect((await store.increment('counter', 60_000)).count).toBe(2);
  });

  test('gives up on a Redis that is silent, and works again once it answers', async () => {
    await server.freeze();
    for (let attempt = 0; attempt < 3; attempt++) {
      await expect(store.increment('key', 60_000)).rejects.toBeInstanceOf(StoreUnavailable);
    }
    server.thaw();
    await answers();
  });

  test('can be opened before Redis is up', async () => {
    await server.stop();
    const early = await open();
    await expect(early.get('key')).rejects.toBeInstanceOf(StoreUnavailable);
    await server.start();
    await waitUntil('it is connected', async () => (await early.get('key')) === null);
    await early.set('key', 'value', 60_000);
    expect(await early.get('key')).toBe('value');
    await early.close();
    await answers();
  });
});
