/** What every key-value store must do, whatever it keeps its entries in. */
import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { waitUntil } from '../../actors/testing/process.ts';
import type { KeyValueStore } from '../store/store.ts';

/** One place where a store is kept. */
export interface StorePlace {
  /** Opens the store again, as another thread or process would. */
  open(): Promise<KeyValueStore>;
  /** Frees the place; the contract has closed everything it opened. */
  dispose(): Promise<void>;
}

const longMs = 60_000;
const shortMs = 30;
const slow = { burst: 3, perSecond: 0.001 };

export function storeContract(name: string, makePlace: () => Promise<StorePlace>): void {
  describe(`${name} keeps the store's contract`, () => {
    let place: StorePlace;
    let store: KeyValueStore;
    let other: KeyValueStore;

    beforeEach(async () => {
      place = await makePlace();
      store = await place.open();
      other = await place.open();
    });

    afterEach(async () => {
      await store.close();
      await other.close();
      await place.dispose();
    });

    const gone = (key: string) => waitUntil('it expires', async () => !(await store.get(key)));
    const both = <T>(work: (each: KeyValueStore) => Promise<T>, times = 10): Promise<T[]> =>
      Promise.all(Array.from({ length: times }, (_, n) => work(n % 2 === 0 ? store : other)));

    test('a value is read where it was written, and through another connection', async () => {
      const text = 'любой текст, 任何文字, \u0000 too';
      expect(await store.get('key')).toBeNull();
      await store.set('key', text, longMs);
      expect(await store.get('key')).toBe(text);
      expect(await other.get('key')).toBe(text);
      await other.set('key', 'later', longMs);
      expect(await store.get('key')).toBe('later');
    });

    test('a value is gone when its time has passed', async () => {
      await store.set('key', 'value', shortMs);
      await gone('key');
      expect(await other.get('key')).toBeNull();
      expect(await store.take('key')).toBeNull();
      expect(await store.replace('key', 'again', longMs)).toBe(false);
      expect(await store.setIfAbsent('key', 'new', longMs)).toBe(true);
      expect(await other.get('key')).toBe('new');
    });

    test('writing again gives a new time to live', async () => {
      await store.set('key', 'short', shortMs);
      await store.set('key', 'long', longMs);
      await store.set('other', 'value', shortMs);
      await gone('other');
      expect(await store.get('key')).toBe('long');
    });

    test('what is kept is read like what is set, and is gone when its time has passed', async () => {
      await store.set('key', 'earlier', shortMs);
      await store.keep('key', 'kept', longMs);
      expect(await other.get('key')).toBe('kept');
      await other.keep('key', 'later', shortMs);
      await gone('key');
      expect(await store.get('key')).toBeNull();
    });

    test('of several that set an absent key, one does', async () => {
      const set = await both((each) => each.setIfAbsent('key', 'mine', longMs));
      expect(set.filter(Boolean)).toHaveLength(1);
      expect(await store.setIfAbsent('key', 'other', longMs)).toBe(false);
      expect(await store.get('key')).toBe('mine');
    });

    test('a key is replaced only while it exists', async () => {
      expect(await store.replace('key', 'value', longMs)).toBe(false);
      expect(await store.get('key')).toBeNull();
      await store.set('key', 'old', 1_000);
      expect(await other.replace('key', 'new', longMs)).toBe(true);
      await store.set('other', 'value', 1_000);
      await gone('other');
      expect(await store.get('key')).toBe('new');
    });

    test('of several takers one gets the value, and then it is gone', async () => {
      await store.set('key', 'value', longMs);
      const taken = await both((each) => each.take('key'));
      expect(taken.filter((value) => value === 'value')).toHaveLength(1);
      expect(taken.filter((value) => value === null)).toHaveLength(9);
      expect(await store.get('key')).toBeNull();
    });

    test('increments over several connections add up, and none is lost', async () => {
      const counts = await both((each) => each.increment('key', longMs), 50);
      expect(counts.map(({ count }) => count).sort((a, b) => a - b)).toEqual(
        Array.from({ length: 50 }, (_, index) => index + 1),
      );
      for (const { endsInMs } of counts) {
        expect(endsInMs).toBeGreaterThan(0);
        expect(endsInMs).toBeLessThanOrEqual(longMs);
      }
    });

    test('a counter ends after its first increment, however often it is incremented', async () => {
      expect((await store.increment('key', 500)).count).toBe(1);
      let highest = 0;
      await waitUntil('it starts again', async () => {
        const { count } = await store.increment('key', longMs);
        highest = Math.max(highest, count);
        return count === 1;
      });
      expect(highest).toBeGreaterThan(1);
    });

    test('a bucket gives its burst, and then says when there will be more', async () => {
      const spent = [await store.spend('key', slow), await other.spend('key', slow)];
      spent.push(await store.spend('key', slow));
      expect(spent.map(({ allowed }) => allowed)).toEqual([true, true, true]);
      expect(spent.map(({ remaining }) => remaining)).toEqual([2, 1, 0]);
      expect(spent[0]!.retryAfterMs).toBe(0);
      const refused = await other.spend('key', slow);
      expect(refused).toMatchObject({ allowed: false, remaining: 0 });
      expect(refused.retryAfterMs).toBeGreaterThan(900_000);
      expect(refused.retryAfterMs).toBeLessThanOrEqual(1_000_000);
      expect((await store.spend('other', slow)).allowed).toBe(true);
    });

    test('at once, all connections together get no more than the burst', async () => {
      for (const burst of [1, 3, 7]) {
        const rate = { burst, perSecond: 0.0013 };
        const spent = await both((each) => each.spend(`burst of ${burst}`, rate), 20);
        expect(spent.filter(({ allowed }) => allowed)).toHaveLength(burst);
      }
    });

    test('a bucket fills up again', async () => {
      const fast = { burst: 2, perSecond: 20 };
      await waitUntil('it is empty', async () => !(await store.spend('key', fast)).allowed);
      await waitUntil('it has gained', async () => (await other.spend('key', fast)).allowed);
      await Bun.sleep(150);
      expect(await store.spend('key', fast)).toMatchObject({ allowed: true, remaining: 1 });
    });

    test('what is given back can be spent again, and a full bucket stays full', async () => {
      for (let spent = 0; spent < 3; spent++) await store.spend('key', slow);
      await other.giveBack('key', slow);
      expect(await store.spend('key', slow)).toMatchObject({ allowed: true, remaining: 0 });
      expect((await store.spend('key', slow)).allowed).toBe(false);
      for (let given = 0; given < 5; given++) await other.giveBack('key', slow);
      await other.giveBack('never spent', slow);
      for (const key of ['key', 'never spent']) {
        expect(await store.spend(key, slow)).toMatchObject({ allowed: true, remaining: 2 });
      }
    });

    test('what is deleted is gone: values, counters, buckets', async () => {
      await store.set('value', 'value', longMs);
      await store.increment('counter', longMs);
      await store.increment('counter', longMs);
      await store.spend('bucket', slow);
      for (const key of ['value', 'counter', 'bucket', 'never there']) await other.delete(key);
      expect(await store.get('value')).toBeNull();
      expect((await store.increment('counter', longMs)).count).toBe(1);
      expect((await store.spend('bucket', slow)).remaining).toBe(2);
    });

    test('a key is deleted only while it has the value that was named, and once', async () => {
      await store.set('key', 'mine', longMs);
      expect(await other.deleteIf('key', 'theirs')).toBe(false);
      expect(await store.get('key')).toBe('mine');
      const deleted = await both((each) => each.deleteIf('key', 'mine'));
      expect(deleted.filter(Boolean)).toHaveLength(1);
      expect(await store.get('key')).toBeNull();
      await store.set('key', 'mine', shortMs);
      await gone('key');
      expect(await store.deleteIf('key', 'mine')).toBe(false);
    });

    test('opening again finds what was stored', async () => {
      await store.set('key', 'value', longMs);
      await store.close();
      store = await place.open();
      expect(await store.get('key')).toBe('value');
    });
  });
}
