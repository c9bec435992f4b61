/** What buyers and merchants do, by keyboard alone. */
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test';
import type { Page } from 'playwright-core';
import { temporaryFolder } from '../../../actors/testing/process.ts';
import { startBrowser, type TestBrowser } from '../../testing/browser.ts';
import { adminToken } from '../../testing/engine-process.ts';
import { expectFocusSeen, press, tabTo, walkThrough } from '../../testing/keyboard.ts';
import { captchaText, password } from '../../testing/shop.ts';
import { type ShopOfEveryState, startShopOfEveryState } from '../../testing/shop-of-every-state.ts';

setDefaultTimeout(240_000);

const folder = temporaryFolder();
let states: ShopOfEveryState;
let browser: TestBrowser;

beforeAll(async () => {
  [states, browser] = await Promise.all([startShopOfEveryState(folder.path), startBrowser()]);
});

afterAll(async () => {
  await browser.close();
  await states.stop();
  folder.remove();
});

const url = (path: string) => states.shop.engine.url + path;

async function type(page: Page, selector: string, text: string): Promise<void> {
  await tabTo(page, selector);
  await page.keyboard.type(text);
}

/** The skip link is the first stop, and leads past the menu. */
async function skipMenu(page: Page): Promise<void> {
  await page.keyboard.press('Tab');
  expect(await page.$('.skip:focus')).not.toBeNull();
  await expectFocusSeen(page);
  await page.keyboard.press('Enter');
  await page.keyboard.press('Tab');
  expect([page.url(), await page.$('main :focus')]).not.toEqual([page.url(), null]);
}

test('a buyer logs in, joins a draw, buys, pays and reads the receipt', async () => {
  const { shop, buyer, sales } = states;
  const { page, context, complaints } = await browser.visitor(shop.engine.url);
  await page.goto(url(`/items/${sales.running.itemId}`));
  await press(page, 'header a[href^="/login"]');
  await page.waitForSelector('#telephone');
  await skipMenu(page);
  expect(await page.$('#telephone:focus')).not.toBeNull();
  await page.keyboard.type(buyer.telephone);
  await type(page, '#password', 'no such word');
  await page.keyboard.press('Enter');
  await page.waitForSelector('.message.error:visible');
  await page.waitForSelector('#password:focus');
  await page.keyboard.press('Control+A');
  await page.keyboard.type(password);
  await page.keyboard.press('Enter');
  await page.waitForSelector('#buy:enabled');

  await tabTo(page, '#amount');
  await page.keyboard.press('ArrowUp');
  expect(await page.inputValue('#amount')).toBe('2');
  await press(page, '#buy');
  await page.waitForSelector('#answer:focus');
  await page.keyboard.type(captchaText);
  await page.keyboard.press('Enter');
  await page.waitForSelector('#result:focus');
  await press(page, '#result a');
  await page.waitForSelector('[data-pay]');
  await press(page, '[data-pay]');
  await page.waitForSelector('.checkout');
  await press(page, '.checkout button[value=pay]', 'Space');
  await page.waitForSelector('.order[data-state=paid]');
  await press(page, 'a[href$="/receipt"]');
  await page.waitForURL(/\/receipt$/);
  await walkThrough(page);

  await page.goto(url(`/items/${sales.joining.itemId}`));
  await page.waitForSelector('#room:visible');
  await walkThrough(page);
  // The browser itself complains of the log-in that was refused.
  expect(complaints.filter((text) => !text.includes('status of 401'))).toEqual([]);
  await context.close();
});

test('a merchant logs in, pauses a sale and lets it go on, makes a key, and looks for orders', async () => {
  const { shop, sales } = states;
  const { page, context, complaints } = await browser.visitor(shop.engine.url);
  await page.goto(url('/admin'));
  await page.waitForSelector('#log-in-token');
  await type(page, '#log-in-token', adminToken);
  await page.keyboard.press('Enter');
  await page.waitForURL(url('/admin'));
  await skipMenu(page);
  const path = `/admin/sales/${sales.running.promoId}`;
  await press(page, `main a[href="${path}"]`);
  await page.waitForURL(url(path));
  await press(page, `a[href="${path}/pause"]`);
  await page.waitForURL(url(`${path}/pause`));
  await press(page, '.confirm [type=submit]');
  await page.waitForSelector('.notice.good:focus');
  await press(page, `a[href="${path}/resume"]`);
  await page.waitForURL(url(`${path}/resume`));
  await press(page, '.confirm [type=submit]');
  await page.waitForSelector('.notice.good:focus');

  await press(page, '.sections a[href="/admin/keys"]');
  await page.waitForURL(url('/admin/keys'));
  const form = 'details.panel:has([name=mint])';
  await press(page, `${form} > summary`);
  await page.waitForSelector('[name=mint]:visible');
  await page.keyboard.press('Space');
  await page.waitForSelector('[name=mint]', { state: 'hidden' });
  await page.keyboard.press('Enter');
  await type(page, `${form} [name=name]`, 'till');
  await page.keyboard.press('Enter');
  await page.waitForSelector('[aria-invalid=true] [name=mint]:focus');
  await page.keyboard.press('Space');
  await press(page, `${form} [type=submit]`);
  await page.waitForSelector('#made-key');
  await walkThrough(page);

  await page.goto(url('/admin/orders'));
  await press(page, '.filter-box summary');
  await tabTo(page, '[name=status]');
  await page.keyboard.press('p');
  await press(page, '.filters [type=submit]');
  await page.waitForURL(/status=/);
  // The browser itself complains of the form that was refused.
  expect(complaints.filter((text) => !text.includes('status of 400'))).toEqual([]);
  await context.close();
});

test('the focus goes through whole pages in their order, and is seen all the way', async () => {
  const { sales, orders, buyer, shop } = states;
  const { page, context } = await browser.visitor(shop.engine.url, { width: 390, height: 700 });
  await page.goto(url('/register'));
  await walkThrough(page);
  await page.goto(url('/admin/login'));
  await page.fill('#log-in-token', adminToken);
  await page.keyboard.press('Enter');
  await page.waitForURL(url('/admin'));
  const session = { name: 'session', value: buyer.session, url: shop.engine.url };
  await context.addCookies([session]);
  for (const path of [
    ...['/', '/orders', `/items/${sales.running.itemId}`, `/items/${sales.soldForGood.itemId}`],
    ...[`/orders/${orders.placed}`, `/demo/pay/${orders.placed}`],
    ...['/admin', '/admin/items', '/admin/items/new', `/admin/items/${sales.running.itemId}`],
    ...[`/admin/sales/${sales.running.promoId}`, `/admin/sales/new?item=${sales.draft.itemId}`],
    ...['/admin/orders', `/admin/orders/${orders.cancelled}`, '/admin/queue', '/admin/search'],
    ...['/admin/refunds', '/admin/webhooks', '/admin/actions', '/admin/engine'],
  ]) {
    await page.goto(url(path));
    if (path === '/orders') await page.waitForSelector('.order');
    await walkThrough(page);
  }
  await context.close();
});
