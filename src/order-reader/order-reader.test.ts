import { Database } from 'bun:sqlite';
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { join } from 'node:path';
import { waitUntil } from '../../actors/testing/process.ts';
import type { SqlSettings } from '../db/open.ts';
import { rowId } from '../db/row-id.ts';
import { SqlUnavailable } from '../db/sql.ts';
import { orderKey } from '../order-id.ts';
import { changesOf } from '../projector/rows.ts';
import { anybody, noQueue } from '../testing/drafts.ts';
import { type SqlFixture, sqliteFixture } from '../testing/sql-fixture.ts';
import { OrderReader } from './order-reader.ts';

setDefaultTimeout(60_000);

const placedAt = Date.UTC(2026, 10, 27, 12);
const count = 4_000;
const title = '=HYPERLINK("https://evil.example")';

let fixture: SqlFixture;
let reader: OrderReader;

/** What was logged as an error. */
const failures: string[] = [];

function readerOf(sql: SqlSettings, stallMs?: number): OrderReader {
  const logError = (_: string, { error }: Record<string, unknown>) => failures.push(String(error));
  return new OrderReader({ sql, currency: 'CNY', logLevel: 'error' }, logError, stallMs);
}

beforeAll(async () => {
  fixture = await filled();
  reader = readerOf(fixture.settings);
});

afterAll(async () => {
  reader.close();
  await fixture.remove();
});

/** A database of an item's orders, a second apart, of which every second one is of a promo and paid. */
async function filled(): Promise<SqlFixture> {
  const made = await sqliteFixture();
  const sql = await made.open();
  const item = { title, description: '', imageUrl: null, price: 9_950, createdAt: 1, ...anybody };
  await sql.catalog.createItem(item);
  await sql.catalog.createPromo({
    ...{ itemId: 1, name: 'Night, "all"', price: 9_950, startAt: placedAt, limitPerUser: 1 },
    ...{ endAt: placedAt + count * 1_000, gateFactor: 5, payWindowS: 60, captcha: false },
    ...noQueue,
  });
  const changes = changesOf([]);
  for (let n = 1; n <= count; n++) {
    const [key, at] = [orderKey(1, n), placedAt + (n - 1) * 1_000];
    const isPaid = n % 2 === 0;
    const promoId = isPaid ? 1 : 0;
    const order = { key, userId: n, promoId, amount: 2, unitPrice: 9_950, createdAt: at };
    changes.orders.push({ ...order, eventId: rowId(0, n, 0) });
    const payment = { paidAt: at + 500, closedAt: null, reference: `+pay-${n}` };
    if (isPaid) changes.settlements.push({ key, status: 'paid', ...payment });
  }
  const to = { seq: count, hash: 'hash' };
  await sql.projection.apply({ partition: 0, from: 0, to, changes, series: null });
  return made;
}

const textOf = async (stream: ReadableStream<Uint8Array> | null) => new Response(stream).text();

describe('the reader of orders', () => {
  test('exports every order once, newest first, as lines of JSON', async () => {
    const lines = (await textOf(await reader.export({}, 'jsonl'))).trimEnd().split('\n');
    const orders = lines.map((line) => JSON.parse(line));
    expect(orders.map(({ orderId }) => orderId)).toEqual(
      Array.from({ length: count }, (_, index) => `20261127-1-${count - index}`),
    );
    expect(orders[0]).toEqual({
      ...{ orderId: `20261127-1-${count}`, itemId: 1, promoId: 1, userId: count, amount: 2 },
      ...{ unitPrice: 9_950, total: 19_900, status: 'paid' },
      createdAt: '2026-11-27T13:06:39.000Z',
      payBy: '2026-11-27T13:07:39.000Z',
      paidAt: '2026-11-27T13:06:39.500Z',
      ...{ closedAt: null, toRefund: 0, reference: `+pay-${count}`, refundedAt: null },
    });
  });

  test('exports what fits as a table that no spreadsheet calculates', async () => {
    const bytes = await new Response(await reader.export({ q: '20261127-1-2' }, 'csv')).bytes();
    // Read without taking the mark off.
    const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
    const [head, line, ...rest] = text.split('\r\n');
    expect(head).toStartWith(
      '\uFEFForder_id,item_id,item,promo_id,promo,user_id,amount,unit_price',
    );
    expect(line).toBe(
      `20261127-1-2,1,"'=HYPERLINK(""https://evil.example"")",1,"Night, ""all""",2,2,99.50,199.00,0.00,CNY,9950,19900,0,paid,` +
        "2026-11-27T12:00:01.000Z,2026-11-27T12:01:01.000Z,2026-11-27T12:00:01.500Z,,,'+pay-2",
    );
    expect(rest).toEqual(['']);
    const none = await textOf(await reader.export({ item: 9 }, 'csv'));
    expect(none.split('\r\n')).toHaveLength(2);
  });

  test('lists pages of what fits, with what rows do not say', async () => {
    const filters = { promo: 1, q: '-1' } as const;
    const first = await reader.list({ filters, after: null, limit: 1_500 });
    const last = await reader.list({ filters, after: first.next, limit: 1_500 });
    expect([first.orders.length, last.orders.length, last.next]).toEqual([1_500, 500, null]);
    expect(last.orders.at(-1)).toMatchObject({
      ...{ id: '20261127-1-2', itemTitle: title, promoName: 'Night, "all"', toRefund: 0 },
    });
  });

  test('keeps nothing open in the database, however slowly an export is read', async () => {
    const stream = (await reader.export({}, 'jsonl'))!;
    const some = stream.getReader();
    await some.read();
    const database = new Database(join(fixture.settings.dataDir, 'stampede.db'));
    const log = database.query<{ busy: number; log: number }, []>(
      'PRAGMA wal_checkpoint(TRUNCATE)',
    );
    expect(log.get()).toMatchObject({ busy: 0, log: 0 });
    database.close();
    await some.cancel();
  });

  test('runs four exports at once, and more as soon as one is given up', async () => {
    const some = await Promise.all([1, 2, 3, 4].map(() => reader.export({}, 'jsonl')));
    expect(await reader.export({}, 'csv')).toBeNull();
    await some[0]!.cancel();
    expect(await textOf(await reader.export({ item: 1 }, 'csv'))).toContain(`20261127-1-${count},`);
    for (const each of some.slice(1)) await each!.cancel();
  });

  test('ends an export that nobody reads any more', async () => {
    const impatient = readerOf(fixture.settings, 20);
    const streams = await Promise.all([1, 2, 3, 4].map(() => impatient.export({}, 'jsonl')));
    await waitUntil('there is room again', async () => {
      const another = await impatient.export({}, 'csv');
      await another?.cancel();
      return another !== null;
    });
    await expect(textOf(streams[0]!)).rejects.toThrow('stopped reading');
    impatient.close();
  });
});

describe('what fails', () => {
  test('before there is any text is said so', async () => {
    const away = readerOf({ databaseUrl: 'postgres://nobody@127.0.0.1:1/none', dataDir: '' });
    const asked = { filters: {}, after: null, limit: 9 };
    await expect(away.list(asked)).rejects.toThrow(SqlUnavailable);
    await expect(away.export({}, 'csv')).rejects.toThrow(SqlUnavailable);
    away.close();
  });

  test('in the middle of an export breaks the connection', async () => {
    const broken = await filled();
    const own = readerOf(broken.settings);
    const server = Bun.serve({
      port: 0,
      hostname: '127.0.0.1',
      fetch: async () => new Response(await own.export({}, 'jsonl')),
      error: () => new Response(null, { status: 500 }),
    });
    try {
      const answer = await fetch(server.url);
      const body = answer.body!.getReader();
      await body.read();
      const database = new Database(join(broken.settings.dataDir, 'stampede.db'));
      database.run('DROP TABLE orders');
      database.close();
      const rest = async () => {
        while (!(await body.read()).done);
      };
      await expect(rest()).rejects.toThrow();
      expect(failures).toEqual([expect.stringContaining('no such table')]);
    } finally {
      await server.stop(true);
      own.close();
      await broken.remove();
    }
  });
});
