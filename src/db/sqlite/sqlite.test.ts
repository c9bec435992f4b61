import { expect, test } from 'bun:test';
import { canMount, smallFolder, temporaryFolder } from '../../../actors/testing/process.ts';
import { anybody } from '../../testing/drafts.ts';
import { projectionContract } from '../../testing/projection-contract.ts';
import { sqlContract } from '../../testing/sql-contract.ts';
import { sqliteFixture } from '../../testing/sql-fixture.ts';
import { openSql } from '../open.ts';
import { SqlUnavailable } from '../sql.ts';

sqlContract('SQLite', sqliteFixture);
projectionContract('SQLite', sqliteFixture);

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

test('a damaged database is not reported as one that is merely unavailable', async () => {
  const folder = temporaryFolder();
  await Bun.write(folder.file('stampede.db'), 'not a database, whatever its name'.repeat(100));
  const opening = openSql({ databaseUrl: null, dataDir: folder.path });
  await expect(opening).rejects.toThrow('not a database');
  await expect(opening).rejects.not.toBeInstanceOf(SqlUnavailable);
  folder.remove();
});
