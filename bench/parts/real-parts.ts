/**
 * Orders with the servers of production: the journal on JetStream, the replica in Redis, the
 * projector into Postgres, as asked for; and how far the replica is behind meanwhile.
 */
import { startNats } from '../../actors/testing/nats.ts';
import { startRedis } from '../../actors/testing/redis.ts';
import { startPostgres } from '../../src/testing/postgres.ts';
import { generators } from '../load/generators.ts';
import {
  atLeast,
  atMost,
  type BenchSettings,
  emptyReport,
  type Part,
  type Report,
  reported,
  type Services,
  WrongAnswer,
} from '../report/report.ts';
import { type EngineServer, type Server, withServers } from '../servers/servers.ts';
import { busyNote, firstOrder, measureOrders } from './orders-over-http.ts';
import { ReplicaLag } from './replica-lag.ts';

const connections = 256;
const leastOfFloor = 0.75;
const mostLagMs = 100;

export const realParts: Part = {
  name: 'real parts',
  async run(settings) {
    const { nats, redis, postgres } = settings.services;
    if (!nats && !redis && !postgres) return emptyReport();
    const ends: (() => Promise<void>)[] = [];
    try {
      const env: Environment = {};
      if (nats) {
        const server = await startNats();
        ends.push(server.remove);
        env.NATS_URL = server.url;
      }
      if (redis) {
        const server = await startRedis();
        ends.push(server.remove);
        env.REDIS_URL = server.url;
      }
      if (postgres) {
        const server = await startPostgres();
        ends.push(server.remove);
        env.DATABASE_URL = await server.createDatabase();
      }
      const measured = (engine: EngineServer, floor: Server) =>
        measure(settings, engine, floor, env);
      return await withServers(firstOrder, measured, { env });
    } finally {
      for (const end of ends) await end();
    }
  },
};

type Environment = Partial<Record<'NATS_URL' | 'REDIS_URL' | 'DATABASE_URL', string>>;

async function measure(
  settings: BenchSettings,
  engine: EngineServer,
  floor: Server,
  env: Environment,
): Promise<Report> {
  const measurement = `order with ${namesOf(settings.services)}`;
  const { NATS_URL: natsUrl, REDIS_URL: redisUrl } = env;
  const path = engine.folder.file('journal.db');
  const journal =
    natsUrl === undefined
      ? ({ kind: 'sqlite', path } as const)
      : ({ kind: 'jetstream', url: natsUrl, replicas: 1 } as const);
  const generator = generators()[0]!;
  const load = { measurement, engine, floor, generator, connections };
  const warm = { ...load, seconds: 1, rounds: 1 };
  await measureOrders(settings, warm); // Compilers and allocators are warm after this.
  const lag = redisUrl === undefined ? null : await ReplicaLag.start(redisUrl, journal);
  const { quick } = settings;
  const rounds = quick ? 1 : 3;
  const full = { ...load, seconds: quick ? 2 : 3, rounds };
  const pair = await measureOrders(settings, {
    ...full,
    onSale: ({ itemId }) => lag?.watch(itemId),
  });
  const samples = (await lag?.stop()) ?? null;
  const report = { ...emptyReport(), loads: [pair.floor, pair.engine] };
  const name = `${measurement}: of the floor's throughput`;
  const note = busyNote(pair);
  report.targets.push(
    natsUrl === undefined
      ? reported(name, pair.ratio, '', note)
      : atLeast(name, pair.ratio, leastOfFloor, '', note),
  );
  if (samples !== null) {
    if (samples.count === 0) throw new WrongAnswer('replica: no sample of its lag');
    const how = `${samples.count} samples: an entry's number read from the journal, until Redis has it; p50 ${samples.p50Ms.toFixed(0)} ms, most ${samples.mostMs.toFixed(0)} ms`;
    report.targets.push(
      atMost('replica at full load: lag, p99', samples.p99Ms, mostLagMs, ' ms', how),
    );
  }
  return report;
}

function namesOf({ nats, redis, postgres }: Services): string {
  const names = [nats ? 'JetStream' : '', redis ? 'Redis' : '', postgres ? 'Postgres' : ''];
  return names.filter((name) => name !== '').join(', ');
}
