import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { temporaryFolder } from '../../../actors/testing/process.ts';
import { rates } from '../../admission/rate-limits.ts';
import { adminToken, startTestEngine, type TestEngine } from '../../testing/engine-process.ts';

setDefaultTimeout(240_000);

const metricsToken = 'a-token-for-metrics';
const folder = temporaryFolder();
let engine: TestEngine;

beforeAll(async () => {
  const env = { TRUSTED_PROXIES: '127.0.0.1', METRICS_TOKEN: metricsToken };
  engine = await startTestEngine({ dataDir: folder.path, env });
});

afterAll(async () => {
  await engine.stop();
  folder.remove();
});

function ask(authorization: string | null, path = '/metrics', address = '192.0.2.1') {
  const headers = { 'x-forwarded-for': address, ...(authorization && { authorization }) };
  return fetch(engine.url + path, { headers });
}

describe('metrics with a token', () => {
  test('are told to whoever sends it, and to the administrator', async () => {
    for (const token of [metricsToken, adminToken]) {
      const answer = await ask(`Bearer ${token}`);
      expect([token, answer.status]).toEqual([token, 200]);
      expect(await answer.text()).toContain('stampede_ready 1');
    }
  });

  test('are told to nobody else, in any way', async () => {
    expect((await ask(null)).status).toBe(401);
    expect((await ask(null, `/metrics?token=${metricsToken}`)).status).toBe(401);
    const basic = Buffer.from(`stampede:${metricsToken}`).toString('base64');
    expect((await ask(`Basic ${basic}`)).status).toBe(401);
    for (const wrong of [`${metricsToken}x`, metricsToken.slice(1), metricsToken.toUpperCase()])
      expect((await ask(`Bearer ${wrong}`)).status).toBe(403);
    const head = await fetch(`${engine.url}/metrics`, { method: 'HEAD' });
    expect(head.status).toBe(401);
  });

  test('may not be guessed at for long, and guesses keep nobody out who knows it', async () => {
    const guesses = [];
    for (let n = 0; n < rates.adminTokenByAddress.burst + 2; n++)
      guesses.push((await ask(`Bearer guess-number-${n}`, '/metrics', '192.0.2.9')).status);
    expect(guesses.slice(-3)).toEqual([403, 429, 429]);
    expect((await ask(`Bearer ${metricsToken}`, '/metrics', '192.0.2.9')).status).toBe(200);
  });

  test('have a token that opens nothing else', async () => {
    expect((await ask(`Bearer ${metricsToken}`, '/api/admin/statements')).status).toBe(403);
  });
});
