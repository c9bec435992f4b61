/** Buying where the captcha is a proof of work: the device works, and the buyer presses one button. */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { temporaryFolder, waitUntil } from '../../../../actors/testing/process.ts';
import { startBrowser, type TestBrowser, type TestVisitor } from '../../../testing/browser.ts';
import { commandLine, mustSucceed, type OrderData } from '../../../testing/engine-process.ts';
import { type Buyer, type Shop, startShop } from '../../../testing/shop.ts';

// People, and the browsers they use, are slow where machines are busy.
setDefaultTimeout(240_000);

const folder = temporaryFolder();
let shop: Shop;
let browser: TestBrowser;

beforeAll(async () => {
  // With the work of a real shop, which says nothing about captchas.
  const env = { CAPTCHA: '' };
  const started = startShop({ dataDir: folder.path, script: commandLine, env });
  [shop, browser] = await Promise.all([started, startBrowser()]);
});

afterAll(async () => {
  await browser.close();
  await shop.stop();
  folder.remove();
});

const url = (path: string) => shop.engine.url + path;
/** The order that a page shows, as its buyer is told of it by the API. */
async function orderOn({ page }: TestVisitor, buyer: Buyer): Promise<OrderData> {
  await page.waitForSelector('#result:focus');
  const orderId = await page.getAttribute('#result', 'data-order');
  return mustSucceed(await buyer.api<OrderData>('GET', `/api/orders/${orderId}`));
}

async function loggedIn(buyer: Buyer, locale = 'en-GB'): Promise<TestVisitor> {
  const visitor = await browser.visitor(shop.engine.url, { locale });
  await visitor.context.addCookies([
    { name: 'session', value: buyer.session, url: shop.engine.url },
  ]);
  // What the message says, one after another, and how often the page could draw in between.
  await visitor.context.addInitScript(`
    window.told = [];
    window.framesWhileProving = 0;
    addEventListener('DOMContentLoaded', () => {
      const message = document.querySelector('#message');
      new MutationObserver(() => told.push(message.textContent))
        .observe(message, { childList: true });
      const onFrame = () => {
        if (/calculation|计算/.test(message.textContent)) framesWhileProving++;
        requestAnimationFrame(onFrame);
      };
      requestAnimationFrame(onFrame);
    });
  `);
  return visitor;
}

/** Presses Tab until the button has the focus, and Enter. */
async function buyByKeyboard({ page }: TestVisitor, itemId: number): Promise<void> {
  await page.goto(url(`/items/${itemId}`));
  await page.waitForSelector('#buy:enabled');
  for (let presses = 0; (await page.$('#buy:focus')) === null; presses++) {
    expect(presses).toBeLessThan(40);
    await page.keyboard.press('Tab');
  }
  await page.keyboard.press('Enter');
}

const told = ({ page }: TestVisitor) => page.evaluate<string[]>('told');

describe('a buyer', () => {
  for (const [locale, working] of [
    ['en-GB', 'Getting you in: your device is doing a short calculation …'],
    ['zh-CN', '正在排队进场：您的设备正在做一小段计算……'],
  ] as const) {
    test(`presses one key, is told what goes on, and has the item (${locale})`, async () => {
      const buyer = await shop.buyer();
      const visitor = await loggedIn(buyer, locale);
      const { page, context, complaints } = visitor;
      const { itemId } = await shop.engine.sale();
      await buyByKeyboard(visitor, itemId);
      expect(await orderOn(visitor, buyer)).toMatchObject({ itemId, status: 'placed' });
      expect(await told(visitor)).toContain(working);
      // A place that screen readers read out when it changes.
      expect(await page.getAttribute('#message', 'aria-live')).toBe('polite');
      expect(await page.isHidden('#captcha')).toBe(true);
      expect(complaints).toEqual([]);
      await context.close();
    });
  }

  test('buys where the page is not served securely, and the browser gives it no cryptography', async () => {
    const buyer = await shop.buyer();
    const visitor = await loggedIn(buyer);
    const { page, context, complaints } = visitor;
    await context.addInitScript(
      "Object.defineProperty(Crypto.prototype, 'subtle', { get: () => undefined })",
    );
    const { itemId } = await shop.engine.sale();
    await buyByKeyboard(visitor, itemId);
    expect(await orderOn(visitor, buyer)).toMatchObject({ itemId, status: 'placed' });
    expect(await page.evaluate('crypto.subtle')).toBeUndefined();
    expect(complaints).toEqual([]);
    await context.close();
  });

  test('has a page that goes on while the device works, however long that takes', async () => {
    const visitor = await loggedIn(await shop.buyer());
    const { page, context } = visitor;
    const { itemId } = await shop.engine.sale();
    // No number gives this: the device would work for ever.
    await page.route('**/api/captchas', async (route) => {
      const answer = await (await route.fetch()).json();
      answer.data.challenge.parameters.keyPrefix = '00'.repeat(32);
      await route.fulfill({ status: 201, json: answer });
    });
    await buyByKeyboard(visitor, itemId);
    const frames = () => page.evaluate<number>('framesWhileProving');
    await waitUntil('the page draws', async () => (await frames()) > 5);
    await page.click('header >> text=中文');
    await page.waitForSelector('#buy:enabled:has-text("立即抢购")');
    await context.close();
  });

  test('whose proof came too late is let in by another, and is told where none is taken', async () => {
    const buyer = await shop.buyer();
    const visitor = await loggedIn(buyer);
    const { page, context } = visitor;
    const { itemId } = await shop.engine.sale();
    let late = 0;
    const refusal = { status: 'fail', data: { errCode: 30009, errMsg: 'refused this time' } };
    await page.route('**/api/items/*/tokens', (route) => {
      late++;
      return route.fulfill({ status: 403, json: refusal });
    });
    await buyByKeyboard(visitor, itemId);
    await page.waitForSelector('#message.error:has-text("refused this time")');
    expect(late).toBe(5);
    await page.waitForSelector('#buy:enabled');
    await page.unroute('**/api/items/*/tokens');
    await page.route('**/api/items/*/tokens', (route) => {
      late++;
      return late === 6 ? route.fulfill({ status: 403, json: refusal }) : route.continue();
    });
    await page.click('#buy');
    expect(await orderOn(visitor, buyer)).toMatchObject({ itemId, status: 'placed' });
    expect(late).toBe(7);
    await context.close();
  });
});
