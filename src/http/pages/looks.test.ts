/** What people see: whether they can read it, where the button is, and what a time is told in. */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import type { Page } from 'playwright-core';
import { temporaryFolder } from '../../../actors/testing/process.ts';
import {
  startBrowser,
  type TestBrowser,
  type TestVisitor,
  type VisitorOptions,
} from '../../testing/browser.ts';
import { adminToken, mustSucceed, tokenFor } from '../../testing/engine-process.ts';
import { entrantsFrom, PlantedDraw } from '../../testing/planted-draw.ts';
import { type Buyer, captchaText, type Shop, startShop } from '../../testing/shop.ts';

setDefaultTimeout(240_000);

const folder = temporaryFolder();
let shop: Shop;
let browser: TestBrowser;
let buyer: Buyer;

beforeAll(async () => {
  [shop, browser] = await Promise.all([startShop({ dataDir: folder.path }), startBrowser()]);
  buyer = await shop.buyer();
});

afterAll(async () => {
  await browser.close();
  await shop.stop();
  folder.remove();
});

const url = (path: string) => shop.engine.url + path;

/** A colour on its way to another would be read as neither: what has come to rest is looked at. */
function atRest(options: VisitorOptions = {}): Promise<TestVisitor> {
  return browser.visitor(shop.engine.url, { reducedMotion: true, ...options });
}

async function loggedIn(options: VisitorOptions): Promise<TestVisitor> {
  const visitor = await atRest(options);
  const cookie = { name: 'session', value: buyer.session, url: shop.engine.url };
  await visitor.context.addCookies([cookie]);
  return visitor;
}

/** One order in each state that orders can be in; that which was cancelled has a refund due. */
async function ordersInEveryState(): Promise<void> {
  for (const change of ['none', 'pay', 'refund', 'cancel', 'expire']) {
    const sale = await shop.engine.sale({ payWindowSeconds: change === 'expire' ? 1 : 900 });
    const { orderId } = mustSucceed(await shop.engine.place(tokenFor(sale, buyer.userId)));
    const act = (verb: string) => shop.engine.api('POST', `/api/orders/${orderId}/${verb}`, {});
    if (change === 'pay' || change === 'refund') mustSucceed(await act('pay'));
    if (change === 'refund') mustSucceed(await act('refund'));
    if (change === 'cancel') {
      mustSucceed(await act('cancel'));
      expect((await act('pay')).errCode).toBe(30012);
    }
  }
}

/**
 * The texts of a page that are not readable enough: less contrast than 4.5 to 1, or 3 to 1 where they
 * are large (WCAG 2.2, 1.4.3). What is disabled is exempt, and so is what stands on a picture.
 */
const faintTexts = `(() => {
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const paint = (colours) => {
    canvas.fillStyle = '#fff';
    canvas.fillRect(0, 0, 1, 1);
    for (const colour of colours) {
      canvas.fillStyle = colour;
      canvas.fillRect(0, 0, 1, 1);
    }
    return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3);
  };
  const luminance = (colour) => {
    const [r, g, b] = colour.map((v) => v / 255).map((v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const faint = [];
  let seen = 0;
  for (const element of document.querySelectorAll('body *')) {
    const text = [...element.childNodes].filter((node) => node.nodeType === 3).map((node) => node.data).join('').trim();
    if (text === '' || !element.checkVisibility({ visibilityProperty: true }) || element.closest('.picture, :disabled')) continue;
    const style = getComputedStyle(element);
    const under = [];
    for (let at = element; at !== null; at = at.parentElement) under.unshift(getComputedStyle(at).backgroundColor);
    const ground = paint(under);
    const ink = paint([...under, style.color]);
    const [low, high] = [luminance(ground), luminance(ink)].sort((a, b) => a - b);
    const contrast = (high + 0.05) / (low + 0.05);
    const size = parseFloat(style.fontSize);
    const isLarge = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    seen++;
    if (contrast < (isLarge ? 3 : 4.5)) faint.push(text.slice(0, 40) + ' in ' + element.className + ': ' + contrast.toFixed(2));
  }
  return { seen, faint };
})()`;

async function expectReadable(page: Page): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    const { seen, faint } = await page.evaluate<{ seen: number; faint: string[] }>(faintTexts);
    expect([page.url(), colorScheme, faint]).toEqual([page.url(), colorScheme, []]);
    expect(seen).toBeGreaterThan(5);
  }
}

/** The waiting room: before a draw, in a queue, and when the visitor is let in. */
async function expectReadableRooms(): Promise<void> {
  const narrow = { stock: 1, gateFactor: 1, captcha: false } as const;
  const draw = { queue: 'draw', queueOpensInMs: -1_000, startsInMs: 600_000 } as const;
  const sales = {
    drawing: await shop.engine.sale({ ...narrow, ...draw }),
    waiting: await shop.engine.sale(narrow),
    admitted: await shop.engine.sale(narrow),
  };
  mustSucceed(await shop.engine.place(tokenFor(sales.waiting, 1_000_000)));
  const size = { width: 320, height: 640 };
  for (const [state, { itemId, promoId }] of Object.entries(sales)) {
    mustSucceed(await buyer.api('POST', `/api/items/${itemId}/tokens`, { promoId }));
    for (const locale of ['en-GB', 'zh-CN']) {
      const { page, context } = await loggedIn({ ...size, locale });
      await page.goto(url(`/items/${itemId}`));
      await page.waitForSelector(`#room:visible[data-state=${state}]`);
      await expectReadable(page);
      const width = await page.evaluate('document.documentElement.scrollWidth');
      expect([state, locale, width]).toEqual([state, locale, size.width]);
      await context.close();
    }
  }
}

describe('every text', () => {
  test('is readable on a buyer’s pages: badges of sales and orders in every state too', async () => {
    await ordersInEveryState();
    const pending = await shop.engine.sale({ startsInMs: 3_600_000, endsInMs: 7_200_000 });
    const soldOut = await shop.engine.sale({ stock: 1 });
    mustSucceed(await shop.engine.place(tokenFor(soldOut, 1_000_000)));
    const ended = await shop.engine.sale({ startsInMs: -5_000, endsInMs: 1_000 });
    const notAfterwards = { normalSale: false };
    mustSucceed(await shop.engine.api('PATCH', `/api/items/${ended.itemId}`, notAfterwards));
    const { page, context } = await loggedIn({});
    await page.goto(url('/orders'));
    for (const state of ['placed', 'paid', 'refunded', 'cancelled', 'expired']) {
      await page.waitForSelector(`.order[data-state=${state}] .badge`);
    }
    await page.waitForSelector('.order[data-state=cancelled] .refund:has-text("due back")');
    await expectReadable(page);
    await page.click('.order[data-state=placed] [data-pay]');
    await page.waitForSelector('.checkout button');
    await expectReadable(page);
    await page.goto(url('/'));
    for (const state of ['pending', 'running', 'sold-out', 'ended']) {
      await page.waitForSelector(`.card[data-state=${state}] .status:not(:empty)`);
    }
    await expectReadable(page);
    const joined = { queue: 'draw', queueOpensInMs: -1_000, startsInMs: 1_800_000 } as const;
    for (const { itemId, promoId } of [pending, await shop.engine.sale(joined)]) {
      await page.goto(url(`/items/${itemId}`));
      await page.click(`#tell-${promoId} button`);
      await page.waitForSelector(`#tell-${promoId} .kept`);
    }
    await page.goto(url('/orders'));
    await page.waitForSelector('.awaited [data-go]:visible');
    await page.waitForSelector('header .on-now');
    await expectReadable(page);
    for (const { itemId } of [pending, soldOut, ended]) {
      await page.goto(url(`/items/${itemId}`));
      await page.waitForSelector('#countdown [data-label]:not(:empty)');
      await expectReadable(page);
    }
    const { itemId } = await shop.engine.sale({ limitPerUser: 3 });
    await page.goto(url(`/items/${itemId}`));
    await page.fill('#amount', '0');
    await page.click('#buy:enabled');
    await expectReadable(page);
    await page.fill('#amount', '1');
    await page.click('#buy:enabled');
    await page.fill('#answer', captchaText);
    await expectReadable(page);
    await page.press('#answer', 'Enter');
    await page.waitForSelector('#result:not([hidden])');
    await expectReadable(page);
    const draw = new PlantedDraw(folder.path, pending.promoId);
    draw.join([[buyer.userId, 1], ...entrantsFrom(2)]);
    const drawPath = `/items/${pending.itemId}/draw/${pending.promoId}`;
    await page.goto(url(drawPath));
    await page.waitForSelector('#kept:not(:empty)');
    await expectReadable(page);
    draw.hold();
    await page.reload();
    await page.route('**/api/promos/*/draw', async (route) => {
      const { data } = (await (await route.fetch()).json()) as { data: { order: string[] } };
      const forged = { ...data, order: data.order.toReversed() };
      await route.fulfill({ json: { status: 'success', data: forged } });
    });
    await page.click('summary');
    await page.click('#check:enabled');
    await page.waitForSelector('#message.error');
    await expectReadable(page);
    await page.goto(url('/account/delete'));
    await expectReadable(page);
    await context.clearCookies();
    await expectReadableRooms();
    await context.close();
  });
});

const soon = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString();

describe('the button that buys', () => {
  const titles = {
    short: 'Aurora headphones',
    long: 'Aurora headphones in midnight blue '.repeat(5),
  };
  for (const [width, height] of [
    [375, 667],
    [360, 640],
  ] as const) {
    test(`is seen without scrolling on a phone of ${width} × ${height}`, async () => {
      for (const locale of ['en-GB', 'zh-CN']) {
        const { page, context } = await loggedIn({ locale, width, height });
        for (const [length, title] of Object.entries(titles)) {
          const item = {
            title,
            description: 'Thirty hours. '.repeat(40),
            price: 89_900,
            stock: 500,
          };
          const { id } = mustSucceed(
            await shop.engine.api<{ id: number }>('POST', '/api/items', item),
          );
          const draft = {
            ...{ itemId: id, name: 'Opening hour', price: 29_900, limitPerUser: 3 },
            ...{ startAt: new Date(Date.now() - 1_000).toISOString(), endAt: soon(1) },
          };
          const promo = await shop.engine.api<{ id: number }>('POST', '/api/promos', draft);
          mustSucceed(
            await shop.engine.api('POST', `/api/promos/${mustSucceed(promo).id}/publish`, {}),
          );
          await page.goto(url(`/items/${id}`));
          await page.waitForSelector('#buy:enabled');
          const box = (await page.locator('#buy').boundingBox())!;
          const told = [width, height, locale, length];
          expect([...told, box.y + box.height <= height]).toEqual([...told, true]);
          // Nothing covers it, and it covers no field.
          for (const selector of length === 'short' ? ['#buy', '#amount', '.digits'] : ['#buy']) {
            const { x, y, width: w, height: h } = (await page.locator(selector).boundingBox())!;
            const found = await page.evaluate(
              `document.elementFromPoint(${x + w / 2}, ${y + h / 2})?.closest('${selector}') !== null`,
            );
            expect([...told, selector, found]).toEqual([...told, selector, true]);
          }
        }
        await context.close();
      }
    });
  }
});

describe('a time', () => {
  test('is told with its zone, to buyers and to operators', async () => {
    const itemId = await shop.engine.item(5);
    const times = { startAt: '2031-03-05T12:00:00Z', endAt: '2031-03-05T13:00:00Z' };
    const draft = { itemId, name: 'A promo', price: 500, ...times };
    const promo = await shop.engine.api<{ id: number }>('POST', '/api/promos', draft);
    mustSucceed(await shop.engine.api('POST', `/api/promos/${mustSucceed(promo).id}/publish`, {}));
    const { page, context } = await loggedIn({ timeZone: 'Asia/Kolkata' });
    await page.goto(url(`/items/${itemId}`));
    await page.waitForSelector('[data-opens] time:has-text("Mar 5, 2031, 5:30 PM GMT+5:30")');
    expect(await page.getAttribute('[data-opens] time', 'datetime')).toBe(
      '2031-03-05T12:00:00.000Z',
    );
    const html = await (await fetch(url(`/items/${itemId}`))).text();
    expect(html).toContain('>2031-03-05 12:00 UTC</time>');
    const placed = await shop.engine.place(tokenFor(await shop.engine.sale(), buyer.userId));
    await page.goto(url(`/orders?order=${mustSucceed(placed).orderId}`));
    await page.waitForSelector('.order time:has-text("GMT+5:30")');

    await page.goto(url('/admin/login'));
    await page.fill('#log-in-token', adminToken);
    await page.keyboard.press('Enter');
    await page.waitForURL(url('/admin'));
    await page.goto(url(`/admin/items/${itemId}`));
    await page.waitForSelector(
      '.promos td:has-text("2031-03-05 17:30 UTC+5:30 – 2031-03-05 18:30 UTC+5:30")',
    );
    await page.goto(url(`/admin/sales/new?item=${itemId}`));
    await page.fill('#sale-startAt', '2031-03-06T00:00');
    await page.waitForSelector(
      '#sale-startAt-note:has-text("Mar 6, 2031, 12:00 AM GMT+5:30 (Asia/Kolkata)")',
    );
    await page.fill('#sale-endAt', '2031-03-06T01:30');
    await page.fill('#sale-name', 'Where we are');
    await page.fill('#sale-price', '5');
    // What it showed counts, wherever it is sent from.
    const elsewhere = { name: 'tz', value: 'America/New_York' };
    await context.addCookies([{ ...elsewhere, domain: '127.0.0.1', path: '/admin' }]);
    await page.click('button:text-is("Next")');
    const opening = '#sale-queueOpenAt-hint:has-text("2031-03-05 13:15 UTC-5")';
    await page.waitForSelector(opening, { state: 'attached' });
    await page.goto(url(`/admin/items/${itemId}`));
    await page.waitForSelector(
      'tr:has-text("Where we are"):has-text("2031-03-06 00:00 UTC+5:30 – 2031-03-06 01:30 UTC+5:30")',
    );
    await context.close();
  });
});
