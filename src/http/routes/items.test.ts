import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { temporaryFolder, waitUntil } from '../../../actors/testing/process.ts';
import {
  mustSucceed,
  startTestEngine,
  type TestEngine,
  tokenFor,
} from '../../testing/engine-process.ts';

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
  sales: number;
  promo: { id: number; status: string } | null;
}

const draft = { title: ' A lamp ', description: 'It shines.', price: 4_200, stock: 7 };
const read = (id: number | string) => engine.api<ItemData>('GET', `/api/items/${id}`);
const restock = (id: number | string, units: unknown) =>
  engine.api<ItemData>('POST', `/api/items/${id}/restock`, { units });

describe('an item', () => {
  test('is created with stock and a normal price', async () => {
    const { status, data } = await engine.api('POST', '/api/items', {
      ...draft,
      imageUrl: '/lamp.png',
    });
    expect(status).toBe(201);
    expect(data).toEqual({
      id: expect.any(Number),
      title: 'A lamp',
      description: 'It shines.',
      imageUrl: '/lamp.png',
      price: 4_200,
      normalSale: true,
      limitPerUser: 5,
      hidden: false,
      pictures: [],
      sales: 0,
      stock: 7,
      held: 0,
      promo: null,
    });
    expect(await read(Number(data.id))).toMatchObject({ status: 200, data });
  });

  test('names every wrong field: 10001', async () => {
    const wrong = { title: '', description: 5, price: -1, stock: 1.5, imageUrl: 'javascript:x' };
    const { status, errCode, errMsg, data } = await engine.api('POST', '/api/items', wrong);
    expect([status, errCode]).toEqual([400, 10001]);
    for (const field of Object.keys(wrong)) expect(errMsg).toContain(field);
    expect(Object.keys(data.fields as object).sort()).toEqual(Object.keys(wrong).sort());
    const empty = await engine.api('POST', '/api/items', {});
    for (const field of ['title', 'description', 'price', 'stock']) {
      expect(empty.errMsg).toContain(field);
    }
  });

  test('is created and restocked by the merchant only', async () => {
    const id = await engine.item(1);
    for (const path of ['/api/items', `/api/items/${id}/restock`]) {
      const body = { ...draft, units: 1 };
      const nobody = await engine.api('POST', path, body, { admin: false });
      expect([nobody.status, nobody.errCode]).toEqual([401, 20003]);
      const headers = { authorization: 'Bearer not-the-admin-token' };
      const somebody = await engine.api('POST', path, body, { headers });
      expect([somebody.status, somebody.errCode]).toEqual([403, 20006]);
    }
    expect((await read(id)).data.stock).toBe(1);
  });

  test('shows its stock, its sales and its promo as they are', async () => {
    const sale = await engine.sale({ stock: 5, price: 900, promoPrice: 450, limitPerUser: 2 });
    const { orderId } = mustSucceed(await engine.place(tokenFor(sale, 1), 2));
    await engine.api('POST', `/api/orders/${orderId}/pay`);
    const { data } = await read(sale.itemId);
    expect(data).toMatchObject({ stock: 3, sales: 2, price: 900 });
    const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    expect(data.promo).toEqual({
      id: sale.promoId,
      name: 'A promo',
      price: 450,
      startAt: time,
      endAt: time,
      status: 'running',
      limitPerUser: 2,
      queue: 'fifo',
      queueOpenAt: null,
      drawCommitment: null,
    } as unknown as ItemData['promo']); // More than `ItemData` names.
  });

  test('that is restocked is on sale again', async () => {
    const sale = await engine.sale({ stock: 1 });
    mustSucceed(await engine.place(tokenFor(sale, 1)));
    expect((await engine.place(tokenFor(sale, 2))).errCode).toBe(30001);
    const { status, data } = await restock(sale.itemId, 2);
    expect([status, data.stock]).toEqual([200, 2]);
    expect((await engine.place(tokenFor(sale, 2))).status).toBe(201);
  });

  test('is never restocked with nothing, or beyond what can be counted', async () => {
    const id = await engine.item(1);
    for (const units of [0, -1, 1.5, '1', null, 1_000_000_001]) {
      const { status, errCode, errMsg } = await restock(id, units);
      expect([units, status, errCode]).toEqual([units, 400, 10001]);
      expect(errMsg).toContain('units');
    }
    expect((await restock(id, 1_000_000_000)).errCode).toBe(30011);
    expect((await restock(id, 999_999_999)).data.stock).toBe(1_000_000_000);
  });

  test('is 10005 under any id but its own', async () => {
    for (const id of ['131071', '131072', '0', '-1', '1.5', '1e1', 'x', '%2e%2e', '9'.repeat(30)]) {
      for (const answer of [await read(id), await restock(id, 1)]) {
        expect([id, answer.status, answer.errCode]).toEqual([id, 404, 10005]);
      }
      const live = await engine.api('GET', `/api/items/${id}/live`);
      expect([id, live.status, live.errCode]).toEqual([id, 404, 10005]);
    }
  });
});

interface List {
  items: ItemData[];
  next: string | null;
}

const list = async (query: string) =>
  mustSucceed(await engine.api<List>('GET', `/api/items${query}`));
const idsOf = ({ items }: List) => items.map(({ id }) => id);

describe('a change of an item', () => {
  const edit = (id: number | string, body: unknown) =>
    engine.api<ItemData & Record<string, unknown>>('PATCH', `/api/items/${id}`, body);

  test('shows at once wherever the item does, and changes nothing else', async () => {
    const sale = await engine.sale({ stock: 3, price: 900 });
    const before = mustSucceed(await read(sale.itemId));
    const changes = { title: 'Bought last', price: 800, normalSale: false, limitPerUser: 2 };
    const { status, data } = await edit(sale.itemId, changes);
    expect([status, data]).toEqual([200, { ...before, ...changes }]);
    expect((await read(sale.itemId)).data).toEqual(data);
    const { items } = await list('?sort=newest');
    expect(items.find(({ id }) => id === sale.itemId)).toEqual(data);
    const page = await (await fetch(`${engine.url}/items/${sale.itemId}`)).text();
    for (const text of ['Bought last', '<s>¥8</s>']) expect(page).toContain(text);
    const picture = { imageUrl: '/lamp.png', description: 'New.' };
    expect((await edit(sale.itemId, picture)).data).toEqual({ ...data, ...picture });
    expect((await edit(sale.itemId, { imageUrl: null })).data).toMatchObject({ imageUrl: null });
    expect((await edit(sale.itemId, {})).data.imageUrl).toBeNull();
  });

  test('holds for the next order: a new price, a new limit, no sale at all', async () => {
    const made = await engine.api<ItemData>('POST', '/api/items', {
      ...draft,
      price: 900,
      stock: 20,
    });
    const itemId = mustSucceed(made).id;
    const normal = (userId: number) => tokenFor({ itemId, promoId: 0 }, userId);
    expect((await engine.place(normal(1), 5)).data.unitPrice).toBe(900);
    expect((await engine.place(normal(2), 6)).errCode).toBe(30006);
    mustSucceed(await edit(itemId, { price: 700, limitPerUser: 6 }));
    expect((await engine.place(normal(2), 6)).data.unitPrice).toBe(700);
    mustSucceed(await edit(itemId, { normalSale: false }));
    expect((await engine.place(normal(3))).errCode).toBe(30013);
    mustSucceed(await edit(itemId, { normalSale: true }));
    expect((await engine.place(normal(3))).status).toBe(201);
  });

  test('names every wrong field and is the merchant’s alone', async () => {
    const id = await engine.item(1);
    const wrong = {
      ...{ title: '', description: 7, imageUrl: 'javascript:x', price: -1 },
      ...{ normalSale: 'no', limitPerUser: 0, hidden: null },
    };
    const { errCode, data } = await edit(id, wrong);
    expect(errCode).toBe(10001);
    expect(Object.keys(data.fields as object).sort()).toEqual(Object.keys(wrong).sort());
    expect((await edit(131_071, { price: 1 })).errCode).toBe(10005);
    const nobody = await engine.api('PATCH', `/api/items/${id}`, { price: 0 }, { admin: false });
    expect(nobody.errCode).toBe(20003);
    expect(mustSucceed(await read(id))).toMatchObject({ price: 1_000, title: 'An item' });
  });

  test('hides an item from lists and searches, and not from who knows it', async () => {
    const made = await engine.api<ItemData>('POST', '/api/items', {
      ...{ title: 'For friends', description: '', price: 1, stock: 3, hidden: true },
    });
    const { id } = mustSucceed(made);
    const listed = async (query: string) => idsOf(await list(query)).includes(id);
    const lists = ['', '?sort=newest', '?sort=sales', '?q=friends'];
    for (const query of lists) expect([query, await listed(query)]).toEqual([query, false]);
    expect((await read(id)).data).toMatchObject({ id, hidden: true });
    expect((await engine.place(tokenFor({ itemId: id, promoId: 0 }, 1))).status).toBe(201);
    mustSucceed(await edit(id, { hidden: false }));
    await waitUntil('it is listed', () => listed('?sort=newest'));
    mustSucceed(await edit(id, { hidden: true }));
    expect(await listed('?sort=newest')).toBe(false);
  });
});

describe('the list of items', () => {
  test('shows running sales first, or the newest, or the best-selling', async () => {
    const { itemId: running } = await engine.sale({ stock: 5 });
    const older = await engine.item(10);
    const newer = await engine.item(10);
    const { orderId } = mustSucceed(
      await engine.place(tokenFor({ itemId: older, promoId: 0 }, 1), 9),
    );
    await engine.api('POST', `/api/orders/${orderId}/pay`);
    for (const query of ['', '?sort=running', '?another=1']) {
      expect((await list(query)).items[0]).toMatchObject({ promo: { status: 'running' } });
      expect(idsOf(await list(query))).toContain(running);
    }
    expect(idsOf(await list('?sort=newest')).slice(0, 3)).toEqual([newer, older, running]);
    expect(idsOf(await list('?sort=sales'))[0]).toBe(older);
  });

  test('goes on from page to page until every item has been shown once', async () => {
    const made: number[] = [];
    for (let n = 0; n < 120; n++) made.push(await engine.item(1));
    for (const sort of ['running', 'newest', 'sales']) {
      const pages: List[] = [];
      for (let cursor: string | null = ''; cursor !== null; ) {
        const page = await list(`?sort=${sort}${cursor === '' ? '' : `&cursor=${cursor}`}`);
        pages.push(page);
        cursor = page.next;
      }
      const ids = pages.flatMap(idsOf);
      expect(new Set(ids).size).toBe(ids.length);
      for (const id of made) expect(ids).toContain(id);
      expect(pages.length).toBe(Math.ceil(ids.length / 50));
    }
  });

  test('is searched by a part of the title, in any page and order', async () => {
    const title = 'Kettle, 100% steel';
    const { id } = mustSucceed(
      await engine.api<ItemData>('POST', '/api/items', {
        title,
        price: 1,
        stock: 1,
        description: '',
      }),
    );
    for (const q of ['kettle', '0% st', 'Kettle, 100% steel', ' kettle ']) {
      for (const sort of ['running', 'newest', 'sales'])
        expect(idsOf(await list(`?sort=${sort}&q=${encodeURIComponent(q)}`))).toEqual([id]);
    }
    expect(await list('?q=no+such+thing')).toEqual({ items: [], next: null });
  });

  test.each([
    ['sort=price', 'sort'],
    ['cursor=x', 'cursor'],
    ['sort=sales&cursor=newest.1.0.0.1', 'cursor'],
    [`q=${'x'.repeat(65)}`, 'q'],
  ])('refuses ?%s: 10001, naming %s', async (query, field) => {
    const { status, errCode, errMsg } = await engine.api('GET', `/api/items?${query}`);
    expect([status, errCode]).toEqual([400, 10001]);
    expect(errMsg).toContain(field);
  });
});

describe('the live stock', () => {
  test('is sent at once, and at each change', async () => {
    const sale = await engine.sale({ stock: 2 });
    const stream = await live(sale.itemId);
    const running = { status: 'running', endAt: expect.stringMatching(/^20.*Z$/) };
    expect(await stream.next()).toEqual({ left: 2, held: 0, sold: 0, ...running });
    const { orderId } = mustSucceed(await engine.place(tokenFor(sale, 1)));
    expect(await stream.next()).toEqual({ left: 1, held: 1, sold: 0, ...running });
    await engine.api('POST', `/api/orders/${orderId}/pay`);
    expect(await stream.next()).toEqual({ left: 1, held: 0, sold: 1, ...running });
    await stream.close();
  });

  test('tells when the sale begins and ends', async () => {
    const sale = await engine.sale({ startsInMs: 300, endsInMs: 700 });
    const stream = await live(sale.itemId);
    const told = [(await stream.next()).status, (await stream.next()).status];
    if (told[0] === 'pending') told.push((await stream.next()).status);
    expect(told.slice(-2)).toEqual(['running', 'ended']);
    await stream.close();
  });

  test('sends at most ten events a second, and the last of them is the current state', async () => {
    const itemId = await engine.item(1_000);
    const stream = await live(itemId);
    const startedAt = performance.now();
    let events = 0;
    let last = await stream.next();
    for (let userId = 1; userId <= 200; userId++) {
      mustSucceed(await engine.place(tokenFor({ itemId, promoId: 0 }, userId)));
    }
    for (; last.left !== 800; events++) last = await stream.next();
    const tenthsPassed = (performance.now() - startedAt) / 100;
    expect(events).toBeLessThanOrEqual(Math.ceil(tenthsPassed) + 1);
    expect(last).toEqual({ left: 800, held: 200, sold: 0, status: 'none', endAt: null });
    await stream.close();
  });
});

/** Reads an item's `stock` events. */
async function live(itemId: number) {
  const response = await fetch(`${engine.url}/api/items/${itemId}/live`);
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toBe('text/event-stream');
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  return {
    async next(): Promise<Record<string, unknown>> {
      for (let end = text.indexOf('\n\n'); ; end = text.indexOf('\n\n')) {
        if (end >= 0) {
          const event = text.slice(0, end);
          text = text.slice(end + 2);
          const data = /^event: stock\ndata: (.*)$/.exec(event)?.[1];
          if (data !== undefined) return JSON.parse(data) as Record<string, unknown>; // JSON of an object.
        } else {
          const { value, done } = await reader.read();
          if (done) throw new Error('the stream has ended');
          text += value;
        }
      }
    },
    close: () => reader.cancel(),
  };
}
