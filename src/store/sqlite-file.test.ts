import { Database } from 'bun:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { type TemporaryFolder, temporaryFolder, waitUntil } from '../../actors/testing/process.ts';
import { SqliteStore } from './sqlite.ts';
import { StoreUnavailable } from './store.ts';

const ttlMs = 60_000;
/** Long enough for several of SQLite's pages. */
const longText = 'a session '.repeat(100);

let folder: TemporaryFolder;
let path: string;
const stores: SqliteStore[] = [];

beforeEach(() => {
  folder = temporaryFolder();
  mkdirSync(folder.file('data'));
  path = folder.file('data/store.db');
});

afterEach(async () => {
  for (const store of stores.splice(0)) await store.close();
  folder.remove();
});

function open(check = false): SqliteStore {
  const store = new SqliteStore(path, Date.now, { check });
  stores.push(store);
  return store;
}

/** Leaves a store with some content and no log beside it. */
async function fill(): Promise<void> {
  const store = new SqliteStore(path);
  for (let key = 0; key < 100; key++) await store.set(`key ${key}`, longText, ttlMs);
  await store.close();
}

const setAside = () =>
  readdirSync(folder.file('data')).filter((name) => name.includes('.damaged-'));

async function expectWorking(store: SqliteStore): Promise<void> {
  await store.set('new', 'value', ttlMs);
  expect(await store.get('new')).toBe('value');
}

/** Changes bytes in the middle of the file, where entries are. */
function flipPages(): void {
  const bytes = readFileSync(path);
  for (let at = 4_096 * 3; at < bytes.length - 4_096; at += 4_096) bytes.fill(0xa5, at, at + 64);
  writeFileSync(path, bytes);
}

const damages: [what: string, damage: () => void][] = [
  ['that is no database', () => writeFileSync(path, 'this is no database '.repeat(500))],
  ['that is cut in the middle', () => truncateSync(path, Math.floor(statSync(path).size / 2))],
  ['with changed pages', flipPages],
  [
    'in whose place a folder lies',
    () => {
      rmSync(path);
      mkdirSync(path);
    },
  ],
  [
    'that is a database of something else',
    () => {
      rmSync(path);
      const other = new Database(path);
      other.run('CREATE TABLE entries (name TEXT)');
      other.close();
    },
  ],
];

describe('at the start, a file', () => {
  test.each(damages)('%s is kept aside, and a new one is made', async (_, damage) => {
    await fill();
    damage();
    const store = open(true);
    await expectWorking(store);
    expect(await store.get('key 1')).toBeNull();
    expect(setAside()).toHaveLength(1);
  });

  test('that is empty becomes a store, and one that is sound stays as it is', async () => {
    writeFileSync(path, '');
    await expectWorking(open(true));
    await fill();
    expect(await open(true).get('key 99')).toBe(longText);
    expect(setAside()).toEqual([]);
  });

  test('that cannot be made is an error that names it', () => {
    rmSync(folder.file('data'), { recursive: true });
    expect(() => open()).toThrow(StoreUnavailable);
  });
});

describe('in mid-run, a file', () => {
  test('that was deleted is made anew, and all threads go on with the same one', async () => {
    const threads = [open(), open(), open()];
    await threads[0]!.set('old', 'value', ttlMs);
    for (const end of ['', '-wal', '-shm']) rmSync(path + end);
    await waitUntil('one store for all', async () => {
      for (const [index, thread] of threads.entries()) await thread.set(`${index}`, 'here', ttlMs);
      const found = threads.flatMap((thread) => threads.map((_, index) => thread.get(`${index}`)));
      return (await Promise.all(found)).every((value) => value === 'here') && existsSync(path);
    });
    expect(await threads[0]!.get('old')).toBeNull();
    expect(setAside()).toEqual([]);
  });

  test('that turns out to be damaged is kept aside, and a new one is made', async () => {
    await fill();
    const [store, other] = [open(), open()];
    flipPages();
    const read = async () => {
      for (let key = 0; key < 100; key++) await store.get(`key ${key}`);
    };
    await expect(read()).rejects.toBeInstanceOf(StoreUnavailable);
    await waitUntil('it works again', async () => {
      await expectWorking(store);
      return (await other.get('new')) === 'value';
    });
    expect(setAside().length).toBeGreaterThan(0);
  });

  test('whose folder is gone serves on from what is open, and comes back with its folder', async () => {
    const store = open();
    renameSync(folder.file('data'), folder.file('elsewhere'));
    await Bun.sleep(600);
    await expectWorking(store);
    mkdirSync(folder.file('data'));
    await waitUntil('a new file', () => existsSync(path));
    await waitUntil('it works', async () => {
      await expectWorking(store);
      return true;
    });
  });
});
