/** The waiting room of an item's page, in real browsers: waiting, being let in, coming too late, the draw. */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import type { Page } from 'playwright-core';
import { temporaryFolder } from '../../../../actors/testing/process.ts';
import {
  startBrowser,
  type TestBrowser,
  type TestVisitor,
  type VisitorOptions,
} from '../../../testing/browser.ts';
import {
  mustSucceed,
  type OrderData,
  type Sale,
  type SaleOptions,
} from '../../../testing/engine-process.ts';
import { type Buyer, captchaText, type Shop, startShop } from '../../../testing/shop.ts';

// People, and the browsers they use, are slow where machines are busy.
setDefaultTimeout(240_000);

const folder = temporaryFolder();
let shop: Shop;
let browser: TestBrowser;

beforeAll(async () => {
  [shop, browser] = await Promise.all([startShop({ dataDir: folder.path }), startBrowser()]);
});

afterAll(async () => {
  await browser.close();
  await shop.stop();
  folder.remove();
});

/** As many tokens out as units are left. */
const narrowSale = (options: SaleOptions = {}) =>
  shop.engine.sale({ stock: 1, gateFactor: 1, captcha: false, ...options });

async function visit(who: Buyer, options: VisitorOptions = {}): Promise<TestVisitor> {
  const visitor = await browser.visitor(shop.engine.url, options);
  await visitor.context.addCookies([{ name: 'session', value: who.session, url: shop.engine.url }]);
  return visitor;
}

const open = (page: Page, { itemId }: Sale) => page.goto(`${shop.engine.url}/items/${itemId}`);
const seen = (page: Page, selector: string) => page.waitForSelector(selector, { timeout: 40_000 });
const inState = (page: Page, state: string) => seen(page, `#room:visible[data-state=${state}]`);
const figure = (page: Page, name: string) => page.textContent(`[data-figure=${name}] dd`);

/** Somebody who joins without a browser: a token, or a place. */
async function joins({ itemId, promoId }: Sale, who?: Buyer) {
  const buyer = who ?? (await shop.buyer());
  const path = `/api/items/${itemId}/tokens`;
  return { buyer, ...mustSucceed(await buyer.api<{ token: string }>('POST', path, { promoId })) };
}

/** Somebody holds a unit unpaid. */
async function buys(sale: Sale): Promise<OrderData> {
  const { token } = await joins(sale);
  return mustSucceed(await shop.engine.place(token));
}

const settle = async ({ orderId }: OrderData, verb: 'pay' | 'cancel') =>
  mustSucceed(await shop.engine.api('POST', `/api/orders/${orderId}/${verb}`, {}));

describe('somebody who waits', () => {
  test('joins where all is held unpaid, is let in while in another tab, and buys', async () => {
    const sale = await narrowSale({ captcha: true });
    const holder = await shop.buyer();
    const { captchaId } = mustSucceed(
      await holder.api<{ captchaId: string }>('POST', '/api/captchas', sale),
    );
    const solved = { promoId: sale.promoId, captchaId, answer: captchaText };
    const path = `/api/items/${sale.itemId}/tokens`;
    const { token } = mustSucceed(await holder.api<{ token: string }>('POST', path, solved));
    const order = mustSucceed(await shop.engine.place(token));
    const { page, context, complaints } = await visit(await shop.buyer());
    await context.addInitScript(`
      window.tones = 0;
      const start = OscillatorNode.prototype.start;
      OscillatorNode.prototype.start = function (at) { tones++; start.call(this, at); };
    `);
    const asked: number[] = [];
    page.on('response', (response) => {
      if (!response.url().endsWith('/tokens') || response.status() !== 202) return;
      asked.push(Number(response.headers()['retry-after']));
    });
    await open(page, sale);
    await seen(page, '[data-returning]:has-text("1 held unpaid: wait for them")');
    await page.click('#buy:enabled:has-text("Join the waiting list")');
    await page.fill('#answer', captchaText);
    await page.press('#answer', 'Enter');
    await seen(page, '#room:focus[data-state=waiting]');
    expect(await figure(page, 'place')).toBe('1');
    expect(await figure(page, 'ahead')).toBe('0');
    expect(await figure(page, 'held')).toBe('1');
    expect(await page.title()).toStartWith('Place 1 · An item');
    expect(await page.isHidden('#buy')).toBe(true);
    expect(await page.textContent('[data-room=said]')).toBe('Place 1. 0 ahead of you.');
    // The tab is left, and its timers with it: the page asks all the same.
    await page.evaluate(`
      Object.defineProperty(document, 'hidden', { value: true, configurable: true });
      document.dispatchEvent(new Event('visibilitychange'));
      window.setTimeout = () => 0;
    `);
    const before = asked.length;
    await settle(order, 'cancel');
    await inState(page, 'admitted');
    expect(await page.title()).toStartWith('✔ You are in · An item');
    expect(await page.textContent('[data-room=said]')).toBe('You are in. Buy now.');
    expect(await page.textContent('[data-room=within]')).toMatch(/Buy within 0[45]:\d\d,/);
    expect(await page.evaluate<number>('tones')).toBe(2);
    expect([before, ...asked].every((seconds) => seconds >= 1 && seconds <= 30)).toBe(true);
    await page.reload();
    await inState(page, 'admitted');
    await page.click('#buy:enabled:has-text("Buy now")');
    await seen(page, '#result:not([hidden]):has-text("It is yours.")');
    expect(await page.isHidden('#room')).toBe(true);
    expect(await page.title()).toStartWith('An item');
    expect(complaints).toEqual([]);
    await context.close();
  });

  test('keeps the place over a reload, in another tab and on another device', async () => {
    const sale = await narrowSale();
    const first = await joins(sale);
    await joins(sale);
    const buyer = await shop.buyer();
    const { page, context, complaints } = await visit(buyer);
    await open(page, sale);
    await page.click('#buy:enabled');
    await inState(page, 'waiting');
    await page.reload();
    await inState(page, 'waiting');
    expect(await figure(page, 'place')).toBe('2');
    const tab = await context.newPage();
    await open(tab, sale);
    await inState(tab, 'waiting');
    const device = await visit(await shop.logIn(buyer.telephone), { locale: 'zh-CN' });
    await open(device.page, sale);
    await seen(device.page, '#room:has-text("您正在排队")');
    expect(await figure(device.page, 'place')).toBe('2');
    // Whoever is before them gives up, and then they do, in one tab: the other hears of it.
    const leave = { promoId: sale.promoId };
    mustSucceed(await first.buyer.api('DELETE', `/api/items/${sale.itemId}/queue`, leave));
    await seen(tab, '[data-figure=place] dd:text-is("1")');
    await page.click('#leave');
    await page.click('#leave:has-text("Really give it up?")');
    await seen(page, '#message:has-text("You have given up your place.")');
    await seen(page, '#buy:enabled:focus');
    await tab.waitForSelector('#room', { state: 'hidden' });
    await seen(device.page, '#message:has-text("您已不在队列中。")');
    expect([complaints, device.complaints]).toEqual([[], []]);
    await Promise.all([context.close(), device.context.close()]);
  });

  test('asks when told to, and one tab for all of a browser', async () => {
    const sale = await narrowSale();
    await buys(sale);
    const { page, context } = await visit(await shop.buyer());
    const asked: number[] = [];
    let seconds = 0;
    context.on('response', (response) => {
      if (!response.url().endsWith('/tokens')) return;
      asked.push(performance.now());
      seconds = Math.max(seconds, Number(response.headers()['retry-after']));
    });
    const tab = await context.newPage();
    await Promise.all([open(page, sale), open(tab, sale)]);
    await page.click('#buy:enabled');
    await Promise.all([inState(page, 'waiting'), inState(tab, 'waiting')]);
    await page.waitForTimeout(7_000);
    const gaps = asked.slice(1).map((at, index) => at - asked[index]!);
    expect(gaps.length).toBeGreaterThan(0);
    // The least that anybody is told are two seconds; the measure is of the browser's, not of the network's.
    expect(Math.min(...gaps)).toBeGreaterThan(1_500);
    expect(seconds).toBeLessThanOrEqual(30);
    await context.close();
  });

  test('is told that everything is sold, or that nothing is lost without a connection', async () => {
    const sale = await narrowSale();
    const order = await buys(sale);
    const { page, context } = await visit(await shop.buyer());
    await open(page, sale);
    await page.click('#buy:enabled');
    await inState(page, 'waiting');
    await context.setOffline(true);
    await seen(page, '#room:has-text("No connection. Your place is kept")');
    await context.setOffline(false);
    await page.waitForSelector('#room:not(:has-text("No connection"))');
    await settle(order, 'pay');
    await seen(page, '#message:has-text("Everything is sold and paid: the queue has ended.")');
    await seen(page, '#buy:disabled:has-text("Sold out")');
    await context.close();
  });
});

test('a pause and an end are told within moments, and a pause takes nobody their place', async () => {
  const sale = await narrowSale();
  const [waiting, stranger] = [await visit(await shop.buyer()), await visit(await shop.buyer())];
  await Promise.all([waiting, stranger].map(({ page }) => open(page, sale)));
  await joins(sale);
  await waiting.page.click('#buy:enabled');
  await inState(waiting.page, 'waiting');
  const act = async (verb: string) =>
    mustSucceed(await shop.engine.api('POST', `/api/promos/${sale.promoId}/${verb}`, {}));
  await act('pause');
  await seen(waiting.page, '#room:has-text("The sale is paused. Your place stands.")');
  await seen(stranger.page, '#buy:disabled:has-text("Paused")');
  await seen(stranger.page, '[data-returning]:has-text("The sale is paused for a moment.")');
  await waiting.page.reload();
  await seen(waiting.page, '#room:has-text("The sale is paused. Your place stands.")');
  await act('resume');
  await seen(stranger.page, '#buy:enabled:has-text("Buy now")');
  await waiting.page.waitForSelector('#room:not(:has-text("paused"))');
  // Ended early, it leads to the normal price, at which the item is sold from then on.
  await act('end');
  await seen(waiting.page, '#message:has-text("The sale has ended, and its queue with it.")');
  await seen(waiting.page, '#buy:disabled:has-text("Sale ended")');
  await stranger.page.click('[data-normal] a');
  await stranger.page.click('#buy:enabled:has-text("Buy now")');
  await seen(stranger.page, '#result:visible[data-state=placed]');
  const complaints = waiting.complaints.filter((text) => !text.includes('409 (Conflict)'));
  expect([complaints, stranger.complaints]).toEqual([[], []]);
  await Promise.all([waiting.context.close(), stranger.context.close()]);
});

describe('somebody who is let in', () => {
  test('and does not buy in time is told so, and may join again', async () => {
    const sale = await narrowSale({ admitSeconds: 4 });
    const { page, context, complaints } = await visit(await shop.buyer());
    const order = await buys(sale);
    await open(page, sale);
    await page.click('#buy:enabled');
    await inState(page, 'waiting');
    await settle(order, 'cancel');
    await inState(page, 'admitted');
    await seen(page, '#message.error:has-text("Your time to buy has run out")');
    expect(await page.isHidden('#room')).toBe(true);
    await page.click('#buy:enabled');
    await seen(page, '#result:not([hidden]):has-text("It is yours.")');
    expect(complaints).toEqual([]);
    await context.close();
  });

  test('and let an order go is never shown it as a success, and buys another', async () => {
    const sale = await narrowSale({ stock: 3, payWindowSeconds: 3 });
    const buyer = await shop.buyer();
    const { page, context, complaints } = await visit(buyer);
    await open(page, sale);
    // The answer is lost, and found when the order has long expired.
    await page.route('**/api/orders', async (route) => {
      await route.fetch();
      return route.abort();
    });
    await page.click('#buy:enabled');
    await seen(page, '#message:has-text("not known yet"), #message:has-text("No answer yet")');
    await page.waitForTimeout(3_500);
    await page.unroute('**/api/orders');
    await seen(page, '#message.error:has-text("is expired. You can try again.")');
    expect(await page.isHidden('#result')).toBe(true);
    await page.click('#buy:enabled:has-text("Buy now")');
    await seen(page, '#result:visible[data-state=placed]');
    // And one that expires before their eyes leaves the way open.
    await seen(page, '#result:visible[data-state=expired]:has-text("time to pay has run out")');
    await page.click('#buy:enabled:has-text("Buy now")');
    await seen(page, '#result:visible[data-state=placed]');
    expect(complaints.filter((text) => !text.includes('ERR_FAILED'))).toEqual([]);
    await context.close();
  });

  test('buys the second of two that they may have, and not a third', async () => {
    const sale = await narrowSale({ stock: 5, limitPerUser: 2 });
    const { page, context } = await visit(await shop.buyer());
    await open(page, sale);
    await page.click('#buy:enabled');
    await seen(page, '#result:visible[data-state=placed]');
    await page.click('#another');
    await page.click('#buy:enabled');
    await seen(page, '#result:visible[data-state=placed]');
    await page.click('#another');
    await page.click('#buy:enabled');
    await seen(page, '#message.error:has-text("purchase limit reached")');
    const other = await context.newPage();
    await open(other, sale);
    await seen(other, '#buy:disabled:has-text("You have all that one buyer may have")');
    await context.close();
  });
});

test('a draw is joined when it opens, held at the start, and linked to what proves it', async () => {
  const [one, two] = [await visit(await shop.buyer()), await visit(await shop.buyer())];
  const queue = 'draw';
  const far = { queueOpensInMs: 600_000, startsInMs: 1_200_000 };
  await open(one.page, await narrowSale({ queue, ...far }));
  await seen(one.page, '#countdown:has-text("The draw can be joined in")');
  await seen(one.page, '#buy:disabled:has-text("Not open yet")');
  const sale = await narrowSale({ queue, queueOpensInMs: 4_000, startsInMs: 14_000 });
  const pages = [one.page, two.page];
  await Promise.all(pages.map((page) => open(page, sale)));
  for (const page of pages) {
    await page.click('#buy:enabled:has-text("Join the draw")');
    await inState(page, 'drawing');
    await seen(page, '#room:has-text("The draw is held at")');
    await seen(page, '#countdown:has-text("The draw is held in")');
    expect(await page.title()).toStartWith('In the draw');
    const link = `/items/${sale.itemId}/draw/${sale.promoId}`;
    expect(await page.getAttribute('#about-draw', 'href')).toBe(link);
  }
  expect(await figure(two.page, 'entrants')).toBe('2');
  const drawn = async ({ page }: TestVisitor) => {
    await seen(page, '#room:visible:is([data-state=admitted], [data-state=waiting])');
    return page.getAttribute('#room', 'data-state');
  };
  const states = [await drawn(one), await drawn(two)];
  expect(states.toSorted()).toEqual(['admitted', 'waiting']);
  const winner = states[0] === 'admitted' ? one : two;
  await winner.page.click('#buy:enabled:has-text("Buy now")');
  await seen(winner.page, '#result:visible[data-state=placed]');
  expect([one.complaints, two.complaints]).toEqual([[], []]);
  await Promise.all([one.context.close(), two.context.close()]);
});
