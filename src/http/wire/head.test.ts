import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { temporaryFolder, waitUntil } from '../../../actors/testing/process.ts';
import { adminToken, mustSucceed, tokenFor } from '../../testing/engine-process.ts';
import { type Shop, startShop } from '../../testing/shop.ts';
import { describedRoutes } from '../reference/described-routes.ts';

const folder = temporaryFolder();
let shop: Shop;
let itemId: number;
let session: string;

beforeAll(async () => {
  shop = await startShop({ dataDir: folder.path });
  const sale = await shop.engine.sale();
  ({ itemId } = sale);
  // So that no export is empty.
  mustSucceed(await shop.engine.place(tokenFor(sale, 5)));
  const ordered = async () => (await shop.engine.api<Orders>('GET', '/api/admin/orders')).data;
  await waitUntil('SQL has the order', async () => (await ordered()).orders.length === 1);
  ({ session } = await shop.buyer());
});

afterAll(async () => {
  await shop.stop();
  folder.remove();
});

interface Orders {
  orders: unknown[];
}

/** The headers of an answer, except those that no two answers share. */
async function headersOf(method: string, path: string, who: Record<string, string>) {
  // A page has the time in it: packed, it may be a byte longer in the next millisecond.
  const headers = { 'accept-encoding': 'identity', ...who };
  const init = { method, headers, redirect: 'manual' } as const;
  const response = await fetch(shop.engine.url + path, init);
  await response.body?.cancel();
  const { date, ...answered } = Object.fromEntries(response.headers);
  expect(date).toBeString();
  // A limit counts every question.
  delete answered.ratelimit;
  // Metrics count the very requests that ask for them: no two are of the same length.
  if (path === '/metrics') answered['content-length'] = 'some';
  return { path, status: response.status, headers: answered };
}

describe('HEAD', () => {
  test('has the status and the headers of GET, with the length of what GET would send', async () => {
    const page = await (await fetch(`${shop.engine.url}/`)).text();
    const asset = /\/assets\/base[^"]*/.exec(page)![0];
    const described = describedRoutes
      .filter(({ method }) => method === 'GET')
      .map(({ path }) => path);
    const pages = ['/', '/items/:id', '/register', '/login', '/orders', '/docs', '/admin'];
    const paths = [...described, ...pages, '/admin/login', asset, '/assets/none', '/nowhere'];
    const admin = { authorization: `Bearer ${adminToken}` };
    for (const path of paths.map((each) => each.replace(':id', String(itemId)))) {
      for (const who of [{}, admin, { cookie: `session=${session}` }]) {
        const got = await headersOf('GET', path, who);
        expect(await headersOf('HEAD', path, who)).toEqual(got);
        if (got.status !== 200) continue;
        // Of what is written as it is read nobody knows the length.
        const type = got.headers['content-type']!;
        const stream = /^text\/(event-stream|csv)|^application\/x-ndjson/.test(type);
        expect([path, got.headers['content-length'] === '0']).toEqual([path, false]);
        expect([path, got.headers['content-length'] === undefined]).toEqual([path, stream]);
      }
    }
  });
});
