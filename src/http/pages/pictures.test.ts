/**
 * The pictures of the README: taken of a running sale, so that they show what there is. They are kept
 * where `UPDATE_PICTURES` is set: `UPDATE_PICTURES=1 bun test src/http/pages/pictures.test.ts`.
 */
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test';
import { mkdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '../../../actors/testing/process.ts';
import { startBrowser, type TestBrowser } from '../../testing/browser.ts';
import {
  adminToken,
  mustSucceed,
  root,
  type Sale,
  startTestEngine,
  type TestEngine,
  tokenFor,
} from '../../testing/engine-process.ts';

setDefaultTimeout(240_000);

const width = 960;
const height = 720;
/** Small enough for a README that is read on a phone. */
const bytesMax = 120_000;
const kept = join(root, '.github/pictures');

const folder = temporaryFolder();
const updating = process.env.UPDATE_PICTURES !== undefined;
const taken = updating ? kept : folder.path;
/** Quarters of a second that the admin page is watched: enough for its charts to show something. */
const waves = updating ? 90 : 6;
let engine: TestEngine;
let browser: TestBrowser;
let sale: Sale;

beforeAll(async () => {
  mkdirSync(taken, { recursive: true });
  [engine, browser] = await Promise.all([
    startTestEngine({ dataDir: folder.path }),
    startBrowser(),
  ]);
  sale = await openSale();
});

afterAll(async () => {
  await browser.close();
  await engine.stop();
  folder.remove();
});

async function openSale(): Promise<Sale> {
  const item = await engine.api<{ id: number }>('POST', '/api/items', {
    title: 'Aurora headphones',
    description: 'Thirty hours of music, and silence around it. One pair a person.',
    price: 89_900,
    stock: 500,
  });
  const itemId = mustSucceed(item).id;
  const promo = await engine.api<{ id: number }>('POST', '/api/promos', {
    itemId,
    name: 'Opening hour',
    price: 29_900,
    startAt: new Date(Date.now() - 60_000).toISOString(),
    endAt: new Date(Date.now() + 3_540_000).toISOString(),
  });
  const promoId = mustSucceed(promo).id;
  mustSucceed(await engine.api('POST', `/api/promos/${promoId}/publish`, {}));
  return { itemId, promoId };
}

/** Buyers come, first many and then fewer; every fourth does not pay yet. */
async function sell(users: number, from: number): Promise<void> {
  for (let user = from; user < from + users; user++) {
    const { orderId } = mustSucceed(await engine.place(tokenFor(sale, user)));
    if (user % 4 !== 0) mustSucceed(await engine.api('POST', `/api/orders/${orderId}/pay`, {}));
  }
}

/** Width and height of a PNG, from its first chunk (PNG, second edition, 11.2.2). */
function sizeOf(path: string): [number, number] {
  const bytes = readFileSync(path);
  expect(bytes.subarray(1, 4).toString()).toBe('PNG');
  return [bytes.readUInt32BE(16), bytes.readUInt32BE(20)];
}

test('the shop and the admin page are as the README shows them', async () => {
  const visitor = await browser.visitor(engine.url, { width, height });
  const { page, complaints } = visitor;
  await sell(120, 1);
  await page.goto(`${engine.url}/items/${sale.itemId}`);
  await page.waitForSelector('h1:has-text("Aurora headphones")');
  await page.waitForSelector('text=380');
  await page.screenshot({ path: join(taken, 'shop.png') });

  await page.goto(`${engine.url}/admin/login`);
  await page.fill('#log-in-token', adminToken);
  await page.keyboard.press('Enter');
  await page.waitForURL(`${engine.url}/admin`);
  await page.goto(`${engine.url}/admin/items/${sale.itemId}`);
  await page.waitForSelector('[data-live][data-state=live]');
  for (let wave = 0; wave < waves; wave++) {
    await sell(Math.ceil((6 * (waves - wave)) / waves), 1_000 * (wave + 1));
    await Bun.sleep(250);
  }
  await page.waitForSelector('[data-chart=left] path.stroke-0[d*=L]', { state: 'attached' });
  await page.screenshot({ path: join(taken, 'admin.png') });
  expect(complaints).toEqual([]);
});

test('the pictures that are kept have the size of those taken, and are small', () => {
  for (const name of ['shop.png', 'admin.png']) {
    expect([name, ...sizeOf(join(kept, name))]).toEqual([name, width, height]);
    expect(sizeOf(join(taken, name))).toEqual([width, height]);
    expect(statSync(join(kept, name)).size).toBeLessThan(bytesMax);
  }
});
