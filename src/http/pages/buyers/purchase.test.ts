/** The button of an item's page and what follows: what is refused before it is sent, lost, or left. */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import type { Page } from 'playwright-core';
import { temporaryFolder } from '../../../../actors/testing/process.ts';
import { startBrowser, type TestBrowser, type TestVisitor } from '../../../testing/browser.ts';
import { mustSucceed, tokenFor } from '../../../testing/engine-process.ts';
import { expectOrders } from '../../../testing/listed-orders.ts';
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

const url = (path: string) => shop.engine.url + path;
async function loggedIn(buyer: Buyer, locale = 'en-GB'): Promise<TestVisitor> {
  const visitor = await browser.visitor(shop.engine.url, { locale });
  await visitor.context.addCookies([
    { name: 'session', value: buyer.session, url: shop.engine.url },
  ]);
  return visitor;
}

async function pressBuy(page: Page): Promise<void> {
  await page.click('#buy:enabled');
  await page.fill('#answer', captchaText);
  await page.press('#answer', 'Enter');
}

async function buyOn(page: Page): Promise<string> {
  await pressBuy(page);
  await page.waitForSelector('#result:not([hidden])');
  return (await page.getAttribute('#result', 'data-order'))!;
}

/** Seconds of the clock in a text such as `Pay within 14:59`. */
function secondsIn(text: string | null): number {
  const [, minutes, seconds] = /(\d+):(\d\d)/.exec(text ?? '')!;
  return Number(minutes) * 60 + Number(seconds);
}

describe('the quantity', () => {
  for (const [locale, told] of [
    ['en-GB', 'How many? A whole number from 1 to 3.'],
    ['zh-CN', '请填写数量：1 到 3 的整数。'],
  ] as const) {
    test(`is asked for in plain words where it makes no sense, and nothing is bought (${locale})`, async () => {
      const { page, context, complaints } = await loggedIn(await shop.buyer(), locale);
      const { itemId } = await shop.engine.sale({ limitPerUser: 3 });
      const posts: string[] = [];
      page.on('request', (request) => {
        if (request.method() === 'POST') posts.push(request.url());
      });
      await page.goto(url(`/items/${itemId}`));
      for (const amount of ['0', '', '1.5', '-1', '4', '1e9', '2e']) {
        await page.fill('#amount', '');
        await page.type('#amount', amount);
        await page.click('#buy:enabled');
        await page.waitForSelector(`#amount-error:text-is("${told}")`);
        await page.waitForSelector('#amount[aria-invalid=true]:focus');
        expect([amount, await page.isHidden('#captcha')]).toEqual([amount, true]);
      }
      expect(posts).toEqual([]);
      await page.fill('#amount', '2');
      expect(await page.textContent('#amount-error')).toBe('');
      await buyOn(page);
      const { data } = await shop.engine.api<{ stock: number }>('GET', `/api/items/${itemId}`);
      expect(data.stock).toBe(8);
      expect(complaints).toEqual([]);
      await context.close();
    });
  }
});

describe('who is not logged in', () => {
  test('is asked to log in before and during a sale, not when there is nothing to buy', async () => {
    const { page, context, complaints } = await browser.visitor(shop.engine.url);
    const open = await shop.engine.sale({ stock: 1, queue: 'off' });
    const pending = await shop.engine.sale({ startsInMs: 3_600_000, endsInMs: 7_200_000 });
    const ending = await shop.engine.sale({ startsInMs: -5_000, endsInMs: 4_000 });
    await page.goto(url(`/items/${pending.itemId}`));
    await page.waitForSelector('#countdown[data-state=pending]');
    expect(await page.isVisible('#log-in-to-buy')).toBe(true);
    await page.goto(url(`/items/${open.itemId}`));
    await page.waitForSelector('#countdown[data-state=running]');
    expect(await page.isVisible('#log-in-to-buy')).toBe(true);
    expect(await page.isHidden('#closed')).toBe(true);

    const buyer = 1_000_000;
    const { orderId } = mustSucceed(await shop.engine.place(tokenFor(open, buyer)));
    await page.waitForSelector('#closed:disabled:visible:has-text("Sold out")');
    expect(await page.isHidden('#log-in-to-buy')).toBe(true);
    mustSucceed(await shop.engine.api('POST', `/api/orders/${orderId}/cancel`, {}));
    await page.waitForSelector('#log-in-to-buy:visible');

    await page.goto(url(`/items/${ending.itemId}`));
    await page.waitForSelector('#closed:disabled:visible:has-text("Sale ended")');
    expect(await page.isHidden('#log-in-to-buy')).toBe(true);
    expect(complaints).toEqual([]);
    await context.close();
  });

  test('is told the same by a page whose script has not come', async () => {
    const sale = await shop.engine.sale({ stock: 1, queue: 'off' });
    const html = async ({ itemId } = sale) => (await fetch(url(`/items/${itemId}`))).text();
    expect(await html()).toMatch(/id="log-in-to-buy" href="[^"]+">Log in to buy/);
    expect(await html()).toMatch(/id="closed" disabled="" hidden=""/);
    mustSucceed(await shop.engine.place(tokenFor(sale, 1_000_001)));
    expect(await html()).toMatch(/id="log-in-to-buy" href="[^"]+" hidden=""/);
    expect(await html()).toMatch(/id="closed" disabled="">Sold out/);
    // Where others wait for what may come back, there is something to log in for.
    const waited = await shop.engine.sale({ stock: 1 });
    mustSucceed(await shop.engine.place(tokenFor(waited, 1_000_001)));
    expect(await html(waited)).toMatch(
      /id="log-in-to-buy" href="[^"]+">Log in to join the waiting list/,
    );
  });
});

describe('without a connection', () => {
  test('a buyer is told so, and that the order’s outcome is unknown until it is asked for again', async () => {
    const buyer = await shop.buyer();
    const { page, context } = await loggedIn(buyer);
    const { itemId } = await shop.engine.sale();
    await page.goto(url(`/items/${itemId}`));
    const tokens: string[] = [];
    // The order arrives, the answer does not, and then the connection is gone.
    await page.route('**/api/orders', async (route) => {
      tokens.push((route.request().postDataJSON() as { token: string }).token); // The page sent it.
      if (tokens.length > 1) return route.continue();
      await route.fetch();
      await context.setOffline(true);
      return route.abort('internetdisconnected');
    });
    await pressBuy(page);
    await page.waitForSelector('#message:has-text("No connection. It is not known yet")');
    expect(await page.textContent('#message')).toContain('the same purchase token');
    expect(await page.textContent('#message')).not.toContain('crowded');
    await context.setOffline(false);
    await page.waitForSelector('#result:not([hidden])');
    expect(new Set(tokens).size).toBe(1);
    await expectOrders(shop, buyer, [{ itemId }]);
    await context.close();
  });

  test('a buyer who has nothing under way is told that the page goes on with a connection', async () => {
    const { page, context } = await loggedIn(await shop.buyer());
    const { itemId } = await shop.engine.sale();
    await page.goto(url(`/items/${itemId}`));
    await page.waitForSelector('#buy:enabled');
    await context.setOffline(true);
    await page.click('#buy:enabled');
    await page.waitForSelector('#message:has-text("No connection. This page goes on")');
    await context.setOffline(false);
    await page.fill('#answer', captchaText);
    await page.press('#answer', 'Enter');
    await page.waitForSelector('#result:not([hidden])');
    await context.close();
  });
});

describe('an order that was made', () => {
  test('is shown again after a reload and on the way back, as it stands now', async () => {
    const buyer = await shop.buyer();
    const { page, context, complaints } = await loggedIn(buyer);
    const { itemId } = await shop.engine.sale();
    await page.goto(url(`/items/${itemId}`));
    const orderId = await buyOn(page);
    await page.reload();
    await page.waitForSelector(`#result:visible[data-order="${orderId}"]:has-text("It is yours.")`);
    expect(await page.isHidden('#buy')).toBe(true);
    await page.click('#result [data-link]');
    await page.waitForSelector('[data-pay]');
    await page.goBack();
    await page.waitForSelector(`#result:visible[data-order="${orderId}"]:has-text("Pay within")`);
    mustSucceed(await shop.engine.api('POST', `/api/orders/${orderId}/pay`, {}));
    await page.reload();
    await page.waitForSelector(`#result:visible[data-state=paid]:has-text("already have this")`);
    await expectOrders(shop, buyer, [{ itemId }]);
    expect(complaints).toEqual([]);
    await context.close();
  });

  test('is shown to nobody else, and not when it is over', async () => {
    const buyer = await shop.buyer();
    const { page, context } = await loggedIn(buyer);
    const { itemId } = await shop.engine.sale();
    await page.goto(url(`/items/${itemId}`));
    const orderId = await buyOn(page);
    const cookie = (session: string) => [{ name: 'session', value: session, url: shop.engine.url }];
    await context.addCookies(cookie((await shop.buyer()).session));
    await page.reload();
    await page.waitForSelector('#buy:enabled');
    expect(await page.isHidden('#result')).toBe(true);
    await context.addCookies(cookie(buyer.session));
    mustSucceed(await buyer.api('POST', `/api/orders/${orderId}/cancel`, {}));
    const asked = page.waitForResponse(`**/api/orders/${orderId}`);
    await page.reload();
    await asked;
    await page.waitForSelector('#buy:enabled');
    expect(await page.isHidden('#result')).toBe(true);
    await context.close();
  });

  test('at the normal price does not stand in the way of another', async () => {
    const buyer = await shop.buyer();
    const { page, context } = await loggedIn(buyer);
    const itemId = await shop.engine.item(5);
    await page.goto(url(`/items/${itemId}`));
    for (let bought = 1; bought <= 2; bought++) {
      await page.click('#buy:enabled');
      await page.waitForSelector('#result:not([hidden])');
      await page.click('#another');
    }
    await page.waitForSelector('#buy:enabled');
    await expectOrders(shop, buyer, [{ itemId }, { itemId }]);
    await context.close();
  });

  test('shows a time to pay that runs, and never more than there was', async () => {
    const { page, context } = await loggedIn(await shop.buyer());
    // It has begun by any of the two clocks: the button would else be taken back for a moment.
    const { itemId } = await shop.engine.sale({ startsInMs: -10_000 });
    // Where the answer takes its time, the page's clock is behind that of the server.
    await page.route('**/api/time', async (route) => {
      const now = new Date(Date.now() - 3_000).toISOString();
      await route.fulfill({ json: { status: 'success', data: { now } } });
    });
    await page.goto(url(`/items/${itemId}`));
    await buyOn(page);
    const first = secondsIn(await page.textContent('#result [data-text]'));
    expect(first).toBeLessThanOrEqual(900);
    expect(first).toBeGreaterThan(860);
    await page.waitForSelector('#result [data-text]:not(:has-text("15:00"))');
    const later = secondsIn(await page.textContent('#result [data-text]'));
    expect(later).toBeLessThan(900);
    await page.click('#result [data-link]');
    await page.waitForSelector('[data-left]:not(:empty)');
    expect(secondsIn(await page.textContent('[data-left]'))).toBeLessThanOrEqual(900);
    await context.close();
  });

  test('says so when its time to pay has run out', async () => {
    const { page, context } = await loggedIn(await shop.buyer());
    const { itemId } = await shop.engine.sale({ payWindowSeconds: 4 });
    await page.goto(url(`/items/${itemId}`));
    await buyOn(page);
    await page.waitForSelector('#result[data-state=expired]:has-text("time to pay has run out")');
    expect(await page.textContent('#result [data-text]')).toContain('expired');
    await context.close();
  });
});
