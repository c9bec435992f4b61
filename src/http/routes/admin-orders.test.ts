import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { temporaryFolder, waitUntil } from '../../../actors/testing/process.ts';
import {
  adminToken,
  mustSucceed,
  startTestEngine,
  type TestEngine,
  tokenFor,
} from '../../testing/engine-process.ts';
import { deliver } from '../../testing/provider.ts';

setDefaultTimeout(120_000);

const folder = temporaryFolder();
let engine: TestEngine;
let sale: Awaited<ReturnType<TestEngine['sale']>>;
/** Ids of orders, the newest last: 120 of users from 1 on, of which some were paid, cancelled and refunded. */
const ids: string[] = [];

beforeAll(async () => {
  engine = await startTestEngine({ dataDir: folder.path });
  sale = await engine.sale({ promoPrice: 5_000, stock: 1_000 });
  for (let user = 1; user <= 120; user++)
    ids.push(mustSucceed(await engine.place(tokenFor(sale, user))).orderId);
  const [paid, twice, cancelled] = [ids[0]!, ids[1]!, ids[2]!];
  mustSucceed(await engine.api('POST', `/api/orders/${paid}/pay`, { reference: '=cmd' }));
  for (const reference of ['p1', 'p2'])
    await deliver(engine, { orderId: twice, amount: 5_000, reference, status: 'paid' });
  mustSucceed(await engine.api('POST', `/api/orders/${cancelled}/cancel`, {}));
  mustSucceed(await engine.api('POST', `/api/orders/${paid}/refund`, {}));
  await waitUntil('they are projected', async () => {
    const refunded = await listed('?status=refunded');
    return refunded.length === 1 && (await listed('')).length === ids.length;
  });
});

afterAll(async () => {
  await engine.stop();
  folder.remove();
});

interface Found {
  orderId: string;
  userId: number;
  createdAt: string;
}
interface Page {
  orders: Found[];
  next: string | null;
}

/** Everything that fits, page by page. */
async function listed(query: string): Promise<Found[]> {
  const all: Found[] = [];
  for (let next: string | null = ''; next !== null; ) {
    const cursor = `${query === '' ? '?' : '&'}cursor=${next}`;
    const page: Page = mustSucceed(
      await engine.api<Page>('GET', `/api/admin/orders${query}${cursor}`),
    );
    all.push(...page.orders);
    next = page.next;
  }
  return all;
}

const idsOf = async (query: string) => (await listed(query)).map(({ orderId }) => orderId);

function fetched(path: string, token = adminToken): Promise<Response> {
  return fetch(`${engine.url}/api/admin/${path}`, {
    headers: { authorization: `Bearer ${token}` },
  });
}

describe('the merchant’s orders', () => {
  test('are listed newest first, in pages', async () => {
    expect(await idsOf('')).toEqual(ids.toReversed());
  });

  test('are as one order is, with the reference of the payment and the time of the refund', async () => {
    for (const id of [ids[0]!, ids[1]!, ids[2]!, ids[119]!]) {
      const [found] = await listed(`?q=${id}`);
      const { data } = await engine.api<Found>('GET', `/api/orders/${id}`);
      expect(found).toMatchObject(data);
    }
    const [[refunded], [paid]] = await Promise.all([
      listed(`?q=${ids[0]}`),
      listed(`?q=${ids[1]}`),
    ]);
    expect(refunded).toMatchObject({ reference: '=cmd', refundedAt: expect.any(String) });
    expect(paid).toMatchObject({ reference: 'p1', refundedAt: null, toRefund: 5_000 });
  });

  test('are those that fit every filter', async () => {
    const { itemId, promoId } = sale;
    const day = ids[0]!.slice(0, 8);
    const [, , , fourth] = (await listed('')).toReversed();
    const from = encodeURIComponent(fourth!.createdAt);
    const fits: Record<string, readonly string[]> = {
      [`?item=${itemId}&promo=${promoId}`]: ids,
      '?item=99': [],
      '?promo=0': [],
      '?promo=99': [],
      '?user=7': [ids[6]!],
      '?status=cancelled': [ids[2]!],
      '?status=expired': [],
      '?status=paid&user=2': [ids[1]!],
      [`?user=4&from=${from}`]: [ids[3]!],
      [`?user=4&to=${from}`]: [],
      [`?q=${ids[9]}`]: [ids[9]!],
      '?q=-120': [ids[119]!],
      [`?q=${day}-${itemId}-11`]: [ids[10]!],
      '?q=19990101-': [],
    };
    for (const [query, expected] of Object.entries(fits))
      expect([query, (await idsOf(query)).toReversed()]).toEqual([query, [...expected]]);
  });

  test('are not listed by filters that are wrong: each is named', async () => {
    for (const path of ['orders', 'orders.csv', 'orders.jsonl']) {
      const answer = await fetched(`${path}?item=x&status=lost&from=now&q=%3D1`);
      const { data } = (await answer.json()) as { data: { errCode: number; fields: object } };
      expect([answer.status, data.errCode]).toEqual([400, 10001]);
      expect(Object.keys(data.fields)).toEqual(['item', 'status', 'from', 'q']);
    }
    expect((await fetched('orders?cursor=x')).status).toBe(400);
  });

  test('are exported as files that name their day', async () => {
    const csv = await fetched('orders.csv?status=refunded');
    expect(csv.headers.get('content-type')).toBe('text/csv; charset=utf-8');
    expect(csv.headers.get('content-disposition')).toMatch(
      /^attachment; filename="orders-\d{4}-\d\d-\d\d\.csv"$/,
    );
    expect(await csv.text()).toContain(`${ids[0]},${sale.itemId},`);
    const lines = (await (await fetched('orders.jsonl')).text()).trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line))).toEqual(await listed(''));
    const later = await fetched('orders.jsonl?from=2099-01-01T00:00:00Z');
    expect([later.status, await later.text()]).toEqual([200, '']);
  });

  test('are the administrator’s to see', async () => {
    for (const path of ['orders', 'orders.csv', 'orders.jsonl']) {
      expect((await fetch(`${engine.url}/api/admin/${path}`)).status).toBe(401);
      expect((await fetched(path, 'a-wrong-token')).status).toBe(403);
    }
  });
});
