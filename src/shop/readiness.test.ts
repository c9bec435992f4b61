import { expect, test } from 'bun:test';
import { Board } from '../../actors/memory/board.ts';
import { Positions } from '../../actors/memory/positions.ts';
import { type Numbers, SqlUnavailable } from '../db/sql.ts';
import { StoreUnavailable } from '../store/store.ts';
import { ReadinessCheck, type ReadinessParts } from './readiness.ts';

const partitions = 2;
const now = Date.UTC(2026, 10, 11);

const board = new Board(new SharedArrayBuffer(Board.bytes()));

/** An engine in good health; a test spoils what it is about. */
function wellParts() {
  const positions = new Positions(new SharedArrayBuffer(Positions.bytes));
  positions.projectorBeatAt = now;
  for (let partition = 0; partition < partitions; partition++)
    positions.setMode(partition, 'ready');
  const asked = { sql: 0, store: 0 };
  let sqlAnswer: () => Promise<null> = async () => null;
  let storeAnswer: () => Promise<void> = async () => undefined;
  let missingAnswer: () => Promise<Numbers> = async () => lost;
  let draining = false;
  const lost = { items: [] as number[], promos: [] as number[] };
  const parts = {
    positions,
    partitions,
    clock: () => now,
    draining: () => draining,
    board,
    sql: {
      trouble: null,
      catalog: { missing: () => missingAnswer() },
      users: {
        byId: () => {
          asked.sql++;
          return sqlAnswer();
        },
      },
    },
    store: {
      set: () => {
        asked.store++;
        return storeAnswer();
      },
    },
  };
  return {
    positions,
    asked,
    lost,
    // A check asks nothing of SQL but one user and which rows are missing.
    check: new ReadinessCheck(parts as unknown as ReadinessParts),
    drain: () => (draining = true),
    missingAnswers: (answer: () => Promise<Numbers>) => (missingAnswer = answer),
    sqlAnswers: (answer: () => Promise<null>) => (sqlAnswer = answer),
    storeAnswers: (answer: () => Promise<void>) => (storeAnswer = answer),
  };
}

test('an engine whose parts are all well is ready, and nothing is in trouble', async () => {
  expect(await wellParts().check.judge()).toEqual({ unready: [], degraded: [] });
});

test('buyers cannot buy where a partition is not served, its journal is silent, or the engine leaves', async () => {
  const { check, positions, drain } = wellParts();
  positions.setMode(0, 'recovering');
  positions.set(1, 'journalSilent', 1);
  expect((await check.judge()).unready).toEqual([
    'partition 0 is recovering',
    'the journal of partition 1 does not answer',
  ]);
  drain();
  expect((await check.judge()).unready).toContain('draining');
});

test('trouble with SQL, store, replica and projector leaves the engine ready, and is named', async () => {
  const { check, positions, sqlAnswers, storeAnswers } = wellParts();
  positions.projectorBeatAt = now - 60_000;
  positions.set(1, 'replicaSilent', 1);
  sqlAnswers(() => Promise.withResolvers<null>().promise);
  storeAnswers(() => Promise.reject(new StoreUnavailable('Redis is unavailable')));
  const { unready, degraded } = await check.judge();
  expect(unready).toEqual([]);
  expect(degraded).toEqual([
    'the projector writes nothing: see its log',
    'the replica of partition 1 is not written',
    'SQL: accounts and lists wait, it does not answer',
    'the store: log-in and admission wait, Redis is unavailable',
  ]);
});

test('a partition whose time stands still, since the clock was set back, takes orders and is named', async () => {
  const { check, positions } = wellParts();
  positions.set(1, 'aheadMs', 3_600_000);
  expect(await check.judge()).toEqual({
    unready: [],
    degraded: ['the clock is behind partition 1: holds end late'],
  });
});

test('a crowd of questions asks SQL and the store once', async () => {
  const { check, asked } = wellParts();
  await Promise.all(Array.from({ length: 50 }, () => check.judge()));
  expect(asked).toEqual({ sql: 1, store: 1 });
});

test('a part that hangs is asked once, and again only when it has answered', async () => {
  const { check, asked, sqlAnswers } = wellParts();
  const hanging = Promise.withResolvers<null>();
  sqlAnswers(() => hanging.promise);
  expect((await check.judge()).degraded).toHaveLength(1);
  // The first answer was waited for longer than the pause between two questions.
  expect((await check.judge()).degraded).toEqual([
    'SQL: accounts and lists wait, it does not answer',
  ]);
  expect(asked).toEqual({ sql: 1, store: 2 });
  hanging.resolve(null);
  await Bun.sleep(1_100);
  expect((await check.judge()).degraded).toEqual([]);
});

test('items and promos that SQL has lost are named, and buyers buy on', async () => {
  const { check, lost } = wellParts();
  lost.items.push(4);
  lost.promos.push(2, 7);
  const { unready, degraded } = await check.judge();
  expect(unready).toEqual([]);
  expect(degraded).toEqual([expect.stringContaining('no row for item 4 and promos 2, 7')]);
});

test('a question about lost rows that came to nothing is put again soon, not after the usual pause', async () => {
  const { check, missingAnswers } = wellParts();
  const hanging = Promise.withResolvers<Numbers>();
  missingAnswers(() => hanging.promise);
  expect((await check.judge()).degraded).toEqual([expect.stringContaining('does not answer')]);
  missingAnswers(async () => ({ items: [], promos: [] }));
  hanging.reject(new SqlUnavailable('away'));
  await Bun.sleep(1_100);
  expect((await check.judge()).degraded).toEqual([]);
});
