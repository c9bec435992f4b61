import { afterEach, beforeEach, expect, setDefaultTimeout, test } from 'bun:test';
import {
  type TemporaryFolder,
  type TestProcess,
  temporaryFolder,
  waitUntil,
} from '../actors/testing/process.ts';
import { runDemo } from './demo.ts';
import {
  adminToken,
  mustSucceed,
  type Sale,
  spawnEngine,
  startTestEngine,
  tokenFor,
} from './testing/engine-process.ts';
import { captchaText, startShop } from './testing/shop.ts';

setDefaultTimeout(240_000);

let folder: TemporaryFolder;

beforeEach(() => {
  folder = temporaryFolder();
});

afterEach(() => folder.remove());

interface Demo {
  engine: TestProcess;
  url: string;
  /** What the printed token buys. */
  sale: Sale;
  /** The item whose draw is printed. */
  drawnItem: number;
  /** Runs the printed line in a shell, and returns the line of the answer's status. */
  buy(): string;
}

async function startDemo(): Promise<Demo> {
  const engine = spawnEngine({ dataDir: folder.path, env: { LOG_LEVEL: 'info' } }, '--demo');
  await waitUntil('all lines are printed', () => /\ndraw: .*\n/.test(engine.stdout()));
  const printed = engine.stdout();
  const line = /\n {2}(curl .*)\n/.exec(printed)![1]!;
  const [itemId, promoId] = /^purchase token: st1\.\d+\.(\d+)\.(\d+)\.[\d.]+\.[\w-]{22}$/m
    .exec(printed)!
    .slice(1)
    .map(Number);
  return {
    engine,
    url: /^listening on (\S+)\n/.exec(printed)![1]!,
    sale: { itemId: itemId!, promoId: promoId! },
    drawnItem: Number(/^draw: http\S+\/items\/(\d+)$/m.exec(printed)![1]),
    buy: () => Bun.spawnSync(['sh', '-c', line]).stdout.toString().split('\r\n')[0]!,
  };
}

interface Listed {
  id: number;
  title: string;
  stock: number;
  promo: { id: number; status: string; queue: string; startAt: string } | null;
}

async function itemsOf(url: string): Promise<Listed[]> {
  // The API's.
  const { data } = (await (await fetch(`${url}/api/items?sort=newest`)).json()) as {
    data: { items: Listed[] };
  };
  return data.items;
}

/** A demo started again in the same folder: its line must buy. The items are those without its draw. */
async function demoThatBuys(): Promise<{ sale: Sale; items: Listed[]; drawnItem: number }> {
  const { engine, url, sale, drawnItem, buy } = await startDemo();
  try {
    expect(buy()).toBe('HTTP/1.1 201 Created');
    const items = await itemsOf(url);
    return { sale, items: items.filter(({ id }) => id !== drawnItem), drawnItem };
  } finally {
    await engine.stop();
  }
}

test('an empty folder gets an item on sale, and a line that buys it in any shell', async () => {
  const { engine, url, sale, drawnItem, buy } = await startDemo();
  expect([buy(), buy()]).toEqual(['HTTP/1.1 201 Created', 'HTTP/1.1 200 OK']);
  const [drawn, running] = await itemsOf(url);
  expect(running).toMatchObject({
    id: sale.itemId,
    promo: { id: sale.promoId, status: 'running', queue: 'fifo' },
  });
  expect(drawn).toMatchObject({ id: drawnItem, promo: { status: 'pending', queue: 'draw' } });
  await engine.stop();
});

test('people join the draw at once, two minutes before it is held', async () => {
  const shop = await startShop({ dataDir: folder.path });
  await runDemo({ url: shop.engine.url, adminToken });
  const [drawn] = await itemsOf(shop.engine.url);
  const startsInMs = Date.parse(drawn!.promo!.startAt) - Date.now();
  expect(startsInMs).toBeGreaterThan(0);
  expect(startsInMs).toBeLessThanOrEqual(120_000);
  const buyer = await shop.buyer();
  const promoId = drawn!.promo!.id;
  const { captchaId } = mustSucceed(await buyer.api('POST', '/api/captchas', { promoId }));
  const ask = { promoId, captchaId, answer: captchaText };
  const answer = await buyer.api('POST', `/api/items/${drawn!.id}/tokens`, ask);
  expect([answer.status, mustSucceed(answer).state]).toEqual([202, 'drawing']);
  await shop.stop();
});

test('a draw that is still to come is that of the next demo', async () => {
  const first = await demoThatBuys();
  const second = await demoThatBuys();
  expect(second.drawnItem).toBe(first.drawnItem);
});

test('a person registers without a gateway: the page shows the code, the API and the log do not', async () => {
  const { engine, url } = await startDemo();
  const telephone = '+8613800001234';
  const json = { 'content-type': 'application/json' };
  const body = JSON.stringify({ telephone: '+8613800001235' });
  const api = await fetch(`${url}/api/otp`, { method: 'POST', headers: json, body });
  expect(await api.json()).toEqual({ status: 'success', data: null });
  const send = (fields: Record<string, string>) => {
    const form = { method: 'POST', body: new URLSearchParams(fields), redirect: 'manual' } as const;
    return fetch(`${url}/register?next=/orders`, form);
  };
  const shown = await (await send({ telephone, do: 'code' })).text();
  const [, otp] = /This is a demo[^<]*Your code is (\d{6})\./.exec(shown) ?? [];
  const person = { telephone, otp: otp!, name: 'Ada', gender: 'x', age: '36' };
  const registered = await send({ ...person, password: 'a long and winding road' });
  expect([registered.status, registered.headers.get('location')]).toEqual([303, '/orders']);
  await waitUntil('the log says so', () =>
    engine.output().includes('SMS_WEBHOOK_URL is not set: one-time passwords are shown'),
  );
  expect(engine.output()).not.toContain(otp!);
  await engine.stop();
});

test('a promo that still runs is the one the next demo buys', async () => {
  const first = await demoThatBuys();
  const second = await demoThatBuys();
  expect(second.sale).toEqual(first.sale);
  expect(second.items).toHaveLength(1);
});

test("a merchant's running promo serves as well, and nothing is made beside it but the draw", async () => {
  const engine = await startTestEngine({ dataDir: folder.path });
  const sale = await engine.sale();
  await engine.stop();
  const demo = await demoThatBuys();
  expect(demo.sale).toEqual(sale);
  expect(demo.items).toHaveLength(1);
});

test('a promo that is sold out is followed by a new item on sale', async () => {
  const engine = await startTestEngine({ dataDir: folder.path });
  const soldOut = await engine.sale({ stock: 1 });
  mustSucceed(await engine.place(tokenFor(soldOut, 1)));
  await engine.stop();
  const { sale, items } = await demoThatBuys();
  expect(sale.itemId).not.toBe(soldOut.itemId);
  expect(items).toHaveLength(2);
});

test("a merchant's pending, ended and normal sales stay as they are", async () => {
  const engine = await startTestEngine({ dataDir: folder.path });
  const pending = await engine.sale({ startsInMs: 3_600_000, endsInMs: 7_200_000 });
  const ended = await engine.sale({ endsInMs: 300 });
  const normal = await engine.item(10);
  await waitUntil('the sale has ended', async () => {
    const items = await itemsOf(engine.url);
    return items.find(({ id }) => id === ended.itemId)?.promo?.status === 'ended';
  });
  const before = await itemsOf(engine.url);
  await engine.stop();
  const { sale, items } = await demoThatBuys();
  expect([pending.itemId, ended.itemId, normal]).not.toContain(sale.itemId);
  expect(items.filter(({ id }) => id !== sale.itemId)).toEqual(before);
});

test("the demo's own item goes on sale again under a new promo when the old one is over", async () => {
  const engine = await startTestEngine({ dataDir: folder.path });
  const draft = { title: 'Aurora headphones', description: '', price: 89_900, stock: 10 };
  const { id: itemId } = mustSucceed(await engine.api<{ id: number }>('POST', '/api/items', draft));
  const now = Date.now();
  const terms = { itemId, name: 'Opening hour', price: 9_900 };
  const times = {
    startAt: new Date(now - 1_000).toISOString(),
    endAt: new Date(now + 300).toISOString(),
  };
  const promo = await engine.api<{ id: number }>('POST', '/api/promos', { ...terms, ...times });
  const promoId = mustSucceed(promo).id;
  mustSucceed(await engine.api('POST', `/api/promos/${promoId}/publish`, {}));
  await waitUntil('the sale has ended', async () => {
    return (await itemsOf(engine.url))[0]?.promo?.status === 'ended';
  });
  await engine.stop();
  const { sale, items } = await demoThatBuys();
  expect(sale.itemId).toBe(itemId);
  expect(sale.promoId).toBeGreaterThan(promoId);
  expect(items).toHaveLength(1);
});
