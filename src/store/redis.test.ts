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
import { makeAuthority } from '../../actors/testing/certificates.ts';
import {
  startProcess,
  type TemporaryFolder,
  temporaryFolder,
  waitUntil,
} from '../../actors/testing/process.ts';
import { type RedisServer, startRedis } from '../../actors/testing/redis.ts';
import { startRelay } from '../../actors/testing/relay.ts';
import { storeContract } from '../testing/store-contract.ts';
import { openStore } from './open.ts';
import { type KeyValueStore, StoreUnavailable } from './store.ts';

setDefaultTimeout(240_000);

let server: RedisServer;
let folder: TemporaryFolder;

beforeAll(async () => {
  server = await startRedis();
  folder = temporaryFolder();
});

afterAll(async () => {
  await server.remove();
  folder.remove();
});

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

  test('finds the new master when its address has moved away from a demoted one', async () => {
    const [first, second] = [server, await startRedis()];
    const address = await startRelay(first.port);
    const moved = await openStore({
      redisUrl: `redis://127.0.0.1:${address.port}`,
      dataDir: folder.path,
    });
    await moved.set('key', 'first', 60_000);
    // What a failover does; the connection stays open, and its server answers every read.
    await first.command('REPLICAOF', '127.0.0.1', String(second.port));
    address.leadTo(second.port);
    const written = async (write: () => Promise<unknown>) =>
      waitUntil('the new master takes the write', () =>
        write().then(
          () => true,
          (error: unknown) => {
            expect(error).toBeInstanceOf(StoreUnavailable);
            return false;
          },
        ),
      );
    await written(() => moved.set('key', 'second', 60_000));
    await written(() => moved.increment('counter', 60_000));
    await written(() => moved.spend('bucket', { burst: 1, perSecond: 1 }));
    expect(await second.command('GET', 'stampede:key')).toBe('second');
    await moved.close();
    await first.command('REPLICAOF', 'NO', 'ONE');
    await address.stop();
    await second.remove();
  });

  test('leaves a server that still loads its data, or has lost its master, when the address moves', async () => {
    // A replica without its master that may not answer from what it has: MASTERDOWN to each read.
    const lost = await startRedis({ options: ['--replica-serve-stale-data', 'no'] });
    const address = await startRelay(lost.port);
    const url = `redis://127.0.0.1:${address.port}`;
    const moved = await openStore({ redisUrl: url, dataDir: folder.path });
    expect(await moved.get('key')).toBeNull();
    await lost.command('REPLICAOF', '127.0.0.1', '1');
    await expect(moved.get('key')).rejects.toBeInstanceOf(StoreUnavailable);
    address.leadTo(server.port);
    await server.command('SET', 'stampede:key', 'found');
    await waitUntil('the other server answers', async () =>
      moved.get('key').then(
        (value) => value === 'found',
        () => false,
      ),
    );
    await moved.close();
    await lost.remove();
    await address.stop();
  });

  test('takes password, database and TLS from its address, and trusts an own authority by the usual variable', async () => {
    const authority = makeAuthority(folder);
    const files = authority.issue('redis', 'IP:127.0.0.1');
    const password = 'p@ss:w/ö rd%';
    const secured = await startRedis({ password, tls: { ca: authority.path, ...files } });
    const script = `
      const { openStore } = await import(${JSON.stringify(import.meta.resolve('./open.ts'))});
      const store = await openStore({ redisUrl: '${secured.url}/3', dataDir: '/nowhere' });
      const answer = store.set('key', 'kept', 60_000).then(() => 'kept', (error) => error.name);
      console.log(await answer);
      await store.close();`;
    const run = async (env: Record<string, string>) => {
      const command = [process.execPath, '-e', script];
      const child = startProcess({ command, cwd: '/', env });
      await child.ended;
      return child.output();
    };
    expect(await run({ NODE_EXTRA_CA_CERTS: authority.path })).toContain('kept');
    expect(String(await secured.command('INFO', 'keyspace'))).toContain('db3:keys=1');
    // Without the authority nobody knows who answers.
    const distrusting = await run({});
    expect(distrusting).toContain('StoreUnavailable');
    expect(distrusting).not.toContain(encodeURIComponent(password));
    expect(distrusting).not.toContain(password);
    await secured.remove();
  });
});
