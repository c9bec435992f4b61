import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { temporaryFolder } from '../../../actors/testing/process.ts';
import { type RedisServer, startRedis } from '../../../actors/testing/redis.ts';
import { rates } from '../../admission/rate-limits.ts';
import { adminToken, startTestEngine, type TestEngine } from '../../testing/engine-process.ts';

setDefaultTimeout(240_000);

const { burst } = rates.adminTokenByAddress;

describe.each(['the embedded store', 'Redis'])('guesses at the admin token, with %s', (store) => {
  const folder = temporaryFolder();
  let redis: RedisServer | undefined;
  let engine: TestEngine;

  beforeAll(async () => {
    if (store === 'Redis') redis = await startRedis();
    const env = { TRUSTED_PROXIES: '127.0.0.1', REDIS_URL: redis?.url ?? '' };
    engine = await startTestEngine({ dataDir: folder.path, env });
  });

  afterAll(async () => {
    await engine.stop();
    await redis?.remove();
    folder.remove();
  });

  const send = (token: string | null, address: string, path = '/api/admin/statements') =>
    engine.api('GET', path, undefined, {
      admin: false,
      headers: {
        'x-forwarded-for': address,
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      },
    });

  test('are answered 10003 beyond a few, with the time to wait', async () => {
    const codes: (number | null)[] = [];
    for (let n = 0; n < burst + 3; n++) {
      const { status, errCode, headers } = await send(`guess-number-${n}-of-many`, '192.0.2.1');
      codes.push(errCode);
      if (status === 429) expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
    }
    expect(codes).toEqual([...Array(burst).fill(20006), 10003, 10003, 10003]);
  });

  test('never keep out the token itself, nor count against other addresses', async () => {
    expect((await send(adminToken, '192.0.2.1')).status).toBe(200);
    expect((await send('guess', '192.0.2.1')).errCode).toBe(10003);
    expect((await send('guess', '198.51.100.1')).errCode).toBe(20006);
  });

  test('count where users are let through as well, and a missing token does not', async () => {
    const order = '/api/orders/20261122-1-1';
    for (let n = 0; n < burst; n++) {
      expect((await send(`guess-${n}`, '192.0.2.2', order)).errCode).toBe(20003);
    }
    expect((await send('guess', '192.0.2.2', order)).errCode).toBe(10003);
    expect((await send('guess', '192.0.2.2')).errCode).toBe(10003);
    expect((await send(null, '192.0.2.2', order)).errCode).toBe(20003);
    expect((await send(null, '192.0.2.2')).errCode).toBe(20003);
    const endedSession = 's'.repeat(43);
    expect((await send(endedSession, '192.0.2.2', order)).errCode).toBe(20003);
    expect((await send(adminToken, '192.0.2.2', order)).errCode).toBe(10005);
  });

  test('are counted for the operator', async () => {
    const text = await (await fetch(`${engine.url}/metrics`)).text();
    const counted = Number(/^stampede_wrong_admin_tokens_total (\d+)$/m.exec(text)?.[1]);
    expect(counted).toBeGreaterThan(2 * burst);
  });
});
