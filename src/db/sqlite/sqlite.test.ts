import { Database } from 'bun:sqlite';
import { expect, test } from 'bun:test';
import { statSync } from 'node:fs';
import { canMount, smallFolder, temporaryFolder } from '../../../actors/testing/process.ts';
import { changesOf } from '../../projector/rows.ts';
import { anybody } from '../../testing/drafts.ts';
import { operatorsContract } from '../../testing/operators-contract.ts';
import { orderWalkContract } from '../../testing/order-walk-contract.ts';
import { projectionContract } from '../../testing/projection-contract.ts';
import { seriesContract } from '../../testing/series-contract.ts';
import { sqlContract } from '../../testing/sql-contract.ts';
import { sqliteFixture } from '../../testing/sql-fixture.ts';
import { openSql } from '../open.ts';
import { rowId } from '../row-id.ts';
import { SqlUnavailable } from '../sql.ts';
import { SqliteProjection } from './projection.ts';

sqlContract('SQLite', sqliteFixture);
operatorsContract('SQLite', sqliteFixture);
orderWalkContract('SQLite', sqliteFixture);
projectionContract('SQLite', sqliteFixture);
seriesContract('SQLite', sqliteFixture);

const item = { title: 'x', description: '', imageUrl: null, price: 1, createdAt: 1, ...anybody };

test('a data folder that cannot be made fails at once', async () => {
  const folder = temporaryFolder();
  await Bun.write(folder.file('taken'), '');
  const settings = { databaseUrl: null, dataDir: folder.file('taken') };
  await expect(openSql(settings)).rejects.toThrow();
  folder.remove();
});

test.if(canMount)('a full disk is reported as SQL being unavailable, and survived', async () => {
  const folder = smallFolder(4 * 1024 * 1024);
  const sql = await openSql({ databaseUrl: null, dataDir: folder.path });
  const large = { ...item, description: 'x'.repeat(100_000) };
  const fill = async () => {
    for (let made = 0; made < 100; made++) await sql.catalog.createItem(large);
  };
  await expect(fill()).rejects.toBeInstanceOf(SqlUnavailable);
  expect(await sql.catalog.item(1)).not.toBeNull();
  await sql.close();
  // The file is released when the last statement is collected, and only then can be unmounted.
  Bun.gc(true);
  folder.remove();
});

test('no rows are written while a transaction of somebody keeps the log from being emptied, and none is lost', async () => {
  const folder = temporaryFolder();
  const path = folder.file('stampede.db');
  const { close } = await openSql({ databaseUrl: null, dataDir: folder.path });
  const logBytesMax = 2 ** 20;
  const projection = new SqliteProjection({ path }, logBytesMax);
  let seq = 0;
  const apply = async () => {
    const to = { seq: seq + 1, hash: 'x'.repeat(64) };
    const stockEvents = Array.from({ length: 500 }, (_, index) => ({
      ...{ id: rowId(1, seq + 1, index), itemId: 1, orderId: 'x', delta: 1, at: 1 },
      ...{ reason: 'restocked' as const, partition: 1, seq: seq + 1 },
    }));
    const changes = { ...changesOf([]), stockEvents };
    if (await projection.apply({ partition: 1, from: seq, to, changes, series: [] })) seq++;
  };
  const logBytes = () => statSync(`${path}-wal`).size;
  await apply();
  const shell = new Database(path, { readonly: true });
  shell.run('BEGIN');
  shell.query('SELECT count(*) FROM orders').get();
  let refused: unknown = null;
  for (let tries = 0; tries < 1_000 && refused === null; tries++)
    await apply().catch((error: unknown) => {
      refused = error;
    });
  expect(refused).toBeInstanceOf(SqlUnavailable);
  expect(String(refused)).toContain(`no orders are written to ${path} while`);
  expect(logBytes()).toBeGreaterThan(logBytesMax);
  expect(logBytes()).toBeLessThan(logBytesMax * 2);
  const before = logBytes();
  await expect(apply()).rejects.toThrow('its log has grown to');
  expect(logBytes()).toBe(before);
  shell.close();
  const stood = seq;
  await apply();
  expect(seq).toBe(stood + 1);
  expect(logBytes()).toBeLessThan(before / 2);
  expect(await projection.checkpoints()).toEqual(new Map([[1, { seq, hash: 'x'.repeat(64) }]]));
  projection.close();
  await close();
  folder.remove();
});

test('a damaged database is not reported as one that is merely unavailable', async () => {
  const folder = temporaryFolder();
  await Bun.write(folder.file('stampede.db'), 'not a database, whatever its name'.repeat(100));
  const opening = openSql({ databaseUrl: null, dataDir: folder.path });
  await expect(opening).rejects.toThrow('not a database');
  await expect(opening).rejects.not.toBeInstanceOf(SqlUnavailable);
  folder.remove();
});
