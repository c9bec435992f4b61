/** A client that openapi-typescript makes from the document: what it takes, refuses and does. */
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test';
import { type TemporaryFolder, temporaryFolder } from '../../../actors/testing/process.ts';
import { clientProject, compiled } from '../../testing/client-project.ts';
import { startTestEngine, type TestEngine, tokenFor } from '../../testing/engine-process.ts';

setDefaultTimeout(240_000);

/** Buys, and prints what it got, by types alone: nothing in it is cast. */
const buyer = `
import createClient from 'openapi-fetch';
import type { components, paths } from './api.ts';

type Named = components['schemas'];
const [baseUrl = '', token = ''] = process.argv.slice(2);
const client = createClient<paths>({ baseUrl });

const order: Named['NewOrder'] = { token, amount: 1 };
const placed = await client.POST('/api/orders', { body: order });
const told: Named['PlacedOrder'] | undefined = placed.data?.data;
const item = await client.GET('/api/items/{id}', { params: { path: { id: told?.itemId ?? 0 } } });
const shown: Named['Item'] | undefined = item.data?.data;
const promo: Named['ItemPromo'] | null | undefined = shown?.promo;
const page = await client.GET('/api/items', { params: { query: { sort: 'newest' } } });
const items: Named['Item'][] | undefined = page.data?.data.items;
const wrong = await client.POST('/api/orders', {
  body: { token: 'x', amount: 1 },
  params: { header: { 'Accept-Language': 'zh' } },
});
const refused: Named['Failure'] | undefined = wrong.error;
const errCode: 30007 | number | undefined = refused?.data.errCode;
const batch: Named['OrderBatch'] = { orders: [order, { token: 'x', amount: 1 }] };
const many = await client.POST('/api/orders/batch', { body: batch });
const results: Named['BatchResults']['results'] = many.data?.data.results ?? [];
// Which of the two a result is, its status tells, and the other's data cannot be read of it.
const outcomes = results.map((each) => (each.status === 'success' ? each.data.orderId : each.data.errCode));
const ready = await client.GET('/readyz');
const notReady = ready.response.status === 503 ? ready.error : undefined;
const journal: string | undefined = ready.data?.data.journal;

// What else there is, by its name.
export type Others = Named['Order' | 'Promo' | 'Token' | 'User' | 'Session' | 'Statement' | 'NotReady'];
export const unpaid = ({ paidAt }: Named['Order']): boolean => paidAt === null;
export const inWords = ({ paidAt }: Named['Order']): string => paidAt ?? 'not paid';
export const login: Named['LogIn'][] = [
  { telephone: '+8613800000000', password: 'a long phrase' },
  { telephone: '+8613800000000', otp: '314159' },
];

console.log(JSON.stringify({ told, promo, items, outcomes, errCode, errMsg: refused?.data.errMsg, notReady, journal }));
declare const process: { argv: string[] };
`;

const start = `import createClient from 'openapi-fetch';
import type { components, paths } from './api.ts';
const client = createClient<paths>({ baseUrl: '' });
`;

/** Each is one line that must not compile, with a word of why. */
const mistakes: Record<string, string> = {
  "client.POST('/api/orders', {});": "'body' is missing",
  "client.POST('/api/orders');": 'arguments',
  "client.POST('/api/orders', { body: { token: 'x' } });": "'amount' is missing",
  "client.POST('/api/orders', { body: { token: 'x', amount: '1' } });":
    "'string' is not assignable",
  "client.POST('/api/orders/batch', { body: { orders: [{ token: 'x' }] } });":
    "'amount' is missing",
  "client.POST('/api/orders/batch', { body: { token: 'x', amount: 1 } });": 'not exist',
  "client.POST('/api/sessions', { body: { telephone: '1' } });": 'not assignable',
  "client.POST('/api/users', { body: { telephone: '1' } });": 'missing',
  "client.POST('/api/items', {});": "'body' is missing",
  "client.POST('/api/promos', {});": "'body' is missing",
  "client.POST('/api/items/{id}/restock', { params: { path: { id: 1 } } });": "'body' is missing",
  "client.POST('/api/passwords', {});": "'body' is missing",
  "client.GET('/api/items/{id}');": 'arguments',
  "client.GET('/api/items', { params: { query: { sort: 'oldest' } } });": 'not assignable',
  "client.GET('/api/nothing', {});": 'not assignable',
  "export const paidAt = (order: components['schemas']['Order']): string => order.paidAt;":
    "'null' is not assignable",
  "export const status: components['schemas']['Order']['status'] = 'lost';": 'not assignable',
};

let project: TemporaryFolder;
const data = temporaryFolder();
let engine: TestEngine;

beforeAll(async () => {
  engine = await startTestEngine({ dataDir: data.path });
  const document = await (await fetch(`${engine.url}/openapi.json`)).text();
  const careless = start + Object.keys(mistakes).join('\n');
  project = await clientProject(document, { 'buyer.ts': buyer, 'careless.ts': careless });
});

afterAll(async () => {
  await engine.stop();
  data.remove();
  project.remove();
});

test('compiles under strict, with programs that use it as the document says', () => {
  expect(compiled(project).filter(({ file }) => file !== 'careless.ts')).toEqual([]);
});

test('refuses what the document forbids, each with the reason', () => {
  const found = compiled(project).filter(({ file }) => file === 'careless.ts');
  const first = start.split('\n').length;
  for (const [index, [mistake, why]] of Object.entries(mistakes).entries()) {
    const told = found.filter(({ line }) => line === first + index).map((each) => each.why);
    expect([mistake, told.join('\n')]).toEqual([mistake, expect.stringContaining(why)]);
  }
});

test('buys from a real engine, and reads what it answers', async () => {
  const sale = await engine.sale({ promoPrice: 77 });
  const command = [process.execPath, 'buyer.ts', engine.url, tokenFor(sale, 5)];
  const { stdout, stderr } = Bun.spawn(command, { cwd: project.path, stderr: 'pipe' });
  const [printed, faults] = await Promise.all([stdout.text(), stderr.text()]);
  expect(faults).toBe('');
  expect(JSON.parse(printed)).toMatchObject({
    told: { ...sale, amount: 1, unitPrice: 77 },
    promo: { id: sale.promoId, status: 'running' },
    items: [{ id: sale.itemId }],
    outcomes: [expect.stringMatching(new RegExp(`-${sale.itemId}-1$`)), 30007],
    errCode: 30007,
    errMsg: '购买令牌无效',
    journal: expect.stringContaining('Files'),
  });
});
