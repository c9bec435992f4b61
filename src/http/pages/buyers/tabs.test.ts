/** Many pages of one browser at once: they share one live stream, so that connections are left to buy with. */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import type { BrowserContext, Page } from 'playwright-core';
import { temporaryFolder } from '../../../../actors/testing/process.ts';
import { startBrowser, type TestBrowser } from '../../../testing/browser.ts';
import { adminToken, mustSucceed, type Sale, tokenFor } from '../../../testing/engine-process.ts';
import { captchaText, type Shop, startShop } from '../../../testing/shop.ts';

// People, and the browsers they use, are slow where machines are busy.
setDefaultTimeout(240_000);

/** Browsers open six connections to a host over HTTP/1.1. */
const tabs = 8;
const stock = 50;

const folder = temporaryFolder();
let shop: Shop;
let browser: TestBrowser;
let sales: Sale[];

beforeAll(async () => {
  [shop, browser] = await Promise.all([startShop({ dataDir: folder.path }), startBrowser()]);
  sales = await Promise.all(Array.from({ length: tabs }, () => shop.engine.sale({ stock })));
});

afterAll(async () => {
  await browser.close();
  await shop.stop();
  folder.remove();
});

const url = (path: string) => shop.engine.url + path;

/** The streams that a browser has open; a headless one takes every tab for visible. */
function openStreams(context: BrowserContext): Set<string> {
  const open = new Map<object, string>();
  const opened = new Set<string>();
  context.on('request', (request) => {
    const { pathname, search } = new URL(request.url());
    if (pathname.endsWith('/live')) {
      open.set(request, pathname + search);
      opened.add(pathname + search);
    }
  });
  const closed = (request: object) => {
    const path = open.get(request);
    open.delete(request);
    if (path !== undefined && ![...open.values()].includes(path)) opened.delete(path);
  };
  context.on('requestfinished', closed);
  context.on('requestfailed', closed);
  return opened;
}

async function openTab(context: BrowserContext, path: string): Promise<Page> {
  const page = await context.newPage();
  await page.goto(url(path));
  return page;
}

const openItems = (context: BrowserContext, some: readonly Sale[]) =>
  Promise.all(some.map(({ itemId }) => openTab(context, `/items/${itemId}`)));

let buyers = 1_000_000;

/** Somebody buys a unit, and the page of the item shows it. */
async function showsPurchase(page: Page, sale: Sale): Promise<void> {
  mustSucceed(await shop.engine.place(tokenFor(sale, ++buyers)));
  const { stock: left } = mustSucceed(
    await shop.engine.api<{ stock: number }>('GET', `/api/items/${sale.itemId}`),
  );
  await page.waitForSelector(`[data-stock]:has-text("${left} of ${stock} left")`);
}

async function until(holds: () => boolean): Promise<void> {
  for (const end = Date.now() + 30_000; !holds(); await Bun.sleep(50)) {
    if (Date.now() > end) throw new Error('waited in vain');
  }
}

/** Tells a page that nobody sees it, or that somebody does: headless, every page is visible for ever. */
async function setHidden(page: Page, hidden: boolean): Promise<void> {
  await page.evaluate(`
    Object.defineProperty(document, 'hidden', { value: ${hidden}, configurable: true });
    document.dispatchEvent(new Event('visibilitychange'));
  `);
}

/** Which of the tabs has the lock, and with it the stream. */
async function leaderOf(pages: readonly Page[]): Promise<Page> {
  const ids = await Promise.all(
    pages.map((page) =>
      page.evaluate(`(async () => {
        const { held } = await navigator.locks.query();
        const probe = 'probe-' + Math.random();
        return navigator.locks.request(probe, async () => {
          const after = await navigator.locks.query();
          const own = after.held.find(({ name }) => name === probe).clientId;
          return held.some(({ name, clientId }) => name.startsWith('live:') && clientId === own);
        });
      })()`),
    ),
  );
  const index = ids.indexOf(true);
  if (index < 0) throw new Error('no tab leads');
  return pages[index]!;
}

describe('a browser with many item pages open', () => {
  test('has one stream for all of them, and connections left to buy with', async () => {
    const { context } = await browser.visitor(shop.engine.url);
    const streams = openStreams(context);
    const { session } = await shop.buyer();
    await context.addCookies([{ name: 'session', value: session, url: shop.engine.url }]);
    const pages = await openItems(context, sales);
    const ids = sales.map(({ itemId }) => itemId).sort((a, b) => a - b);
    await until(() => streams.has(`/live?items=${ids.join()}`) && streams.size === 1);
    await Promise.all(pages.map((page, index) => showsPurchase(page, sales[index]!)));
    const last = pages.at(-1)!;
    await last.click('#buy:enabled');
    await last.fill('#answer', captchaText);
    await last.press('#answer', 'Enter');
    await last.waitForSelector('#result:not([hidden])');
    expect(streams.size).toBe(1);
    await context.close();
  });

  test('lets go of what a hidden tab shows, and shows it again when the tab does', async () => {
    const { context } = await browser.visitor(shop.engine.url);
    const streams = openStreams(context);
    const [one, other] = [sales[0]!, sales[1]!];
    const pages = await openItems(context, [one, other]);
    await until(() => streams.has(`/live?items=${one.itemId},${other.itemId}`));
    const leader = await leaderOf(pages);
    const [led, left] = leader === pages[0] ? [other, one] : [one, other];
    const follower = leader === pages[0] ? pages[1]! : pages[0]!;
    await setHidden(leader, true);
    await until(() => streams.has(`/live?items=${led.itemId}`) && streams.size === 1);
    await showsPurchase(follower, led);
    mustSucceed(await shop.engine.place(tokenFor(left, ++buyers)));
    await setHidden(leader, false);
    await showsPurchase(leader, left);
    expect(streams.size).toBe(1);
    await setHidden(leader, true);
    await setHidden(follower, true);
    await until(() => streams.size === 0);
    await context.close();
  });

  test('goes on when the tab that has the stream is closed', async () => {
    const { context } = await browser.visitor(shop.engine.url);
    const [sale] = sales as [Sale];
    const pages = await openItems(context, [sale, sale, sale]);
    await Promise.all(pages.map((page) => page.waitForSelector('[data-stock]:not(:empty)')));
    const leader = await leaderOf(pages);
    await leader.close();
    const others = pages.filter((page) => page !== leader);
    // In turn: of two purchases at once a page may show only what both have left.
    for (const page of others) await showsPurchase(page, sale);
    await context.close();
  });

  test('goes on when the tab that has the stream hangs', async () => {
    const { context } = await browser.visitor(shop.engine.url);
    const [one, other] = [sales[2]!, sales[3]!];
    const pages = await openItems(context, [one, other]);
    await Promise.all(pages.map((page) => page.waitForSelector('[data-stock]:not(:empty)')));
    const leader = await leaderOf(pages);
    await leader.evaluate('BroadcastChannel.prototype.postMessage = () => undefined');
    const [page, sale] = leader === pages[0] ? [pages[1]!, other] : [pages[0]!, one];
    await showsPurchase(page, sale);
    expect(await leaderOf(pages)).toBe(page);
    await context.close();
  });

  test('gives each visible tab its own stream where tabs cannot share one', async () => {
    const { context, page } = await browser.visitor(shop.engine.url);
    await context.addInitScript(
      "Object.defineProperty(Navigator.prototype, 'locks', { value: undefined })",
    );
    const streams = openStreams(context);
    const [sale] = sales as [Sale];
    await page.goto(url(`/items/${sale.itemId}`));
    await showsPurchase(page, sale);
    await setHidden(page, true);
    await until(() => streams.size === 0);
    await setHidden(page, false);
    await showsPurchase(page, sale);
    await context.close();
  });
});

test('many administrator’s pages of one browser have one stream, and each shows its own item', async () => {
  const { context, page } = await browser.visitor(shop.engine.url);
  const streams = openStreams(context);
  await page.goto(url('/admin/login'));
  await page.fill('#log-in-token', adminToken);
  await page.keyboard.press('Enter');
  await page.waitForURL(url('/admin'));
  await page.goto(url('/admin/items'));
  const paths = sales.map(({ itemId }) => `/admin/items/${itemId}`);
  const pages = await Promise.all(paths.map((path) => openTab(context, path)));
  for (const each of [page, ...pages]) await each.waitForSelector('[data-live][data-state=live]');
  await until(() => streams.size === 1);
  const newest = sales.map(({ itemId }) => itemId).toReversed();
  expect([...streams][0]).toContain(newest.join('-'));
  const last = sales.at(-1)!;
  const { stock: left } = mustSucceed(
    await shop.engine.api<{ stock: number }>('GET', `/api/items/${last.itemId}`),
  );
  await pages.at(-1)!.waitForSelector(`.numbers [data-value=left]:text-is("${left}")`);
  await page.waitForSelector(`[data-item="${last.itemId}"] [data-value=left]:text-is("${left}")`);
  await context.close();
});
