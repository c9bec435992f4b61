import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import type { Page } from 'playwright-core';
import { temporaryFolder } from '../../../../actors/testing/process.ts';
import { startBrowser, type TestBrowser, type TestVisitor } from '../../../testing/browser.ts';
import { mustSucceed } from '../../../testing/engine-process.ts';
import { expectOrders } from '../../../testing/listed-orders.ts';
import {
  type Buyer,
  captchaText,
  newTelephone,
  password,
  type Shop,
  startShop,
} from '../../../testing/shop.ts';

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

/** A visitor with a session, as a browser keeps it. */
async function loggedIn(buyer: Buyer, locale?: string): Promise<TestVisitor> {
  const visitor = await browser.visitor(shop.engine.url, locale === undefined ? {} : { locale });
  const cookie = { name: 'session', value: buyer.session, url: shop.engine.url };
  await visitor.context.addCookies([cookie]);
  return visitor;
}

/** Buys on an item's page, and returns the order's id. */
async function buyOn(page: Page): Promise<string> {
  await page.click('#buy:enabled');
  await page.fill('#answer', captchaText.toLowerCase());
  await page.press('#answer', 'Enter');
  await page.waitForSelector('#result:not([hidden])');
  return (await page.getAttribute('#result', 'data-order'))!;
}

async function register(page: Page): Promise<string> {
  const telephone = newTelephone();
  await page.fill('#telephone', telephone);
  await page.click('#send-code');
  await page.waitForSelector('#message:has-text("on its way")');
  await page.fill('#otp', shop.gateway.codeOf(telephone));
  await page.fill('#name', 'Ada');
  await page.fill('#age', '36');
  await page.getByLabel('Female').check();
  await page.fill('#password', password);
  await page.click('form .primary');
  return telephone;
}

describe('a person with a browser', () => {
  test('registers, waits for a sale to open, buys, pays and sees the order; the next finds it sold out', async () => {
    const { page, context, complaints } = await browser.visitor(shop.engine.url);
    await page.goto(url('/orders'));
    await page.click('main a[href^="/register"]');
    const telephone = await register(page);
    await page.waitForURL(url('/orders'));
    await page.waitForSelector('text=No orders yet');

    const { itemId } = await shop.engine.sale({ stock: 1, startsInMs: 6_000 });
    await page.goto(url(`/items/${itemId}`));
    expect(await page.textContent('#buy')).toBe('Not open yet');
    expect(await page.isDisabled('#buy')).toBe(true);
    await page.evaluate('window.isTheSamePage = true');
    const orderId = await buyOn(page);
    expect(await page.evaluate('window.isTheSamePage')).toBe(true);
    expect(await page.textContent('#result')).toContain('It is yours.');
    expect(await page.textContent('#result')).toContain(orderId);

    const other = await loggedIn(await shop.buyer());
    await other.page.goto(url(`/items/${itemId}`));
    await other.page.waitForSelector('#buy:enabled:has-text("Join the waiting list")');
    expect(await other.page.textContent('[data-stock]')).toBe('None of 1 left');

    await page.click('#result a');
    await page.waitForSelector(`.order[data-state=placed]:has-text("${orderId}")`);
    await page.click('[data-pay]');
    await page.click('.checkout button[value=pay]');
    await page.waitForSelector('.order[data-state=paid]');
    await expectOrders(shop, await shop.logIn(telephone), [{ orderId, itemId, status: 'paid' }]);
    await other.page.waitForSelector('#buy:disabled:has-text("Sold out")');

    await page.click('#log-out');
    await page.waitForURL(url('/'));
    await page.goto(url('/orders'));
    expect(new URL(page.url()).pathname).toBe('/login');
    await page.fill('#telephone', telephone);
    await page.fill('#password', password);
    await page.press('#password', 'Enter');
    await page.waitForSelector(`.order[data-state=paid]:has-text("${orderId}")`);
    expect([complaints, other.complaints]).toEqual([[], []]);
    await Promise.all([context.close(), other.context.close()]);
  });

  test('sees the stock as it changes, and may buy what comes back', async () => {
    const { itemId, promoId } = await shop.engine.sale({ stock: 1 });
    const [first, second] = [await shop.buyer(), await shop.buyer()];
    const { page, context, complaints } = await loggedIn(second);
    await page.goto(url(`/items/${itemId}`));
    await page.waitForSelector('#buy:enabled');
    const { captchaId } = mustSucceed(await first.api('POST', '/api/captchas', { promoId }));
    const solved = { promoId, captchaId, answer: captchaText };
    const { token } = mustSucceed(await first.api('POST', `/api/items/${itemId}/tokens`, solved));
    const { orderId } = mustSucceed(await shop.engine.place(String(token)));
    await page.waitForSelector('#buy:enabled:has-text("Join the waiting list")');
    await page.waitForSelector('[data-returning]:has-text("1 held unpaid")');
    mustSucceed(await first.api('POST', `/api/orders/${orderId}/cancel`, {}));
    await page.waitForSelector('#buy:enabled:has-text("Buy now")');
    await buyOn(page);
    expect(complaints).toEqual([]);
    await context.close();
  });

  test('gets one order, whatever is lost on the way', async () => {
    const buyer = await shop.buyer();
    const { page, context } = await loggedIn(buyer);
    const { itemId } = await shop.engine.sale();
    let sent = 0;
    await page.route('**/api/orders', async (route) => {
      sent++;
      if (sent === 1) {
        await route.fetch();
        return route.abort();
      }
      if (sent > 3) return route.continue();
      const data = { errCode: [10004, 30003][sent - 2], errMsg: 'later' };
      const headers = { 'retry-after': '1' };
      return route.fulfill({ status: 503, headers, json: { status: 'fail', data } });
    });
    await page.goto(url(`/items/${itemId}`));
    const orderId = await buyOn(page);
    expect(sent).toBe(4);
    await expectOrders(shop, buyer, [{ orderId }]);
    await context.close();
  });

  test('continues a purchase that a reload has cut off', async () => {
    const buyer = await shop.buyer();
    const { page, context } = await loggedIn(buyer);
    const { itemId } = await shop.engine.sale();
    await page.route('**/api/orders', (route) => route.abort());
    await page.goto(url(`/items/${itemId}`));
    await page.click('#buy:enabled');
    await page.fill('#answer', captchaText);
    await page.press('#answer', 'Enter');
    await page.waitForSelector('#message:has-text("not known yet")');
    await page.unroute('**/api/orders');
    await page.reload();
    await page.waitForSelector('#result:not([hidden])');
    await expectOrders(shop, buyer, [{ itemId }]);
    await context.close();
  });

  test('is shown another captcha when the first was misread', async () => {
    const { page, context } = await loggedIn(await shop.buyer());
    const { itemId } = await shop.engine.sale();
    await page.goto(url(`/items/${itemId}`));
    await page.click('#buy:enabled');
    await page.fill('#answer', 'XXXX');
    await page.press('#answer', 'Enter');
    await page.waitForSelector('#message.error:has-text("another picture")');
    await page.fill('#answer', captchaText);
    await page.press('#answer', 'Enter');
    await page.waitForSelector('#result:not([hidden])');
    await context.close();
  });

  test('is told at each field what is wrong with it', async () => {
    const { page, context } = await browser.visitor(shop.engine.url);
    await page.goto(url('/register'));
    await page.fill('#telephone', 'nonsense');
    await page.click('form .primary');
    for (const name of ['telephone', 'otp', 'name', 'age', 'gender', 'password']) {
      await page.waitForSelector(`#${name}-error:not(:empty)`);
    }
    expect(await page.evaluate('document.activeElement.id')).toBe('telephone');
    await page.fill('#otp', '000000');
    await page.fill('#telephone', newTelephone());
    await page.fill('#name', 'Ada');
    await page.fill('#age', '36');
    await page.getByLabel('Other').check();
    await page.fill('#password', password);
    await page.click('form .primary');
    await page.waitForSelector('#otp-error:has-text("wrong or has expired")');
    expect(await page.textContent('#name-error')).toBe('');
    await context.close();
  });

  test('sees the countdown of the server, whatever the clock of the device says', async () => {
    const { page, context, complaints } = await browser.visitor(shop.engine.url);
    await context.addInitScript(`{
      const behind = ${3 * 86_400_000};
      const now = Date.now;
      Date.now = () => now() - behind;
    }`);
    const { itemId } = await shop.engine.sale({ startsInMs: 90_000_000, endsInMs: 99_000_000 });
    await page.goto(url(`/items/${itemId}`));
    await page.waitForSelector('[data-unit=days]:has-text("1")');
    expect(['00', '01']).toContain((await page.textContent('[data-unit=hours]'))!);
    expect(complaints).toEqual([]);
    await context.close();
  });

  test('reads Chinese where the browser asks for it, and may choose otherwise', async () => {
    const { page, context, complaints } = await loggedIn(await shop.buyer(), 'zh-CN');
    const { itemId } = await shop.engine.sale();
    await page.goto(url(`/items/${itemId}`));
    expect(await page.getAttribute('html', 'lang')).toBe('zh-CN');
    await page.waitForSelector('#buy:enabled:has-text("立即抢购")');
    await buyOn(page);
    expect(await page.textContent('#result')).toContain('抢到了');
    await page.click('#result a');
    await page.waitForSelector('.order:has-text("待付款")');
    await page.click('header >> text=English');
    await page.waitForSelector('.order:has-text("to be paid")');
    expect(new URL(page.url()).searchParams.has('lang')).toBe(false);
    await page.goto(url('/'));
    expect(await page.getAttribute('html', 'lang')).toBe('en');
    expect(complaints).toEqual([]);
    await context.close();
  });

  test('sees every page in the width of a small phone, in either language', async () => {
    const { itemId } = await shop.engine.sale({
      startsInMs: 90_000_000,
      endsInMs: 99_000_000,
      limitPerUser: 3,
    });
    const { session } = await shop.buyer();
    for (const locale of ['en-GB', 'zh-CN']) {
      const size = { locale, width: 360, height: 740 };
      const { page, context, complaints } = await browser.visitor(shop.engine.url, size);
      const visit = async (path: string, shown: string) => {
        await page.goto(url(path));
        await page.waitForSelector(shown);
        const width = await page.evaluate('document.documentElement.scrollWidth');
        expect([path, width]).toEqual([path, 360]);
      };
      await visit('/register', '#register');
      await visit('/login', '#log-in');
      await visit('/login/code', '#log-in-by-code');
      await visit('/password', '#new-password');
      await visit('/', '.card [data-status]:not(:empty)');
      await context.addCookies([{ name: 'session', value: session, url: shop.engine.url }]);
      await visit('/?sort=sales', '#log-out');
      await visit('/orders', '#none:not([hidden])');
      await visit(`/items/${itemId}`, '#buy:disabled:not(:empty)');
      expect(complaints).toEqual([]);
      await context.close();
    }
  });
});
