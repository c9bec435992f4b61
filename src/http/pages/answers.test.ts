/** Pages as answers: what browsers are told, and what a page never does. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { temporaryFolder } from '../../../actors/testing/process.ts';
import { mustSucceed, tokenFor } from '../../testing/engine-process.ts';
import { type Shop, startShop } from '../../testing/shop.ts';

const folder = temporaryFolder();
let shop: Shop;
let itemId: number;

beforeAll(async () => {
  shop = await startShop({ dataDir: folder.path });
  ({ itemId } = await shop.engine.sale());
});

afterAll(async () => {
  await shop.stop();
  folder.remove();
});

const get = (path: string, headers: Record<string, string> = {}) =>
  fetch(shop.engine.url + path, { headers, redirect: 'manual' });
const accounts = ['/register', '/login', '/login/code', '/password'];
const paths = () => ['/', `/items/${itemId}`, ...accounts];

describe('a page', () => {
  test('lets a browser run its own files and nothing else', async () => {
    for (const path of [...paths(), '/items/131071']) {
      const { headers } = await get(path);
      expect(headers.get('content-security-policy')).toBe(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: https:; " +
          "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
      );
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('referrer-policy')).toBe('same-origin');
      expect(headers.get('permissions-policy')).toContain('camera=()');
      expect(headers.get('cache-control')).toBe('no-store');
    }
  });

  test('sends headers that API answers go without', async () => {
    const { headers } = await get(`/api/items/${itemId}`);
    for (const name of ['content-security-policy', 'permissions-policy', 'vary']) {
      expect(headers.get(name)).toBeNull();
    }
  });

  test('has no script or style of its own, and loads files that may be kept for ever', async () => {
    for (const path of paths()) {
      const html = await (await get(path)).text();
      expect(html).not.toMatch(/<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)/);
      const files = [...html.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map(
        ([, file]) => file!,
      );
      expect(files.length).toBeGreaterThan(3);
      for (const file of files) {
        const { status, headers } = await get(file);
        expect([file, status]).toEqual([file, 200]);
        expect(headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
      }
    }
    expect((await get('/assets/item.js')).status).toBe(404);
  });

  test('shows what merchants write as text, whatever it is', async () => {
    const title = `"><script>alert(1)</script>' & <b>`;
    const draft = {
      title,
      description: '</article><img src=x onerror=alert(1)>',
      price: 1,
      stock: 1,
    };
    const { id } = mustSucceed(await shop.engine.api<{ id: number }>('POST', '/api/items', draft));
    for (const path of ['/', `/items/${id}`]) {
      const html = await (await get(path)).text();
      expect(html).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
      expect(html).not.toContain('<script>alert');
      expect(html).not.toContain('<img src=x');
    }
  });

  test('that does not exist says so to people', async () => {
    for (const path of ['/items/131071', '/items/0', '/items/x', '/items/1e1']) {
      const response = await get(path, { 'accept-language': 'zh' });
      expect([path, response.status]).toEqual([path, 404]);
      expect(await response.text()).toContain('页面不存在');
    }
  });

  test('of orders is for logged-in users, and brings them back', async () => {
    const response = await get('/orders?order=20261122-1-1');
    expect(response.status).toBe(303);
    expect(response.headers.get('location')).toBe('/login?next=%2Forders%3Forder%3D20261122-1-1');
    const { session } = await shop.buyer();
    const cookie = `session=${session}`;
    expect((await get('/orders', { cookie })).status).toBe(200);
    const known = await get('/login?next=/orders', { cookie });
    expect([known.status, known.headers.get('location')]).toEqual([303, '/orders']);
  });

  test('leads to no other site after the log-in', async () => {
    const { session } = await shop.buyer();
    for (const next of [
      '//evil.example',
      'https://evil.example',
      '/\\evil.example',
      'x',
      '/\t/evil',
    ]) {
      const path = `/login?next=${encodeURIComponent(next)}`;
      const response = await get(path, { cookie: `session=${session}` });
      expect([next, response.headers.get('location')]).toEqual([next, '/']);
      const html = await (await get(path)).text();
      expect(html).toContain('<form id="log-in" method="post" action="/login"');
    }
  });

  test('keeps the language that was chosen, and accepts no unknown one', async () => {
    const chosen = await get(`/items/${itemId}?lang=zh`);
    expect([chosen.status, chosen.headers.get('location')]).toEqual([303, `/items/${itemId}`]);
    const cookie = chosen.headers.get('set-cookie')!;
    expect(cookie).toMatch(/^lang=zh; .*Path=\/.*HttpOnly.*SameSite=Lax/);
    const headers = { cookie: 'lang=zh', 'accept-language': 'en' };
    expect(await (await get('/', headers)).text()).toContain('<html lang="zh-CN">');
    expect((await get('/?lang=xx')).status).toBe(200);
    const odd = await get('/', { cookie: 'lang=xx', 'accept-language': 'zh' });
    expect(await odd.text()).toContain('<html lang="zh-CN">');
  });
});

const html = 'text/html,application/xhtml+xml,*/*;q=0.8';

describe('a person', () => {
  test('who opens what is no page gets one, in their language, with a way on', async () => {
    for (const path of [
      '/about',
      '/orders/123',
      '/items',
      '/favicon.ico',
      '/%ff%fe',
      '/assets/x.js',
    ]) {
      const response = await get(path, { accept: html, 'accept-language': 'zh' });
      const { status, headers } = response;
      expect([path, status]).toEqual([path, 404]);
      expect([path, headers.get('content-type')]).toEqual([path, 'text/html; charset=UTF-8']);
      expect(headers.get('content-security-policy')).toContain("default-src 'none'");
      expect(headers.get('cache-control')).toBe('no-store');
      expect(await response.text()).toContain('页面不存在');
    }
  });

  test('who types a slash too many is led to the page', async () => {
    for (const [path, to] of [
      [`/items/${itemId}/`, `/items/${itemId}`],
      ['/orders//?order=1', '/orders?order=1'],
      ['//evil.example/', '/evil.example'],
    ] as const) {
      const response = await get(path, { accept: html });
      expect([path, response.status, response.headers.get('location')]).toEqual([path, 301, to]);
    }
  });

  test('whose form is refused is told so on a page', async () => {
    const form = new FormData();
    form.set('token', 'x'.repeat(200_000));
    const post = (headers: Record<string, string>, body: FormData) =>
      fetch(`${shop.engine.url}/admin/login`, {
        method: 'POST',
        headers: { accept: html, ...headers },
        body,
      });
    const large = await post({}, form);
    expect([large.status, large.headers.get('content-type')]).toEqual([
      413,
      'text/html; charset=UTF-8',
    ]);
    expect(await large.text()).toContain('body too large');
    const elsewhere = await post({ 'sec-fetch-site': 'cross-site' }, new FormData());
    expect(elsewhere.status).toBe(403);
    expect(await elsewhere.text()).toContain('This cannot be done');
  });
});

describe('a program', () => {
  test('that asks for what there is not gets the envelope, and under /api everybody does', async () => {
    for (const [path, accept] of [
      ['/about', '*/*'],
      ['/items/4/', 'application/json'],
      ['/api/nothing', html],
      ['/api/items/131071', html],
      ['/api', html],
      ['/api/items/', html],
    ] as const) {
      const response = await get(path, { accept });
      expect([path, response.status]).toEqual([path, 404]);
      expect(await response.json()).toMatchObject({ status: 'fail', data: { errCode: 10005 } });
    }
  });
});

describe('the page of an order', () => {
  test('is its owner’s alone', async () => {
    const [owner, other] = [await shop.buyer(), await shop.buyer()];
    const sale = await shop.engine.sale();
    const { orderId } = mustSucceed(await shop.engine.place(tokenFor(sale, owner.userId)));
    const as = (session: string) => get(`/orders/${orderId}`, { cookie: `session=${session}` });
    const page = await as(owner.session);
    expect(page.status).toBe(200);
    expect(await page.text()).toContain(`<title>Order ${orderId} · Stampede</title>`);
    expect((await as(other.session)).status).toBe(404);
    const stranger = await get(`/orders/${orderId}`);
    const next = `/login?next=${encodeURIComponent(`/orders/${orderId}`)}`;
    expect([stranger.status, stranger.headers.get('location')]).toEqual([303, next]);
    const wrongDay = orderId.replace(/^\d{8}/, '20200101');
    const absent = await get(`/orders/${wrongDay}`, { cookie: `session=${owner.session}` });
    expect(absent.status).toBe(404);
  });
});

describe('what browsers load', () => {
  test('is told to them at once: a page names every script that its own imports', async () => {
    for (const path of paths()) {
      const text = await (await get(path)).text();
      const all = (pattern: RegExp) => [...text.matchAll(pattern)].map(([, file]) => file!);
      const preloaded = all(/<link rel="modulepreload" href="([^"]+)"/g);
      const missing: string[] = [];
      const look = async (file: string): Promise<void> => {
        const script = await (await get(file)).text();
        for (const [, name] of script.matchAll(/from '\.\/([^']+)'/g)) {
          const imported = `/assets/${name}`;
          if (!preloaded.includes(imported)) missing.push(imported);
          await look(imported);
        }
      };
      for (const script of all(/<script type="module" src="([^"]+)"/g)) await look(script);
      expect([path, missing]).toEqual([path, []]);
      expect(preloaded.length).toBeGreaterThan(0);
      expect(new Set(preloaded).size).toBe(preloaded.length);
    }
  });

  test('comes in the encoding they take', async () => {
    const text = await (await get('/')).text();
    const [, style] = /href="(\/assets\/base[^"]+\.css)"/.exec(text)!;
    const plain = await (await get(style!, { 'accept-encoding': 'identity' })).text();
    for (const [accepted, encoding] of [
      ['gzip, deflate, br, zstd', 'br'],
      ['gzip', 'gzip'],
      ['br;q=0, *', 'gzip'],
      ['gzip;q=0', null],
      ['identity', null],
    ] as const) {
      const response = await get(style!, { 'accept-encoding': accepted });
      expect([accepted, response.headers.get('content-encoding')]).toEqual([accepted, encoding]);
      expect(response.headers.get('vary')).toBe('accept-encoding');
      expect(await response.text()).toBe(plain);
    }
  });

  test('is small: pages come compressed, except where a secret and a stranger’s words could meet', async () => {
    const { session } = await shop.buyer();
    const cookie = `session=${session}`;
    const encodingOf = async (path: string, headers: Record<string, string> = {}) => {
      const response = await get(path, { 'accept-encoding': 'gzip, br', ...headers });
      expect(await response.text()).toContain('<!doctype html>');
      expect(response.headers.get('vary')).toContain('accept-encoding');
      return response.headers.get('content-encoding');
    };
    for (const path of ['/', `/items/${itemId}`, `/items/${itemId}?a=b`, '/docs', '/nowhere']) {
      const expected = path === '/nowhere' ? null : 'gzip';
      expect([path, await encodingOf(path, { accept: html })]).toEqual([path, expected]);
    }
    for (const path of ['/', `/items/${itemId}`, '/orders']) {
      expect([path, await encodingOf(path, { cookie })]).toEqual([path, 'gzip']);
    }
    for (const path of ['/?sort=sales', `/items/${itemId}?guess=1`, '/orders?order=1']) {
      expect([path, await encodingOf(path, { cookie })]).toEqual([path, null]);
    }
    for (const path of ['/login?next=/x', '/register', '/admin/login']) {
      expect([path, await encodingOf(path)]).toEqual([path, null]);
    }
    expect(await encodingOf('/', { 'accept-encoding': 'identity' })).toBeNull();
    const order = await shop.engine.place(tokenFor(await shop.engine.sale(), 9));
    expect(order.status).toBe(201);
    expect(order.headers.get('content-encoding')).toBeNull();
  });

  test('has a title of its own and a description that fits', async () => {
    const { session } = await shop.buyer();
    const titles: string[] = [];
    for (const path of [...paths(), '/docs', '/orders', '/nowhere', '/admin/login']) {
      for (const language of ['en', 'zh']) {
        const headers: Record<string, string> = { accept: html, 'accept-language': language };
        if (path === '/orders') headers.cookie = `session=${session}`;
        const text = await (await get(path, headers)).text();
        titles.push(/<title>(.+) · Stampede<\/title>/.exec(text)![1]! + language);
        const [, description] = /<meta name="description" content="([^"]+)"/.exec(text)!;
        expect(description!.length).toBeLessThanOrEqual(160);
        const isListed = !/orders|nowhere|admin/.test(path);
        expect([path, text.includes('content="noindex"')]).toEqual([path, !isListed]);
      }
    }
    expect(new Set(titles).size).toBe(titles.length);
  });
});

describe('the stream of pages', () => {
  test('shows several items at once, each event with its item, and nothing of those that are not', async () => {
    const other = (await shop.engine.sale({ stock: 3 })).itemId;
    const response = await get(`/live?items=${itemId},x,131071,${other},${itemId}`);
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    while (text.split('\n\n').length < 3) text += (await reader.read()).value;
    await reader.cancel();
    const data = [...text.matchAll(/^event: stock\ndata: (.*)\n\n/gm)].map(
      ([, json]) => JSON.parse(json!) as object, // Events carry objects.
    );
    const counts = { held: 0, sold: 0, status: 'running', endAt: expect.any(String) };
    expect(data).toEqual([
      { itemId, left: 10, ...counts },
      { itemId: other, left: 3, ...counts },
    ]);
  });

  test('is not there for items that are not', async () => {
    for (const query of ['', '?items=', '?items=0', '?items=131071,x']) {
      expect([query, (await get(`/live${query}`)).status]).toEqual([query, 404]);
    }
  });
});

test('the time is that of the server', async () => {
  const before = Date.now();
  const { data } = await shop.call<{ now: string }>('GET', '/api/time');
  const now = Date.parse(data.now);
  expect(now).toBeGreaterThanOrEqual(before - 50);
  expect(now).toBeLessThanOrEqual(Date.now() + 50);
});
