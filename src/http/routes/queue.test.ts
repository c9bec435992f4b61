/** The queue as programs meet it: joining, waiting, being let in, coming too late, leaving, joining again. */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { temporaryFolder, waitUntil } from '../../../actors/testing/process.ts';
import { askingSecondsMax, askingSecondsMin } from '../../admission/asking-again.ts';
import {
  type Answer,
  mustSucceed,
  type OrderData,
  type Sale,
  type SaleOptions,
  tokenFor,
} from '../../testing/engine-process.ts';
import { type Buyer, captchaText, type Shop, startShop } from '../../testing/shop.ts';

setDefaultTimeout(240_000);

const folder = temporaryFolder();
let shop: Shop;
let buyers: Buyer[];
let first: Buyer;
let second: Buyer;
let third: Buyer;

beforeAll(async () => {
  shop = await startShop({ dataDir: folder.path });
  buyers = [await shop.buyer(), await shop.buyer(), await shop.buyer()];
  [first, second, third] = buyers as [Buyer, Buyer, Buyer];
});

afterAll(async () => {
  await shop.stop();
  folder.remove();
});

/** What may come: a token, or a place. */
interface Told {
  state: 'none' | 'waiting' | 'drawing' | 'admitted';
  token: string;
  expiresAt: string;
  place: number | null;
  ahead: number | null;
  entrants?: number;
  heldUnpaid: number;
  etaSeconds: number | null;
  paused?: boolean;
  label: string;
}

/** Without captchas, and as many tokens out as units are left. */
const narrowSale = (options: SaleOptions = {}) =>
  shop.engine.sale({ stock: 2, gateFactor: 1, captcha: false, ...options });

const ask = (who: Buyer, { itemId, promoId }: Sale, body: object = {}): Promise<Answer<Told>> =>
  who.api<Told>('POST', `/api/items/${itemId}/tokens`, { promoId, ...body });
/** Asks only. */
const look = (who: Buyer, sale: Sale) => ask(who, sale, { join: false });
const leave = (who: Buyer, { itemId, promoId }: Sale) =>
  who.api('DELETE', `/api/items/${itemId}/queue`, { promoId });

const buy = async (who: Buyer, sale: Sale, amount = 1): Promise<OrderData> =>
  mustSucceed(await shop.engine.place(mustSucceed(await ask(who, sale)).token, amount));
const settle = async ({ orderId }: OrderData, verb: 'pay' | 'cancel') =>
  mustSucceed(await shop.engine.api('POST', `/api/orders/${orderId}/${verb}`, {}));
const letIn = (who: Buyer, sale: Sale) =>
  waitUntil('they are let in', async () => (await look(who, sale)).data.state === 'admitted');

describe('a full gate', () => {
  test('gives a place and the time to ask again, and counts who is ahead', async () => {
    const sale = await narrowSale({ stock: 1 });
    await buy(first, sale);
    const { status, data, headers } = await ask(second, sale);
    expect(status).toBe(202);
    expect(data).toMatchObject({ state: 'waiting', place: 1, ahead: 0, heldUnpaid: 1 });
    expect(data.label).toMatch(/^[0-9a-f]{64}$/);
    expect(data).not.toHaveProperty('token');
    const seconds = Number(headers.get('retry-after'));
    expect(seconds).toBeGreaterThanOrEqual(askingSecondsMin);
    expect(seconds).toBeLessThanOrEqual(askingSecondsMax);
    expect((await ask(third, sale)).data).toMatchObject({ place: 2, ahead: 1 });
    // Asking is not joining again.
    expect((await ask(second, sale)).data).toMatchObject({ place: 1, label: data.label });
    expect((await look(third, sale)).data).toMatchObject({ place: 2 });
  });

  test('lets the third in when two who were let in never bought', async () => {
    const sale = await narrowSale({ admitSeconds: 2 });
    const tokens = [await ask(first, sale), await ask(second, sale)].map(mustSucceed);
    expect((await ask(third, sale)).status).toBe(202);
    await letIn(third, sale);
    const { token, expiresAt } = mustSucceed(await ask(third, sale));
    expect(Date.parse(expiresAt) - Date.now()).toBeLessThanOrEqual(3_000);
    // Who came too late is told so, and is not put in line again by asking.
    for (const late of tokens) expect((await shop.engine.place(late.token)).errCode).toBe(30008);
    expect((await look(first, sale)).data).toEqual({ state: 'none' } as Told);
    expect((await shop.engine.place(token)).status).toBe(201);
  });

  test('keeps the place of somebody who asks from another device', async () => {
    const sale = await narrowSale({ stock: 1 });
    await ask(first, sale);
    const place = mustSucceed(await ask(second, sale));
    const device = await shop.logIn(second.telephone);
    expect(device.session).not.toBe(second.session);
    expect((await look(device, sale)).data).toEqual(place);
    mustSucceed(await leave(first, sale));
    await letIn(device, sale);
    expect((await look(device, sale)).data).toEqual((await look(second, sale)).data);
  });

  test('is left for good, and a place for the next', async () => {
    const sale = await narrowSale({ stock: 1 });
    await ask(first, sale);
    await ask(second, sale);
    await ask(third, sale);
    expect(await leave(second, sale)).toMatchObject({ status: 200, data: null });
    expect(await leave(second, sale)).toMatchObject({ status: 200, data: null });
    expect((await look(second, sale)).data.state).toBe('none');
    expect((await look(third, sale)).data.place).toBe(1);
    const { token } = mustSucceed(await look(first, sale));
    mustSucceed(await leave(first, sale));
    await letIn(third, sale);
    expect((await shop.engine.place(token)).errCode).toBe(30008);
    expect((await leave(third, { ...sale, promoId: 1_000_000 })).errCode).toBe(30013);
    expect((await leave(third, { ...sale, itemId: 99_999 })).errCode).toBe(10005);
    expect((await leave(third, { ...sale, promoId: 0 })).errCode).toBe(10001);
    expect((await shop.call('DELETE', `/api/items/${sale.itemId}/queue`, sale)).errCode).toBe(
      20003,
    );
  });

  test('asks for a captcha at joining only', async () => {
    const sale = await narrowSale({ stock: 1, captcha: true });
    const solved = async (who: Buyer) => {
      const drawn = await who.api<{ captchaId: string }>('POST', '/api/captchas', sale);
      return { captchaId: mustSucceed(drawn).captchaId, answer: captchaText };
    };
    expect((await ask(first, sale)).errCode).toBe(30009);
    expect((await ask(first, sale, await solved(first))).status).toBe(201);
    expect((await ask(first, sale)).status).toBe(201);
    // Nobody can be let in, but there is a queue to join.
    expect((await ask(second, sale)).errCode).toBe(30009);
    expect((await ask(second, sale, await solved(second))).status).toBe(202);
    expect((await ask(second, sale)).status).toBe(202);
    mustSucceed(await leave(second, sale));
    expect((await ask(second, sale)).errCode).toBe(30009);
  });
});

describe('a paused sale', () => {
  test('keeps the places and the turns of those who have one, and takes nobody new', async () => {
    const sale = await narrowSale({ stock: 1, admitSeconds: 2 });
    const { token } = mustSucceed(await ask(first, sale));
    await ask(second, sale);
    const act = async (verb: string) =>
      mustSucceed(await shop.engine.api('POST', `/api/promos/${sale.promoId}/${verb}`, {}));
    await act('pause');
    const place = { state: 'waiting', place: 1, paused: true, etaSeconds: null };
    expect((await ask(second, sale)).data).toMatchObject(place);
    expect((await ask(third, sale)).errCode).toBe(30016);
    expect((await third.api('POST', '/api/captchas', sale)).errCode).toBe(30016);
    expect((await shop.engine.place(token)).errCode).toBe(30016);
    // Longer than the admission lasts.
    await Bun.sleep(2_500);
    const kept = await ask(first, sale);
    expect([kept.status, Date.parse(kept.data.expiresAt) > Date.now()]).toEqual([201, true]);
    await act('resume');
    expect(await buy(first, sale)).toMatchObject({ amount: 1 });
    expect((await ask(second, sale)).data).not.toHaveProperty('paused');
  });
});

describe('the waitlist of a sold-out sale', () => {
  test('is joined while units are held unpaid, and gets them when they come back', async () => {
    const sale = await narrowSale({ stock: 1 });
    const order = await buy(first, sale);
    expect((await ask(second, sale)).data).toMatchObject({ place: 1, heldUnpaid: 1 });
    await settle(order, 'cancel');
    await letIn(second, sale);
    expect((await buy(second, sale)).orderId).not.toBe(order.orderId);
  });

  test('ends when everything is paid: nobody is left waiting for nothing', async () => {
    const sale = await narrowSale({ stock: 1 });
    const order = await buy(first, sale);
    expect((await ask(second, sale)).status).toBe(202);
    await settle(order, 'pay');
    await waitUntil('the queue ends', async () => (await look(second, sale)).data.state === 'none');
    expect((await ask(third, sale)).errCode).toBe(30001);
  });
});

describe('a buyer joins again', () => {
  const nonceOf = (token: string) => token.split('.')[5];

  test('after an order that was cancelled, and buys with a new token', async () => {
    const sale = await narrowSale();
    const { token } = mustSucceed(await ask(first, sale));
    await settle(mustSucceed(await shop.engine.place(token)), 'cancel');
    const next = mustSucceed(await ask(first, sale)).token;
    expect(nonceOf(next)).not.toBe(nonceOf(token));
    // The old token has its old answer, which is the dead order.
    expect((await shop.engine.place(token)).status).toBe(200);
    expect((await shop.engine.place(next)).status).toBe(201);
  });

  test('after an order that expired unpaid', async () => {
    const sale = await narrowSale({ payWindowSeconds: 1 });
    const { orderId } = await buy(first, sale);
    await waitUntil('it expires', async () => {
      const order = await first.api<OrderData>('GET', `/api/orders/${orderId}`);
      return order.data.status === 'expired';
    });
    expect((await buy(first, sale)).orderId).not.toBe(orderId);
  });

  test('after one of the two that they may have, and not after both', async () => {
    const sale = await narrowSale({ stock: 3, limitPerUser: 2 });
    await settle(await buy(first, sale), 'pay');
    await buy(first, sale);
    expect((await ask(first, sale)).errCode).toBe(30006);
    expect((await look(first, sale)).errCode).toBe(30006);
  });
});

test('nobody empties a sale at the normal price before it opens, whatever they try', async () => {
  const sale = await shop.engine.sale({ stock: 100, startsInMs: 60_000, endsInMs: 120_000 });
  const { itemId } = sale;
  const normal = { itemId, promoId: 0 };
  const normalToken = () => first.api('POST', `/api/items/${itemId}/tokens`, {});
  expect((await normalToken()).errCode).toBe(30015);
  expect((await ask(first, normal)).errCode).toBe(30015);
  // A token from before the promo was published, or of a gateway, is worth as little.
  const place = () => shop.engine.place(tokenFor(normal, first.userId), 100);
  expect((await place()).errCode).toBe(30015);
  expect((await ask(first, sale)).errCode).toBe(30004);
  expect((await place()).errCode).toBe(30015);
  const { data } = await shop.engine.api('GET', `/api/items/${itemId}`);
  expect(data).toMatchObject({ stock: 100, held: 0 });
});

test('what was ordered at the normal price before a promo is no way around it', async () => {
  const itemId = await shop.engine.item(100);
  const held = mustSucceed(await shop.engine.place(tokenFor({ itemId, promoId: 0 }, 9), 5));
  const times = { startAt: soon(60), endAt: soon(120) };
  const draft = { itemId, name: 'A promo', price: 1, ...times };
  const { id } = mustSucceed(await shop.engine.api<{ id: number }>('POST', '/api/promos', draft));
  mustSucceed(await shop.engine.api('POST', `/api/promos/${id}/publish`, {}));
  await settle(held, 'cancel');
  const again = await shop.engine.place(tokenFor({ itemId, promoId: 0 }, 9), 5);
  expect(again.errCode).toBe(30015);
});

const soon = (seconds: number) => new Date(Date.now() + seconds * 1_000).toISOString();

describe('a draw', () => {
  test('is joined before the sale, and tells each where they stand when it was held', async () => {
    const startsInMs = 4_000;
    const draw = { queue: 'draw', startsInMs, queueOpensInMs: -1_000, endsInMs: 60_000 } as const;
    const sale = await narrowSale({ stock: 1, captcha: true, ...draw });
    for (const [index, who] of buyers.entries()) {
      const drawn = await who.api<{ captchaId: string }>('POST', '/api/captchas', sale);
      const { captchaId } = mustSucceed(drawn);
      const { status, data } = await ask(who, sale, { captchaId, answer: captchaText });
      expect(status).toBe(202);
      expect(data).toMatchObject({ state: 'drawing', place: null, ahead: null });
      expect(data.entrants).toBe(index + 1);
      expect(data.etaSeconds).toBeGreaterThanOrEqual(1);
      expect(data.etaSeconds).toBeLessThanOrEqual(startsInMs / 1_000);
    }
    const places = async () => {
      const told = await Promise.all(buyers.map((who) => look(who, sale)));
      return told.map(({ data }) => (data.state === 'admitted' ? 0 : data.place));
    };
    await waitUntil('it is held', async () => !(await places()).includes(null));
    expect((await places()).sort()).toEqual([0, 1, 2]);
  });

  test('cannot be joined before it opens', async () => {
    const draw = { queue: 'draw', startsInMs: 60_000, queueOpensInMs: 30_000 } as const;
    const sale = await narrowSale({ ...draw, endsInMs: 90_000 });
    expect((await ask(first, sale)).errCode).toBe(30004);
    expect((await first.api('POST', '/api/captchas', sale)).errCode).toBe(30004);
  });
});
