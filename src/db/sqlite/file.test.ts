import { Database } from 'bun:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import {
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import {
  type TemporaryFolder,
  temporaryFolder,
  waitUntil,
} from '../../../actors/testing/process.ts';
import { anybody } from '../../testing/drafts.ts';
import { openSql, type SqlSettings, thisSql } from '../open.ts';
import { type Sql, SqlDamaged, SqlUnavailable } from '../sql.ts';

let folder: TemporaryFolder;
let path: string;
let settings: SqlSettings;
let sql: Sql | null = null;

const item = {
  title: 'mug',
  description: 'x'.repeat(500),
  imageUrl: null,
  price: 1,
  createdAt: 1,
  ...anybody,
};

beforeEach(async () => {
  folder = temporaryFolder();
  settings = { databaseUrl: null, dataDir: folder.file('data') };
  path = folder.file('data/stampede.db');
  const made = await openSql(settings);
  for (let id = 1; id <= 100; id++) await made.catalog.createItem(item);
  await made.close();
  const database = new Database(path);
  database.run('PRAGMA wal_checkpoint(TRUNCATE)');
  database.close(true);
});

afterEach(async () => {
  await sql?.close();
  sql = null;
  folder.remove();
});

/** The error that a database cannot be opened or used for, as an operator reads it. */
async function errorOfUse(): Promise<Error> {
  try {
    sql = await openSql(settings);
    await sql.catalog.missing({ items: [1], promos: [1] });
    for (let id = 1; id <= 100; id++) await sql.catalog.item(id);
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error('nothing is wrong with the database');
}

function flipPages(): void {
  const bytes = readFileSync(path);
  for (let at = 4_096; at < bytes.length; at += 4_096) bytes.fill(0xa5, at, at + 64);
  writeFileSync(path, bytes);
}

describe('a damaged database', () => {
  test.each([
    ['with garbage in its place', () => writeFileSync(path, 'this is no database '.repeat(500))],
    ['cut in the middle', () => truncateSync(path, Math.floor(statSync(path).size / 2))],
    ['with changed pages', flipPages],
  ])('%s is named, with what to do about it', async (_, damage) => {
    damage();
    const error = await errorOfUse();
    expect(error).toBeInstanceOf(SqlDamaged);
    expect(error.message).toMatch(/stampede\.db.* is damaged \(.+\)\. Restore a copy of it/);
    expect(error.message).not.toContain('\n');
  });

  test('in whose place a folder lies is named', async () => {
    rmSync(path);
    mkdirSync(path);
    const error = await errorOfUse();
    expect(error).toBeInstanceOf(SqlUnavailable);
    expect(error.message).toContain(path);
  });
});

describe('a database lost in mid-run', () => {
  test.each([
    ['deleted', () => rmSync(path)],
    ['moved with its folder', () => renameSync(folder.file('data'), folder.file('elsewhere'))],
    [
      'replaced',
      () => {
        rmSync(path);
        new Database(path).close();
      },
    ],
  ])('%s is read, and takes nothing more', async (_, lose) => {
    sql = await openSql(thisSql(settings));
    const { catalog, projection } = sql;
    await catalog.createItem(item);
    lose();
    await waitUntil('it is noticed', () => sql!.trouble !== null);
    expect(sql.trouble).toContain(path);
    await expect(catalog.createItem(item)).rejects.toBeInstanceOf(SqlUnavailable);
    await expect(projection.checkpoints()).rejects.toBeInstanceOf(SqlUnavailable);
    expect((await catalog.item(101))?.title).toBe('mug');
  });

  test('is not made anew by a thread that opens it again, and goes on when it is back', async () => {
    const made = thisSql(settings);
    sql = await openSql(made);
    renameSync(folder.file('data'), folder.file('elsewhere'));
    const late = await openSql(made);
    await expect(late.catalog.item(1)).rejects.toThrow(/stampede\.db is gone/);
    await waitUntil('it is noticed', () => sql!.trouble !== null);
    expect(existsSync(folder.file('data'))).toBe(false);
    renameSync(folder.file('elsewhere'), folder.file('data'));
    await waitUntil('it is noticed again', () => sql!.trouble === null);
    expect((await sql.catalog.createItem(item)).id).toBe(101);
    expect((await late.catalog.createItem(item)).id).toBe(102);
    expect(late.trouble).toBeNull();
    await late.close();
  });
});
