import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  setDefaultTimeout,
  test,
} from 'bun:test';
import { SQL } from 'bun';
import { readMigrationFiles } from 'drizzle-orm/migrator';
import { temporaryFolder, waitUntil } from '../../../actors/testing/process.ts';
import { orderKey } from '../../order-id.ts';
import { changesOf } from '../../projector/rows.ts';
import { anybody, noQueue } from '../../testing/drafts.ts';
import { migrationsOf030 } from '../../testing/old-migrations.ts';
import { operatorsContract } from '../../testing/operators-contract.ts';
import { orderWalkContract } from '../../testing/order-walk-contract.ts';
import { type Pgbouncer, startPgbouncer } from '../../testing/pgbouncer.ts';
import { picturesContract } from '../../testing/pictures-contract.ts';
import { type PostgresServer, startPostgres } from '../../testing/postgres.ts';
import { projectionContract } from '../../testing/projection-contract.ts';
import { projectorContract } from '../../testing/projector-contract.ts';
import { remindersContract } from '../../testing/reminders-contract.ts';
import { seriesContract } from '../../testing/series-contract.ts';
import { sqlContract } from '../../testing/sql-contract.ts';
import { postgresFixtures } from '../../testing/sql-fixture.ts';
import { usersContract } from '../../testing/users-contract.ts';
import { webhooksContract } from '../../testing/webhooks-contract.ts';
import { openSql } from '../open.ts';
import type { ProjectionBatch, RowChanges } from '../projection.ts';
import { rowId } from '../row-id.ts';
import { type Sql, SqlUnavailable } from '../sql.ts';

// A server that hangs is given up after 8 s, which a test may see more than once.
setDefaultTimeout(240_000);

let server: PostgresServer;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server.remove());

const make = postgresFixtures(() => server);
sqlContract('Postgres', make);
operatorsContract('Postgres', make);
orderWalkContract('Postgres', make);
usersContract('Postgres', make);
picturesContract('Postgres', make);
remindersContract('Postgres', make);
webhooksContract('Postgres', make);
projectionContract('Postgres', make);
seriesContract('Postgres', make);
projectorContract('Postgres', make);

describe.each(['session', 'transaction'] as const)('behind pgbouncer in %s mode', (mode) => {
  let pooler: Pgbouncer;
  beforeAll(async () => {
    pooler = await startPgbouncer(server, mode);
  });
  afterAll(() => pooler.stop());

  const pooled = postgresFixtures(() => pooler);
  const name = `Postgres behind pgbouncer in ${mode} mode`;
  sqlContract(name, pooled);
  usersContract(name, pooled);
  projectionContract(name, pooled);
  // In session mode a connection is the server's own for as long as it lasts, as without the pooler.
  if (mode === 'transaction') projectorContract(name, pooled);
});

test('a database of release 0.3.0 is migrated with its rows', async () => {
  const folder = temporaryFolder();
  const databaseUrl = await server.createDatabase();
  const client = new SQL({ url: databaseUrl, max: 1 });
  await client.unsafe('CREATE SCHEMA drizzle');
  await client.unsafe(
    'CREATE TABLE drizzle.__drizzle_migrations (id SERIAL PRIMARY KEY, hash text, created_at bigint)',
  );
  const migrationsFolder = migrationsOf030('postgres', folder);
  for (const { sql, hash, folderMillis } of readMigrationFiles({ migrationsFolder })) {
    for (const statement of sql) await client.unsafe(statement);
    await client`INSERT INTO drizzle.__drizzle_migrations (hash, created_at)
      VALUES (${hash}, ${folderMillis})`;
  }
  await client`INSERT INTO items (title, description, price, sales, created_at)
    VALUES ('mug', 'blue', 7, 2, 1)`;
  await client`INSERT INTO promos (item_id, name, price, start_at, end_at, limit_per_user,
      gate_factor, pay_window_s, captcha, published_at)
    VALUES (1, 'old', 5, 10, 20, 2, 3, 60, true, 4)`;
  await client`INSERT INTO orders (key, id, item_id, user_id, promo_id, amount, unit_price, total,
      status, created_at, paid_at, partition, seq)
    VALUES (134217729, '19700101-1-1', 1, 9, 1, 2, 5, 10, 'paid', 11, 12, 1, 3),
      (134217730, '19700101-1-2', 1, 9, 1, 2, 5, 10, 'cancelled', 13, NULL, 1, 4)`;
  const logs = [
    [rowId(1, 2, 0), 1, null, 50, 'opened', 1, 2, 9],
    [rowId(1, 3, 5), 1, '19700101-1-1', -2, 'placed', 1, 3, 11],
    [rowId(1, 4, 0), 1, '19700101-1-2', -2, 'placed', 1, 4, 13],
    [rowId(1, 5, 0), 1, '19700101-1-2', 2, 'cancelled', 1, 5, 14],
  ];
  for (const log of logs) {
    await client.unsafe('INSERT INTO stock_logs VALUES ($1, $2, $3, $4, $5, $6, $7, $8)', log);
  }
  const readLogs = async (from: SQL) => {
    const rows = await from<{ log: unknown[] }[]>`
      SELECT json_build_array(id, item_id, order_id, delta, reason, partition, seq, at) AS log
      FROM stock_logs ORDER BY id`;
    return rows.map(({ log }) => log);
  };
  await client.close();
  const sql = await openSql({ databaseUrl, dataDir: '' });
  const item = { title: 'mug', price: 7, sales: 2, stock: 0, ...anybody };
  expect(await sql.catalog.item(1)).toMatchObject(item);
  const promo = { name: 'old', price: 5, publishedAt: 4, pausedAt: null, ...noQueue };
  expect(await sql.catalog.promo(1)).toMatchObject(promo);
  const order = { status: 'paid', paidAt: 12, reference: null, refundedAt: null };
  expect(await sql.orders.byKey(orderKey(1, 1))).toMatchObject(order);
  const migrated = new SQL({ url: databaseUrl, max: 1 });
  expect(await readLogs(migrated)).toEqual(logs);
  expect(await migrated.unsafe('SELECT reason FROM stock_events ORDER BY id').values()).toEqual([
    ['opened'],
    ['cancelled'],
  ]);
  // An engine of an earlier release may go on writing beside this one.
  await migrated`INSERT INTO orders (key, id, item_id, user_id, promo_id, amount, unit_price, total,
      status, created_at, partition, seq)
    VALUES (134217731, '19700101-1-3', 1, 9, 1, 2, 5, 10, 'placed', 15, 1, 6)`;
  const later = [
    [rowId(1, 6, 0), 1, '19700101-1-3', -2, 'placed', 1, 6, 15],
    [rowId(1, 7, 0), 1, '19700101-1-3', 2, 'expired', 1, 7, 16],
  ];
  for (const log of later) {
    await migrated.unsafe('INSERT INTO stock_logs VALUES ($1, $2, $3, $4, $5, $6, $7, $8)', log);
  }
  expect(await readLogs(migrated)).toEqual([...logs, ...later]);
  await migrated.close();
  expect(await sql.refundsDue.open(null, 9)).toEqual([]);
  expect(await sql.draws.draw(1)).toBeNull();
  await sql.close();
  folder.remove();
});

describe('a Postgres that fails', () => {
  let sql: Sql;
  let url: string;
  beforeEach(async () => {
    url = await server.createDatabase();
    sql = await openSql({ databaseUrl: url, dataDir: '' });
  });
  afterEach(() => sql.close());

  const draft = {
    title: 'mug',
    description: '',
    imageUrl: null,
    price: 1,
    createdAt: 1,
    ...anybody,
  };
  const batch = (from: number): ProjectionBatch => ({
    partition: 0,
    from,
    to: { seq: from + 1, hash: `hash of ${from + 1}` },
    series: [],
    changes: changesOf([]),
  });
  const unavailable = async (operation: Promise<unknown>) => {
    const outcome = await operation.catch((error: unknown) => error);
    expect(outcome).toBeInstanceOf(SqlUnavailable);
  };

  test('is unavailable while it is stopped, and available once it is back', async () => {
    await sql.catalog.createItem(draft);
    await server.stop();
    await unavailable(sql.catalog.item(1));
    await unavailable(sql.projection.apply(batch(0)));
    await unavailable(sql.projection.snapshot((view) => view.itemSums()));
    await server.start();
    expect(await sql.catalog.item(1)).toMatchObject(draft);
    expect(await sql.projection.apply(batch(0))).toBe(true);
  });

  test('may be away when it is opened: it is migrated as soon as it is back', async () => {
    const fresh = await server.createDatabase();
    await server.stop();
    const early = await openSql({ databaseUrl: fresh, dataDir: '' });
    await unavailable(early.catalog.createItem(draft));
    await unavailable(early.projection.checkpoints());
    await server.start();
    // Whoever asks first; the others wait for it.
    const asked = [early.catalog.createItem(draft), early.projection.checkpoints()];
    expect(await Promise.all(asked)).toMatchObject([draft, new Map()]);
    await early.close();
  });

  test('loses a transaction that it kills, whole, and nothing else', async () => {
    const changes: RowChanges = { ...changesOf([]), stock: new Map([[1, 5]]) };
    const killer = new SQL({ url, max: 2 });
    await killer.begin(async (lock) => {
      await lock`LOCK TABLE item_stocks`;
      const applied = unavailable(sql.projection.apply({ ...batch(0), changes }));
      await waitUntil('the projector waits for the lock', async () => {
        const waiting = await killer`
          SELECT pg_terminate_backend(pid) FROM pg_stat_activity
          WHERE wait_event_type = 'Lock' AND datname = current_database()`;
        return waiting.length === 1;
      });
      await applied;
    });
    await killer.close();
    expect(await sql.projection.checkpoints()).toEqual(new Map());
    expect(await sql.projection.apply({ ...batch(0), changes })).toBe(true);
    expect(await sql.projection.checkpoints()).toEqual(
      new Map([[0, { seq: 1, hash: 'hash of 1' }]]),
    );
  });

  test('does not hang its callers when it hangs itself', async () => {
    await sql.projection.apply(batch(0));
    try {
      await server.freeze();
      await Promise.all([
        unavailable(sql.catalog.item(1)),
        unavailable(sql.projection.apply(batch(1))),
        openSql({ databaseUrl: url, dataDir: '' }).then((late) => late.close()),
      ]);
      await unavailable(sql.catalog.item(1));
    } finally {
      server.thaw();
    }
    expect(await sql.catalog.item(1)).toBeNull();
    // The server may have carried out what was given up; the checkpoint tells.
    const stands = (await sql.projection.checkpoints()).get(0)!.seq;
    expect(await sql.projection.apply(batch(stands))).toBe(true);
  });

  test('ends a statement that takes too long, and goes on', async () => {
    await sql.catalog.createItem(draft);
    const holder = new SQL({ url, max: 1 });
    await holder.begin(async (lock) => {
      await lock`LOCK TABLE items`;
      await unavailable(sql.catalog.createItem(draft));
    });
    await holder.close();
    expect(await sql.catalog.item(1)).toMatchObject(draft);
  });

  test('refuses a wrong user outright, because waiting would not help', async () => {
    const opening = openSql({ databaseUrl: url.replace('stampede@', 'nobody@'), dataDir: '' });
    await expect(opening).rejects.toThrow('nobody');
    await expect(opening).rejects.not.toBeInstanceOf(SqlUnavailable);
  });
});
