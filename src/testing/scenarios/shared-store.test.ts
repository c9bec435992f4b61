import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { temporaryFolder, waitUntil } from '../../../actors/testing/process.ts';
import { type RedisServer, startRedis } from '../../../actors/testing/redis.ts';
import { mustSucceed, tokenFor } from '../engine-process.ts';
import { newTelephone, registration, type Shop, startShop } from '../shop.ts';

setDefaultTimeout(240_000);

const [folder, otherFolder] = [temporaryFolder(), temporaryFolder()];
let redis: RedisServer;
let shop: Shop;
let other: Shop;

beforeAll(async () => {
  redis = await startRedis();
  const env = { REDIS_URL: redis.url };
  shop = await startShop({ dataDir: folder.path, env });
  // An engine with a journal of its own, which shares only Redis and the token secret.
  other = await startShop({ dataDir: otherFolder.path, env, gateway: shop.gateway });
});

afterAll(async () => {
  await other.stop();
  await shop.stop();
  await redis.remove();
  folder.remove();
  otherFolder.remove();
});

describe('two processes behind one Redis', () => {
  test('share sessions, and their end', async () => {
    const { session } = await shop.buyer();
    const headers = { authorization: `Bearer ${session}` };
    expect((await other.call('GET', '/api/orders', undefined, { headers })).status).toBe(200);
    mustSucceed(await other.call('DELETE', '/api/sessions', undefined, { headers }));
    expect((await shop.call('GET', '/api/orders', undefined, { headers })).errCode).toBe(20003);
  });

  test('share one-time passwords, their tries and their pause', async () => {
    const telephone = newTelephone();
    mustSucceed(await shop.call('POST', '/api/otp', { telephone }));
    expect((await other.call('POST', '/api/otp', { telephone })).errCode).toBe(10003);
    const person = registration(shop.gateway, telephone);
    const otp = String((Number(person.otp) + 1) % 1_000_000).padStart(6, '0');
    for (let tries = 0; tries < 5; tries++) {
      const one = tries % 2 === 0 ? shop : other;
      expect((await one.call('POST', '/api/users', { ...person, otp })).errCode).toBe(20005);
    }
    expect((await other.call('POST', '/api/users', person)).errCode).toBe(20005);
  });

  test('share limits: guessing at both is no faster', async () => {
    const telephone = newTelephone();
    const guesses = Array.from({ length: 12 }, (_, n) =>
      (n % 2 === 0 ? shop : other).call('POST', '/api/sessions', {
        telephone,
        password: `guess ${n}`,
      }),
    );
    const codes = (await Promise.all(guesses)).map(({ errCode }) => errCode);
    expect(codes.filter((errCode) => errCode === 10003)).toHaveLength(7);
    // The others were let through, and where the machine is too busy not each gets its turn at hashing.
    const tried = codes.filter((errCode) => errCode !== 10003);
    expect(tried).toContain(20002);
    expect(tried.filter((errCode) => errCode !== 20002 && errCode !== 30003)).toEqual([]);
  });
});

describe('two threads of one process', () => {
  test('share sessions in the embedded store', async () => {
    const threads = { HTTP_THREADS: '2', REDIS_URL: '' };
    const place = temporaryFolder();
    const wide = await startShop({ dataDir: place.path, env: threads, gateway: shop.gateway });
    const buyer = await wide.buyer();
    // Each on a connection of its own, which the kernel gives to either thread.
    const asked = Array.from({ length: 40 }, () =>
      buyer.api('GET', '/api/users/me', undefined, { headers: { connection: 'close' } }),
    );
    for (const { status } of await Promise.all(asked)) expect(status).toBe(200);
    await wide.stop();
    place.remove();
  });
});

describe('without Redis', () => {
  test('users are told to try again, orders are placed as ever, and all recovers afterwards', async () => {
    const buyer = await shop.buyer();
    const sale = await shop.engine.sale();
    await redis.kill();
    const { status, errCode, headers } = await buyer.api('GET', '/api/users/me');
    expect([status, errCode]).toEqual([503, 10004]);
    expect(headers.get('retry-after')).toBe('1');
    const token = tokenFor(sale, buyer.userId);
    const placed = mustSucceed(await shop.engine.place(token, 1, { admin: false }));
    expect((await shop.engine.api('GET', `/api/orders/${placed.orderId}`)).status).toBe(200);
    await redis.start();
    await waitUntil('sessions work again', async () => {
      return (await buyer.api('GET', '/api/users/me')).errCode === 20003;
    });
    expect((await (await shop.logIn(buyer.telephone)).api('GET', '/api/users/me')).status).toBe(
      200,
    );
  });
});
