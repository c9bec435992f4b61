import { Database } from 'bun:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { type TemporaryFolder, temporaryFolder } from '../../actors/testing/process.ts';
import { SqliteStore } from '../store/sqlite.ts';
import { Sessions, sessionTtlMs } from './sessions.ts';

let folder: TemporaryFolder;
let store: SqliteStore;
let now: number;
let sessions: Sessions;

beforeEach(() => {
  folder = temporaryFolder();
  now = Date.UTC(2026, 10, 22);
  store = new SqliteStore(folder.file('store.db'), () => now);
  sessions = new Sessions(store, () => now);
});

afterEach(async () => {
  await store.close();
  folder.remove();
});

const rows = () => {
  const database = new Database(folder.file('store.db'), { readonly: true });
  const all = database.query('SELECT * FROM entries').all();
  database.close();
  return JSON.stringify(all);
};

describe('a session', () => {
  test('identifies its user until it is closed', async () => {
    const { token, expiresAt } = await sessions.open(42);
    expect(expiresAt).toBe(now + 3_600_000);
    expect(await sessions.userOf(token)).toBe(42);
    await sessions.close(token);
    expect(await sessions.userOf(token)).toBeNull();
  });

  test('has a token of 256 random bits, which the store does not know', async () => {
    const { token } = await sessions.open(42);
    const { token: another } = await sessions.open(42);
    expect(token).toMatch(/^[\w-]{43}$/);
    expect(another).not.toBe(token);
    expect(rows()).not.toContain(token);
  });

  test('slides: it ends an hour after it was last used', async () => {
    const { token } = await sessions.open(42);
    for (let uses = 0; uses < 5; uses++) {
      now += sessionTtlMs - 1;
      expect(await sessions.userOf(token)).toBe(42);
    }
    now += sessionTtlMs;
    expect(await sessions.userOf(token)).toBeNull();
  });

  test('is written at most once a minute', async () => {
    const { token } = await sessions.open(42);
    const before = rows();
    now += 59_999;
    await sessions.userOf(token);
    expect(rows()).toBe(before);
    now += 1;
    await sessions.userOf(token);
    expect(rows()).not.toBe(before);
  });

  test('that was closed is not revived by a request in flight', async () => {
    const { token } = await sessions.open(42);
    now += 120_000;
    const asked = sessions.userOf(token);
    await Promise.all([asked, sessions.close(token)]);
    expect(await sessions.userOf(token)).toBeNull();
  });

  test.each(['', 'x', '../../etc/passwd', 'a'.repeat(43), `${'a'.repeat(42)}\n`, '%00'])(
    'is not opened by the token %j',
    async (token) => {
      await sessions.open(42);
      expect(await sessions.userOf(token)).toBeNull();
    },
  );
});
