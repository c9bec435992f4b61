/** The engine behind nginx, as `.deploy/nginx.conf` configures it. */
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test';
import { temporaryFolder } from '../../../actors/testing/process.ts';
import { rates } from '../../admission/rate-limits.ts';
import { answerOf, mustSucceed, tokenFor } from '../engine-process.ts';
import { fromElsewhere } from '../from-elsewhere.ts';
import { type Nginx, plainPass, startNginx } from '../nginx.ts';
import { newTelephone, password, type Shop, startShop } from '../shop.ts';

setDefaultTimeout(240_000);

const folder = temporaryFolder();
let shop: Shop;
let nginx: Nginx;

beforeAll(async () => {
  const env = { TRUSTED_PROXIES: '127.0.0.1' };
  shop = await startShop({ dataDir: folder.path, env, script: 'src/main.ts' });
  nginx = await startNginx(shop.engine.port);
});

afterAll(async () => {
  await nginx.stop();
  await shop.stop();
  folder.remove();
});

async function post(path: string, body: unknown, headers = {}, through = nginx) {
  const response = await fetch(through.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  return answerOf<Record<string, unknown>>(
    response.status,
    response.headers,
    await response.text(),
  );
}

test('an order passes, and the same request again gets the same order', async () => {
  const sale = await shop.engine.sale({ stock: 3 });
  const order = { token: tokenFor(sale, 1), amount: 1 };
  const first = await post('/api/orders', order);
  const again = await post('/api/orders', order);
  expect([first.status, again.status]).toEqual([201, 200]);
  expect(again.data).toEqual(first.data);
});

test('two thousand orders over kept connections are all answered', async () => {
  const sale = await shop.engine.sale({ stock: 2_000 });
  const statuses: number[] = [];
  for (let user = 1; user <= 2_000; user += 50) {
    const batch = Array.from({ length: 50 }, (_, n) =>
      post('/api/orders', { token: tokenFor(sale, user + n), amount: 1 }),
    );
    for (const { status } of await Promise.all(batch)) statuses.push(status);
  }
  expect(statuses.filter((status) => status !== 201)).toEqual([]);
});

test('the live stream is not held back', async () => {
  const sale = await shop.engine.sale({ stock: 3 });
  const abort = new AbortController();
  const stream = await fetch(`${nginx.url}/api/items/${sale.itemId}/live`, {
    signal: abort.signal,
  });
  const reader = stream.body!.getReader();
  const decoder = new TextDecoder();
  let heard = '';
  const hear = async (text: string) => {
    while (!heard.includes(text)) heard += decoder.decode((await reader.read()).value);
  };
  await hear('"left":3');
  mustSucceed(await shop.engine.place(tokenFor(sale, 1)));
  await hear('"left":2');
  abort.abort();
  expect(heard).toContain('event: stock');
});

test('a form of its own pages is accepted, one of another site is not', async () => {
  const buyer = await shop.buyer();
  const logIn = { telephone: buyer.telephone, password };
  const own = await post('/api/sessions', logIn, { origin: nginx.url });
  const session = String(own.data.token);
  const cookie = `session=${session}`;
  const sale = await shop.engine.sale({ stock: 3 });
  const order = mustSucceed(await shop.engine.place(tokenFor(sale, buyer.userId)));
  const cancel = (origin: string) =>
    post(`/api/orders/${order.orderId}/cancel`, {}, { cookie, origin });
  expect((await cancel('http://evil.example')).errCode).toBe(20006);
  expect((await cancel(nginx.url)).status).toBe(200);
});

test('a proxy that changes the host is told of in the refusal, until it passes on the host that was asked', async () => {
  const buyer = await shop.buyer();
  const logIn = async (configured: string) => {
    const proxy = await startNginx(shop.engine.port, configured);
    const body = { telephone: buyer.telephone, password };
    const answer = await post('/api/sessions', body, { origin: proxy.url }, proxy);
    await proxy.stop();
    return { ...answer, origin: proxy.url };
  };
  const plain = await logIn(plainPass);
  expect([plain.status, plain.errCode]).toEqual([403, 20006]);
  for (const named of ['TRUSTED_PROXIES', 'X-Forwarded-Host', 'stampede', plain.origin]) {
    expect(plain.errMsg).toContain(named);
  }
  for (const header of [
    'X-Forwarded-Host $http_host',
    'Host $http_host',
    'Forwarded "for=$remote_addr;host=\\"$http_host\\";proto=$scheme"',
  ]) {
    const passing = plainPass.replace('proxy_pass', `proxy_set_header ${header}; proxy_pass`);
    expect([header, (await logIn(passing)).status]).toEqual([header, 201]);
  }
});

test('a client is limited by its own address, and cannot claim another', async () => {
  const burst = rates.oneTimePasswordByAddress.burst + 5;
  const asked = await Promise.all(
    Array.from({ length: burst }, (_, n) =>
      fromElsewhere(nginx.url, 'POST', '/api/otp', JSON.stringify({ telephone: newTelephone() }), {
        'x-forwarded-for': `198.51.100.${n + 1}`,
      }),
    ),
  );
  expect(asked).toContain(429);
});

test('metrics and health are not for the public', async () => {
  for (const path of ['/metrics', '/healthz', '/readyz']) {
    expect([path, await fromElsewhere(nginx.url, 'GET', path)]).toEqual([path, 403]);
    expect((await fetch(nginx.url + path)).status).toBe(200);
  }
});

test('a body that is too long is refused', async () => {
  expect(await fromElsewhere(nginx.url, 'POST', '/api/orders', 'x'.repeat(70_000))).toBe(413);
});
