import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test';
import { temporaryFolder } from '../../../actors/testing/process.ts';
import { rates } from '../../admission/rate-limits.ts';
import { startTestEngine, type TestEngine } from '../../testing/engine-process.ts';
import { newTelephone } from '../../testing/shop.ts';

setDefaultTimeout(240_000);

const folder = temporaryFolder();
let engine: TestEngine;

beforeAll(async () => {
  const env = { TRUSTED_PROXIES: '10.0.0.0/8, 127.0.0.1' };
  engine = await startTestEngine({ dataDir: folder.path, env });
});

afterAll(async () => {
  await engine.stop();
  folder.remove();
});

const otp = (forwardedFor: string) =>
  engine.api(
    'POST',
    '/api/otp',
    { telephone: newTelephone() },
    { admin: false, headers: { 'x-forwarded-for': forwardedFor } },
  );

test('buyers behind a trusted proxy each have the rate limits of their own address', async () => {
  const statuses = async (calls: Promise<{ status: number }>[]) =>
    (await Promise.all(calls)).map(({ status }) => status);
  const greedy = Array.from({ length: rates.oneTimePasswordByAddress.burst + 5 }, (_, n) =>
    // What precedes the proxy's own entry comes from the buyer, who can write anything.
    otp(`192.0.2.${n}, 198.51.100.1`),
  );
  expect((await statuses(greedy)).filter((status) => status === 429).length).toBeGreaterThan(0);
  const others = Array.from({ length: 5 }, (_, n) => otp(`198.51.100.${n + 2}, 10.0.0.1`));
  expect(await statuses(others)).not.toContain(429);
});
