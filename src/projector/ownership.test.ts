/** Projector threads of engines that share a journal, with a database that is shared or each its own. */
import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  expect,
  setDefaultTimeout,
  test,
} from 'bun:test';
import { chainStart, encodeEntry, entryHash } from '../../actors/journal/codec.ts';
import type { Journal } from '../../actors/journal/journal.ts';
import { openJournal } from '../../actors/journal/open.ts';
import { Positions } from '../../actors/memory/positions.ts';
import { makeSharedMemory } from '../../actors/shared.ts';
import { logAt } from '../../actors/testing/log.ts';
import { type TemporaryFolder, temporaryFolder, waitUntil } from '../../actors/testing/process.ts';
import { openSql } from '../db/open.ts';
import type { Sql } from '../db/sql.ts';
import { type PostgresServer, startPostgres } from '../testing/postgres.ts';
import type { FromProjectorThread, ToProjectorThread } from './worker.ts';

setDefaultTimeout(240_000);

const partitions = 2;

let postgres: PostgresServer;
let folder: TemporaryFolder;
let journal: Journal;
let tails: { seq: number; hash: string }[];

beforeAll(async () => {
  postgres = await startPostgres();
});

afterAll(() => postgres.remove());

beforeEach(async () => {
  folder = temporaryFolder();
  journal = await openJournal(logAt(folder.file('journal')), partitions);
  tails = Array.from({ length: partitions }, () => ({ seq: 0, hash: chainStart }));
});

afterEach(async () => {
  await journal.close();
  folder.remove();
});

async function append(partition: number): Promise<void> {
  const { seq, hash } = tails[partition]!;
  const head = { partition, seq: seq + 1, prev: hash, writer: 'test', at: 1_000 };
  const bytes = encodeEntry(head, []);
  await journal.append(partition, seq, bytes);
  tails[partition] = { seq: seq + 1, hash: entryHash(bytes) };
}

/** The projector of an engine that owns these partitions. */
function engineOwning(owned: number[], databaseUrl: string | null, dataDir = folder.path) {
  const memory = makeSharedMemory(1, 1);
  const positions = new Positions(memory.positions);
  for (let partition = 0; partition < partitions; partition++)
    positions.set(partition, 'elsewhere', owned.includes(partition) ? 0 : 1);
  const thread = new Worker(new URL('worker.ts', import.meta.url).href);
  const drained = Promise.withResolvers<void>();
  thread.onmessage = ({ data }: MessageEvent<FromProjectorThread>) => {
    if (data.type === 'drained') drained.resolve();
  };
  const settings = { journal: logAt(folder.file('journal')) };
  const sql = { databaseUrl, dataDir };
  const store = { redisUrl: null, dataDir };
  const parts = { ...settings, sql, store, memory, partitions, clockStepMs: 0 };
  thread.postMessage({ type: 'start', logLevel: 'error', ...parts } satisfies ToProjectorThread);
  const drain = () => {
    thread.postMessage({ type: 'drain' } satisfies ToProjectorThread);
    return drained.promise;
  };
  return { positions, drain };
}

async function checkpoints(sql: Sql): Promise<number[]> {
  const all = await sql.projection.checkpoints();
  return [0, 1].map((partition) => all.get(partition)?.seq ?? 0);
}

const become = (sql: Sql, expected: number[]) =>
  waitUntil(`the checkpoints are ${expected}`, async () => {
    return Bun.deepEquals(await checkpoints(sql), expected);
  });

test('engines on one database each project what they own, and leave what they have handed over', async () => {
  const databaseUrl = await postgres.createDatabase();
  const sql = await openSql({ databaseUrl, dataDir: folder.path });
  const [a, b] = [engineOwning([0], databaseUrl), engineOwning([1], databaseUrl)];
  for (const partition of [0, 1, 1]) await append(partition);
  await become(sql, [1, 2]);
  expect([a, b].map(({ positions }) => positions.get(0, 'sqlSeq'))).toEqual([1, 0]);
  a.positions.set(0, 'elsewhere', 1);
  // A round that was under way when the partition changed hands still ends.
  await Bun.sleep(1_200);
  await append(0);
  await a.drain();
  expect(await checkpoints(sql)).toEqual([1, 2]);
  b.positions.set(0, 'elsewhere', 0);
  await become(sql, [2, 2]);
  expect(b.positions.get(0, 'sqlSeq')).toBe(2);
  await append(1);
  await b.drain();
  expect(await checkpoints(sql)).toEqual([2, 3]);
  await sql.close();
});

test('an engine with a database of its own projects everything, and leaves while others go on writing', async () => {
  const sql = await openSql({ databaseUrl: null, dataDir: folder.path });
  const engine = engineOwning([], null);
  for (const partition of [0, 1]) await append(partition);
  await become(sql, [1, 1]);
  let writing = true;
  const others = (async () => {
    for (; writing; await Bun.sleep(1)) await append(0);
  })();
  await engine.drain();
  writing = false;
  await others;
  await sql.close();
});
