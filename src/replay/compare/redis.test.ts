import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'bun:test';
import { openJournal } from '../../../actors/journal/open.ts';
import { replicaKey } from '../../../actors/replica.ts';
import { logAt } from '../../../actors/testing/log.ts';
import { type TemporaryFolder, temporaryFolder } from '../../../actors/testing/process.ts';
import { type RedisServer, startRedis } from '../../../actors/testing/redis.ts';
import { salePartitions } from '../../testing/script-player.ts';
import { playSale } from '../../testing/small-sale.ts';
import { type ReplayOptions, replay } from '../replay.ts';
import { reportOf } from '../report.ts';
import { redisComparison } from './redis.ts';

let redis: RedisServer;
let folder: TemporaryFolder;

beforeAll(async () => {
  redis = await startRedis();
});

afterAll(() => redis.remove());

beforeEach(async () => {
  await redis.command('FLUSHALL');
  folder = temporaryFolder();
  await playSale(folder);
});

afterEach(() => folder.remove());

/** The comparison of the sale: its summary, and its differences. */
async function compared(options: Pick<ReplayOptions, 'item' | 'to'> = {}, url = redis.url) {
  const journal = await openJournal(logAt(folder.file('journal')), salePartitions, {
    readonly: true,
  });
  try {
    const comparisons = [redisComparison(url)];
    const replayed = await replay({ journal, partitions: salePartitions, comparisons, ...options });
    const { count, listed } = replayed.audit.findings;
    expect(count).toBe(listed.length);
    const { compared, skipped } = reportOf(replayed, null, 'CNY').comparisons[0]!;
    return { ...compared, skipped, differences: listed.map(({ what }) => what) };
  } finally {
    await journal.close();
  }
}

/** Puts an item into Redis as its actor would, with `values` in place of the true ones. */
async function show(item: number, values: Record<string, number | string> = {}): Promise<void> {
  const truth =
    item === 1
      ? { seq: 11, partition: 1, loaded: 15, held: 0, sold: 2, left: 13 }
      : { seq: 2, partition: 2, loaded: 5, held: 1, sold: 0, left: 4 };
  const pairs = Object.entries({ ...truth, status: 'running', ...values });
  await redis.command('HSET', replicaKey(item), ...pairs.flat().map(String));
}

test('a true replica passes', async () => {
  await show(1, { seq: await lastOf(1) });
  await show(2, { seq: await lastOf(2) });
  expect(await compared()).toMatchObject({ items: 2, skipped: [], differences: [] });
});

test('a replica that is behind passes as far as it goes', async () => {
  await show(1, { seq: 1, loaded: 10, held: 0, sold: 0, left: 10 });
  const said = await compared({ item: 1 });
  expect(said).toMatchObject({ items: 1, skipped: [], differences: [] });
});

test('wrong units, a wrong partition and values that are not numbers are differences', async () => {
  await show(1, { seq: await lastOf(1), left: 12, partition: 3 });
  await show(2, { seq: await lastOf(2), sold: 'many' });
  expect((await compared()).differences).toEqual([
    'partition is 3 in Redis, 1 by the journal',
    'left is 12 in Redis, 13 by the journal after that entry',
    'Redis shows no number for sold',
  ]);
});

test('a replica of a journal that has lost its end is a difference', async () => {
  await show(1, { seq: 99 });
  const { differences } = await compared({ item: 1 });
  expect(differences[0]).toContain('after entry 99, but the journal ends at');
});

test('what is beyond --to, or not in Redis, is reported but is no difference', async () => {
  await show(1, { seq: await lastOf(1) });
  expect(await compared({ to: 2 })).toMatchObject({
    items: 0,
    skipped: [
      'not compared, items that are not in Redis: 1',
      'not compared, items beyond what was read of the journal: 1',
    ],
    differences: [],
  });
});

test('a Redis that is away is reported but is no difference', async () => {
  const { skipped, differences } = await compared({}, 'redis://127.0.0.1:1');
  expect(differences).toEqual([]);
  expect(skipped[0]).toContain('Redis does not answer');
});

async function lastOf(partition: number): Promise<number> {
  const journal = await openJournal(logAt(folder.file('journal')), salePartitions, {
    readonly: true,
  });
  const last = await journal.last(partition);
  await journal.close();
  return last;
}
