import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'bun:test';
import { copyFileSync } from 'node:fs';
import { wallClock } from './clock.ts';
import { Board, type BoardRow } from './memory/board.ts';
import { Positions } from './memory/positions.ts';
import { Replica, replicaKey } from './replica.ts';
import { boardRow } from './testing/board-row.ts';
import { waitUntil } from './testing/process.ts';
import { type RedisServer, startRedis } from './testing/redis.ts';

const partitions = 4;
/** Of partition 1, the only one of this thread. */
const [item, other] = [1, 5];

let redis: RedisServer;
let board: Board;
let positions: Positions;
let replica: Replica;
let logged: string[];

beforeAll(async () => {
  redis = await startRedis();
});

afterAll(() => redis.remove());

beforeEach(async () => {
  await redis.command('FLUSHALL');
  board = new Board(new SharedArrayBuffer(Board.bytes()));
  positions = new Positions(new SharedArrayBuffer(Positions.bytes));
  logged = [];
  replica = open();
});

afterEach(() => replica.close());

function open(): Replica {
  return new Replica({
    url: redis.url,
    board,
    positions,
    clock: wallClock,
    partitions,
    own: [1],
    mark: Bun.randomUUIDv7(),
    log: (_level, message) => logged.push(message),
  });
}

function row(seq: number, left: number, promo: Partial<BoardRow> = {}): BoardRow {
  const units = { loaded: 100, held: 100 - left, left };
  return boardRow({ ...units, seq, leftSeq: seq, ...promo });
}

/** An entry is acknowledged: the board shows it, and the replica is notified. */
function acknowledge(seq: number, rows: Record<number, BoardRow>): void {
  for (const [id, each] of Object.entries(rows)) board.write(Number(id), each);
  positions.set(1, 'journalSeq', seq);
  replica.changed(Object.keys(rows).map(Number));
}

async function stored(id: number): Promise<Record<string, string>> {
  const pairs = (await redis.command('HGETALL', replicaKey(id))) as string[]; // As RESP 2 returns it.
  return Object.fromEntries(
    Array.from({ length: pairs.length / 2 }, (_, n) => pairs.slice(2 * n, 2 * n + 2)),
  );
}

function shows(id: number, values: Record<string, string>): Promise<void> {
  return waitUntil(`Redis shows ${JSON.stringify(values)}`, async () => {
    const found = await stored(id);
    return Object.entries(values).every(([name, value]) => found[name] === value);
  });
}

test('an item shows its units, its status, its partition and its last entry', async () => {
  acknowledge(7, { [item]: row(7, 60) });
  await shows(item, { seq: '7' });
  expect(await stored(item)).toEqual({
    seq: '7',
    partition: '1',
    loaded: '100',
    held: '40',
    sold: '0',
    left: '60',
    status: 'none',
  });
  await waitUntil('the replica has caught up', () => positions.get(1, 'replicaSeq') === 7);
});

test('an older state never overwrites a newer one', async () => {
  acknowledge(7, { [item]: row(7, 60), [other]: row(7, 1) });
  await shows(item, { seq: '7' });
  await redis.command('HSET', replicaKey(item), 'seq', '9', 'left', '50');
  acknowledge(8, { [item]: row(8, 55), [other]: row(8, 2) });
  await shows(other, { seq: '8' });
  expect(await stored(item)).toMatchObject({ seq: '9', left: '50' });
});

test('a sale that only the clock begins and ends is shown to do so', async () => {
  const now = Date.now();
  const promo = { promo: 3, startAt: now + 400, endAt: now + 1_000 };
  acknowledge(1, { [item]: row(1, 100, promo) });
  for (const status of ['pending', 'running', 'ended']) await shows(item, { status });
  expect(await stored(item)).toMatchObject({ seq: '1' });
});

test('a Redis that was flushed is filled again, without a change of any item', async () => {
  acknowledge(1, { [item]: row(1, 80), [other]: row(1, 70) });
  await shows(other, { left: '70' });
  await redis.command('FLUSHALL');
  await shows(item, { left: '80' });
  await shows(other, { left: '70' });
});

test('a Redis whose old data was restored while it ran is corrected', async () => {
  acknowledge(1, { [item]: row(1, 80) });
  await shows(item, { left: '80' });
  const keys = (await redis.command('KEYS', 'stampede:*')) as string[]; // A list of names.
  for (const key of keys) await redis.command('COPY', key, `old:${key}`);
  acknowledge(2, { [item]: row(2, 75) });
  await shows(item, { left: '75' });
  for (const key of keys) await redis.command('COPY', `old:${key}`, key, 'REPLACE');
  expect(await stored(item)).toMatchObject({ left: '80' });
  await shows(item, { left: '75', seq: '2' });
});

/** How often Redis has run a command since it started. */
async function calls(command: string): Promise<number> {
  const stats = String(await redis.command('INFO', 'commandstats'));
  return Number(new RegExp(`^cmdstat_${command}:calls=(\\d+)`, 'm').exec(stats)?.[1] ?? 0);
}

test('the script is sent once, and again to a Redis that has lost it', async () => {
  const before = await calls('eval');
  for (let seq = 1; seq <= 20; seq++) {
    acknowledge(seq, { [item]: row(seq, 100 - seq), [other]: row(seq, seq) });
    await shows(other, { seq: `${seq}` });
  }
  expect((await calls('eval')) - before).toBe(1);
  await redis.command('SCRIPT', 'FLUSH');
  acknowledge(21, { [item]: row(21, 79), [other]: row(21, 21) });
  await shows(item, { seq: '21', left: '79' });
  await shows(other, { seq: '21', left: '21' });
  expect(logged).not.toContain('replica not written');
});

test('a Redis that was killed, and comes back empty or with an old dump, is corrected', async () => {
  acknowledge(1, { [item]: row(1, 80) });
  await shows(item, { left: '80' });
  const [dump, kept] = ['dump.rdb', 'kept.rdb'].map((name) => redis.folder.file(name)) as [
    string,
    string,
  ]; // Two names give two files.
  await redis.command('SAVE');
  copyFileSync(dump, kept);
  acknowledge(2, { [item]: row(2, 70) });
  await shows(item, { left: '70' });
  await redis.kill();
  acknowledge(3, { [item]: row(3, 60) });
  copyFileSync(kept, dump);
  await redis.start();
  await shows(item, { left: '60', seq: '3' });
  expect(logged.filter((message) => message === 'replica connected')).toHaveLength(2);
});

test('a Redis that hangs holds no one up, and is correct once it goes on', async () => {
  acknowledge(1, { [item]: row(1, 80) });
  await shows(item, { left: '80' });
  await redis.freeze();
  try {
    acknowledge(2, { [item]: row(2, 70) });
    await waitUntil('the replica gives up', () => logged.includes('replica not written'));
    expect(positions.get(1, 'replicaSeq')).toBe(1);
    acknowledge(3, { [item]: row(3, 60) });
  } finally {
    redis.thaw();
  }
  await shows(item, { left: '60', seq: '3' });
  await waitUntil('the replica has caught up', () => positions.get(1, 'replicaSeq') === 3);
});

test('a Redis that is away is behind by the age of what it lacks, and not by what it may have', async () => {
  await replica.close();
  await redis.stop();
  // A fresh engine knows nothing of what an earlier one has copied.
  positions = new Positions(new SharedArrayBuffer(Positions.bytes));
  positions.noteEntry(1, 5, 1_000);
  positions.set(1, 'startSeq', 5);
  replica = open();
  acknowledge(5, { [item]: row(5, 80) });
  const now = Date.now();
  expect(positions.lag(1, 'replica', now)).toEqual({ entries: 0, ms: 0 });
  positions.noteEntry(1, 6, now - 7_000);
  acknowledge(6, { [item]: row(6, 79) });
  expect(positions.lag(1, 'replica', now)).toEqual({ entries: 1, ms: 7_000 });
  await redis.start();
  await shows(item, { seq: '6' });
  await waitUntil('it is known that nothing is missing', () => {
    const { entries, ms } = positions.lag(1, 'replica', now + 60_000);
    return positions.get(1, 'replicaSeq') === 6 && entries === 0 && ms === 0;
  });
});

test('the last changes are still written when the thread leaves', async () => {
  acknowledge(1, { [item]: row(1, 80) });
  await shows(item, { left: '80' });
  acknowledge(2, { [item]: row(2, 79) });
  await replica.close();
  expect(await stored(item)).toMatchObject({ left: '79' });
  replica = open();
});

test('an engine copies what it owns, and all of a partition once it has taken it', async () => {
  positions.set(1, 'elsewhere', 1);
  await waitUntil('the replica knows', () => positions.get(1, 'replicaSilent') === 0);
  acknowledge(4, { [item]: row(4, 60), [other]: row(2, 50) });
  positions.reached(1, 'replica', 3);
  await Bun.sleep(400);
  expect(await redis.command('KEYS', 'stampede:item:*')).toEqual([]);
  // The owner before wrote one of them, and was killed before it wrote the other.
  await redis.command('HSET', replicaKey(other), 'seq', '2', 'left', '50');
  positions.set(1, 'elsewhere', 0);
  await shows(item, { seq: '4', left: '60' });
  await shows(other, { seq: '2', left: '50', loaded: '100' });
  await waitUntil('the replica has caught up', () => positions.get(1, 'replicaSeq') === 4);
});

test('an owner before, which still writes what it had, changes nothing of a later one', async () => {
  acknowledge(4, { [item]: row(4, 60) });
  await shows(item, { seq: '4' });
  const late = { board, positions, replica };
  board = new Board(new SharedArrayBuffer(Board.bytes()));
  positions = new Positions(new SharedArrayBuffer(Positions.bytes));
  replica = open();
  acknowledge(5, { [item]: row(5, 20), [other]: row(4, 30) });
  await shows(item, { seq: '5', left: '20' });
  late.board.write(other, row(3, 90));
  late.replica.changed([item, other]);
  await late.replica.close();
  expect(await stored(item)).toMatchObject({ seq: '5', left: '20' });
  expect(await stored(other)).toMatchObject({ seq: '4', left: '30' });
});
