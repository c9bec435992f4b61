import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { temporaryFolder } from '../../../actors/testing/process.ts';
import { tokenFor } from '../../testing/engine-process.ts';
import { type Buyer, password, type Shop, startShop } from '../../testing/shop.ts';

setDefaultTimeout(240_000);

const allowed = 'https://shop.example';
const folder = temporaryFolder();
let shop: Shop;
let buyer: Buyer;

beforeAll(async () => {
  const env = {
    ALLOWED_ORIGINS: `${allowed}, http://localhost:8080`,
    TRUSTED_PROXIES: '127.0.0.1',
  };
  shop = await startShop({ dataDir: folder.path, env });
  buyer = await shop.buyer();
});

afterAll(async () => {
  await shop.stop();
  folder.remove();
});

const ask = (method: string, path: string, headers: Record<string, string>, body?: unknown) =>
  fetch(shop.engine.url + path, {
    method,
    headers: { ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });

const preflight = (path: string, origin: string) =>
  ask('OPTIONS', path, {
    origin,
    'access-control-request-method': 'POST',
    'access-control-request-headers': 'authorization,content-type,idempotency-key',
  });

/** What a browser goes by: whether a page of `origin` may read this answer. */
const mayRead = ({ headers }: Response, origin: string) =>
  headers.get('access-control-allow-origin') === origin &&
  headers.get('access-control-allow-credentials') === 'true';

describe('a page of an allowed origin', () => {
  test('is told before it asks what it may send', async () => {
    for (const path of ['/api/orders', '/api/sessions', '/api/items/1/tokens', '/api/none']) {
      const answer = await preflight(path, allowed);
      expect([path, answer.status, mayRead(answer, allowed)]).toEqual([path, 204, true]);
      const list = (name: string) => answer.headers.get(name)!.toLowerCase().split(',');
      expect(list('access-control-allow-methods')).toEqual(
        expect.arrayContaining(['post', 'patch', 'delete']),
      );
      expect(list('access-control-allow-headers')).toEqual(
        expect.arrayContaining(['authorization', 'content-type', 'idempotency-key']),
      );
      expect(answer.headers.get('vary')).toMatch(/origin/i);
    }
  });

  test('reads every kind of answer, and when to try again', async () => {
    const sale = await shop.engine.sale({ stock: 1 });
    const order = { token: tokenFor(sale, 1), amount: 1 };
    const from = { origin: allowed };
    const answers = [
      await ask('POST', '/api/orders', from, order),
      await ask('POST', '/api/orders', from, order),
      await ask('POST', '/api/orders', from, { token: tokenFor(sale, 2), amount: 1 }),
      await ask('POST', '/api/orders', from, { token: 'x', amount: 0 }),
      await ask('GET', `/api/items/${sale.itemId}`, from),
      await ask('HEAD', `/api/items/${sale.itemId}`, from),
      await ask('GET', '/api/users/me', from),
      await ask('GET', '/api/none', from),
    ];
    expect(answers.map(({ status }) => status)).toEqual([201, 200, 409, 400, 200, 200, 401, 404]);
    for (const answer of answers) {
      expect([answer.url, answer.status, mayRead(answer, allowed)]).toEqual([
        answer.url,
        answer.status,
        true,
      ]);
      expect(answer.headers.get('access-control-expose-headers')).toMatch(/retry-after/i);
      expect(answer.headers.get('vary')).toMatch(/origin/i);
      // Not sent in pieces: a buyer's proxy knows where the answer ends.
      expect(answer.headers.get('content-length')).not.toBeNull();
    }
  });

  test('follows the live stock', async () => {
    const { itemId } = await shop.engine.sale({ stock: 4 });
    const hangUp = new AbortController();
    const live = await fetch(`${shop.engine.url}/api/items/${itemId}/live`, {
      headers: { origin: allowed },
      signal: hangUp.signal,
    });
    expect(mayRead(live, allowed)).toBe(true);
    const { value } = await live.body!.getReader().read();
    expect(new TextDecoder().decode(value)).toContain('"left":4');
    hangUp.abort();
  });

  test('logs in and writes by its cookie, also where the browser says that it is another site', async () => {
    const from = { origin: allowed, 'sec-fetch-site': 'same-site' };
    const logIn = { telephone: buyer.telephone, password };
    const session = await ask('POST', '/api/sessions', from, logIn);
    expect([session.status, mayRead(session, allowed)]).toEqual([201, true]);
    const cookie = session.headers.get('set-cookie')!;
    expect(cookie).toContain('; Secure');
    const sent = { cookie: cookie.split(';')[0]! };
    expect((await ask('DELETE', '/api/sessions', { ...from, ...sent })).status).toBe(200);
  });
});

describe('a page of any other origin', () => {
  test.each([
    'https://evil.example',
    'https://shop.example.evil.example',
    'https://shop.example:8443',
    'http://shop.example',
    'null',
  ])('is neither answered nor obeyed: %s', async (origin) => {
    const asked = await preflight('/api/sessions', origin);
    expect(asked.headers.get('access-control-allow-origin')).toBeNull();
    expect(asked.headers.get('vary')).toMatch(/origin/i);
    const read = await ask('GET', '/api/items', { origin });
    expect(read.headers.get('access-control-allow-origin')).toBeNull();
    expect(read.headers.get('vary')).toMatch(/origin/i);
    const cookie = `session=${buyer.session}`;
    const wrote = await ask('DELETE', '/api/sessions', { origin, cookie });
    expect(wrote.status).toBe(403);
    expect(await wrote.text()).toContain('ALLOWED_ORIGINS');
    expect((await buyer.api('GET', '/api/users/me')).status).toBe(200);
  });

  test('is told in Chinese where that is preferred', async () => {
    const headers = { origin: 'https://evil.example', 'accept-language': 'zh' };
    const refused = await ask('DELETE', '/api/sessions', headers);
    expect(await refused.text()).toMatch(/没有权限.*ALLOWED_ORIGINS/);
  });
});

test('HEAD is answered for the client that asked, as GET is', async () => {
  for (const [proto, secure] of [
    ['https,http', true],
    ['http', false],
  ] as const) {
    const cookies = await Promise.all(
      ['GET', 'HEAD'].map(async (method) => {
        const headers = { 'x-forwarded-proto': proto };
        const init = { method, headers, redirect: 'manual' } as const;
        const answer = await fetch(`${shop.engine.url}/?lang=zh`, init);
        return answer.headers.get('set-cookie')!.includes('; Secure');
      }),
    );
    expect([proto, ...cookies]).toEqual([proto, secure, secure]);
  }
});
