/** What `compose.yaml` starts, as processes of this machine, behind HAProxy as `.deploy/haproxy.cfg` configures it. */
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test';
import { ComposedServices } from '../compose-services.ts';
import { type Client, clientOf, mustSucceed, type Sale, tokenFor } from '../engine-process.ts';
import { fromElsewhere } from '../from-elsewhere.ts';
import { Buyers } from '../persistent-buyers.ts';

setDefaultTimeout(240_000);

const services = new ComposedServices();
let shop: Client;
let sale: Sale;

beforeAll(async () => {
  await services.start();
  shop = clientOf(services.url);
  sale = await shop.sale({ stock: 5_000 });
}, 240_000);

afterAll(() => services.remove());

test('an order passes the balancer, and the same request again gets the same order', async () => {
  const token = tokenFor(sale, 1);
  const [first, again] = [await shop.place(token), await shop.place(token)];
  expect([first.status, again.status]).toEqual([201, 200]);
  expect(again.data).toEqual(first.data);
});

test('two thousand orders over kept connections are all answered', async () => {
  const statuses: number[] = [];
  for (let user = 1_000; user < 3_000; user += 50) {
    const batch = Array.from({ length: 50 }, (_, n) => shop.place(tokenFor(sale, user + n)));
    for (const { status } of await Promise.all(batch)) statuses.push(status);
  }
  expect(statuses.filter((status) => status !== 201)).toEqual([]);
});

test('the live stream is not held back', async () => {
  const { itemId, promoId } = await shop.sale({ stock: 3 });
  const abort = new AbortController();
  const { signal } = abort;
  const stream = await fetch(`${services.url}/api/items/${itemId}/live`, { signal });
  const reader = stream.body!.getReader();
  const decoder = new TextDecoder();
  let heard = '';
  const hear = async (text: string) => {
    while (!heard.includes(text)) heard += decoder.decode((await reader.read()).value);
  };
  await hear('"left":3');
  mustSucceed(await shop.place(tokenFor({ itemId, promoId }, 1)));
  await hear('"left":2');
  abort.abort();
});

test('metrics and health are not for the public', async () => {
  for (const path of ['/metrics', '/healthz', '/readyz']) {
    expect([path, await fromElsewhere(services.url, 'GET', path)]).toEqual([path, 403]);
    expect((await fetch(services.url + path)).status).toBe(200);
  }
});

test('the engines are restarted one after the other: nobody who asks the balancer is sent away', async () => {
  const sales = [sale, await shop.sale({ stock: 100_000 }), await shop.sale({ stock: 100_000 })];
  const buyers = new Buyers(() => shop, sales.slice(1), { size: 16, pauseMs: 20 });
  await buyers.buy(100);
  for (const name of services.engines) {
    const engine = services.process(name);
    engine.signal('SIGTERM');
    expect(await engine.ended).toBe(0);
    await services.startEngine(name);
    await buyers.buy(100);
  }
  await buyers.stop();
  await buyers.askAgain();
  expect(Object.fromEntries(buyers.told)).toEqual({});
});
