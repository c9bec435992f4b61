import { afterEach, expect, test } from 'bun:test';
import { type NatsServer, startNats } from '../../../actors/testing/nats.ts';
import { type RedisServer, startRedis } from '../../../actors/testing/redis.ts';
import { FaultRig, patienceMs } from '../fault-rig.ts';
import { type PostgresServer, startPostgres } from '../postgres.ts';

let nats: NatsServer;
let redis: RedisServer;
let postgres: PostgresServer;
let rig: FaultRig;

afterEach(async () => {
  await rig.remove();
  for (const server of [nats, redis, postgres]) await server.remove();
});

test(
  'an engine on nats, redis and postgres, killed with -9 again and again, and each of them once: everything buyers were told stays true',
  async () => {
    [nats, redis, postgres] = await Promise.all([startNats(), startRedis(), startPostgres()]);
    rig = new FaultRig({
      ...{
        NATS_URL: nats.url,
        REDIS_URL: redis.url,
        DATABASE_URL: await postgres.createDatabase(),
      },
      ...{ HTTP_THREADS: '2', ACTOR_THREADS: '2' },
    });
    await rig.sell();
    const { buyers } = rig;
    const faults = [
      () => nats.kill().then(nats.start),
      () => redis.kill().then(redis.start),
      () => postgres.stop().then(postgres.start),
    ];
    for (const breakAlso of faults) {
      await buyers.buy(150);
      await Promise.all([breakAlso(), rig.engine.kill()]);
      await rig.start();
      const ms = await buyers.buy(1);
      console.log(`the engine is back and sells after ${ms} ms`);
    }
    await rig.untilReady();
    expect(buyers.told.get(0) ?? 0).toBeGreaterThan(0);
    await rig.expectKept();
  },
  2 * patienceMs + 60_000,
);
