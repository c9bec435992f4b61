/**
 * A merchant's first day: somebody who has never seen the pages makes a sale with a draw, runs it with a hundred buyers,
 * pauses and extends it, refunds an order, exports the orders and reads the report, by what the pages say alone;
 * and their own system hears of each order, whole, in order, and once by its id.
 */
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { temporaryFolder, waitUntil } from '../../../actors/testing/process.ts';
import { startBrowser, type TestBrowser } from '../browser.ts';
import { adminToken, mustSucceed, type OrderData } from '../engine-process.ts';
import { type Buyer, captchaText, type Shop, startShop } from '../shop.ts';
import { WebhookReceiver } from '../webhook-receiver.ts';

setDefaultTimeout(240_000);

const zone = 'Asia/Shanghai';
const crowdSize = 100;
const stock = 30;

const folder = temporaryFolder();
let receiver: WebhookReceiver;
let shop: Shop;
let browser: TestBrowser;
let buyers: Buyer[];

beforeAll(async () => {
  receiver = await WebhookReceiver.start();
  const env = { ...receiver.env, TIME_ZONE: zone };
  const started = startShop({ dataDir: folder.path, env, words: ['quick-webhooks'] });
  [shop, browser] = await Promise.all([started, startBrowser()]);
  buyers = await Promise.all(Array.from({ length: crowdSize }, () => shop.buyer()));
});

afterAll(async () => {
  await browser.close();
  await shop.stop();
  await receiver.stop();
  folder.remove();
});

/** A time of the merchant's zone, as its field takes it. */
const local = (ms: number) =>
  Temporal.Instant.fromEpochMilliseconds(ms)
    .toZonedDateTimeISO(zone)
    .toPlainDateTime()
    .toString({ fractionalSecondDigits: 0, roundingMode: 'floor' });

interface Sale {
  itemId: number;
  promoId: number;
}

/** From the log-in to the published sale; nobody has told where anything is. */
async function makeSale(page: Page, startAt: number): Promise<number> {
  const { url } = shop.engine;
  await page.goto(`${url}/admin`);
  await page.fill('input[name=token]', adminToken);
  await page.keyboard.press('Enter');
  await page.click('main a:text-is("New sale")');
  await page.fill('#item-title', 'Aurora headphones');
  await page.fill('#item-price', '899');
  await page.fill('#item-stock', String(stock));
  await page.click('button:text-is("Make the item")');
  await page.fill('#sale-name', 'Midnight draw');
  await page.fill('#sale-price', '99');
  await page.fill('#sale-startAt', local(startAt));
  await page.fill('#sale-endAt', local(startAt + 600_000));
  await page.click('button:text-is("Next")');
  await page.check('[name=queue][value=draw]');
  await page.fill('#sale-queueOpenAt', local(Date.now() - 60_000));
  await page.click('button:text-is("To the preview")');
  await page.click('a:has-text("Publish")');
  await page.click('button:has-text("publish it")');
  await page.waitForSelector('[role=status]:has-text("is published")');
  return Number(/\/admin\/sales\/(\d+)/.exec(page.url())![1]);
}

async function join({ itemId, promoId }: Sale, buyer: Buyer): Promise<void> {
  const { captchaId } = mustSucceed(await buyer.api('POST', '/api/captchas', { promoId }));
  const solved = { promoId, captchaId, answer: captchaText };
  const { state } = mustSucceed(await buyer.api('POST', `/api/items/${itemId}/tokens`, solved));
  expect(state).toBe('drawing');
}

/** Asks until the buyer is let in, and orders; the code of the refusal where they get nothing. */
async function buy({ itemId, promoId }: Sale, buyer: Buyer): Promise<OrderData | number> {
  for (;;) {
    const asked = await buyer.api('POST', `/api/items/${itemId}/tokens`, { promoId });
    const { token } = asked.data;
    if (asked.status === 201) {
      const ordered = await shop.engine.place(String(token));
      return ordered.errCode ?? (ordered.data as OrderData);
    }
    if (asked.errCode !== null) return asked.errCode;
    await Bun.sleep(100);
  }
}

const pay = async (buyer: Buyer, { orderId }: OrderData) =>
  mustSucceed(await buyer.api('POST', `/api/orders/${orderId}/pay`, {}));

/** Presses a button of the sale's page, and says yes on the page that it leads to. */
async function confirm(page: Page, promoId: number, action: string): Promise<void> {
  await page.goto(`${shop.engine.url}/admin/sales/${promoId}`);
  await page.click(`main a:text-is("${action}")`);
  await page.waitForSelector('.confirm li');
  await page.click('.confirm button.primary');
  await page.waitForURL(new RegExp(`/admin/sales/${promoId}(\\?|$)`));
}

test('a merchant makes a sale with a draw, runs it, and settles it', async () => {
  const { page, context, complaints } = await browser.visitor(shop.engine.url, { timeZone: zone });
  const startAt = Math.ceil((Date.now() + 15_000) / 1_000) * 1_000;
  const promoId = await makeSale(page, startAt);
  const listed = mustSucceed(
    await shop.engine.api<{ items: { id: number }[] }>('GET', '/api/items'),
  );
  const sale = { itemId: listed.items[0]!.id, promoId };
  await Promise.all(buyers.map((buyer) => join(sale, buyer)));
  await page.goto(`${shop.engine.url}/admin/queue`);
  await page.waitForSelector(`td[data-value=waiting]:text-is("${crowdSize}")`);
  expect(Date.now()).toBeLessThan(startAt);
  await Bun.sleep(startAt - Date.now());

  // Ten buy, then the merchant stops it for a while, and gives it more time.
  const order = new Map<Buyer, OrderData>();
  const [quick, slow] = [buyers.slice(0, 10), buyers.slice(10)];
  for (const buyer of quick) order.set(buyer, (await buy(sale, buyer)) as OrderData);
  await confirm(page, promoId, 'Pause');
  expect(await buy(sale, slow[0]!)).toBe(30016);
  await page.goto(`${shop.engine.url}/admin/sales/${promoId}`);
  await page.click('main a:text-is("Move the end")');
  await page.fill('#extend-endAt', local(startAt + 1_200_000));
  await page.click('.confirm button.primary');
  await page.waitForSelector('[role=status]');
  await confirm(page, promoId, 'Resume');
  const { promo } = mustSucceed(
    await shop.engine.api<{ promo: object }>('GET', `/api/items/${sale.itemId}`),
  );
  const endAt = new Date(startAt + 1_200_000).toISOString();
  expect(promo).toMatchObject({ status: 'running', endAt });

  const outcomes = await Promise.all(
    slow.map(async (buyer) => [buyer, await buy(sale, buyer)] as const),
  );
  for (const [buyer, outcome] of outcomes)
    if (typeof outcome === 'object') order.set(buyer, outcome);
  expect(order.size).toBe(stock);
  for (const [, outcome] of outcomes) if (typeof outcome === 'number') expect(outcome).toBe(30001);

  // All but two pay; one of them takes the order back.
  const [, second, ...payers] = [...order];
  const [changer, taken] = second!;
  await Promise.all(payers.map(([buyer, each]) => pay(buyer, each)));
  mustSucceed(await changer.api('POST', `/api/orders/${taken.orderId}/cancel`, {}));
  const [, regretted] = payers[0]!;
  await page.goto(`${shop.engine.url}/admin/orders`);
  await page.click(`a:text-is("${regretted.orderId}")`);
  await refund(page);

  await expectExport(page, stock);
  await expectReport(page, promoId);
  await expectTold([...order.values()], { paid: payers.length, regretted, taken });
  expect(complaints).toEqual([]);
  await context.close();
});

/** Refunds the order whose page is open. */
async function refund(page: Page): Promise<void> {
  await page.click('main :is(a, summary):has-text("Refund")');
  await page.click('form[action$="/refund"] button[type=submit]');
  await page.waitForSelector('main :text("refunded")');
}

async function expectExport(page: Page, orders: number): Promise<void> {
  await page.goto(`${shop.engine.url}/admin/orders`);
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.click('main a:has-text("CSV")'),
  ]);
  const rows = readFileSync(await download.path(), 'utf8')
    .trimEnd()
    .split('\r\n');
  expect(rows).toHaveLength(orders + 1);
  const statuses = Map.groupBy(
    rows.slice(1),
    (row) => /placed|paid|cancelled|refunded/.exec(row)![0],
  );
  expect([statuses.get('refunded')?.length, statuses.get('cancelled')?.length]).toEqual([1, 1]);
}

async function expectReport(page: Page, promoId: number): Promise<void> {
  await confirm(page, promoId, 'End now');
  await page.goto(`${shop.engine.url}/admin/sales/${promoId}`);
  await page.click('main a:has-text("report")');
  await page.click('main button[type=submit]');
  await page.waitForSelector('main :text("holds")');
}

interface Became {
  paid: number;
  regretted: OrderData;
  taken: OrderData;
}

/** Each order is told whole and in order; ids tell repeats apart. */
async function expectTold(orders: readonly OrderData[], { paid, regretted, taken }: Became) {
  const events = orders.length + paid + 2;
  await waitUntil('every event was told', () => receiver.taken.size >= events);
  expect(receiver.taken.size).toBe(events);
  const told = orders.map(({ orderId }) => receiver.typesOf(orderId).join(' '));
  const ways = Object.groupBy(told, (types) => types);
  expect(ways['order.placed order.paid']).toHaveLength(paid - 1);
  expect(ways['order.placed']).toHaveLength(orders.length - paid - 1);
  expect(receiver.typesOf(taken.orderId)).toEqual(['order.placed', 'order.cancelled']);
  expect(receiver.typesOf(regretted.orderId)).toEqual([
    'order.placed',
    'order.paid',
    'order.refunded',
  ]);
}
