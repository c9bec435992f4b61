/** The list of what is on sale, as it is without scripts, and what its script adds. */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { temporaryFolder, waitUntil } from '../../../../actors/testing/process.ts';
import { startBrowser, type TestBrowser } from '../../../testing/browser.ts';
import { mustSucceed, type Sale, tokenFor } from '../../../testing/engine-process.ts';
import { type Shop, startShop } from '../../../testing/shop.ts';

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

const hour = 3_600_000;

async function pageAt(path: string, language = 'en'): Promise<string> {
  const headers = { 'accept-language': language };
  const answer = await fetch(shop.engine.url + path, { headers, redirect: 'manual' });
  expect([path, answer.status]).toEqual([path, 200]);
  return answer.text();
}

/** The ids of the items that a page shows, by section. */
async function shown(path: string): Promise<Record<string, number[]>> {
  const [, ...groups] = (await pageAt(path)).split('data-group="');
  return Object.fromEntries(
    groups.map((group) => [
      group.slice(0, group.indexOf('"')),
      [...group.matchAll(/<h3><a href="\/items\/(\d+)/g)].map(([, id]) => Number(id)),
    ]),
  );
}

/** How many items each filter says there are. */
async function counted(path: string): Promise<number[]> {
  const html = await pageAt(path);
  return [...html.matchAll(/class="count">([\d,]+)</g)].map(([, count]) => Number(count));
}

const pay = (orderId: string) => shop.engine.api('POST', `/api/orders/${orderId}/pay`, {});

/** A sale whose only unit is held, or paid. */
async function soldOut(
  state: 'held' | 'paid',
  endsInMs: number,
): Promise<Sale & { orderId: string }> {
  const sale = await shop.engine.sale({ stock: 1, endsInMs });
  const { orderId } = mustSucceed(await shop.engine.place(tokenFor(sale, 1_000_000)));
  if (state === 'paid') mustSucceed(await pay(orderId));
  return { ...sale, orderId };
}

test('an empty shop says so; before its first sale it says when that starts', async () => {
  expect(await pageAt('/')).toContain('Nothing is on sale yet.');
  expect(await pageAt('/', 'zh')).toContain('暂无商品');
  expect(await counted('/')).toEqual([0, 0, 0, 0, 0]);
  expect(await pageAt('/?show=coming')).toContain('No sale is announced just now.');

  const { itemId } = await shop.engine.sale({ startsInMs: hour, endsInMs: 2 * hour });
  const { promo } = mustSucceed(
    await shop.call<{ promo: { startAt: string } }>('GET', `/api/items/${itemId}`),
  );
  const starts = `<time dateTime="${promo.startAt}"`.toLowerCase();
  for (const path of ['/', '/?show=running']) {
    const html = await pageAt(path);
    expect(html).toContain('No sale is on just now.');
    expect(html.toLowerCase()).toContain(`the next sale starts ${starts}`);
  }
  expect(await pageAt('/?show=running')).toContain('href="/?show=coming"');
  expect(await shown('/')).toEqual({ coming: [itemId] });
});

describe('with items of every kind', () => {
  const ids: Record<string, number> = {};
  let heldOrder: string;

  beforeAll(async () => {
    const { engine } = shop;
    const sale = async (name: string, options: Parameters<typeof engine.sale>[0]) => {
      ids[name] = (await engine.sale(options)).itemId;
    };
    await sale('later', { startsInMs: 3 * hour, endsInMs: 4 * hour });
    await sale('soon', { startsInMs: hour / 2, endsInMs: hour });
    await sale('long', { endsInMs: 2 * hour });
    await sale('short', { endsInMs: hour });
    ids.paid = (await soldOut('paid', hour / 3)).itemId;
    ({ itemId: ids.held, orderId: heldOrder } = await soldOut('held', hour / 2));
    ids.normal = await engine.item(5);
    await sale('over', { startsInMs: -5_000, endsInMs: 500 });
    const title = { title: 'A “quoted” kettle' };
    mustSucceed(await engine.api('PATCH', `/api/items/${ids.normal}`, title));
    const notAfterwards = { normalSale: false };
    mustSucceed(await engine.api('PATCH', `/api/items/${ids.over}`, notAfterwards));
    await waitUntil('the sale is over', async () => {
      const item = await shop.call<{ promo: { status: string } }>('GET', `/api/items/${ids.over}`);
      return mustSucceed(item).promo.status === 'ended';
    });
    // The list is put in order once a second.
    await waitUntil('the list has it', async () => (await counted('/'))[4] === 1);
  });

  const named = (groups: Record<string, number[]>) =>
    Object.fromEntries(
      Object.entries(groups).map(([group, own]) => [
        group,
        own.map((id) => Object.keys(ids).find((name) => ids[name] === id) ?? 'first'),
      ]),
    );

  const all = {
    running: ['short', 'long', 'held', 'paid'],
    coming: ['soon', 'first', 'later'],
    normal: ['normal'],
    ended: ['over'],
  };

  test('the page has each in one section, the most urgent first, and what is over at the end', async () => {
    expect(named(await shown('/'))).toEqual(all);
    expect(await counted('/')).toEqual([9, 4, 3, 1, 1]);
  });

  test('a filter shows its section alone, also with a search, which the counts follow', async () => {
    for (const [section, names] of Object.entries(all)) {
      expect(named(await shown(`/?show=${section}`))).toEqual({ [section]: names });
    }
    const q = encodeURIComponent('quoted');
    expect(named(await shown(`/?q=${q}`))).toEqual({ normal: ['normal'] });
    expect(await counted(`/?show=running&q=${q}`)).toEqual([1, 0, 0, 1, 0]);
    const html = await pageAt(`/?show=running&q=${q}`);
    expect(html).toContain('Nothing called “quoted” is in this list.');
    expect(html).toContain(`href="/?q=${q}"`);
    // The form keeps the filter.
    expect(html).toContain('name="show" value="running"');
  });

  test('another order is one list of all, and an address that was mistyped is the list', async () => {
    expect(named(await shown('/?sort=newest')).flat).toHaveLength(9);
    expect(named(await shown('/?sort=price&show=everything'))).toEqual(all);
  });

  test('a running sale without units says whether any may come back', async () => {
    const html = await pageAt('/?show=running');
    expect(html).toContain('Sold out for now');
    expect(html).toContain('1 held unpaid: they may come back. Join the waiting list.');
    expect(html).toContain('Everything is sold and paid.');
  });

  test('clients are given a section by its status, and told of one that there is not', async () => {
    const list = (query: string) =>
      shop.call<{ items: { id: number }[] }>('GET', `/api/items?${query}`);
    for (const [status, names] of Object.entries(all)) {
      const { items } = mustSucceed(await list(`status=${status}`));
      expect(items.map(({ id }) => id).toSorted()).toEqual(
        Object.values((await shown(`/?show=${status}`))[status]!).toSorted(),
      );
      expect(items).toHaveLength(names.length);
    }
    expect((await list('status=over')).errCode).toBe(10001);
  });

  test('the script counts down, and says when a sale has begun since', async () => {
    const { page, context, complaints } = await browser.visitor(shop.engine.url);
    let aheadMs = 0;
    await page.route('**/api/time', (route) => {
      const now = new Date(Date.now() + aheadMs).toISOString();
      return route.fulfill({ json: { status: 'success', data: { now } } });
    });
    await page.goto(`${shop.engine.url}/?show=coming`);
    const card = `.card:has(a[href="/items/${ids.soon}"])`;
    await page.waitForSelector(`${card}[data-state=pending] [data-status]:has-text("Opens in ")`);
    expect(await page.isVisible('#changed')).toBe(false);
    aheadMs = hour / 2;
    await page.evaluate('document.dispatchEvent(new Event("visibilitychange"))');
    await page.waitForSelector(`${card}[data-state=running] [data-status]:has-text("Ends in ")`);
    await page.waitForSelector('#changed:visible a[href="/?show=coming"]');
    expect(complaints).toEqual([]);
    await context.close();
  });

  test('a page of what is sold and paid says so, and offers other sales that one may be in time for', async () => {
    const html = await pageAt(`/items/${ids.paid}`);
    expect(html).toContain('Everything is sold and paid: nothing comes back by itself.');
    const [, others = ''] = html.split('id="others-title"');
    const offered = [...others.matchAll(/<h3><a href="\/items\/(\d+)/g)].map(([, id]) =>
      Number(id),
    );
    expect(offered).toEqual([ids.short!, ids.long!, ids.soon!]);
    expect(await pageAt(`/items/${ids.over}`)).toContain('id="others-title"');
    expect(await pageAt(`/items/${ids.long}`)).not.toContain('id="others-title"');
    expect(await pageAt(`/items/${ids.paid}`, 'zh')).toContain('不会再有退回的商品');
  });

  test('a page of what is held offers its waiting list, until that is paid before their eyes', async () => {
    const path = `/items/${ids.held}`;
    const html = await pageAt(path);
    expect(html).toContain('Log in to join the waiting list');
    expect(html).toContain('1 held unpaid: wait for them.');
    const { page, context, complaints } = await browser.visitor(shop.engine.url);
    await page.goto(shop.engine.url + path);
    await page.waitForSelector('#log-in-to-buy:visible:has-text("join the waiting list")');
    expect(await page.isVisible('[data-others]')).toBe(false);
    mustSucceed(await pay(heldOrder));
    await page.waitForSelector('[data-returning]:has-text("nothing comes back by itself")');
    await page.waitForSelector('#closed:visible:has-text("Sold out")');
    await page.waitForSelector('[data-others]:visible a[href="/"]');
    expect(complaints).toEqual([]);
    await context.close();
  });
});
