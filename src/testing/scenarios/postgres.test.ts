import { afterAll, afterEach, beforeAll, expect, test } from 'bun:test';
import { SQL } from 'bun';
import { waitUntil } from '../../../actors/testing/process.ts';
import { FaultRig, patienceMs } from '../fault-rig.ts';
import { type PostgresServer, startPostgres } from '../postgres.ts';

let postgres: PostgresServer;
let url: string;
let rig: FaultRig;

beforeAll(async () => {
  postgres = await startPostgres();
});

afterAll(() => postgres.remove());

afterEach(() => rig.remove());

async function sell(): Promise<void> {
  url = await postgres.createDatabase();
  rig = new FaultRig({ DATABASE_URL: url });
  await rig.sell();
}

/** Orders go on, no one is told to come back, and SQL is seen to fall behind the journal. */
async function expectSellingAndLag(): Promise<void> {
  const { buyers } = rig;
  await buyers.buy(300);
  await waitUntil('the lag shows', async () => (await lag()) > 0, patienceMs);
  await buyers.buy(300);
  expect([...buyers.told]).toEqual([]);
}

/** Entries of all partitions that SQL does not have yet. */
async function lag(): Promise<number> {
  const lags = (await rig.statements()).map((each) => each.journalSeq - each.sqlSeq);
  return lags.reduce((sum, entries) => sum + entries, 0);
}

/** SQL reaches every entry that exists now, while more come. */
async function untilCaughtUp(from: string): Promise<void> {
  const [startedAt, behind] = [performance.now(), await lag()];
  const ends = new Map((await rig.statements()).map((each) => [each.itemId, each.journalSeq]));
  const caughtUp = async () =>
    (await rig.statements()).every((each) => each.sqlSeq >= ends.get(each.itemId)!);
  await waitUntil('SQL catches up', caughtUp, patienceMs);
  const ms = Math.round(performance.now() - startedAt);
  console.log(`${from}: ${behind} entries behind, caught up within ${ms} ms`);
}

test('postgres stopped and started again: selling goes on, the lag shows, SQL catches up', async () => {
  await sell();
  await postgres.stop();
  await expectSellingAndLag();
  await rig.untilDegraded(/projector/);
  await rig.untilDegraded(/SQL: accounts and lists wait/);
  await postgres.start();
  await untilCaughtUp('after a restart');
  await rig.untilReady();
  await rig.expectKept();
}, 240_000);

test('postgres frozen and continued: selling goes on, the lag shows, SQL catches up', async () => {
  await sell();
  await postgres.freeze();
  try {
    await expectSellingAndLag();
    await rig.untilDegraded(/SQL: accounts and lists wait, it does not answer/);
  } finally {
    postgres.thaw();
  }
  await untilCaughtUp('after a freeze');
  await rig.untilReady();
  await rig.expectKept();
}, 240_000);

test('an engine started while postgres is down: it sells, and says what its lists cannot show', async () => {
  await sell();
  expect(await rig.engine.stop()).toBe(0);
  await postgres.stop();
  await rig.start();
  await rig.untilDegraded(/SQL: accounts and lists wait/);
  expect(rig.engine.process.output()).toContain('SQL is away');
  // What they were told while no engine ran.
  rig.buyers.told.clear();
  await rig.buyers.buy(300);
  expect([...rig.buyers.told]).toEqual([]);
  const { data } = await rig.engine.api('GET', '/api/items');
  expect(data).toEqual({ items: [], next: null, hidden: rig.sales.length });
  const home = await fetch(`${rig.engine.url}/`);
  expect([home.status, await home.text()]).toEqual([200, expect.stringContaining('Some items')]);
  await postgres.start();
  await untilCaughtUp('after a start without SQL');
  await rig.untilReady();
  await waitUntil('the list is whole', async () => {
    const { data: shown } = await rig.engine.api<{ items: unknown[] }>('GET', '/api/items');
    return shown.items.length === rig.sales.length;
  });
  await rig.expectKept();
}, 240_000);

test('postgres stopped: a list and a page that were seen before are shown as before', async () => {
  await sell();
  const paths = [
    '/',
    '/api/items',
    `/api/items/${rig.sales[0]!.itemId}`,
    `/items/${rig.sales[0]!.itemId}`,
  ];
  const statuses = async () =>
    Promise.all(paths.map(async (path) => (await fetch(rig.engine.url + path)).status));
  expect(await statuses()).toEqual([200, 200, 200, 200]);
  await postgres.stop();
  await rig.untilDegraded(/SQL: accounts and lists wait/);
  // Longer than anything is kept without asking for changes.
  await Bun.sleep(1_500);
  expect(await statuses()).toEqual([200, 200, 200, 200]);
  const { data } = await rig.engine.api<{ items: unknown[] }>('GET', '/api/items');
  expect(data.items).toHaveLength(rig.sales.length);
  await postgres.start();
  await rig.untilReady();
  await rig.expectKept();
}, 240_000);

test('transactions killed again and again: selling goes on, SQL catches up, rows come once', async () => {
  await sell();
  const killer = new SQL(url, { max: 1 });
  let killed = 0;
  for (let round = 0; round < 10; round++) {
    await rig.buyers.buy(50);
    const ended = await killer`
      SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE datname = current_database() AND pid <> pg_backend_pid()`;
    killed += ended.length;
  }
  await killer.close();
  expect(killed).toBeGreaterThan(0);
  expect([...rig.buyers.told]).toEqual([]);
  await untilCaughtUp(`after ${killed} killed connections`);
  await rig.expectKept();
}, 240_000);
