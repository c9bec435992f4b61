/** The folder as it is in a project of somebody else's: compiled by their compiler, run by their Node. */
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test';
import { cpSync, writeFileSync } from 'node:fs';
import { type TemporaryFolder, temporaryFolder } from '../../actors/testing/process.ts';
import { ownPath } from '../own-files.ts';
import { runCommand } from '../testing/command.ts';
import { adminToken, startTestEngine, type TestEngine } from '../testing/engine-process.ts';

setDefaultTimeout(240_000);

/** What merchants write: nothing in it is cast. */
const program = `
import { type ErrorCode, type Order, Refusal, stampede } from './stampede/stampede.js';
import { webhookEvent } from './stampede/webhooks.js';

const [url = '', key = '', item = '', promo = ''] = process.argv.slice(2);
const shop = stampede({ url, key });
const [itemId, promoId] = [Number(item), Number(promo)];
const { token } = await shop.tokens.mint({ userId: 42, itemId, promoId });
const placed = await shop.orders.place({ token, amount: 1 });
const again = await shop.orders.place({ token, amount: 1 });
const order: Order = await shop.orders.read(placed.orderId);
const titles: string[] = [];
for await (const { title } of shop.items.list({ sort: 'newest' })) titles.push(title);
let why: ErrorCode | null = null;
try {
  await shop.orders.place({ token: 'st1.wrong', amount: 1 });
} catch (error) {
  if (error instanceof Refusal) why = error.errCode;
}
console.log(JSON.stringify({ isSame: placed.orderId === again.orderId, order, titles, why }));

export async function told(headers: Headers, body: string): Promise<string | number> {
  const { id, ...event } = await webhookEvent('whsec_', headers, body);
  if (event.type === 'order.paid') return event.data.total;
  // Where money came for no order, there is no user.
  if (event.type === 'refund.due') return event.data.orderId === null ? event.data.itemId : event.data.userId;
  return id;
}
declare const process: { argv: string[] };
`;

/** Each is one line that must not compile, with a word of why. */
const mistakes: Record<string, string> = {
  "shop.orders.place({ token: 'x' });": "'amount' is missing",
  "shop.items.create({ title: 'x', description: '', price: '1', stock: 1 });":
    "'string' is not assignable",
  "shop.items.list({ sort: 'oldest' });": 'not assignable',
  "shop.keys.create({ name: 'x', scopes: ['everything'] });": 'not assignable',
  "shop.orders.pay('1', {}, { idempotencyKey: 'x' });": 'does not exist',
  "shop.call('GET /api/nothing', {});": 'not assignable',
  "shop.call('GET /api/items/{id}', {});": "'path' is missing",
  "shop.call('GET /api/items/{id}/live', { path: { id: 1 } });": 'not assignable',
  'export const code = (refusal: Refusal) => refusal.errCode === 12345;': 'no overlap',
  'export const paidAt = (order: Order): string => order.paidAt;': "'null' is not assignable",
};
const start = `import { type Order, type Refusal, stampede } from './stampede/stampede.js';
const shop = stampede({ url: '' });
`;

/** What the README shows. */
const shown = /^## From your back end\n[\s\S]*?^```ts\n([\s\S]*?)^```/m;

let folder: TemporaryFolder;

beforeAll(async () => {
  folder = temporaryFolder();
  cpSync(ownPath('src/client/stampede'), folder.file('stampede'), { recursive: true });
  writeFileSync(folder.file('package.json'), '{"type":"module"}');
  writeFileSync(folder.file('shop.ts'), program);
  const readme = await Bun.file(ownPath('README.md')).text();
  writeFileSync(folder.file('readme.ts'), shown.exec(readme)![1]!);
  writeFileSync(folder.file('careless.ts'), start + Object.keys(mistakes).join('\n'));
});

afterAll(() => folder.remove());

/** What a compiler says of a file, by line. */
function compile(compiler: string, file: string, ...options: string[]): Map<number, string> {
  const command = ['node', ownPath(`node_modules/${compiler}`), '--strict', '--pretty', 'false'];
  const { stdout } = Bun.spawnSync([...command, ...options, file], { cwd: folder.path });
  const lines = stdout
    .toString()
    .split('\n')
    .filter((line) => line !== '');
  const told = new Map<number, string>();
  let at = 0;
  for (const line of lines) {
    at = Number(/^careless\.ts\((\d+),/.exec(line)?.[1] ?? at);
    told.set(at, `${told.get(at) ?? ''}${line}\n`);
  }
  return told;
}

const typescript5 = 'typescript-5/lib/tsc.js';
const typescript7 = 'typescript/bin/tsc';

test('it compiles by TypeScript 7 as it comes, and with the types of Node alone', () => {
  expect(compile(typescript7, 'shop.ts', '--types', '', '--noEmit')).toEqual(new Map());
  const types = ['--types', 'node', '--typeRoots', ownPath('node_modules/@types')];
  const ofNode = [...types, '--lib', 'es2022', '--noEmit', '--exactOptionalPropertyTypes'];
  expect(compile(typescript7, 'shop.ts', 'readme.ts', ...ofNode)).toEqual(new Map());
});

test('what the API forbids does not compile, and the compiler says why', () => {
  const found = compile(typescript7, 'careless.ts', '--types', '', '--noEmit');
  const first = start.split('\n').length;
  for (const [index, [mistake, why]] of Object.entries(mistakes).entries()) {
    expect([mistake, found.get(first + index)]).toEqual([mistake, expect.stringContaining(why)]);
  }
});

test('it compiles by TypeScript 5, and Node runs what that makes of it', async () => {
  const data = temporaryFolder();
  let engine: TestEngine | undefined;
  try {
    const out = ['--target', 'es2022', '--module', 'nodenext', '--outDir', 'made'];
    expect(compile(typescript5, 'shop.ts', ...out)).toEqual(new Map());
    engine = await startTestEngine({ dataDir: data.path });
    const { itemId, promoId } = await engine.sale();
    const args = [engine.url, adminToken, `${itemId}`, `${promoId}`];
    const { output, errors } = await runCommand([folder.file('made/shop.js'), ...args], {}, [
      'node',
    ]);
    expect(errors).toBe('');
    expect(JSON.parse(output)).toEqual({
      isSame: true,
      order: expect.objectContaining({ itemId, promoId, userId: 42, status: 'placed' }),
      titles: ['An item'],
      why: 30007,
    });
  } finally {
    await engine?.stop();
    data.remove();
  }
});
