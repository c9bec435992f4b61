import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { temporaryFolder } from '../../../actors/testing/process.ts';
import { inParallel } from '../../testing/crowd.ts';
import { mustSucceed, startTestEngine, type TestEngine } from '../../testing/engine-process.ts';

setDefaultTimeout(240_000);

const folder = temporaryFolder();
let engine: TestEngine;

beforeAll(async () => {
  engine = await startTestEngine({ dataDir: folder.path });
});

afterAll(async () => {
  await engine.stop();
  folder.remove();
});

interface ItemData {
  id: number;
  stock: number;
}

let keys = 0;
const newKey = () => `order-of-the-day/${++keys}!`;
const post = (path: string, body: unknown, key: string, options = {}) =>
  engine.api<ItemData>('POST', path, body, { headers: { 'idempotency-key': key, ...options } });
const restock = (id: number, units: number, key: string) =>
  post(`/api/items/${id}/restock`, { units }, key);
const stockOf = async (id: number) =>
  mustSucceed(await engine.api<ItemData>('GET', `/api/items/${id}`)).stock;

describe('an Idempotency-Key', () => {
  test('of a restock adds its units once, and gives every repeat the old answer', async () => {
    const id = await engine.item(1);
    const key = newKey();
    const first = await restock(id, 4, key);
    expect([first.status, first.data.stock]).toEqual([200, 5]);
    expect(first.headers.get('idempotency-replayed')).toBeNull();
    mustSucceed(await restock(id, 10, newKey()));
    const again = await restock(id, 4, key);
    expect([again.status, again.data]).toEqual([200, first.data]);
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect(await stockOf(id)).toBe(15);
  });

  test('stands for the body and for the route: with another of either it is 30014', async () => {
    const id = await engine.item(9);
    const other = await engine.item(9);
    const key = newKey();
    mustSucceed(await restock(id, 4, key));
    for (const refused of [
      await restock(id, 5, key),
      await restock(other, 4, key),
      await post(`/api/items/${id}/withdraw`, { units: 4 }, key),
    ]) {
      expect([refused.status, refused.errCode]).toEqual([422, 30014]);
    }
    expect([await stockOf(id), await stockOf(other)]).toEqual([13, 9]);
    // How the same request is written does not matter, nor what is ignored in it.
    const same = await post(`/api/items/${id}/restock`, '{ "other": 1, "units": 4 }', key, {
      'content-type': 'application/json',
    });
    expect(same.headers.get('idempotency-replayed')).toBe('true');
  });

  test('of many requests at once has one of them carried out', async () => {
    const id = await engine.item(1);
    const key = newKey();
    const answers = await inParallel(20, 20, () => restock(id, 3, key));
    for (const { status, data } of answers) expect([status, data.stock]).toEqual([200, 4]);
    expect(await stockOf(id)).toBe(4);
  });

  test('of an item or a promo makes one, however often it is sent and at once', async () => {
    const lamp = { title: 'A lamp', description: '', price: 1, stock: 3 };
    const key = newKey();
    const items = await inParallel(8, 8, () => post('/api/items', lamp, key));
    const [{ id } = { id: 0 }] = items.map(({ data }) => data);
    for (const { status, data } of items)
      expect([status, data.id, data.stock]).toEqual([201, id, 3]);
    const startAt = new Date(Date.now() + 60_000).toISOString();
    const endAt = new Date(Date.now() + 120_000).toISOString();
    const promo = { itemId: id, name: 'Midnight', price: 1, startAt, endAt };
    expect((await post('/api/promos', promo, key)).errCode).toBe(30014);
    const other = newKey();
    const promos = await inParallel(8, 8, () => post('/api/promos', promo, other));
    expect(new Set(promos.map(({ data }) => data.id)).size).toBe(1);
    expect(promos[0]!.status).toBe(201);
    // The very same content under another key, or without one, is another.
    const again = [
      await post('/api/items', lamp, newKey()),
      await post('/api/promos', promo, newKey()),
    ];
    expect(again.map(({ status }) => status)).toEqual([201, 201]);
    expect(again[0]!.data.id).not.toBe(id);
    expect(again[1]!.data.id).not.toBe(promos[0]!.data.id);
  });

  test('gives a refusal again, also when it would not be refused any more', async () => {
    const id = await engine.item(1);
    const key = newKey();
    const withdraw = () => post(`/api/items/${id}/withdraw`, { units: 2 }, key);
    expect((await withdraw()).errCode).toBe(30001);
    mustSucceed(await restock(id, 5, newKey()));
    const again = await withdraw();
    expect([again.errCode, again.headers.get('idempotency-replayed')]).toEqual([30001, 'true']);
    expect(await stockOf(id)).toBe(6);
  });

  test('is not used up by a body that is not valid', async () => {
    const id = await engine.item(1);
    const key = newKey();
    expect((await restock(id, 0, key)).errCode).toBe(10001);
    expect((await restock(id, 1, key)).data.stock).toBe(2);
  });

  test.each(['', 'x'.repeat(65), 'two words', 'schlüssel'])(
    'is 1 to 64 visible characters: %j is 10001',
    async (key) => {
      const { status, errCode, errMsg } = await restock(await engine.item(1), 1, key);
      expect([status, errCode]).toEqual([400, 10001]);
      expect(errMsg).toContain('idempotency-key');
    },
  );

  test('still stands for its request after the engine was killed', async () => {
    const other = temporaryFolder();
    let second = await startTestEngine({ dataDir: other.path });
    const id = await second.item(1);
    const headers = { 'idempotency-key': newKey() };
    const ask = (units: number) =>
      second.api<ItemData>('POST', `/api/items/${id}/restock`, { units }, { headers });
    const first = mustSucceed(await ask(4));
    await second.kill();
    second = await startTestEngine({ dataDir: other.path });
    expect(await ask(4)).toMatchObject({ status: 200, data: first });
    expect((await ask(5)).errCode).toBe(30014);
    await second.stop();
    other.remove();
  });
});

describe('units that are taken off sale', () => {
  test('leave the books, but never more than are left: 30001', async () => {
    const id = await engine.item(5);
    const withdraw = (units: number) =>
      engine.api<ItemData>('POST', `/api/items/${id}/withdraw`, { units });
    expect((await withdraw(6)).errCode).toBe(30001);
    expect((await withdraw(3)).data.stock).toBe(2);
    expect((await withdraw(3)).errCode).toBe(30001);
    expect((await withdraw(2)).data.stock).toBe(0);
    for (const units of [0, -1, 1.5, '1']) {
      const body = { units };
      const { errCode } = await engine.api('POST', `/api/items/${id}/withdraw`, body);
      expect([units, errCode]).toEqual([units, 10001]);
    }
    expect((await engine.api('POST', '/api/items/99999/withdraw', { units: 1 })).errCode).toBe(
      10005,
    );
    const { items } = mustSucceed(
      await engine.api<{ items: { itemId: number; loaded: number }[] }>(
        'GET',
        '/api/admin/statements',
      ),
    );
    expect(items.find(({ itemId }) => itemId === id)).toMatchObject({ loaded: 0, left: 0 });
  });

  test('by a key are taken once, and the key of a restock is not one of a withdrawal', async () => {
    const id = await engine.item(5);
    const withdraw = (units: number, key: string) =>
      engine.api<ItemData>('POST', `/api/items/${id}/withdraw`, { units, key });
    for (let times = 0; times < 2; times++) {
      expect((await withdraw(2, 'crate 1')).data.stock).toBe(3);
    }
    expect((await withdraw(1, 'crate 1')).errCode).toBe(30014);
    const restocked = (units: number) =>
      engine.api<ItemData>('POST', `/api/items/${id}/restock`, { units, key: 'van 7' });
    for (let times = 0; times < 2; times++) expect((await restocked(4)).data.stock).toBe(7);
    const other = await restocked(5);
    expect([other.status, other.errCode]).toEqual([422, 30014]);
    expect((await withdraw(4, 'van 7')).errCode).toBe(30014);
    expect(await stockOf(id)).toBe(7);
  });
});
