import { Database } from 'bun:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { type TemporaryFolder, temporaryFolder } from '../../actors/testing/process.ts';
import { SqliteStore } from '../store/sqlite.ts';
import { Sessions, sessionMsMax, sessionTtlMs } from './sessions.ts';

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

const open = async (userId = 42) => sessions.open(userId, await sessions.generation(userId));
const userOf = async (token: string) => (await sessions.find(token))?.userId ?? null;

describe('a session', () => {
  test('identifies its user until it is closed', async () => {
    const { token, expiresAt } = await open();
    expect(expiresAt).toBe(now + 3_600_000);
    expect(await userOf(token)).toBe(42);
    await sessions.close(token);
    expect(await userOf(token)).toBeNull();
  });

  test('has a token of 256 random bits, which the store does not know', async () => {
    const { token } = await open();
    const { token: another } = await open();
    expect(token).toMatch(/^[\w-]{43}$/);
    expect(another).not.toBe(token);
    expect(rows()).not.toContain(token);
  });

  test('slides: it ends an hour after it was last used', async () => {
    const { token } = await open();
    for (let uses = 0; uses < 5; uses++) {
      now += sessionTtlMs - 1;
      expect(await userOf(token)).toBe(42);
    }
    now += sessionTtlMs;
    expect(await userOf(token)).toBeNull();
  });

  test('lasts for twelve hours at most, however often it is used, and always says for how long', async () => {
    const { token } = await open();
    const openedAt = now;
    for (; now < openedAt + sessionMsMax; now += sessionTtlMs / 2) {
      const endsAt = openedAt + sessionMsMax;
      const expiresAt = Math.min(now + sessionTtlMs, endsAt);
      const renewed = now > openedAt;
      expect(await sessions.find(token)).toEqual({ userId: 42, expiresAt, renewed });
    }
    expect(await userOf(token)).toBeNull();
  });

  test('of one user ends with all of theirs, and with those of no other', async () => {
    const [one, other, stranger] = [await open(), await open(), await open(43)];
    const entitledBefore = await sessions.generation(42);
    await sessions.endAll(42);
    const late = await sessions.open(42, entitledBefore);
    for (const { token } of [one, other, late]) expect(await userOf(token)).toBeNull();
    expect(await userOf(stranger.token)).toBe(43);
    const { token } = await open();
    for (let uses = 0; uses < 20; uses++) {
      expect(await userOf(token)).toBe(42);
      now += sessionTtlMs / 2;
    }
    now += sessionMsMax;
    expect(await userOf(one.token)).toBeNull();
  });

  test('that an engine of release 0.2 has opened goes on', async () => {
    const { token } = await open();
    const hash = new Bun.CryptoHasher('sha256').update(token).digest('hex');
    await store.set(`session:${hash}`, `42 ${now}`, sessionTtlMs);
    now += sessionTtlMs - 1;
    expect(await userOf(token)).toBe(42);
    now += sessionTtlMs - 1;
    expect(await userOf(token)).toBe(42);
  });

  test('slides on after the wall clock was set back, and ends after its twelve hours', async () => {
    let aheadMs = 86_400_000;
    const following = new Sessions(store, () => now + aheadMs);
    const { token } = await following.open(42, await following.generation(42));
    aheadMs = 0;
    for (let usedMs = 0; usedMs < sessionMsMax; usedMs += sessionTtlMs / 2) {
      expect((await following.find(token))?.userId).toBe(42);
      now += sessionTtlMs / 2;
    }
    expect(await following.find(token)).toBeNull();
  });

  test('is written at most once a minute', async () => {
    const { token } = await open();
    const before = rows();
    now += 59_999;
    await userOf(token);
    expect(rows()).toBe(before);
    now += 1;
    await userOf(token);
    expect(rows()).not.toBe(before);
  });

  test('that was closed is not revived by a request in flight', async () => {
    const { token } = await open();
    now += 120_000;
    const asked = userOf(token);
    await Promise.all([asked, sessions.close(token)]);
    expect(await userOf(token)).toBeNull();
  });

  test.each(['', 'x', '../../etc/passwd', 'a'.repeat(43), `${'a'.repeat(42)}\n`, '%00'])(
    'is not opened by the token %j',
    async (token) => {
      await open();
      expect(await userOf(token)).toBeNull();
    },
  );
});
