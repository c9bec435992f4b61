import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { type TemporaryFolder, temporaryFolder } from '../../actors/testing/process.ts';
import { SqliteStore } from '../store/sqlite.ts';
import { addressBlock, RateLimits, rates } from './rate-limits.ts';

describe('rate limits', () => {
  let folder: TemporaryFolder;
  let store: SqliteStore;

  beforeEach(() => {
    folder = temporaryFolder();
    store = new SqliteStore(folder.file('store.db'), () => 0);
  });

  afterEach(async () => {
    await store.close();
    folder.remove();
  });

  test('let through the burst of each, and name themselves', async () => {
    const limits = new RateLimits(store);
    const { burst } = rates.logInByGuesser;
    for (let left = burst - 1; left >= 0; left--) {
      const state = await limits.spend('logInByGuesser', '+8613800000001');
      expect(state).toMatchObject({ allowed: true, remaining: left, name: 'logInByGuesser' });
    }
    expect((await limits.spend('logInByGuesser', '+8613800000001')).allowed).toBe(false);
    expect((await limits.spend('logInByGuesser', '+8613800000002')).allowed).toBe(true);
    expect((await limits.spend('tokenByUser', '+8613800000001')).allowed).toBe(true);
  });

  test('are full again when forgiven', async () => {
    const limits = new RateLimits(store, { tokenByUser: { burst: 1, perSecond: 1 } });
    expect((await limits.spend('tokenByUser', 1)).allowed).toBe(true);
    expect((await limits.spend('tokenByUser', 1)).allowed).toBe(false);
    await limits.forgive('tokenByUser', 1);
    expect((await limits.spend('tokenByUser', 1)).allowed).toBe(true);
  });

  test('ask the store about an empty bucket once a second, however many requests come', async () => {
    let [asked, now] = [0, 0];
    const counting = {
      spend: (...ask: Parameters<SqliteStore['spend']>) => {
        asked++;
        return store.spend(...ask);
      },
      giveBack: store.giveBack.bind(store),
    } as SqliteStore; // Nothing else is called here.
    const rate = { burst: 2, perSecond: 1 / 60 };
    const limits = new RateLimits(counting, { adminTokenByAddress: rate }, () => now);
    const flood = async () => {
      for (let n = 0; n < 50; n++) await limits.spend('adminTokenByAddress', '192.0.2.1');
    };
    await flood();
    expect(asked).toBe(3);
    now = 400;
    const refused = await limits.spend('adminTokenByAddress', '192.0.2.1');
    expect(refused).toMatchObject({ allowed: false, retryAfterMs: 59_600 });
    expect((await limits.spend('adminTokenByAddress', '192.0.2.2')).allowed).toBe(true);
    expect(asked).toBe(4);
    now = 1_000;
    await flood();
    expect(asked).toBe(5);
    await limits.giveBack('adminTokenByAddress', '192.0.2.1');
    expect((await limits.spend('adminTokenByAddress', '192.0.2.1')).allowed).toBe(true);
  });
});

describe('an address', () => {
  test.each([
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
    ['2001:db8:1:2::9', '2001:db8:1:2'],
    ['2001:0db8::1', '2001:db8:0:0'],
    ['::1', '0:0:0:0'],
    ['fe80::1%eth0', 'fe80:0:0:0'],
    ['unknown', 'unknown'],
  ])('%s is limited as %s', (address, block) => {
    expect(addressBlock(address)).toBe(block);
  });
});
