import { afterAll, beforeEach, describe, expect, test } from 'bun:test';
import { temporaryFolder } from '../../../actors/testing/process.ts';
import { openStore } from '../../store/open.ts';
import type { KeyValueStore } from '../../store/store.ts';
import { AdminSessions, adminSessionMsMax, adminSessionTtlMs } from './admin-sessions.ts';

const folder = temporaryFolder();
const store: KeyValueStore = await openStore({ redisUrl: null, dataDir: folder.path });
let now = Date.now();
let sessions: AdminSessions;

beforeEach(() => {
  now = Date.now();
  sessions = new AdminSessions(store, 'the-admin-token', () => now);
});

afterAll(async () => {
  await store.close();
  folder.remove();
});

describe('a session of the administrator', () => {
  test('lasts until it is closed', async () => {
    const token = await sessions.open(3);
    expect(await sessions.keyOf(token)).toBe(3);
    await sessions.close(token);
    expect(await sessions.keyOf(token)).toBeNull();
  });

  test('ends after eight hours, however often it is used', async () => {
    const token = await sessions.open(3);
    for (let usedMs = 0; usedMs < adminSessionMsMax; usedMs += adminSessionTtlMs / 2) {
      expect(await sessions.keyOf(token)).toBe(3);
      now += adminSessionTtlMs / 2;
    }
    expect(await sessions.keyOf(token)).toBeNull();
  });

  test('that was opened while the clock was a day ahead ends after eight hours as well', async () => {
    now += 86_400_000;
    const token = await sessions.open(3);
    now -= 86_400_000;
    for (let usedMs = 0; usedMs < adminSessionMsMax; usedMs += adminSessionTtlMs / 2) {
      expect(await sessions.keyOf(token)).toBe(3);
      now += adminSessionTtlMs / 2;
    }
    expect(await sessions.keyOf(token)).toBeNull();
  });

  test('is not found under another admin token, nor by another text', async () => {
    const token = await sessions.open(3);
    const changed = new AdminSessions(store, 'another-admin-token', () => now);
    expect(await changed.keyOf(token)).toBeNull();
    for (const text of ['', 'x', token.slice(1), `${token}=`]) {
      expect(await sessions.keyOf(text)).toBeNull();
    }
  });

  test('is kept as a hash', async () => {
    const token = await sessions.open(3);
    expect(await store.get(`admin-session:${token}`)).toBeNull();
  });
});
