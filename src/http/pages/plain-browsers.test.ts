/** What the pages are to those whose network is slow, and to those whose browser runs no scripts. */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import type { Page } from 'playwright-core';
import { temporaryFolder } from '../../../actors/testing/process.ts';
import { startBrowser, type TestBrowser } from '../../testing/browser.ts';
import { adminToken } from '../../testing/engine-process.ts';
import { password } from '../../testing/shop.ts';
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
// biome-ignore lint/performance/useDomNodeTextContent: what is seen of it, and no more.
const textOf = async (page: Page) => page.locator('main').innerText();

describe('with a slow network', () => {
  test('an item can be read before its scripts have come, and its button waits for them', async () => {
    const { shop, buyer, sales } = states;
    const { page, context, complaints } = await browser.visitor(shop.engine.url);
    await context.addCookies([{ name: 'session', value: buyer.session, url: shop.engine.url }]);
    const network = await context.newCDPSession(page);
    await network.send('Network.enable');
    const [latency, throughput] = [400, 50_000];
    await network.send('Network.emulateNetworkConditions', {
      ...{ offline: false, latency },
      ...{ downloadThroughput: throughput, uploadThroughput: throughput },
    });
    // The last script is held up until the page has been read: how quick a machine is does not matter.
    const [held, read] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    await page.route(/\/assets\/item\b.*\.js/, async (route) => {
      held.resolve();
      await read.promise;
      await route.continue();
    });
    await page.goto(url(`/items/${sales.running.itemId}`), { waitUntil: 'commit' });
    await page.waitForSelector('h1:has-text("Aurora headphones")');
    await held.promise;
    await page.waitForSelector('main :text("¥5")');
    expect(await page.isDisabled('#buy')).toBe(true);
    expect(await textOf(page)).toContain('40 of 40 left');
    read.resolve();
    await page.waitForSelector('#buy:enabled');
    expect(complaints).toEqual([]);
    await context.close();
  });
});

describe('without scripts', () => {
  test('buyers log in, find items, and read their orders; what needs scripts says so', async () => {
    const { shop, buyer, sales, orders } = states;
    const { page, context, complaints } = await browser.withoutScripts(shop.engine.url);
    await page.goto(url('/'));
    await page.click(`main a[href^="/items/${sales.running.itemId}"]`);
    const item = await textOf(page);
    for (const text of ['Aurora headphones', '¥5', '40 of 40 left', 'Buying needs JavaScript'])
      expect(item).toContain(text);
    expect(await page.locator('#buy:enabled').count()).toBe(0);
    await page.click('header a[href^="/login"]');
    await page.fill('#telephone', buyer.telephone);
    await page.fill('#password', password);
    await page.click('form .primary');
    await page.goto(url(`/orders/${orders.paid}`));
    const order = await textOf(page);
    expect(order).toContain('nothing left for you to do');
    expect(order).not.toContain('JavaScript');
    await page.click('a[href$="/receipt"]');
    expect(await textOf(page)).toContain(orders.paid);
    await page.goto(url('/orders'));
    const list = await textOf(page);
    expect(list).toContain('This list needs JavaScript');
    expect(list).not.toContain('Loading');
    expect(complaints).toEqual([]);
    await context.close();
  });

  test('a merchant does everything: pauses, restocks, makes an item and a key, finds an order', async () => {
    const { shop, sales, orders } = states;
    const { page, context, complaints } = await browser.withoutScripts(shop.engine.url);
    await page.goto(url('/admin'));
    await page.fill('#log-in-token', adminToken);
    await page.click('form .primary');
    const sale = `/admin/sales/${sales.running.promoId}`;
    const done = async (text: string) => page.waitForSelector(`.notice.good:has-text("${text}")`);
    for (const [action, text] of [
      ['pause', 'paused'],
      ['resume', 'goes on'],
    ] as const) {
      await page.goto(url(sale));
      await page.click(`a[href="${sale}/${action}"]`);
      await page.click('.confirm [type=submit]');
      await done(text);
    }
    await page.goto(url(`${sale}/restock`));
    await page.fill('[name=units]', '2');
    await page.click('.confirm [type=submit]');
    await page.waitForSelector('.notice.good');
    expect(await textOf(page)).toContain('42');
    await page.goto(url('/admin/items/new'));
    for (const [name, text] of [
      ['title', 'A lamp'],
      ['description', 'It shines.'],
      ['price', '12'],
      ['stock', '3'],
    ] as const)
      await page.fill(`main [name=${name}]`, text);
    await page.click('main form [type=submit]');
    await done('created');
    await page.goto(url('/admin/keys'));
    await page.click('summary:has-text("Make a key")');
    const key = page.locator('form:has([name=mint])');
    await key.locator('[name=name]').fill('till');
    await key.locator('[name=mint]').check();
    await key.locator('[type=submit]').click();
    expect(await page.inputValue('#made-key')).not.toBe('');
    await page.goto(url('/admin/orders'));
    await page.click('.filter-box summary');
    await page.selectOption('[name=status]', 'refunded');
    await page.click('.filters [type=submit]');
    const found = await textOf(page);
    expect(found).toContain(orders.refunded);
    expect(found).not.toContain(orders.paid);
    expect(complaints).toEqual([]);
    await context.close();
  });
});
