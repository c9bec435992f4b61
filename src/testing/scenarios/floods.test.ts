/** Floods of guesses and of codes, while others want in. */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { temporaryFolder } from '../../../actors/testing/process.ts';
import { type RedisServer, startRedis } from '../../../actors/testing/redis.ts';
import { startCrowd } from '../crowd.ts';
import { type Buyer, newTelephone, password, type Shop, startShop } from '../shop.ts';

setDefaultTimeout(240_000);

/** Tries of an owner for one log-in: without a turn of their own, guessers would have nearly all of them. */
const triesMax = 3;

describe.each(['the embedded store', 'Redis'])('with %s', (store) => {
  const folder = temporaryFolder();
  const codes = 40;
  let redis: RedisServer | undefined;
  let shop: Shop;

  beforeAll(async () => {
    if (store === 'Redis') redis = await startRedis();
    shop = await startShop({
      dataDir: folder.path,
      realPasswords: true,
      env: {
        TRUSTED_PROXIES: '127.0.0.1',
        REDIS_URL: redis?.url ?? '',
        SMS_PER_MINUTE: String(codes),
      },
    });
  });

  afterAll(async () => {
    await shop.stop();
    await redis?.remove();
    folder.remove();
  });

  const metric = async (name: string) => {
    const text = await (await fetch(`${shop.engine.url}/metrics`)).text();
    return Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(text)?.[1]);
  };

  test('40 connections that guess at passwords leave real owners their log-ins', async () => {
    const owners: Buyer[] = [];
    for (let n = 0; n < 4; n++) owners.push(await shop.buyer());
    const answers = new Map<number | null, number>();
    const guessers = startCrowd(40, async (number) => {
      const telephone = `+86150${String(number).padStart(8, '0')}`;
      const body = { telephone, password: 'a guess of many' };
      const { errCode } = await shop.call('POST', '/api/sessions', body);
      answers.set(errCode, (answers.get(errCode) ?? 0) + 1);
    });
    // From 127.0.0.1, as the guessers' address; the owners come from elsewhere.
    const statuses = await Promise.all(
      owners.map(async ({ telephone }, n) => {
        const headers = { 'x-forwarded-for': `192.0.2.${n}` };
        const body = { telephone, password };
        const own: number[] = [];
        // Where the machine is too busy for everybody's hashes in time, an owner tries again as told.
        for (let tries = 0; own.length < 3 && tries < 3 * triesMax; tries++) {
          const { status, errCode } = await shop.call('POST', '/api/sessions', body, { headers });
          if (errCode !== 30003) own.push(status);
        }
        return own;
      }),
    );
    await guessers.stop();
    expect(statuses).toEqual(Array(4).fill([201, 201, 201]));
    expect([...answers.keys()].filter((errCode) => ![20002, 30003].includes(errCode!))).toEqual([]);
  });

  test('codes to many telephones at once stop at SMS_PER_MINUTE, say so once, and are counted', async () => {
    const sentBefore = shop.gateway.messages.length;
    const ask = (n: number) =>
      shop.call(
        'POST',
        '/api/otp',
        { telephone: newTelephone() },
        { headers: { 'x-forwarded-for': `198.51.100.${n}` } },
      );
    const answers = await Promise.all(Array.from({ length: 4 * codes }, (_, n) => ask(n)));
    const refused = answers.filter(({ status }) => status !== 200);
    for (const { status, errCode, headers } of refused) {
      expect([status, errCode]).toEqual([429, 10003]);
      expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
    }
    const sent = shop.gateway.messages.length - sentBefore;
    expect(sent).toBe(answers.length - refused.length);
    // The budget goes on while they are sent: by one in each second and a half.
    expect(sent).toBeLessThan(2 * codes);
    expect(await metric('stampede_codes_refused_total')).toBe(refused.length);
    expect(await metric('stampede_codes_sent_total')).toBe(shop.gateway.messages.length);
    const warnings = shop.engine.process.output().split('SMS_PER_MINUTE is reached').length - 1;
    expect(warnings).toBe(1);
  });
});
