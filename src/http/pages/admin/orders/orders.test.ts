import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { temporaryFolder, waitUntil } from '../../../../../actors/testing/process.ts';
import { startBrowser, type TestBrowser } from '../../../../testing/browser.ts';
import { adminToken, mustSucceed, tokenFor } from '../../../../testing/engine-process.ts';
import { type Buyer, type Shop, startShop } from '../../../../testing/shop.ts';

setDefaultTimeout(240_000);

const folder = temporaryFolder();
let shop: Shop;
let browser: TestBrowser;
let cookie: string;
let buyer: Buyer;
const title = 'Lamp <b>"with", a very long name that goes on</b> 灯';
let [itemId, promoId] = [0, 0];
/** The newest last; the first is the buyer's and paid. */
const ids: string[] = [];

beforeAll(async () => {
  [shop, browser] = await Promise.all([
    startShop({ dataDir: folder.path, env: { TIME_ZONE: 'Asia/Shanghai' } }),
    startBrowser(),
  ]);
  const { engine } = shop;
  const body = new URLSearchParams({ token: adminToken });
  const login = await fetch(`${engine.url}/admin/login`, {
    method: 'POST',
    body,
    redirect: 'manual',
  });
  cookie = login.headers.get('set-cookie')!.split(';')[0]!;
});

afterAll(async () => {
  await browser.close();
  await shop.stop();
  folder.remove();
});

async function shown(path: string, language = 'en'): Promise<{ status: number; text: string }> {
  const headers = { cookie, 'accept-language': language };
  const answer = await fetch(shop.engine.url + path, { headers });
  return { status: answer.status, text: await answer.text() };
}

/** The ids of the orders that a page lists. */
async function listed(query: string): Promise<string[]> {
  const { text } = await shown(`/admin/orders${query}`);
  return [...text.matchAll(/<th scope="row"><a href="\/admin\/orders\/([\d-]+)"/g)].map(
    ([, id]) => id!,
  );
}

describe('the page of all orders', () => {
  test('says so where there are none', async () => {
    const { text } = await shown('/admin/orders');
    expect(text).toContain('Nobody has ordered yet.');
    expect(text).not.toContain('orders.csv');
  });

  test('lists them in pages, with names instead of numbers', async () => {
    const { engine } = shop;
    buyer = await shop.buyer();
    const sale = await engine.sale({ promoPrice: 9_950, stock: 100, limitPerUser: 2 });
    ({ itemId, promoId } = sale);
    mustSucceed(await engine.api('PATCH', `/api/items/${itemId}`, { title }));
    for (let n = 0; n < 60; n++) {
      const user = n === 0 ? buyer.userId : 100 + n;
      ids.push(mustSucceed(await engine.place(tokenFor(sale, user))).orderId);
    }
    mustSucceed(await engine.api('POST', `/api/orders/${ids[0]}/pay`, {}));
    await waitUntil('they are projected', async () => (await listed('?status=paid')).length === 1);
    const first = await listed('');
    expect(first).toEqual(ids.toReversed().slice(0, 50));
    const { text } = await shown('/admin/orders');
    const [, next] = /href="(\/admin\/orders\?cursor=[^"]+)"/.exec(text)!;
    expect(await listed(next!.slice('/admin/orders'.length))).toEqual(ids.toReversed().slice(50));
    const paid = (await shown('/admin/orders?status=paid')).text;
    const masked = `${buyer.telephone.slice(0, 4)}`;
    for (const told of [
      'Ada',
      masked,
      'A promo',
      '¥99.50',
      'Lamp &lt;b&gt;',
      'UTC+8',
      `No. ${buyer.userId}`,
    ])
      expect([told, paid.includes(told)]).toEqual([told, true]);
    expect(paid).not.toContain(buyer.telephone);
  });

  test('finds them by what people know: names, telephones, local times and parts of numbers', async () => {
    const all = ids.toReversed();
    const hour = 3_600_000;
    const local = (ms: number) => new Date(ms + 8 * hour).toISOString().slice(0, 16);
    const [before, after] = [local(Date.now() - hour), local(Date.now() + hour)];
    const fits: [Record<string, string>, string[]][] = [
      [{ item: 'lamp' }, all.slice(0, 50)],
      [{ item: `${title} (#${itemId})`, status: 'paid' }, [ids[0]!]],
      [{ promo: 'A promo', buyer: '101' }, [ids[1]!]],
      [{ promo: `${promoId}`, user: '101' }, [ids[1]!]],
      [{ promo: 'Normal price (#0)' }, []],
      [{ buyer: buyer.telephone }, [ids[0]!]],
      [{ from: before, to: after, buyer: '102' }, [ids[2]!]],
      [{ from: after }, []],
      [{ q: '-60' }, [ids[59]!]],
    ];
    for (const [query, expected] of fits)
      expect([query, await listed(`?${new URLSearchParams(query)}`)]).toEqual([query, expected]);
    const none = await shown('/admin/orders?q=-61&item=lamp');
    expect(none.text).toContain('No order fits these filters.');
    expect(none.text).toContain('Clear filters');
  });

  test('says of each filter that is wrong why', async () => {
    const query = new URLSearchParams({
      ...{ item: 'no such thing', promo: 'nor this', buyer: 'Ada', status: 'lost' },
      ...{ from: 'now', q: 'abc' },
    });
    const { status, text } = await shown(`/admin/orders?${query}`);
    expect(status).toBe(400);
    const told = ['No item has', 'No sale has', 'A telephone number, or', 'no such status'];
    for (const each of [...told, 'A date with a time', 'Digits and dashes'])
      expect([each, text.includes(each)]).toEqual([each, true]);
    expect((await shown('/admin/orders?item=zzz', 'zh')).text).toContain('没有名称含此内容的商品');
  });

  test('exports what its filters show', async () => {
    const { text } = await shown('/admin/orders?status=paid&item=lamp');
    const [, path] = /href="(\/admin\/orders\.csv\?[^"]+)"/.exec(text)!;
    const lines = (await shown(path!.replaceAll('&amp;', '&'))).text.trimEnd().split('\r\n');
    expect(lines).toHaveLength(2);
    expect(lines[1]).toStartWith(`${ids[0]},${itemId},"Lamp <b>""with"", a very long`);
    const jsonl = await shown('/admin/orders.jsonl');
    expect(jsonl.text.trimEnd().split('\n')).toHaveLength(ids.length);
    const stranger = await fetch(`${shop.engine.url}/admin/orders.csv`, { redirect: 'manual' });
    expect(stranger.status).toBe(303);
  });

  test('works in a browser without scripts, and on a telephone', async () => {
    const { url } = shop.engine;
    const plain = await browser.withoutScripts(url);
    const [name, value] = cookie.split('=') as [string, string]; // `admin=<token>`.
    await plain.context.addCookies([{ name, value, url }]);
    await plain.page.goto(`${url}/admin/orders`);
    await plain.page.click('summary');
    await plain.page.fill('#orders-item', 'lamp');
    await plain.page.selectOption('#orders-status', 'paid');
    await plain.page.click('button:has-text("Show")');
    expect(await plain.page.$$('.order-list tbody tr')).toHaveLength(1);
    expect(await plain.page.inputValue('#orders-item')).toBe(`${title} (#${itemId})`);
    await plain.page.click(`a:has-text("${ids[0]}")`);
    await plain.page.waitForSelector('.history:has-text("Paid")');
    await plain.context.close();
    const narrow = await browser.visitor(url, { width: 320 });
    await narrow.context.addCookies([{ name, value, url }]);
    for (const path of ['/admin/orders?item=lamp', `/admin/orders/${ids[0]}`, '/admin/refunds']) {
      await narrow.page.goto(url + path);
      const width = await narrow.page.evaluate('document.documentElement.scrollWidth');
      expect([path, width]).toEqual([path, 320]);
    }
    expect(narrow.complaints).toEqual([]);
    await narrow.context.close();
  });
});
