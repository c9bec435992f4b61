import { afterEach, beforeEach, test } from 'bun:test';
import { startNats } from '../../../actors/testing/nats.ts';
import { waitUntil } from '../../../actors/testing/process.ts';
import { type RedisServer, startRedis } from '../../../actors/testing/redis.ts';
import { ClusterRig } from '../cluster-rig.ts';
import { patienceMs, readinessOf } from '../fault-rig.ts';

let redis: RedisServer;
let rig: ClusterRig;

beforeEach(async () => {
  redis = await startRedis();
  rig = await ClusterRig.on(await startNats(), { REDIS_URL: redis.url });
  for (let engine = 1; engine <= 3; engine++) await rig.add();
  await rig.sell();
}, 240_000);

afterEach(async () => {
  await rig.remove();
  await redis.remove();
}, 240_000);

/** Waits until each engine says that buyers can buy there, and that something else is in trouble, or that nothing is. */
async function untilEachSays(degraded: RegExp | null): Promise<void> {
  for (const { engine } of rig.members) {
    const says = async () => {
      const { ready, reasons } = await readinessOf(engine);
      const fits = degraded === null ? reasons.length === 0 : reasons.some((r) => degraded.test(r));
      if (!ready || !fits) throw new Error(reasons.join('; '));
      return true;
    };
    await waitUntil(`engine says ${degraded}`, says, patienceMs);
  }
}

test('Redis is away, then PostgreSQL: orders go on at every engine, and all else catches up', async () => {
  for (const [server, reason] of [
    [{ stop: redis.kill, start: redis.start }, /redis/i],
    [rig.postgres, /sql|projector/i],
  ] as const) {
    await server.stop();
    await untilEachSays(reason);
    await rig.buyers.buy(300);
    await server.start();
    await untilEachSays(null);
  }
  rig.expectNobodySentAway();
  await rig.expectKept();
}, 240_000);
