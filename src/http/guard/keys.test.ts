import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { temporaryFolder } from '../../../actors/testing/process.ts';
import { type Scope, scopes } from '../../operators/scopes.ts';
import {
  mustSucceed,
  startTestEngine,
  type TestEngine,
  tokenFor,
} from '../../testing/engine-process.ts';
import { describedRoutes } from '../reference/described-routes.ts';

setDefaultTimeout(240_000);

const folder = temporaryFolder();
let engine: TestEngine;

beforeAll(async () => {
  engine = await startTestEngine({ dataDir: folder.path, env: { METRICS_TOKEN: 'm'.repeat(16) } });
});

afterAll(async () => {
  await engine.stop();
  folder.remove();
});

interface Made {
  id: number;
  key: string;
}

const make = async (name: string, granted: readonly string[], options = {}): Promise<Made> =>
  mustSucceed(
    await engine.api<Made>('POST', '/api/admin/keys', { name, scopes: granted }, options),
  );

/** Asks with a key. */
const ask = (key: string, method: string, path: string, body?: unknown) =>
  engine.api(method, path, body, { admin: false, headers: { authorization: `Bearer ${key}` } });

interface Action {
  by: string;
  action: string;
  target: string | null;
  details: Record<string, unknown>;
  status: number;
}

async function actions(): Promise<Action[]> {
  const listed = await engine.api<{ actions: Action[] }>('GET', '/api/admin/actions');
  return mustSucceed(listed).actions;
}

describe('a key', () => {
  test('opens every route of its scope, and none of another', async () => {
    const keys = new Map<Scope, string>();
    for (const scope of scopes) keys.set(scope, (await make(scope, [scope])).key);
    const routes = describedRoutes.filter(
      ({ scope, path }) => scope !== undefined && path !== '/metrics',
    );
    expect(new Set(routes.map(({ scope }) => scope))).toEqual(new Set(scopes));
    const files = new Set(routes.flatMap(({ path, answers }) => (answers === null ? [path] : [])));
    for (const { method, path, scope: needed } of routes) {
      const asked = path.replace(':orderId', '20261127-9-1').replaceAll(/:\w+/g, '999');
      for (const [scope, key] of keys) {
        const body = method === 'GET' || method === 'DELETE' ? undefined : {};
        // A file is in no envelope; this asks for it in a way that is refused behind the guard.
        const { errCode } = await ask(key, method, files.has(path) ? `${asked}?q=x` : asked, body);
        const told = [method, path, scope, errCode === 20006 || errCode === 20003];
        expect(told).toEqual([method, path, scope, scope !== needed]);
      }
    }
  });

  test('reads metrics with its scope', async () => {
    const of = async (granted: string[]) => {
      const { key } = await make('Prometheus', granted);
      const headers = { authorization: `Bearer ${key}` };
      return (await fetch(`${engine.url}/metrics`, { headers })).status;
    };
    expect([await of(['metrics']), await of(['mint'])]).toEqual([200, 403]);
  });

  test('makes no keys, unless it is an administrator’s', async () => {
    const shop = await make('Shop', [...scopes]);
    for (const [method, path] of [
      ['GET', '/api/admin/keys'],
      ['POST', '/api/admin/keys'],
      ['DELETE', '/api/admin/keys/1'],
      ['GET', '/api/admin/actions'],
    ] as const) {
      expect((await ask(shop.key, method, path, method === 'POST' ? {} : undefined)).errCode).toBe(
        20006,
      );
    }
    const anna = await make('Anna', ['admin']);
    expect((await ask(anna.key, 'GET', '/api/admin/keys')).status).toBe(200);
  });

  test('is shown once, and stored nowhere', async () => {
    const { key } = await make('Secret', ['mint'], { headers: { 'idempotency-key': 'a-key' } });
    const listed = await engine.api('GET', '/api/admin/keys');
    expect(JSON.stringify(listed.data)).not.toContain(key);
    const files = new Bun.Glob('**/*').scan({ cwd: folder.path, onlyFiles: true });
    let read = 0;
    for await (const name of files) {
      const bytes = Buffer.from(await Bun.file(folder.file(name)).arrayBuffer());
      expect([name, bytes.includes(key)]).toEqual([name, false]);
      if (bytes.includes('Secret')) read++;
    }
    // Its name is there, so the files that were read are those that matter.
    expect(read).toBeGreaterThan(0);
  });

  test('is the same where its request is repeated, and made once', async () => {
    const options = { headers: { 'idempotency-key': 'another-key' } };
    const first = await make('Twice', ['mint'], options);
    expect(await make('Twice', ['mint'], options)).toEqual(first);
    const other = { name: 'Other', scopes: ['mint'] };
    const reused = await engine.api('POST', '/api/admin/keys', other, options);
    expect(reused.errCode).toBe(30014);
    const { keys } = mustSucceed(
      await engine.api<{ keys: { name: string }[] }>('GET', '/api/admin/keys'),
    );
    expect(keys.filter(({ name }) => name === 'Twice')).toHaveLength(1);
  });

  test('ends when it is revoked, at once', async () => {
    const { id, key } = await make('Gone', ['orders:read']);
    expect((await ask(key, 'GET', '/api/admin/statements')).status).toBe(200);
    for (let times = 0; times < 2; times++)
      expect((await engine.api('DELETE', `/api/admin/keys/${id}`)).status).toBe(200);
    expect((await ask(key, 'GET', '/api/admin/statements')).errCode).toBe(20006);
    expect((await engine.api('DELETE', '/api/admin/keys/99999')).errCode).toBe(10005);
    expect((await engine.api('DELETE', '/api/admin/keys/x')).errCode).toBe(10005);
  });
});

describe('the log of actions', () => {
  test('names who did what, and what was said', async () => {
    const anna = await make('Anna', ['admin']);
    const sale = await engine.sale({ stock: 5 });
    await ask(anna.key, 'POST', `/api/items/${sale.itemId}/restock`, { units: 3 });
    await ask(anna.key, 'POST', `/api/promos/${sale.promoId}/pause`, {});
    await ask(anna.key, 'POST', `/api/promos/${sale.promoId}/resume`, {});
    const { orderId } = mustSucceed(await engine.place(tokenFor(sale, 5)));
    const till = await make('Till', ['orders:write', 'orders:read']);
    await ask(till.key, 'POST', `/api/orders/${orderId}/pay`, { reference: 'cash-1' });
    // Refused, and therefore nothing that was done.
    await ask(anna.key, 'POST', `/api/items/${sale.itemId}/restock`, { units: -3 });
    await ask(till.key, 'GET', `/api/orders/${orderId}`);
    const [by, teller] = [`Anna #${anna.id}`, `Till #${till.id}`];
    const promo = String(sale.promoId);
    expect((await actions()).slice(0, 6)).toMatchObject([
      { by: teller, action: 'order.pay', target: orderId, details: { reference: 'cash-1' } },
      { by: 'admin', action: 'key.create', target: String(till.id), status: 201 },
      { by, action: 'promo.resume', target: promo, details: {} },
      { by, action: 'promo.pause', target: promo, status: 200 },
      { by, action: 'item.restock', target: String(sale.itemId), details: { units: 3 } },
      { by: 'admin', action: 'promo.publish', target: promo },
    ]);
  });

  test('leaves out what only reads, and purchase tokens', async () => {
    const { key } = await make('Gateway', ['mint', 'orders:read']);
    const sale = await engine.sale({ stock: 5 });
    const [before] = await actions();
    const minted = await ask(key, 'POST', '/api/admin/tokens', { userId: 3, ...sale });
    expect(minted.status).toBe(201);
    await ask(key, 'GET', '/api/admin/statements');
    expect((await actions())[0]).toEqual(before!);
  });

  test('comes in pages, newest first', async () => {
    const itemId = await engine.item(1);
    for (let n = 0; n < 60; n++)
      await engine.api('PATCH', `/api/items/${itemId}`, { price: n + 1 });
    const first = mustSucceed(
      await engine.api<{ actions: Action[]; next: string }>('GET', '/api/admin/actions'),
    );
    const path = `/api/admin/actions?cursor=${first.next}`;
    const second = mustSucceed(await engine.api<{ actions: Action[] }>('GET', path));
    const prices = [...first.actions, ...second.actions.slice(0, 10)].map(
      ({ details }) => details.price,
    );
    expect(prices).toEqual(Array.from({ length: 60 }, (_, n) => 60 - n));
    expect((await engine.api('GET', '/api/admin/actions?cursor=x')).errCode).toBe(10001);
  });
});
