/** What becomes of an erased account's number as time passes, and where a part is away. */
import { afterAll, beforeAll, expect, mock, test } from 'bun:test';
import { temporaryFolder } from '../../../actors/testing/process.ts';
import { keyedHash } from '../../accounts/keyed-hash.ts';
import { KnownDevices } from '../../accounts/known-devices.ts';
import { OneTimePasswords } from '../../accounts/one-time-passwords.ts';
import { Passwords, rehearsalCost } from '../../accounts/passwords.ts';
import { Sessions } from '../../accounts/sessions.ts';
import { RateLimits } from '../../admission/rate-limits.ts';
import type { Sql, UserRow } from '../../db/sql.ts';
import { SqliteStore } from '../../store/sqlite.ts';
import { StoreUnavailable } from '../../store/store.ts';
import { type SqlFixture, sqliteFixture } from '../../testing/sql-fixture.ts';
import { eraseAccount } from './erase.ts';
import { logIn } from './log-in.ts';
import type { PeopleParts } from './parts.ts';
import { register } from './register.ts';
import { sendCode } from './send-code.ts';

const secret = 'a secret of this test that is long enough';
const dayMs = 24 * 3_600_000;
const asker = { address: '192.0.2.1', device: null };
const password = 'a long and winding road';

const folder = temporaryFolder();
let now = Date.UTC(2026, 10, 28);
let fixture: SqlFixture;
let sql: Sql;
let store: SqliteStore;
let parts: PeopleParts;
const codes = new Map<string, string>();

beforeAll(async () => {
  fixture = await sqliteFixture();
  sql = await fixture.open();
  const clock = () => now;
  store = new SqliteStore(folder.file('store.db'), clock);
  const send = async (telephone: string, code: string) => void codes.set(telephone, code);
  const budget = { perMinute: 100, sent: mock(), refused: mock() };
  parts = {
    sql,
    sessions: new Sessions(store, clock),
    passwords: new Passwords(undefined, undefined, rehearsalCost),
    oneTimePasswords: new OneTimePasswords(store, { delivery: 'gateway', send }, secret, budget),
    devices: new KnownDevices(secret),
    telephoneHash: keyedHash(secret, 'erased telephones'),
    limits: new RateLimits(store),
    clock,
  };
});

afterAll(async () => {
  await store.close();
  await fixture.remove();
  folder.remove();
});

/** A code for a telephone, after the wait between two. */
async function codeFor(telephone: string): Promise<string> {
  now += 60_000;
  expect((await sendCode(parts, telephone, asker)).refused).toBeNull();
  return codes.get(telephone)!;
}

async function registered(telephone: string): Promise<UserRow> {
  const person = { telephone, name: 'Ada', gender: 'x', age: 36, password } as const;
  const otp = await codeFor(telephone);
  const { value } = await register(parts, { ...person, otp }, asker);
  return value!;
}

test('a telephone has its number for 90 days, and then a new one, with nothing left of the old', async () => {
  const telephone = '+8613800000001';
  const first = await registered(telephone);
  await eraseAccount(parts, first.id);
  expect(JSON.stringify(await fixture.rows('erased_users'))).not.toContain(telephone.slice(3));
  now += 90 * dayMs - 61_000;
  const second = await registered(telephone);
  expect(second.id).toBe(first.id);
  await eraseAccount(parts, second.id);
  now += 90 * dayMs - 60_000;
  const third = await registered(telephone);
  expect(third.id).toBeGreaterThan(first.id);
  expect(await fixture.rows('erased_users')).toEqual([]);
});

test('where sessions cannot be ended, whoever asks again ends them', async () => {
  const telephone = '+8613800000002';
  const { id } = await registered(telephone);
  const { value } = await logIn(parts, { telephone, password }, asker);
  const { token } = value!.session;
  const { sessions } = parts;
  const away = Object.create(sessions, {
    endAll: { value: () => Promise.reject(new StoreUnavailable('away')) },
  });
  await expect(eraseAccount({ ...parts, sessions: away }, id)).rejects.toThrow(StoreUnavailable);
  expect(await sql.users.byId(id)).toBeNull();
  expect((await sessions.find(token))?.userId).toBe(id);
  await eraseAccount(parts, id);
  expect(await sessions.find(token)).toBeNull();
});

test.each(['password', 'code'])(
  'a log-in by %s that an erasure overtakes opens no session',
  async (by) => {
    const telephone = by === 'code' ? '+8613800000003' : '+8613800000004';
    const { id } = await registered(telephone);
    const proof = by === 'code' ? { otp: await codeFor(telephone) } : { password };
    // The moment between the two looks at the account: what entitles to a session is judged, none is open.
    const { sessions } = parts;
    const overtaken = Object.create(sessions, {
      generation: {
        value: async (userId: number) => {
          await eraseAccount(parts, id);
          return sessions.generation(userId);
        },
      },
      open: { value: sessions.open.bind(sessions) },
    });
    const { refused } = await logIn(
      { ...parts, sessions: overtaken },
      { telephone, ...proof },
      asker,
    );
    expect(refused).toEqual({ code: by === 'code' ? 20001 : 20002 });
  },
);
