import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { temporaryFolder } from '../../../../actors/testing/process.ts';
import { startBrowser, type TestBrowser, type TestVisitor } from '../../../testing/browser.ts';
import { adminToken, mustSucceed, tokenFor } from '../../../testing/engine-process.ts';
import { tabTo } from '../../../testing/keyboard.ts';
import { type Buyer, captchaText, type Shop, startShop } from '../../../testing/shop.ts';
import { adminTexts } from './admin-texts.ts';

setDefaultTimeout(240_000);

const folder = temporaryFolder();
let shop: Shop;
let browser: TestBrowser;

beforeAll(async () => {
  const env = { TRUSTED_PROXIES: '127.0.0.1' };
  [shop, browser] = await Promise.all([startShop({ dataDir: folder.path, env }), startBrowser()]);
});

afterAll(async () => {
  await browser.close();
  await shop.stop();
  folder.remove();
});

const url = (path: string) => shop.engine.url + path;

/** Sends a form as a browser without a script does. */
function send(path: string, fields: Record<string, string>, headers: Record<string, string> = {}) {
  const body = new URLSearchParams(fields);
  return fetch(url(path), { method: 'POST', body, redirect: 'manual', headers });
}

/** Logs in and returns the cookie. */
async function session(): Promise<string> {
  const response = await send('/admin/login', { token: adminToken });
  expect([response.status, response.headers.get('location')]).toEqual([303, '/admin']);
  return response.headers.get('set-cookie')!.split(';')[0]!;
}

async function loggedIn(): Promise<TestVisitor> {
  const visitor = await browser.visitor(shop.engine.url);
  const [name, value] = (await session()).split('=') as [string, string]; // `admin=<token>`.
  await visitor.context.addCookies([{ name, value, url: shop.engine.url }]);
  return visitor;
}

/** Lets a buyer through the gate and buys, as the shop's pages do. */
async function buy(buyer: Buyer, itemId: number, promoId: number): Promise<string> {
  const { captchaId } = mustSucceed(await buyer.api('POST', '/api/captchas', { promoId }));
  const solved = { promoId, captchaId, answer: captchaText };
  const { token } = mustSucceed(await buyer.api('POST', `/api/items/${itemId}/tokens`, solved));
  return mustSucceed(await shop.engine.place(String(token))).orderId;
}

const utc = (inMs: number) => new Date(Date.now() + inMs).toISOString().slice(0, 19);
const value = (name: string, text: string) => `.numbers [data-value=${name}]:text-is("${text}")`;

describe('the administrator with a browser', () => {
  test('starts a sale, watches it and finds out why a buyer was refused', async () => {
    const { page, context, complaints } = await browser.visitor(shop.engine.url);
    await page.goto(url('/admin/items/new'));
    expect(new URL(page.url()).pathname).toBe('/admin/login');
    await page.fill('#log-in-token', 'not-the-admin-token');
    await page.keyboard.press('Enter');
    await page.waitForSelector('[role=alert]:has-text("no key of an administrator")');
    await page.fill('#log-in-token', adminToken);
    await page.keyboard.press('Enter');
    await page.waitForURL(url('/admin/items/new'));

    // By keyboard alone, with a mistake that is corrected where it is marked.
    await tabTo(page, '#item-title');
    await page.keyboard.type('Aurora headphones');
    for (const text of ['Thirty hours of music.', 'ninety', '2']) {
      await page.keyboard.press('Tab');
      await page.keyboard.type(text);
    }
    await page.keyboard.press('Enter');
    await page.waitForSelector('#item-price[aria-invalid=true]:focus');
    expect(await page.inputValue('#item-title')).toBe('Aurora headphones');
    await page.keyboard.press('Control+A');
    await page.keyboard.type('899.50');
    await page.keyboard.press('Enter');
    await page.waitForSelector('[role=status]:has-text("created and on sale")');
    const itemId = Number(/\/admin\/items\/(\d+)/.exec(page.url())![1]);
    const item = await shop.call<{ price: number; stock: number }>('GET', `/api/items/${itemId}`);
    expect(item.data).toMatchObject({ price: 89_950, stock: 2 });

    await page.click('main a:text-is("New sale")');
    await page.fill('#sale-name', 'Opening hour');
    await page.fill('#sale-price', '99');
    await page.fill('#sale-startAt', utc(-60_000));
    await page.fill('#sale-endAt', utc(3_600_000));
    await page.click('button:text-is("Next")');
    await page.click('button:text-is("To the preview")');
    await page.click('a:has-text("Publish")');
    await page.click('button:has-text("publish it")');
    await page.waitForSelector('[role=status]:has-text("is published")');
    await page.goto(url(`/admin/items/${itemId}`));
    const { promo } = (await shop.call<{ promo: { id: number } }>('GET', `/api/items/${itemId}`))
      .data;
    expect(promo).toMatchObject({ price: 9_900, status: 'running', limitPerUser: 1 });

    await page.waitForSelector('[data-live][data-state=live]');
    await page.waitForSelector(value('left', '2'));
    await page.waitForSelector(value('room', '10'));
    await page.waitForSelector('.promos td:has-text("gate 5 × units left, queue, 300 s to order")');
    await page.evaluate('window.isTheSamePage = true');
    const [first, second, third] = [await shop.buyer(), await shop.buyer(), await shop.buyer()];
    const orderId = await buy(first, itemId, promo.id);
    await page.waitForSelector(value('left', '1'));
    await page.waitForSelector(value('held', '1'));
    mustSucceed(await first.api('POST', `/api/orders/${orderId}/pay`, {}));
    await page.waitForSelector(value('sold', '1'));
    await buy(second, itemId, promo.id);
    await page.waitForSelector(value('left', '0'));
    await page.waitForSelector(value('admitted', '2'));
    await page.waitForSelector(value('outstanding', '0'));
    const late = await shop.engine.place(tokenFor({ itemId, promoId: promo.id }, third.userId));
    expect(late.errCode).toBe(30001);
    await page.waitForSelector('.refusals tr:has-text("30001"):has-text("out of stock")');
    await page.waitForSelector('[data-chart=left] path.stroke-0[d*=L]', { state: 'attached' });
    await page.waitForSelector(value('sqlBehind', 'up to date'), { state: 'attached' });
    expect(await page.evaluate('window.isTheSamePage')).toBe(true);

    await page.click('main a:has-text("Why refused?")');
    await page.fill('#search-user', String(third.userId));
    await page.press('#search-user', 'Enter');
    await page.waitForSelector('.soldOut:has-text("30001")');
    await page.waitForSelector('.neverAdmitted');
    await page.fill('#search-user', first.telephone);
    await page.press('#search-user', 'Enter');
    await page.waitForSelector('.limitReached');
    await page.waitForSelector(`tr:has-text("${orderId}"):has-text("paid")`);
    expect(await page.textContent('.result-of h2')).toContain(`User ${first.userId} `);

    await page.click('button:has-text("Log out")');
    await page.waitForURL(url('/admin/login'));
    await page.goto(url('/admin/items'));
    expect(new URL(page.url()).pathname).toBe('/admin/login');
    // A browser itself complains about a page that comes with the status of a refusal.
    const refusals = /status of (401 \(Unauthorized\)|400 \(Bad Request\))/;
    expect(complaints.filter((complaint) => !refusals.test(complaint))).toEqual([]);
    await context.close();
  });

  test('runs a sale by buttons: every page and buyer follows', async () => {
    const { itemId, promoId } = await shop.engine.sale({ stock: 5, price: 900 });
    const [{ page, context, complaints }, other] = [await loggedIn(), await loggedIn()];
    const path = `/admin/items/${itemId}`;
    await Promise.all([page.goto(url(path)), other.page.goto(url(path))]);
    await other.page.waitForSelector('[data-live][data-state=live]');
    const state = (name: string) => `[data-promo="${promoId}"][data-state=${name}]`;
    const press = async (name: string, told: string) => {
      await page.click(`button:text-is("${name}")`);
      await page.waitForSelector(`[role=status]:has-text("${told}")`);
    };
    const answer = async () => (await shop.engine.place(tokenFor({ itemId, promoId }, 99))).errCode;
    await press('Pause', 'is paused');
    await page.waitForSelector(state('paused'));
    // Another administrator's page has not been touched.
    await other.page.waitForSelector(`${state('paused')}:text-is("paused")`);
    expect(await answer()).toBe(30016);
    await press('Resume', 'goes on');
    await other.page.waitForSelector(state('running'));
    expect(await answer()).toBeNull();

    await page.click('summary:has-text("Move the end")');
    await page.fill(`#extend-${promoId}-endAt`, utc(-60_000));
    await page.click('button:text-is("Move the end")');
    await page.waitForSelector('[role=alert]:has-text("later than now")');
    await page.click('summary:has-text("Move the end")');
    await page.fill(`#extend-${promoId}-endAt`, utc(7_200_000));
    await press('Move the end', 'has another end');

    await page.fill('#withdraw-units', '5');
    await page.click('#withdraw [type=submit]');
    await page.waitForSelector('#withdraw [role=alert]:has-text("out of stock")');
    await page.fill('#withdraw-units', '3');
    await page.click('#withdraw [type=submit]');
    await page.waitForSelector('[role=status]:has-text("taken off sale")');
    await other.page.waitForSelector(value('loaded', '2'));

    await page.fill('#edit-title', 'Aurora, second edition');
    await page.fill('#edit-price', '7.50');
    await page.uncheck('#edit [name=normalSale]');
    await page.click('#edit [type=submit]');
    await page.waitForSelector('h1:text-is("Aurora, second edition")');
    await page.waitForSelector('.lead:has-text("7.5")');
    await page.click('summary:has-text("End now")');
    await press('Yes, do it', 'is over');
    await other.page.waitForSelector(`${state('ended')}:text-is("ended")`);
    expect(await answer()).toBe(30005);
    const { data } = await shop.call<{ promo: unknown }>('GET', `/api/items/${itemId}`);
    expect(data).toMatchObject({ stock: 1, price: 750, normalSale: false });
    expect(data.promo).toMatchObject({ id: promoId, status: 'ended' });
    const refusals = /status of (409 \(Conflict\)|400 \(Bad Request\))/;
    expect(complaints.filter((complaint) => !refusals.test(complaint))).toEqual([]);
    await Promise.all([context.close(), other.context.close()]);
  });

  test('sees every item on one board', async () => {
    const { itemId } = await shop.engine.sale({ stock: 7 });
    const { page, context, complaints } = await loggedIn();
    await page.goto(url('/admin/items'));
    await page.waitForSelector(`[data-item="${itemId}"] [data-value=left]:text-is("7")`);
    expect(complaints).toEqual([]);
    await context.close();
  });
});

describe('the forms', () => {
  test('work without a script, and a delivery that is sent twice adds once', async () => {
    const cookie = await session();
    const { itemId } = await shop.engine.sale({ stock: 1 });
    const page = await (await fetch(url(`/admin/items/${itemId}`), { headers: { cookie } })).text();
    const key = /name="key" value="([^"]+)"/.exec(page)![1]!;
    const restock = (units: string) =>
      send(`/admin/items/${itemId}/restock`, { units, key }, { cookie });
    for (let times = 0; times < 2; times++) expect((await restock('4')).status).toBe(303);
    const { data } = await shop.call<{ stock: number }>('GET', `/api/items/${itemId}`);
    expect(data.stock).toBe(5);
    const wrong = await restock('many');
    expect(wrong.status).toBe(400);
    expect(await wrong.text()).toContain(`name="key" value="${key}"`);
  });

  test('that make something make it once, whatever is clicked and reloaded, and another only if asked', async () => {
    const cookie = await session();
    const blank = await (await fetch(url('/admin/items/new'), { headers: { cookie } })).text();
    const key = /name="key" value="([^"]+)"/.exec(blank)![1]!;
    const item = { title: 'Once', description: '', price: '1', stock: '2', limitPerUser: '5', key };
    const sent = await Promise.all([1, 2, 3].map(() => send('/admin/items', item, { cookie })));
    sent.push(await send('/admin/items', item, { cookie }));
    const places = sent.map(({ status, headers }) => [status, headers.get('location')]);
    expect(new Set(places.map(String)).size).toBe(1);
    const id = /\/admin\/items\/(\d+)\?done=item/.exec(String(places[0]![1]))![1]!;
    // Back in the browser, with other words: it is told, and comes with a key of its own.
    const other = { ...item, title: 'Once more' };
    const refused = await send('/admin/items', other, { cookie });
    expect(refused.status).toBe(422);
    const fresh = /name="key" value="([^"]+)"/.exec(await refused.text())![1]!;
    expect(fresh).not.toBe(key);
    const made = await send('/admin/items', { ...other, key: fresh }, { cookie });
    expect(made.headers.get('location')).not.toContain(`/${id}?`);
    const sale = {
      ...{ item: id, name: 'Draft', price: '1', startAt: utc(60_000), endAt: utc(3_600_000) },
      ...{ limitPerUser: '1', payWindow: '15', payWindowUnit: 'minutes', key: 'a draft' },
    };
    const drafts = await Promise.all([1, 2].map(() => send('/admin/sales', sale, { cookie })));
    drafts.push(await send('/admin/sales', { ...sale, price: '2' }, { cookie }));
    const steps = drafts.map(({ status, headers }) => `${status} ${headers.get('location')}`);
    expect(new Set(steps).size).toBe(1);
    const promoId = /\/admin\/sales\/(\d+)\/edit\?step=who/.exec(steps[0]!)![1]!;
    // From the browser's history it changes what it has made.
    const shown = await fetch(url(`/admin/sales/${promoId}/edit?step=when`), {
      headers: { cookie },
    });
    expect(await shown.text()).toContain('<input value="2.00" id="sale-price"');
    const deleted = await send(`/admin/sales/${promoId}/delete`, { itemId: id }, { cookie });
    expect(deleted.headers.get('location')).toBe(`/admin/items/${id}?done=delete`);
    const late = await send(`/admin/promos/${promoId}/pause`, { itemId: id }, { cookie });
    expect(late.status).toBe(404);
  });

  test('mark each wrong field, in the language of the page, and keep what was typed', async () => {
    const cookie = await session();
    const { itemId } = await shop.engine.sale();
    const sale = { item: String(itemId), name: 'Long', price: '1' };
    const times = { startAt: utc(60_000), endAt: utc(120_000), limitPerUser: '1' };
    const pay = { payWindow: '10081', payWindowUnit: 'minutes' };
    const forms = [
      ['/admin/sales', { ...sale, ...times, ...pay }, 'sale', 'payWindow'],
      [`/admin/items/${itemId}/restock`, { units: '0', key: 'van 7' }, 'restock', 'units'],
      ['/admin/items', { title: 'A lamp', price: '1', stock: 'ten' }, 'item', 'description stock'],
    ] as const;
    for (const language of ['en', 'zh'] as const) {
      const { bounds, checkFields } = adminTexts[language];
      for (const [path, fields, form, wrong] of forms) {
        const answer = await send(path, fields, { cookie, 'accept-language': language });
        const page = await answer.text();
        expect([path, answer.status]).toEqual([path, 400]);
        expect(page.includes(`role="alert">${checkFields}</p>`)).toBe(true);
        const marked = [...page.matchAll(/class="error" id="(\w+)-(\w+)-error">([^<]*)/g)];
        const names = wrong.split(' ') as (keyof typeof bounds)[]; // As they are written above.
        expect(marked.map(([, ...rest]) => rest)).toEqual(
          names.map((name) => [form, name, bounds[name]]),
        );
        const lost = Object.values(fields).filter((typed) => !page.includes(`value="${typed}"`));
        expect([path, lost]).toEqual([path, []]);
      }
    }
  });

  test('that name a missing item get the page that says so', async () => {
    const cookie = await session();
    for (const id of ['131071', '0', '1e0', 'x']) {
      for (const form of ['restock', 'withdraw', 'edit']) {
        const answer = await send(`/admin/items/${id}/${form}`, { units: '1' }, { cookie });
        expect([id, form, answer.status]).toEqual([id, form, 404]);
      }
    }
  });

  test('say why a promo was not published', async () => {
    const cookie = await session();
    const { itemId } = await shop.engine.sale();
    const times = { startAt: new Date(), endAt: new Date(Date.now() + 60_000) };
    const draft = { itemId, name: 'Another', price: 1, ...times };
    const drafted = await shop.engine.api<{ id: number }>('POST', '/api/promos', draft);
    const { id } = mustSucceed(drafted);
    const refused = await send(`/admin/sales/${id}/publish`, {}, { cookie });
    expect(refused.status).toBe(409);
    expect(await refused.text()).toContain('which is published, is on sale at that time');
    const absent = await send('/admin/sales/999/publish', {}, { cookie });
    expect(absent.status).toBe(404);
  });

  test('are accepted only from this site, and only after the log-in', async () => {
    const cookie = await session();
    const item = { title: 'Theirs', description: '', price: '1', stock: '1' };
    for (const path of ['/admin/items', '/admin/log-out', '/admin/login']) {
      const fields = { ...item, token: adminToken };
      for (const from of [
        { 'sec-fetch-site': 'cross-site' },
        { origin: 'https://elsewhere.example' },
      ]) {
        const refused = await send(path, fields, { cookie, ...from });
        expect([path, refused.status, refused.headers.get('set-cookie')]).toEqual([
          path,
          403,
          null,
        ]);
      }
    }
    const unknown = await send('/admin/items', item, { cookie: 'admin=x' });
    expect(unknown.headers.get('location')).toStartWith('/admin/login');
    const theirs = await shop.call<{ items: unknown[] }>('GET', '/api/items?q=Theirs');
    expect(mustSucceed(theirs).items).toEqual([]);
  });
});

describe('a session of the administrator', () => {
  test('is a cookie that means nothing to scripts, other sites and the API', async () => {
    const secure = { 'x-forwarded-proto': 'https' };
    const response = await send('/admin/login', { token: adminToken }, secure);
    const cookie = response.headers.get('set-cookie')!;
    for (const part of ['HttpOnly', 'SameSite=Strict', 'Path=/', 'Secure']) {
      expect(cookie).toContain(part);
    }
    const headers = { cookie: cookie.split(';')[0]! };
    const statements = await shop.call('GET', '/api/admin/statements', undefined, { headers });
    expect(statements.errCode).toBe(20003);
  });

  test('leads back to the form where the address of a refused one is opened', async () => {
    const cookie = await session();
    const { itemId } = await shop.engine.sale();
    for (const [path, to] of [
      ['/admin/sales', '/admin/sales/new'],
      [`/admin/items/${itemId}/restock`, `/admin/items/${itemId}`],
      ['/admin/promos/1/pause', '/admin'],
    ] as const) {
      const { status, headers } = await fetch(url(path), {
        headers: { cookie },
        redirect: 'manual',
      });
      expect([path, status, headers.get('location')]).toEqual([path, 303, to]);
    }
  });

  test('is required by the live stream', async () => {
    const cookie = await session();
    const { itemId } = await shop.engine.sale({ stock: 3 });
    const hangUp = new AbortController();
    const live = (headers: Record<string, string>) =>
      fetch(url(`/admin/live?items=${itemId}`), {
        headers,
        redirect: 'manual',
        signal: hangUp.signal,
      });
    const stream = await live({ cookie });
    expect(stream.headers.get('content-type')).toBe('text/event-stream');
    const { value } = await stream.body!.getReader().read();
    const [, data] = /^event: board\ndata: (.*)\n\n$/.exec(new TextDecoder().decode(value))!;
    expect(JSON.parse(data!).items).toMatchObject([
      { itemId, loaded: 3, left: 3, orders: 0, mode: 'ready' },
    ]);
    hangUp.abort();
    expect((await send('/admin/log-out', {}, { cookie })).status).toBe(303);
    const after = await fetch(url('/admin/live'), { headers: { cookie }, redirect: 'manual' });
    expect(after.status).toBe(303);
  });

  test('leads nowhere else after the log-in', async () => {
    for (const next of [
      '//elsewhere.example',
      'https://elsewhere.example',
      '/orders',
      '/admin/log-out',
    ]) {
      const response = await send('/admin/login', { token: adminToken, next });
      expect([next, response.headers.get('location')]).toEqual([next, '/admin']);
    }
    const next = '/admin/search?item=1';
    const response = await send('/admin/login', { token: adminToken, next });
    expect(response.headers.get('location')).toBe(next);
  });

  // Last: the address of these tests is locked out afterwards.
  test('cannot be had by guessing', async () => {
    const statuses: number[] = [];
    for (let times = 0; times < 11; times++) {
      statuses.push((await send('/admin/login', { token: `token-number-${times}` })).status);
    }
    expect(statuses.slice(0, 10)).toEqual(Array(10).fill(401));
    const limited = await send('/admin/login', { token: adminToken });
    expect([limited.status, Number(limited.headers.get('retry-after')) > 0]).toEqual([429, true]);
    expect(limited.headers.get('set-cookie')).toBeNull();
  });
});
