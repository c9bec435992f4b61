/** A real Prometheus, configured as the README says, on a real engine that gets into trouble. */
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test';
import {
  type TemporaryFolder,
  temporaryFolder,
  waitUntil,
} from '../../../actors/testing/process.ts';
import { version } from '../../../package.json' with { type: 'json' };
import {
  mustSucceed,
  type Sale,
  startTestEngine,
  type TestEngine,
  tokenFor,
} from '../engine-process.ts';
import { type PostgresServer, startPostgres } from '../postgres.ts';
import { type Prometheus, startPrometheus } from '../prometheus.ts';

setDefaultTimeout(240_000);

const metricsToken = 'a-token-that-prometheus-has';
let folder: TemporaryFolder;
let postgres: PostgresServer;
let engine: TestEngine;
let prometheus: Prometheus;
let sale: Sale;

beforeAll(async () => {
  folder = temporaryFolder();
  postgres = await startPostgres();
  const env = { DATABASE_URL: await postgres.createDatabase(), METRICS_TOKEN: metricsToken };
  engine = await startTestEngine({ dataDir: folder.path, env });
  sale = await engine.sale({ limitPerUser: 10 });
  prometheus = await startPrometheus(engine.port, metricsToken);
});

afterAll(async () => {
  await prometheus.stop();
  await engine.stop();
  await postgres.remove();
  folder.remove();
});

async function buy(user: number): Promise<void> {
  mustSucceed(await engine.place(tokenFor(sale, user)));
}

async function firing(): Promise<string[]> {
  const alerts = (await prometheus.alerts()).filter(({ state }) => state === 'firing');
  return alerts.map(({ labels }) => labels.alertname!).sort();
}

const lag = () => prometheus.value('max(stampede_projector_lag_seconds)');

/** What the engine tells now: Prometheus hears of it up to a scrape later. */
async function told(): Promise<string> {
  const headers = { authorization: `Bearer ${metricsToken}` };
  return await (await fetch(`${engine.url}/metrics`, { headers })).text();
}

async function isAllInSql(): Promise<boolean> {
  const behind = (await told()).match(/^stampede_projector_lag_entries\{.*\} \d+$/gm)!;
  return behind.every((line) => line.endsWith(' 0'));
}

test('what the engine tells passes the linter of Prometheus', async () => {
  const text = await told();
  const { exitCode, stdout, stderr } = Bun.spawnSync(['promtool', 'check', 'metrics'], {
    stdin: Buffer.from(text),
  });
  expect({ exitCode, said: `${stdout}${stderr}` }).toEqual({ exitCode: 0, said: '' });
});

test('PostgreSQL stopped: the lag is the age of the first order that it lacks, and the alert fires until it is back', async () => {
  const running = `stampede_build_info{job="stampede",version="${version}"}`;
  await waitUntil(
    'Prometheus reads the engine',
    async () => (await prometheus.value(running)) === 1,
  );
  await buy(1);
  await waitUntil('SQL has the order', isAllInSql);
  await waitUntil('no alert fires', async () => (await firing()).length === 0);
  await postgres.stop();
  const stoppedAt = Date.now();
  await buy(2);
  await waitUntil('the alert fires', async () => (await firing()).includes('StampedeProjectorLag'));
  // Never more than the time for which SQL has been away, however quiet the shop was before.
  expect(await lag()).toBeLessThanOrEqual((Date.now() - stoppedAt) / 1_000);
  expect(await firing()).toContain('StampedeDegraded');
  expect(await firing()).not.toContain('StampedeDown');
  const alert = (await prometheus.alerts()).find(
    ({ labels }) => labels.alertname === 'StampedeProjectorLag',
  )!;
  expect(alert.annotations.summary).toBe(`SQL is behind the journal at 127.0.0.1:${engine.port}`);
  expect(alert.annotations.description).toMatch(/SQL does not have is \d\S* old\./);
  await postgres.start();
  await waitUntil('SQL has caught up', async () => (await lag()) === 0);
  await waitUntil('no alert is left', async () => (await firing()).length === 0);
});

test('the engine killed: the alert says that it is down', async () => {
  await engine.kill();
  await waitUntil('the alert fires', async () => (await firing()).includes('StampedeDown'));
});
