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
}, 90_000);

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
}, 90_000);

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
}, 90_000);
