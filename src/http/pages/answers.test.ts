/** Pages as answers: what browsers are told, and what a page never does. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { temporaryFolder } from '../../../actors/testing/process.ts';
import { mustSucceed } from '../../testing/engine-process.ts';
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
    const counts = { held: 0, sold: 0, status: 'running' };
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
