import { afterEach, beforeEach, expect, test } from 'bun:test';
import { copyFileSync } from 'node:fs';
import { replicaKey } from '../../../actors/replica.ts';
import { waitUntil } from '../../../actors/testing/process.ts';
import { type RedisServer, startRedis } from '../../../actors/testing/redis.ts';
import { startRelay } from '../../../actors/testing/relay.ts';
import { FaultRig, patienceMs } from '../fault-rig.ts';

let redis: RedisServer;
let rig: FaultRig;

beforeEach(async () => {
  redis = await startRedis();
  rig = new FaultRig({ REDIS_URL: redis.url });
});

afterEach(async () => {
  await rig.remove();
  await redis.remove();
});

/** Orders go on as usual, and no one is told to come back. */
async function expectSelling(when: string): Promise<void> {
  const { buyers } = rig;
  buyers.slowestMs = 0;
  const ms = await buyers.buy(300);
  console.log(`${when}: 300 orders in ${ms} ms, the slowest ${Math.round(buyers.slowestMs)} ms`);
  expect([...buyers.told]).toEqual([]);
}

async function hashOf(itemId: number): Promise<Record<string, string>> {
  const pairs = (await redis.command('HGETALL', replicaKey(itemId))) as string[]; // By RESP 2.
  return Object.fromEntries(
    Array.from({ length: pairs.length / 2 }, (_, n) => pairs.slice(2 * n, 2 * n + 2)),
  );
}

/** Waits until Redis shows every item at an entry no older than what is now the journal's last. */
async function untilReplicated(): Promise<void> {
  const startedAt = performance.now();
  // The units of the item in short supply do not change while it is sold out; its row says when they
  // did.
  const then = (await rig.statements()).filter(({ loaded }) => loaded > 100);
  for (const { itemId, journalSeq } of then) {
    const caughtUp = async () => Number((await hashOf(itemId)).seq ?? 0) >= journalSeq;
    await waitUntil(`item ${itemId} is right again`, caughtUp, patienceMs);
  }
  console.log(`replicated again within ${Math.round(performance.now() - startedAt)} ms`);
}

/** When the sale is over, Redis shows what the actors hold. */
async function expectReplicated(): Promise<void> {
  await rig.buyers.stop();
  const equal = async () => {
    for (const { itemId, loaded, sold, held, left } of await rig.statements()) {
      const hash = await hashOf(itemId);
      const shown = [hash.loaded, hash.sold, hash.held, hash.left].map(Number);
      if (shown.join() !== [loaded, sold, held, left].join()) return false;
    }
    return true;
  };
  await waitUntil('Redis shows what the actors hold', equal, patienceMs);
  await rig.expectKept();
}

test('redis killed and started again, empty: the sale goes on, the replica is filled again', async () => {
  await rig.sell();
  await redis.kill();
  await expectSelling('without redis');
  await rig.untilDegraded(/the store: log-in and admission wait/);
  await rig.untilDegraded(/the replica of partition 0, 1.* is not written/);
  await redis.start();
  await untilReplicated();
  await rig.untilReady();
  await expectReplicated();
}, 240_000);

test('redis stopped and continued: the sale goes on, the replica is corrected', async () => {
  await rig.sell();
  await redis.freeze();
  await expectSelling('with a redis that hangs');
  await Bun.sleep(1_500);
  await expectSelling('with a redis that still hangs');
  await rig.untilDegraded(/the store: .*/);
  await rig.untilDegraded(/the replica .* is not written/);
  redis.thaw();
  await untilReplicated();
  await rig.untilReady();
  await expectReplicated();
}, 240_000);

test('redis flushed: the sale goes on, the replica is filled again', async () => {
  await rig.sell();
  await redis.command('FLUSHALL');
  await expectSelling('flushed');
  await untilReplicated();
  await expectReplicated();
}, 240_000);

test('redis restored from an old dump: the sale goes on, the replica is corrected', async () => {
  await rig.sell();
  const [dump, old] = [redis.folder.file('dump.rdb'), redis.folder.file('old.rdb')];
  await redis.command('SAVE');
  copyFileSync(dump, old);
  await expectSelling('before');
  await redis.kill();
  copyFileSync(old, dump);
  await redis.start();
  await expectSelling('restored');
  await untilReplicated();
  await expectReplicated();
}, 240_000);

test('a failover behind one address: the sale goes on, store and replica follow to the new master', async () => {
  const second = await startRedis();
  const address = await startRelay(redis.port);
  rig = new FaultRig({ REDIS_URL: `redis://127.0.0.1:${address.port}` });
  await rig.sell();
  await second.command('REPLICAOF', '127.0.0.1', String(redis.port));
  const synchronised = async () =>
    String(await second.command('INFO', 'replication')).includes('master_link_status:up');
  await waitUntil('the second server has a copy', synchronised, patienceMs);
  // Every connection of the engine still leads to the first server, which answers reads as before.
  await second.command('REPLICAOF', 'NO', 'ONE');
  await redis.command('REPLICAOF', '127.0.0.1', String(second.port));
  address.leadTo(second.port);
  await expectSelling('during the failover');
  const first = redis;
  redis = second;
  await rig.untilReady();
  await untilReplicated();
  await expectReplicated();
  await address.stop();
  await first.remove();
}, 240_000);
