/** "Tell me": the sales that somebody waits for, in their account and in their calendar. */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { temporaryFolder, waitUntil } from '../../../../../actors/testing/process.ts';
import { startBrowser, type TestBrowser } from '../../../../testing/browser.ts';
import { mustSucceed, type Sale } from '../../../../testing/engine-process.ts';
import { parseCalendar } from '../../../../testing/parse-calendar.ts';
import { type Buyer, password, type Shop, startShop } from '../../../../testing/shop.ts';

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
const url = (path: string) => shop.engine.url + path;
const comingSale = () => shop.engine.sale({ startsInMs: hour, endsInMs: 2 * hour });

/** Sends what the form beside a sale sends, as a browser does that runs no scripts. */
function press(
  buyer: Buyer,
  { itemId, promoId }: Sale,
  choice = 'tell',
  headers: Record<string, string> = {},
) {
  return fetch(url(`/items/${itemId}/tell`), {
    method: 'POST',
    redirect: 'manual',
    headers: { cookie: `session=${buyer.session}`, accept: 'text/html', ...headers },
    body: new URLSearchParams({ promo: String(promoId), choice, back: '/?show=coming' }),
  });
}

async function pageOf(buyer: Buyer, path: string, language = 'en'): Promise<string> {
  const headers = { cookie: `session=${buyer.session}`, 'accept-language': language };
  return (await fetch(url(path), { headers, redirect: 'manual' })).text();
}

/** The promos that an account says its user waits for, each with how it stands. */
async function awaited(buyer: Buyer): Promise<[promoId: number, state: string][]> {
  const html = await pageOf(buyer, '/orders');
  const found = html.matchAll(/<li data-state="(\w+)" id="tell-(\d+)"/g);
  return [...found].map(([, state, promoId]) => [Number(promoId), state!]);
}

describe('somebody who wants to be told of a sale', () => {
  test('logs in on the way where they must, and it is done; no script is needed', async () => {
    const [sale, buyer] = [await comingSale(), await shop.buyer()];
    await waitUntil('it is listed', async () => {
      return (await pageOf(buyer, '/')).includes(`id="tell-${sale.promoId}"`);
    });
    const { page, context } = await browser.withoutScripts(shop.engine.url);
    await page.goto(url('/?show=coming&sort=newest'));
    const own = `#tell-${sale.promoId}`;
    await page.click(`${own} button`);
    await page.fill('#telephone', buyer.telephone);
    await page.fill('#password', password);
    await page.click('#log-in .primary, form .primary');
    await page.waitForSelector(`${own} .kept`);
    expect(new URL(page.url()).searchParams.get('show')).toBe('coming');
    expect(await awaited(buyer)).toEqual([[sale.promoId, 'pending']]);
    await page.goto(url(`/items/${sale.itemId}`));
    await page.click(`${own} button:has-text("No longer")`);
    await page.waitForSelector(`${own} button:has-text("Tell me when it starts")`);
    expect(await awaited(buyer)).toEqual([]);
    await context.close();
  });

  test('is the one who asked for it: no link and no other site can do it for them', async () => {
    const [sale, buyer] = [await comingSale(), await shop.buyer()];
    const path = `/items/${sale.itemId}/tell?promo=${sale.promoId}&back=%2F`;
    expect(await pageOf(buyer, path)).toBe('');
    const elsewhere = { origin: 'https://elsewhere.example', 'sec-fetch-site': 'cross-site' };
    expect((await press(buyer, sale, 'tell', elsewhere)).status).toBe(403);
    expect(await awaited(buyer)).toEqual([]);
  });

  test('is led back where they were on this site, and nowhere else', async () => {
    const [sale, buyer] = [await comingSale(), await shop.buyer()];
    const told = await press(buyer, sale);
    expect(told.status).toBe(303);
    const { promoId } = sale;
    expect(told.headers.get('location')).toBe(`/?show=coming&told=${promoId}#tell-${promoId}`);
    const body = new URLSearchParams({
      ...{ promo: String(promoId), choice: 'stop', back: '//elsewhere.example/' },
    });
    const headers = { cookie: `session=${buyer.session}` };
    const sent = { method: 'POST', redirect: 'manual', headers, body } as const;
    const { headers: answered } = await fetch(url(`/items/${sale.itemId}/tell`), sent);
    expect(answered.get('location')).toBe(`/?told=${promoId}#tell-${promoId}`);
  });

  test('waits for what is to come alone', async () => {
    const [buyer, other] = [await shop.buyer(), await comingSale()];
    const running = await shop.engine.sale();
    const unknown = { itemId: other.itemId, promoId: 99_999 };
    // Of another item.
    const mixed = { itemId: running.itemId, promoId: other.promoId };
    for (const sale of [running, unknown, mixed]) {
      expect((await press(buyer, sale)).status).toBe(303);
    }
    expect(await awaited(buyer)).toEqual([]);
    expect(await pageOf(buyer, '/orders')).not.toContain('Sales you wait for');
  });

  test('sees in their account how each stands, and on every page how many are on', async () => {
    const buyer = await shop.buyer();
    const soon = await shop.engine.sale({ startsInMs: 4_000, endsInMs: hour });
    const brief = await shop.engine.sale({ startsInMs: 4_000, endsInMs: 4_100 });
    const joined = { queueOpensInMs: -1_000, startsInMs: hour, endsInMs: 2 * hour };
    const draw = await shop.engine.sale({ queue: 'draw', ...joined });
    const [later, off] = [await comingSale(), await comingSale()];
    for (const sale of [soon, brief, draw, later, off]) await press(buyer, sale);
    const withdrawn = await shop.engine.api('POST', `/api/promos/${off.promoId}/withdraw`, {});
    mustSucceed(withdrawn);
    const states = async () => Object.fromEntries(await awaited(buyer));
    await waitUntil('both have begun', async () => (await states())[brief.promoId] === 'ended');
    expect((await awaited(buyer)).map(([promoId]) => promoId).slice(0, 3)).toEqual([
      ...[soon, draw, later].map(({ promoId }) => promoId),
    ]);
    expect(await states()).toEqual({
      ...{ [soon.promoId]: 'running', [draw.promoId]: 'pending', [later.promoId]: 'pending' },
      ...{ [brief.promoId]: 'ended', [off.promoId]: 'withdrawn' },
    });
    // The one that runs, and the draw that can be joined.
    expect(await pageOf(buyer, '/')).toMatch(/class="on-now"[^>]*>2</);
    expect(await pageOf(buyer, '/', 'zh')).toContain('场您关注的活动正在进行');
    expect(await pageOf(buyer, '/orders', 'zh')).toContain('您关注的活动');
    for (const sale of [soon, draw]) await press(buyer, sale, 'stop');
    expect(await pageOf(buyer, '/?told=1')).not.toContain('on-now');
  });

  test('sees the countdown, and is let go to the sale when that begins', async () => {
    const [sale, buyer] = [await comingSale(), await shop.buyer()];
    await press(buyer, sale);
    const { page, context, complaints } = await browser.visitor(shop.engine.url);
    const session = { name: 'session', value: buyer.session, url: shop.engine.url };
    await context.addCookies([session]);
    let aheadMs = 0;
    await page.route('**/api/time', (route) => {
      const now = new Date(Date.now() + aheadMs).toISOString();
      return route.fulfill({ json: { status: 'success', data: { now } } });
    });
    await page.goto(url('/orders'));
    const own = `#tell-${sale.promoId}`;
    await page.waitForSelector(`${own} [data-left]:has-text("Opens in")`);
    expect(await page.isVisible(`${own} [data-go]`)).toBe(false);
    aheadMs = hour;
    await page.evaluate('document.dispatchEvent(new Event("visibilitychange"))');
    await page.waitForSelector(`${own}[data-state=running] [data-go]:visible`);
    expect(complaints).toEqual([]);
    await context.close();
  });
});

describe('the calendar file of a sale', () => {
  async function eventOf({ itemId, promoId }: Sale, language = 'en') {
    const headers = { 'accept-language': language };
    const answer = await fetch(url(`/items/${itemId}/sale.ics?promo=${promoId}`), { headers });
    expect(answer.headers.get('content-type')).toBe('text/calendar; charset=utf-8');
    const { events } = parseCalendar(await answer.text());
    expect(events).toHaveLength(1);
    return events[0]!;
  }

  test('has its time, its page, and an alarm before it; the page’s own sale where none is named', async () => {
    const sale = await comingSale();
    const { promo } = mustSucceed(
      await shop.call<{ promo: { startAt: string; endAt: string } }>(
        ...(['GET', `/api/items/${sale.itemId}`] as const),
      ),
    );
    const toSecond = (text: string) => Math.floor(Date.parse(text) / 1_000) * 1_000;
    const event = await eventOf(sale);
    expect(event).toMatchObject({
      uid: `sale-${sale.promoId}@127.0.0.1:${shop.engine.port}`,
      startAt: toSecond(promo.startAt),
      endAt: toSecond(promo.endAt),
      summary: 'Sale: An item',
      url: url(`/items/${sale.itemId}`),
      status: 'CONFIRMED',
      alarms: [{ trigger: '-PT10M', text: 'An item: the sale starts soon' }],
    });
    expect((await eventOf(sale, 'zh')).summary).toBe('开抢：An item');
    const unnamed = await fetch(url(`/items/${sale.itemId}/sale.ics`));
    expect(parseCalendar(await unnamed.text()).events[0]!.uid).toBe(event.uid);
  });

  test('of a draw is about the time in which it can be joined', async () => {
    const draw = { queueOpensInMs: hour, startsInMs: 2 * hour, endsInMs: 3 * hour };
    const sale = await shop.engine.sale({ queue: 'draw', ...draw });
    const { promo } = mustSucceed(
      await shop.call<{ promo: { startAt: string } }>('GET', `/api/items/${sale.itemId}`),
    );
    const event = await eventOf(sale);
    expect(event.endAt).toBe(Math.floor(Date.parse(promo.startAt) / 1_000) * 1_000);
    expect(event.endAt - event.startAt).toBe(hour);
    expect(event.summary).toBe('Join the draw: An item');
    expect(event.description).toContain('When you join in that time does not matter.');
    expect(event.alarms.map(({ trigger }) => trigger)).toEqual(['-PT10M', 'END:-PT10M']);
  });

  test('replaces what a calendar has when the sale is changed, or called off', async () => {
    const sale = await comingSale();
    const first = await eventOf(sale);
    const endAt = new Date(Date.now() + 5 * hour).toISOString();
    const path = `/api/promos/${sale.promoId}`;
    mustSucceed(await shop.engine.api('POST', `${path}/extend`, { endAt }));
    const second = await eventOf(sale);
    expect(second.uid).toBe(first.uid);
    expect(second.endAt).toBeGreaterThan(first.endAt);
    expect(second.sequence).toBeGreaterThan(first.sequence);
    mustSucceed(await shop.engine.api('POST', `${path}/withdraw`, {}));
    await waitUntil('it is known', async () => (await eventOf(sale)).status === 'CANCELLED');
    const third = await eventOf(sale);
    expect(third.uid).toBe(first.uid);
    expect(third.sequence).toBeGreaterThan(second.sequence);
    expect(third.alarms).toEqual([]);
  });

  test('is not there for a draft, another item’s sale, or an item without any', async () => {
    const [sale, itemId] = [await comingSale(), await shop.engine.item(1)];
    const times = { startAt: '2031-03-05T12:00:00Z', endAt: '2031-03-05T13:00:00Z' };
    const draft = { itemId, name: 'A draft', price: 1, ...times };
    const { id } = mustSucceed(await shop.engine.api<{ id: number }>('POST', '/api/promos', draft));
    for (const path of [
      `/items/${itemId}/sale.ics`,
      `/items/${itemId}/sale.ics?promo=${id}`,
      `/items/${itemId}/sale.ics?promo=${sale.promoId}`,
      `/items/${sale.itemId}/sale.ics?promo=x`,
      '/items/131071/sale.ics',
    ]) {
      expect([path, (await fetch(url(path))).status]).toEqual([path, 404]);
    }
  });
});
