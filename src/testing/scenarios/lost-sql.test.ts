import { Database } from 'bun:sqlite';
import { afterEach, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { SQL } from 'bun';
import {
  type TemporaryFolder,
  temporaryFolder,
  waitUntil,
} from '../../../actors/testing/process.ts';
import { mustSucceed, type OrderData, type Sale, tokenFor } from '../engine-process.ts';
import { replay } from '../persistent-buyers.ts';
import { type PostgresServer, startPostgres } from '../postgres.ts';
import { type Buyer, type Shop, startShop } from '../shop.ts';

setDefaultTimeout(240_000);

let folder: TemporaryFolder;
let shop: Shop;
let server: PostgresServer | null = null;

afterEach(async () => {
  await shop.stop();
  await server?.remove();
  server = null;
  folder.remove();
});

/** A shop, what happened in it after its database was copied, and the copy put back. */
interface Lost {
  /** The sale that is still in the database. */
  kept: Sale;
  sale: Sale;
  /** Has bought. */
  buyer: Buyer;
  order: OrderData;
  /** Has only registered. */
  visitor: Buyer;
}

const start = async (env: Record<string, string>) => {
  shop = await startShop({ dataDir: folder.path, env });
};

/** What the database is copied before, and loses. */
async function trade(kept: Sale): Promise<Lost> {
  const [buyer, visitor] = [await shop.buyer(), await shop.buyer()];
  const sale = await shop.engine.sale({ stock: 50 });
  // Now the shop's caches know it.
  mustSucceed(await shop.call('GET', `/api/items/${sale.itemId}`));
  const order = mustSucceed(await shop.engine.place(tokenFor(sale, buyer.userId)));
  return { kept, sale, buyer, order, visitor };
}

async function expectNothingGivenAway({ kept, sale, buyer, order, visitor }: Lost): Promise<void> {
  const stranger = await shop.buyer();
  expect(stranger.userId).toBeGreaterThan(Math.max(buyer.userId, visitor.userId));
  const path = `/api/orders/${order.orderId}`;
  expect((await stranger.api('GET', path)).status).not.toBe(200);
  expect((await stranger.api('POST', `${path}/cancel`, {})).status).not.toBe(200);
  expect((await stranger.api<{ orders: unknown[] }>('GET', '/api/orders')).data.orders).toEqual([]);
  // Sessions outlive the database: they are still those of whom they were given to.
  const headers = { authorization: `Bearer ${buyer.session}` };
  const own = await shop.call<OrderData>('GET', path, undefined, { headers });
  expect(mustSucceed(own)).toMatchObject({ userId: buyer.userId, status: 'placed' });

  const next = await shop.engine.sale({ stock: 7 });
  expect(next.itemId).toBeGreaterThan(sale.itemId);
  expect(next.promoId).toBeGreaterThan(sale.promoId);
  const { data: item } = await shop.call<{ stock: number }>('GET', `/api/items/${next.itemId}`);
  expect(item.stock).toBe(7);
  // Those who hold a token of a lost sale can still use it: its actor knows everything.
  expect(await shop.engine.place(tokenFor(sale, stranger.userId))).toMatchObject({ status: 201 });
  expect(await shop.engine.place(tokenFor(kept, stranger.userId))).toMatchObject({ status: 201 });
}

async function expectNamed({ sale }: Lost): Promise<void> {
  const text = `SQL has no row for item ${sale.itemId} and promo ${sale.promoId}, which the journal knows`;
  await waitUntil('the log names what is lost', () => shop.engine.process.output().includes(text));
  const response = await fetch(`${shop.engine.url}/readyz`);
  expect(response.status).toBe(200);
  expect(await response.text()).toContain(text);
  // Not even a cache that outlived the database shows it.
  expect(await shop.call('GET', `/api/items/${sale.itemId}`)).toMatchObject({ errCode: 10005 });
}

/** The audit names what SQL has lost, and nothing is wrong with the orders. */
async function expectReplayed({ sale }: Lost, env: Record<string, string>): Promise<void> {
  await shop.engine.stop();
  const { code, output } = await replay(folder.path, env);
  expect({ code, output }).toMatchObject({ code: 1 });
  expect(output).toContain(`promo ${sale.promoId}: the journal published it`);
  for (const check of ['I1', 'I3', 'I4', 'I6', 'I8', 'I9']) {
    expect(output).toMatch(new RegExp(`^${check} +holds`, 'm'));
  }
}

describe('a database restored from before a registration gives nothing of it away', () => {
  test('SQLite, while the engine was stopped', async () => {
    folder = temporaryFolder();
    await start({});
    const kept = await shop.engine.sale();
    await shop.engine.stop();
    const files = ['', '-wal', '-shm'].map((end) => join(folder.path, `stampede.db${end}`));
    const database = new Database(files[0]!);
    database.run(`VACUUM INTO '${folder.file('copy')}'`);
    database.close();
    await start({});
    const lost = await trade(kept);
    await shop.engine.stop();
    for (const file of files) rmSync(file, { force: true });
    cpSync(folder.file('copy'), files[0]!);
    await start({});
    await expectNamed(lost);
    await expectNothingGivenAway(lost);
    await expectReplayed(lost, {});
  });

  test('PostgreSQL, under the running engine', async () => {
    folder = temporaryFolder();
    server = await startPostgres();
    const DATABASE_URL = await server.createDatabase();
    const env = { DATABASE_URL };
    await start(env);
    const kept = await shop.engine.sale();
    const lost = await trade(kept);
    await restoreBefore(DATABASE_URL, lost);
    await expectNothingGivenAway(lost);
    await shop.engine.stop();
    await start(env);
    await expectNamed(lost);
    await expectReplayed(lost, env);
  });
});

/** Puts the tables back to what they were before a sale, as a restored dump would. */
async function restoreBefore(url: string, { sale }: Lost): Promise<void> {
  const client = new SQL({ url, max: 1 });
  await client.begin(async (restoring) => {
    await restoring.unsafe(
      'TRUNCATE users, user_passwords, reminders, checkpoints, orders, stock_events, item_stocks',
    );
    await restoring.unsafe(`DELETE FROM items WHERE id >= ${sale.itemId}`);
    await restoring.unsafe(`DELETE FROM promos WHERE id >= ${sale.promoId}`);
    await restoring.unsafe('UPDATE items SET sales = 0');
    await restoring.unsafe('UPDATE promos SET published_at = NULL');
    for (const [table, next] of [
      ['users', 1],
      ['items', sale.itemId],
      ['promos', sale.promoId],
    ]) {
      await restoring.unsafe(`ALTER TABLE ${table} ALTER id RESTART WITH ${next}`);
    }
  });
  await client.close();
}
