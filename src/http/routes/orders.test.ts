import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { temporaryFolder, waitUntil } from '../../../actors/testing/process.ts';
import { randomNonce } from '../../admission/purchase-token.ts';
import { inParallel } from '../../testing/crowd.ts';
import {
  mustSucceed,
  type OrderData,
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

const rfc3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const past = () => Math.floor(Date.now() / 1000) - 10;

async function order(stock = 10, amount = 1): Promise<OrderData> {
  const sale = await engine.sale({ stock, limitPerUser: amount });
  return mustSucceed(await engine.place(tokenFor(sale, 1), amount));
}

const act = (orderId: string, verb: 'pay' | 'cancel') =>
  engine.api<OrderData>('POST', `/api/orders/${orderId}/${verb}`, {});

describe('placing an order', () => {
  test('answers 201 with the order, at the price of the promo', async () => {
    const sale = await engine.sale({ price: 900, promoPrice: 450, limitPerUser: 3 });
    const { status, headers, data } = await engine.place(tokenFor(sale, 7), 3);
    expect(status).toBe(201);
    expect(headers.get('content-type')).toBe('application/json; charset=utf-8');
    const day = new Date().toISOString().slice(0, 10).replaceAll('-', '');
    expect(data).toEqual({
      orderId: `${day}-${sale.itemId}-1`,
      ...sale,
      amount: 3,
      unitPrice: 450,
      total: 1_350,
      payBy: expect.stringMatching(rfc3339),
    } as unknown as OrderData); // A placed order's answer has only the fields above.
  });

  test('needs no log-in', async () => {
    const token = tokenFor(await engine.sale(), 1);
    expect((await engine.place(token, 1, { admin: false })).status).toBe(201);
  });

  test('takes the normal price, without limit, where the token names no promo', async () => {
    const itemId = await engine.item(5, 70);
    const buy = () => engine.place(tokenFor({ itemId, promoId: 0 }, 1), 2);
    expect((await buy()).data).toMatchObject({ promoId: 0, unitPrice: 70, total: 140 });
    expect((await buy()).status).toBe(201);
    expect((await buy()).errCode).toBe(30001);
  });

  test('gives one order to one token, even when it is sent many times at once', async () => {
    const token = tokenFor(await engine.sale({ stock: 100 }), 1);
    const answers = await inParallel(40, 40, () => engine.place(token));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(39);
    expect(new Set(answers.map(({ data }) => JSON.stringify(data))).size).toBe(1);
  });

  test('repeats its answer after the item has sold out', async () => {
    const sale = await engine.sale({ stock: 1 });
    const token = tokenFor(sale, 1);
    const first = await engine.place(token);
    expect((await engine.place(tokenFor(sale, 2))).errCode).toBe(30001);
    const again = await engine.place(token);
    expect([again.status, again.data]).toEqual([200, first.data]);
  });

  test('repeats its answer after sale and token have ended', async () => {
    const sale = await engine.sale({ endsInMs: 2_000 });
    const token = tokenFor(sale, 1, { expiresAt: Math.ceil(Date.now() / 1000) + 1 });
    const first = mustSucceed(await engine.place(token));
    await waitUntil('the sale ends', async () => {
      const { errCode } = await engine.place(tokenFor(sale, 2));
      return errCode === 30005;
    });
    const again = await engine.place(token);
    expect([again.status, again.data]).toEqual([200, first]);
  });

  test('repeats its answer after the order was paid or cancelled', async () => {
    const sale = await engine.sale();
    for (const [userId, verb] of [[1, 'pay'] as const, [2, 'cancel'] as const]) {
      const token = tokenFor(sale, userId);
      const first = mustSucceed(await engine.place(token));
      expect((await act(first.orderId, verb)).status).toBe(200);
      // The actor knows the first time; after that, whoever asked it.
      for (let times = 0; times < 3; times++) {
        const again = await engine.place(token);
        expect([again.status, again.data]).toEqual([200, first]);
      }
    }
  });

  test('refuses a spent token with another amount: 30014', async () => {
    const sale = await engine.sale({ limitPerUser: 5 });
    const token = tokenFor(sale, 1);
    mustSucceed(await engine.place(token, 2));
    const other = await engine.place(token, 1);
    expect([other.status, other.errCode]).toEqual([422, 30014]);
    expect((await engine.place(token, 2)).status).toBe(200);
    expect((await engine.place(token, 1)).errCode).toBe(30014);
    expect((await engine.place(token, 2)).status).toBe(200);
  });

  test('refuses more units than are left: 30001', async () => {
    const sale = await engine.sale({ stock: 2, limitPerUser: 3 });
    const tooMany = await engine.place(tokenFor(sale, 1), 3);
    expect([tooMany.status, tooMany.errCode]).toEqual([409, 30001]);
    expect((await engine.place(tokenFor(sale, 1), 2)).status).toBe(201);
  });

  test('refuses before the sale: 30004', async () => {
    const sale = await engine.sale({ startsInMs: 60_000 });
    const early = await engine.place(tokenFor(sale, 1));
    expect([early.status, early.errCode]).toEqual([409, 30004]);
  });

  test('refuses beyond the limit of the promo, until units are given back: 30006', async () => {
    const sale = await engine.sale({ limitPerUser: 2 });
    const first = mustSucceed(await engine.place(tokenFor(sale, 1), 2));
    const more = await engine.place(tokenFor(sale, 1));
    expect([more.status, more.errCode]).toEqual([409, 30006]);
    expect((await engine.place(tokenFor(sale, 2))).status).toBe(201);
    mustSucceed(await act(first.orderId, 'cancel'));
    expect((await engine.place(tokenFor(sale, 1), 2)).status).toBe(201);
  });

  test('refuses tokens that were forged, cut short or altered: 30007', async () => {
    const sale = await engine.sale();
    const token = tokenFor(sale, 1);
    const altered = token.replace(/^st1\.1\./, 'st1.2.');
    const otherMac = `${token.slice(0, -2)}${token.endsWith('AA') ? 'BB' : 'AA'}`;
    const beyond = token.replace(/\.\d+\.([^.]+)$/, '.9007199254740993.$1');
    const wrong = [altered, otherMac, beyond, token.slice(0, -1), `${token}A`, '', 'st1', ' '];
    for (const text of [...wrong, token.toUpperCase(), token.replace('st1', 'st2')]) {
      const { status, errCode } = await engine.place(text);
      expect([text, status, errCode]).toEqual([text, 403, 30007]);
    }
    expect((await engine.place(token)).status).toBe(201);
  });

  test('refuses a token that has expired: 30008', async () => {
    const sale = await engine.sale();
    const { status, errCode } = await engine.place(tokenFor(sale, 1, { expiresAt: past() }));
    expect([status, errCode]).toEqual([403, 30008]);
  });

  test('refuses items that were never opened, and promos they never had: 30013', async () => {
    const { itemId } = await engine.sale();
    for (const sale of [
      { itemId: 131_071, promoId: 0 },
      { itemId, promoId: 999_999 },
    ]) {
      const { status, errCode } = await engine.place(tokenFor(sale, 1));
      expect([status, errCode]).toEqual([404, 30013]);
    }
  });

  test('answers with the same refusal from the board and from the actor', async () => {
    const sale = await engine.sale({ stock: 1, limitPerUser: 1 });
    mustSucceed(await engine.place(tokenFor(sale, 1)));
    // User 1 may be repeating, so the actor answers; user 2 is answered from the board.
    for (const userId of [1, 2]) {
      expect((await engine.place(tokenFor(sale, userId))).errCode).toBe(30001);
    }
  });
});

describe('an order', () => {
  test('is found by its id right after its 201', async () => {
    const placed = await order();
    const { status, data } = await engine.api('GET', `/api/orders/${placed.orderId}`);
    expect(status).toBe(200);
    expect(data).toMatchObject({ ...placed, userId: 1, status: 'placed' });
    expect(data).toMatchObject({ paidAt: null, closedAt: null });
    expect(data.createdAt).toMatch(rfc3339);
  });

  test('is paid once, and paying again gives the same answer', async () => {
    const { orderId } = await order();
    const paid = await act(orderId, 'pay');
    expect([paid.status, paid.data.status, paid.data.closedAt]).toEqual([200, 'paid', null]);
    expect(paid.data.paidAt).toMatch(rfc3339);
    const again = await act(orderId, 'pay');
    expect([again.status, again.data]).toEqual([200, paid.data]);
    expect((await act(orderId, 'cancel')).errCode).toBe(30011);
  });

  test('is cancelled only while placed, and its units are on sale again', async () => {
    const { orderId, itemId } = await order(1);
    const cancelled = await act(orderId, 'cancel');
    expect([cancelled.status, cancelled.data.status]).toEqual([200, 'cancelled']);
    expect(cancelled.data.closedAt).toMatch(rfc3339);
    const [again, late] = [await act(orderId, 'cancel'), await act(orderId, 'pay')];
    expect([again.status, again.errCode]).toEqual([409, 30011]);
    expect([late.status, late.errCode]).toEqual([409, 30012]);
    const { data } = await engine.api('GET', `/api/items/${itemId}`);
    expect(data).toMatchObject({ stock: 1, sales: 0 });
  });

  test('expires when its pay window ends; a late payment is honoured while units are left', async () => {
    const sale = await engine.sale({ stock: 1, payWindowSeconds: 1 });
    const { orderId } = mustSucceed(await engine.place(tokenFor(sale, 1)));
    const read = async () => (await engine.api<OrderData>('GET', `/api/orders/${orderId}`)).data;
    await waitUntil('the order expires', async () => (await read()).status === 'expired');
    expect((await act(orderId, 'pay')).data).toMatchObject({ status: 'paid', closedAt: null });
    expect((await engine.place(tokenFor(sale, 2))).errCode).toBe(30001);
  });

  test('that expired and whose units were sold to another gets its payment refunded: 30012', async () => {
    const sale = await engine.sale({ stock: 1, payWindowSeconds: 1 });
    const { orderId } = mustSucceed(await engine.place(tokenFor(sale, 1)));
    await waitUntil(
      'another buys',
      async () => (await engine.place(tokenFor(sale, 2))).status === 201,
    );
    const { status, errCode } = await act(orderId, 'pay');
    expect([status, errCode]).toEqual([409, 30012]);
  });

  test('is 10005 under any id but its own', async () => {
    const { orderId, itemId } = await order();
    const day = orderId.slice(0, 8);
    const otherDay = `19990101${orderId.slice(8)}`;
    const others = [otherDay, `${day}-${itemId}-2`, `${day}-${itemId}-0`, `${day}-131071-1`];
    const nonsense = ['nonsense', '%00', '__proto__', `${orderId}0`, ` ${orderId}`, '1e5', '..%2f'];
    for (const id of [...others, ...nonsense, `${day}-99999999-1`, `${day}-${itemId}-4294967297`]) {
      const path = `/api/orders/${encodeURIComponent(id)}`;
      for (const call of [
        ['GET', path],
        ['POST', `${path}/pay`],
        ['POST', `${path}/cancel`],
      ]) {
        const { status, errCode } = await engine.api(call[0]!, call[1]!);
        expect([id, status, errCode]).toEqual([id, 404, 10005]);
      }
    }
    expect((await engine.api('GET', `/api/orders/${orderId}`)).data.status).toBe('placed');
  });

  test('is shown, paid and cancelled only for the merchant, who must authenticate', async () => {
    const { orderId } = await order();
    const path = `/api/orders/${orderId}`;
    for (const call of [
      ['GET', path],
      ['POST', `${path}/pay`],
      ['POST', `${path}/cancel`],
    ]) {
      const nobody = await engine.api(call[0]!, call[1]!, undefined, { admin: false });
      expect([nobody.status, nobody.errCode]).toEqual([401, 20003]);
    }
    expect((await engine.api('GET', path)).data.status).toBe('placed');
  });

  test('keeps its answers over a restart', async () => {
    const other = temporaryFolder();
    let second = await startTestEngine({ dataDir: other.path });
    const sale = await second.sale({ stock: 2, limitPerUser: 2 });
    const nonce = randomNonce();
    const token = tokenFor(sale, 1, { nonce });
    const first = mustSucceed(await second.place(token, 2));
    const paid = await second.api('POST', `/api/orders/${first.orderId}/pay`);
    expect(await second.stop()).toBe(0);
    second = await startTestEngine({ dataDir: other.path });
    const again = await second.place(token, 2);
    expect([again.status, again.data]).toEqual([200, first]);
    expect((await second.place(token, 1)).errCode).toBe(30014);
    expect((await second.api('GET', `/api/orders/${first.orderId}`)).data).toEqual(paid.data);
    expect((await second.place(tokenFor(sale, 2))).errCode).toBe(30001);
    expect(await second.stop()).toBe(0);
    other.remove();
  });
});
