import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { temporaryFolder, waitUntil } from '../../../actors/testing/process.ts';
import { adminToken, mustSucceed, tokenFor } from '../../testing/engine-process.ts';
import { type Nginx, startNginx } from '../../testing/nginx.ts';
import { openSocket } from '../../testing/raw-socket.ts';
import { type Shop, startShop } from '../../testing/shop.ts';
import { describedRoutes } from '../reference/described-routes.ts';

setDefaultTimeout(240_000);

const folder = temporaryFolder();
let shop: Shop;
let nginx: Nginx;

beforeAll(async () => {
  shop = await startShop({ dataDir: folder.path, env: { TRUSTED_PROXIES: '127.0.0.1' } });
  nginx = await startNginx(shop.engine.port);
});

afterAll(async () => {
  // Nothing that was sent here is an error of the engine's.
  expect(shop.engine.process.output()).toBe(shop.engine.process.stdout());
  await nginx.stop();
  await shop.stop();
  folder.remove();
});

/** What comes back for bytes on a connection of their own, once `enough` of it has, or its end. */
async function ask(text: string, enough = /\r\n\r\n/, port = shop.engine.port): Promise<string> {
  const socket = openSocket(port);
  await socket.write(text);
  await waitUntil(`an answer to ${JSON.stringify(text.slice(0, 200))}`, () => {
    return enough.test(socket.heard()) || socket.closed();
  });
  socket.hangUp();
  return socket.heard();
}

const statusOf = (answer: string) => Number(/^HTTP\/1\.1 (\d{3}) /.exec(answer)?.[1]);

describe('a Host', () => {
  test.each([
    'a:99999999',
    'a:-1',
    'a:x',
    'a b',
    '',
    'a\r\nHost: b',
    'a, b',
    '[::1',
    'a/b',
    'a\\b',
    'user@a',
    'a?b#c',
    '%zz',
    'xn--a',
    '"><script>',
    '\xe6\x97\xa5',
  ])('that is no host, or two, is refused with 400 in the envelope: %p', async (host) => {
    const order = '{"token":"x","amount":1}';
    const posted = `content-type: application/json\r\ncontent-length: ${order.length}`;
    for (const request of [
      `GET / HTTP/1.1\r\nHost: ${host}\r\n\r\n`,
      `GET /admin HTTP/1.1\r\nHost: ${host}\r\n\r\n`,
      `GET /api/items HTTP/1.1\r\nHost: ${host}\r\n\r\n`,
      `GET /nowhere HTTP/1.1\r\nHost: ${host}\r\n\r\n`,
      `POST /api/orders HTTP/1.1\r\nHost: ${host}\r\n${posted}\r\n\r\n${order}`,
    ]) {
      const answer = await ask(request, /\{.*\}$/);
      expect([request, statusOf(answer)]).toEqual([request, 400]);
      expect(answer).toContain('"errCode":10001');
    }
  });

  test.each(['localhost', 'a:80', 'a:', 'SHOP.example', '[::1]:3000', '127.0.0.1:3000', 'a_b'])(
    'that is one is taken: %p',
    async (host) => {
      expect(statusOf(await ask(`GET / HTTP/1.1\r\nHost: ${host}\r\n\r\n`))).toBe(200);
    },
  );

  test('is not needed in HTTP/1.0, as balancers ask after health, and is in HTTP/1.1', async () => {
    for (const path of ['/healthz', '/readyz', '/', '/api/items']) {
      expect([path, statusOf(await ask(`GET ${path} HTTP/1.0\r\n\r\n`))]).toEqual([path, 200]);
      expect([path, statusOf(await ask(`GET ${path} HTTP/1.1\r\n\r\n`))]).toEqual([path, 400]);
    }
  });
});

describe('a request that no browser sends', () => {
  const targets = [
    ...[
      '/%',
      '/%zz',
      '/%00',
      '/%c0%af',
      '//',
      '//evil.example/?lang=zh',
      '/\\evil.example?lang=zh',
    ],
    ...['/items/%', '/items/%zz', '/api/items/%', '/api/items/%c0/live', '/api/orders/%'],
    ...[
      '/assets/%',
      '/assets/..%2f..%2fpackage.json',
      '/admin/items/%',
      '/?lang=%',
      '/login?next=%',
    ],
    ...['/api/items/99999999999999999999', '/api/items/-1', '/api/items?cursor=%', '/items/\xff'],
    ...['http://other/', 'http://other:99999999/', 'https://u:p@other/api/items', 'http:///', '*'],
    ...[`/${'a'.repeat(5_000)}`, `/${'a'.repeat(20_000)}`, `/?${'a=1&'.repeat(3_000)}`, 'items'],
  ];
  test.each(targets.map((target) => [target.slice(0, 40), target]))(
    'is answered without a fault, for the target %p',
    async (_, target) => {
      for (const method of ['GET', 'POST', 'HEAD']) {
        const status = statusOf(await ask(`${method} ${target} HTTP/1.1\r\nHost: a\r\n\r\n`));
        expect([method, status]).toEqual([method, expect.any(Number)]);
        expect([method, status < 500]).toEqual([method, true]);
      }
    },
  );

  test.each(['TRACE', 'CONNECT', 'OPTIONS', 'PUT', 'PROPFIND', 'QUERY', 'M-SEARCH', 'LOCK'])(
    'is not obeyed, by the method %s',
    async (method) => {
      for (const target of ['/', '/api/orders', '/api/items/1', '/admin', 'a:80']) {
        const answer = await ask(`${method} ${target} HTTP/1.1\r\nHost: a\r\n\r\n`);
        // The administrator's pages lead to their log-in first.
        expect([target, statusOf(answer) >= 300]).toEqual([target, true]);
        expect([target, statusOf(answer) < 500]).toEqual([target, true]);
      }
    },
  );

  test.each([
    'Cookie: session=%; admin=%zz; lang=%00; =; ;;;',
    'Authorization: Bearer \xff',
    'X-Request-Id: \x01',
    'X-Forwarded-Host: %\r\nX-Forwarded-Proto: ,,\r\nX-Forwarded-For: ,,',
    'Forwarded: host=";;;,proto=',
    'Origin: \xff',
    'Origin: http://',
    'Range: bytes=9-1',
    `Accept-Language: ${'en;q=x,'.repeat(1_500)}`,
    `X-Long: ${'a'.repeat(20_000)}`,
    'Expect: a miracle',
    'Upgrade: websocket\r\nConnection: Upgrade',
  ])('is answered without a fault, for the header %p', async (header) => {
    for (const line of ['GET /', 'GET /orders', 'POST /api/sessions', 'POST /admin/login']) {
      const status = statusOf(await ask(`${line} HTTP/1.1\r\nHost: a\r\n${header}\r\n\r\n`));
      expect([line, status < 500]).toEqual([line, true]);
    }
  });

  test('leads to no other site', async () => {
    for (const target of [
      '//evil.example/?lang=zh',
      '/\\evil.example/?lang=zh',
      '/.//evil.example?lang=zh',
    ]) {
      const answer = await ask(`GET ${target} HTTP/1.1\r\nHost: a\r\n\r\n`);
      expect(answer).not.toMatch(/^location: *(\/\/|\/\\|https?:)/im);
    }
  });
});

describe('an answer', () => {
  test('is never taken for another type, and kept by no cache where it may tell of a person', async () => {
    const { itemId, promoId } = await shop.engine.sale({ stock: 2 });
    const buyer = await shop.buyer();
    const { orderId } = mustSucceed(
      await shop.engine.place(tokenFor({ itemId, promoId }, buyer.userId)),
    );
    const admin = { authorization: `Bearer ${adminToken}` };
    const user = { authorization: `Bearer ${buyer.session}` };
    const open = ['/api/items', '/api/items/:id', '/openapi.json'];
    const pages = [
      '/',
      '/items/:id',
      '/register',
      '/login',
      '/orders',
      '/docs',
      '/admin',
      '/admin/login',
    ];
    const asked = describedRoutes.map(({ method, path }) => [method, path] as const);
    for (const [method, path] of [...asked, ...pages.map((page) => ['GET', page] as const)]) {
      const url =
        shop.engine.url + path.replace(':orderId', orderId).replace(':id', String(itemId));
      for (const headers of [{}, admin, user]) {
        const hangUp = new AbortController();
        const init = { method, headers, redirect: 'manual', signal: hangUp.signal } as const;
        const answer = await fetch(url, init);
        const at = [method, path, answer.status];
        expect([...at, answer.headers.get('x-content-type-options')]).toEqual([...at, 'nosniff']);
        const kept = answer.ok && method === 'GET' && open.includes(path) ? null : 'no-store';
        expect([...at, answer.headers.get('cache-control')]).toEqual([...at, kept]);
        hangUp.abort();
      }
    }
  });
});

describe('requests sent at once on one connection', () => {
  const post = (token: string) => {
    const body = JSON.stringify({ token, amount: 1 });
    const head = ['POST /api/orders HTTP/1.1', 'host: a', 'content-type: application/json'];
    return `${[...head, `content-length: ${body.length}`].join('\r\n')}\r\n\r\n${body}`;
  };
  const statusesIn = (heard: string) =>
    [...heard.matchAll(/HTTP\/1\.1 (\d+) /g)].map(([, s]) => Number(s));

  test('are each answered in their order through nginx, which passes on one at a time', async () => {
    const sale = await shop.engine.sale({ stock: 2 });
    const texts = [post(tokenFor(sale, 1)), post(tokenFor(sale, 2)), post(tokenFor(sale, 3))];
    const port = Number(new URL(nginx.url).port);
    const items = 'GET /api/items HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n';
    const heard = await ask(texts.join('') + items, /"items":[\s\S]*$/, port);
    expect(statusesIn(heard)).toEqual([201, 201, 409, 200]);
  });

  /**
   * The runtime ends a connection when a request comes behind one that it has not answered yet, and
   * tells the application nothing before (oven-sh/bun#38128): what is behind is never read.
   */
  test('straight to the engine lose an answer at most: the same token gets it, and nothing is sold twice', async () => {
    const sale = await shop.engine.sale({ stock: 10, limitPerUser: 5 });
    const [first, second] = [tokenFor(sale, 1), tokenFor(sale, 1)];
    for (const pauseMs of [0, 1]) {
      const socket = openSocket(shop.engine.port);
      await socket.write(post(first));
      if (pauseMs > 0) await Bun.sleep(pauseMs);
      await socket.write(post(second));
      await waitUntil(
        'it is answered or ended',
        () => socket.closed() || statusesIn(socket.heard()).length === 2,
      );
      socket.hangUp();
    }
    const again = [await shop.engine.place(first), await shop.engine.place(second)];
    const orders = again.map((answer) => mustSucceed(answer).orderId);
    expect(new Set(orders).size).toBe(2);
    const item = await shop.engine.api('GET', `/api/items/${sale.itemId}`);
    expect(item.data.stock).toBe(8);
  });
});
