import { expect, test } from 'bun:test';
import { Board } from '../../actors/memory/board.ts';
import { Positions } from '../../actors/memory/positions.ts';
import { type Numbers, SqlUnavailable } from '../db/sql.ts';
import { StoreUnavailable } from '../store/store.ts';
import { WebhookFigures } from '../webhooks/figures.ts';
import { KnownEngines } from './cluster/known-engines.ts';
import { ReadinessCheck, type ReadinessParts } from './readiness.ts';

const partitions = 2;
const now = Date.UTC(2026, 10, 11);

const board = new Board(new SharedArrayBuffer(Board.bytes()));

const ownFacts = {
  ...{ id: 'a', address: 'http://a:3000', version: '0.5.0', startedAt: now, actorThreads: 2 },
};

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
  const figures = new WebhookFigures(new SharedArrayBuffer(WebhookFigures.bytes));
  const steady = { now: 5_000_000 };
  const lost = { items: [] as number[], promos: [] as number[] };
  const parts = {
    positions,
    partitions,
    engines: new KnownEngines(ownFacts),
    clock: () => now,
    steadyClock: () => steady.now,
    draining: () => draining,
    board,
    webhooks: { host: 'shop.example', figures },
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
    engines: parts.engines,
    steady,
    asked,
    figures,
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

test('webhooks that are not sent leave the engine ready, and it is said why', async () => {
  const { check, figures } = wellParts();
  const degraded = async () => (await check.judge()).degraded;
  figures.set('beatAt', now - 1_000);
  figures.set('failingSince', now - 30_000);
  figures.set('down', 1);
  expect(await degraded()).toEqual([]);
  figures.set('failingSince', now - 61_000);
  expect(await degraded()).toEqual(['webhooks: shop.example takes none']);
  figures.set('stoppedAt', now - 1_000);
  expect(await degraded()).toEqual([
    'webhooks: shop.example said that it wants no more (410), say "go on" at /admin/webhooks',
  ]);
  figures.set('stoppedAt', 0);
  figures.set('failingSince', 0);
  figures.set('down', 0);
  figures.set('differing', 2);
  figures.set('beatAt', now - 60_000);
  expect(await degraded()).toEqual([
    'webhooks: their sender does nothing, see its log',
    'webhooks: the journal of 2 partitions is not the one that was told, see /admin/webhooks',
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

/** A cluster in good health: this engine owns partition 0, another partition 1, a moment ago. */
function wellCluster() {
  const well = wellParts();
  const { positions, steady } = well;
  const beat = () => {
    positions.leaseEndsAt = steady.now + 700;
    positions.set(0, 'boardStaleAt', steady.now + 700);
    positions.set(1, 'ownerHeardAt', steady.now);
    positions.set(1, 'boardStaleAt', steady.now + 1_000);
  };
  positions.set(1, 'elsewhere', 1);
  positions.set(1, 'ownerReady', 1);
  positions.setMode(1, 'following');
  beat();
  return {
    ...well,
    beat,
    /** Some time passes, of which an engine that is watched takes note. */
    passes: (ms: number) => {
      steady.now += ms;
    },
  };
}

const partition = { owned: false, mode: 'following', since: now, seq: 1, sqlSeq: 1, replicaSeq: 1 };
const common = { tokenSecret: 'x', sql: 'y', store: 'z' };
const member = {
  ...{ ...ownFacts, layout: 1, state: 'alive', heardAt: 0, common },
  partitions: [partition, partition],
};

test('an engine of a cluster is ready while others own what it does not', async () => {
  const { check } = wellCluster();
  expect(await check.judge()).toEqual({ unready: [], degraded: [] });
});

test('an engine of a cluster is unready until each partition was served for the first time', async () => {
  const { check, positions } = wellCluster();
  positions.set(1, 'ownerHeardAt', 0);
  expect((await check.judge()).unready).toEqual(['partition 1: nobody owns it']);
  // Where its journal is damaged, nobody is to take it: an operator must hear that instead.
  positions.setMode(1, 'refusing');
  expect((await check.judge()).unready).toEqual(['partition 1 is refusing']);
  positions.setMode(1, 'following');
});

test('a partition that changes hands makes no engine unready, unless it takes long', async () => {
  const { check, positions, beat, passes } = wellCluster();
  await check.judge();
  const told = async () => {
    const { unready, degraded } = await check.judge();
    return [unready, degraded.filter((reason) => !reason.includes('copy'))];
  };
  positions.set(1, 'ownerReady', 0);
  positions.setMode(0, 'taking');
  const reasons = ['partition 0 is being taken over', 'partition 1: its owner is not ready'];
  expect(await told()).toEqual([[], reasons]);
  passes(2_900);
  beat();
  expect(await told()).toEqual([[], reasons]);
  passes(200);
  beat();
  expect(await told()).toEqual([reasons, []]);
  positions.set(1, 'ownerReady', 1);
  positions.setMode(0, 'ready');
  expect(await told()).toEqual([[], []]);
});

test('an owner that is silent, and an engine that hears nothing of the cluster, are named', async () => {
  const { check, positions, steady, passes } = wellCluster();
  await check.judge();
  passes(1_100);
  expect((await check.judge()).degraded).toEqual([
    'this engine is cut off from NATS',
    'partition 1: its owner is silent',
    "this engine's copy of partition 1 is behind",
  ]);
  passes(700);
  expect((await check.judge()).unready).toEqual(['this engine is cut off from NATS']);
  passes(2_000);
  expect((await check.judge()).unready).toEqual([
    'this engine is cut off from NATS',
    'partition 1: its owner is silent',
  ]);
  positions.leaseEndsAt = steady.now + 700;
  expect((await check.judge()).unready).toEqual(['partition 1: its owner is silent']);
});

test('a copy that is not in step is named, and so is what engines do not have in common', async () => {
  const { check, positions, engines } = wellCluster();
  positions.setMode(1, 'recovering');
  const other = { ...member, id: 'b', address: 'http://b:3000' };
  const foreign = { ...common, tokenSecret: 'q', sql: 'own' };
  engines.heard(JSON.stringify([member, { ...other, common: foreign }]));
  const both = 'engines http://a:3000 and http://b:3000';
  expect(await check.judge()).toEqual({
    unready: [],
    degraded: [
      `${both} have different TOKEN_SECRETs: a purchase token of one is refused by the other`,
      `${both} do not share a database: each has accounts and lists of its own`,
      "this engine's copy of partition 1 is recovering",
    ],
  });
  engines.heard(JSON.stringify([member, { ...other, state: 'gone', common: foreign }]));
  positions.setMode(1, 'following');
  expect((await check.judge()).degraded).toEqual([]);
});
