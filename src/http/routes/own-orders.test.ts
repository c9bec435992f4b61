import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { temporaryFolder, waitUntil } from '../../../actors/testing/process.ts';
import { mustSucceed, type OrderData, tokenFor } from '../../testing/engine-process.ts';
import { type Buyer, type Shop, startShop } from '../../testing/shop.ts';

setDefaultTimeout(240_000);

const folder = temporaryFolder();
let shop: Shop;
let owner: Buyer;
let stranger: Buyer;

beforeAll(async () => {
  shop = await startShop({ dataDir: folder.path });
  [owner, stranger] = [await shop.buyer(), await shop.buyer()];
});

afterAll(async () => {
  await shop.stop();
  folder.remove();
});

interface Page {
  orders: OrderData[];
  next: string | null;
}

async function order(who: Buyer): Promise<OrderData> {
  const sale = await shop.engine.sale({ promoPrice: 500 });
  return mustSucceed(await shop.engine.place(tokenFor(sale, who.userId)));
}

const list = (who: Buyer, cursor?: string | null) =>
  who.api<Page>('GET', cursor ? `/api/orders?cursor=${cursor}` : '/api/orders');

describe('an order', () => {
  test('is read, paid and cancelled by its owner', async () => {
    const [paid, cancelled] = [await order(owner), await order(owner)];
    const { orderId } = paid;
    const read = await owner.api<OrderData>('GET', `/api/orders/${orderId}`);
    expect(read.data).toMatchObject({ ...paid, userId: owner.userId, status: 'placed' });
    const pay = () => owner.api<OrderData>('POST', `/api/orders/${orderId}/pay`, {});
    const first = mustSucceed(await pay());
    expect(first.status).toBe('paid');
    expect(mustSucceed(await pay())).toEqual(first);
    const cancel = await owner.api('POST', `/api/orders/${cancelled.orderId}/cancel`, {});
    expect(cancel.data).toMatchObject({ status: 'cancelled' });
  });

  test('of another user cannot be found, whatever is tried', async () => {
    const { orderId } = await order(owner);
    const unknown = await stranger.api('GET', `/api/orders/${orderId}9`);
    for (const [method, path] of [
      ['GET', `/api/orders/${orderId}`],
      ['POST', `/api/orders/${orderId}/pay`],
      ['POST', `/api/orders/${orderId}/cancel`],
    ] as const) {
      const body = method === 'GET' ? undefined : { userId: owner.userId };
      const answer = await stranger.api(method, path, body);
      expect([answer.status, answer.errCode]).toEqual([404, 10005]);
      expect(answer.data).toEqual(unknown.data);
    }
    const { data } = await owner.api('GET', `/api/orders/${orderId}`);
    expect(data).toMatchObject({ status: 'placed' });
  });

  test('is closed to anyone without a session', async () => {
    const { orderId } = await order(owner);
    for (const headers of [{}, { authorization: 'Bearer wrong' }, { cookie: 'session=wrong' }]) {
      for (const [method, path] of [
        ['GET', '/api/orders'],
        ['GET', `/api/orders/${orderId}`],
        ['POST', `/api/orders/${orderId}/pay`],
        ['POST', `/api/orders/${orderId}/cancel`],
      ] as const) {
        const answer = await shop.call(method, path, undefined, {
          headers: { ...headers } as Record<string, string>, // One of three.
        });
        expect([answer.status, answer.errCode]).toEqual([401, 20003]);
      }
    }
  });

  test('is open to the administrator', async () => {
    const { orderId } = await order(owner);
    const path = `/api/orders/${orderId}`;
    expect((await shop.engine.api('GET', path)).data).toMatchObject({ userId: owner.userId });
    expect((await shop.engine.api('POST', `${path}/pay`, {})).data).toMatchObject({
      status: 'paid',
    });
  });

  test('keeps its price, user and status, whatever a body says', async () => {
    const sale = await shop.engine.sale({ promoPrice: 500 });
    const token = tokenFor(sale, owner.userId);
    const forged = { userId: stranger.userId, price: 1, unitPrice: 1, total: 1, status: 'paid' };
    const placed = await shop.call<OrderData>('POST', '/api/orders', {
      ...forged,
      token,
      amount: 1,
    });
    expect(mustSucceed(placed)).toMatchObject({ unitPrice: 500, total: 500 });
    const { orderId } = placed.data;
    const cancel = await owner.api('POST', `/api/orders/${orderId}/cancel`, forged);
    expect(cancel.data).toMatchObject({
      userId: owner.userId,
      unitPrice: 500,
      total: 500,
      status: 'cancelled',
    });
  });
});

describe('the list of orders', () => {
  test('shows a user their own, newest first, with their current status', async () => {
    const buyer = await shop.buyer();
    expect((await list(buyer)).data).toEqual({ orders: [], next: null });
    const placed = [await order(buyer), await order(buyer), await order(buyer)];
    await order(stranger);
    await waitUntil('they are projected', async () => (await list(buyer)).data.orders.length === 3);
    const middle = placed[1]!.orderId;
    mustSucceed(await buyer.api('POST', `/api/orders/${middle}/pay`, {}));
    const { orders, next } = mustSucceed(await list(buyer));
    expect(next).toBeNull();
    expect(orders.map(({ orderId }) => orderId)).toEqual(placed.map((o) => o.orderId).reverse());
    expect(orders.map(({ status }) => status)).toEqual(['placed', 'paid', 'placed']);
    expect(orders[1]).toEqual(
      mustSucceed(await buyer.api<OrderData>('GET', `/api/orders/${middle}`)),
    );
  });

  test('comes in pages that leave nothing out', async () => {
    const buyer = await shop.buyer();
    const itemId = await shop.engine.item(100);
    const placed: string[] = [];
    for (let n = 0; n < 45; n++) {
      const token = tokenFor({ itemId, promoId: 0 }, buyer.userId);
      placed.push(mustSucceed(await shop.engine.place(token)).orderId);
    }
    const all = async () => {
      const pages: OrderData[][] = [];
      for (let cursor: string | null | undefined; cursor !== null; ) {
        const { orders, next } = mustSucceed(await list(buyer, cursor));
        pages.push(orders);
        cursor = next;
      }
      return pages;
    };
    await waitUntil('they are projected', async () => (await all()).flat().length === 45);
    const pages = await all();
    expect(pages.map((page) => page.length)).toEqual([20, 20, 5]);
    expect(pages.flat().map(({ orderId }) => orderId)).toEqual(placed.reverse());
  });

  test('is not opened at another user’s position by their cursor', async () => {
    const { orders } = mustSucceed(await list(stranger, `${Date.now() + 1_000}.1`));
    for (const each of orders) expect(each.userId).toBe(stranger.userId);
  });

  test.each(['x', '1', '1.2.3', '-1.2', "1.2' OR 1=1", '1.99999999999999999'])(
    'is refused with the cursor %j',
    async (cursor) => {
      const { errCode } = await list(owner, encodeURIComponent(cursor));
      expect(errCode).toBe(10001);
    },
  );
});
