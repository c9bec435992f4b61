/**
 * Orders with the servers of production: the journal on JetStream, the replica in Redis, the projector
 * into Postgres, as asked for; and how far the replica lags meanwhile.
 */
import { startNats } from '../../actors/testing/nats.ts';
import { startRedis } from '../../actors/testing/redis.ts';
import { startPostgres } from '../../src/testing/postgres.ts';
import { generators } from '../load/generators.ts';
import { Pace } from '../load/pace.ts';
import { measurePair, warmUp } from '../load/pairs.ts';
import { bottleneckNote, cpuNote } from '../report/notes.ts';
import {
  atLeast,
  type BenchSettings,
  emptyReport,
  type Part,
  type Report,
  reported,
  type Services,
  WrongAnswer,
} from '../report/report.ts';
import { type EngineServer, journalOf, type Server, withServers } from '../servers/servers.ts';
import { firstOrder, orderPair } from './orders-over-http.ts';
import { ReplicaLag } from './replica-lag.ts';

const connections = 256;
const leastRatio = 0.7;

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
  const journal =
    natsUrl === undefined
      ? journalOf(engine)
      : ({ kind: 'jetstream', url: natsUrl, replicas: 1 } as const);
  const [generator] = generators();
  const load = { measurement, engine, other: floor, pace: new Pace(), generator, connections };
  await warmUp(orderPair(settings, load));
  const lag = redisUrl === undefined ? null : await ReplicaLag.start(redisUrl, journal);
  const watched = orderPair(settings, { ...load, onSale: ({ itemId }) => lag?.watch(itemId) });
  const span = settings.quick ? { seconds: 2, rounds: 1 } : { seconds: 3, rounds: 3 };
  const pair = await measurePair(watched, span);
  const samples = (await lag?.stop()) ?? null;
  const report = { ...emptyReport(), loads: [pair.other, pair.engine] };
  const name = `${measurement}: of the floor's throughput`;
  const note = bottleneckNote(pair);
  report.targets.push(
    natsUrl === undefined
      ? reported(name, pair.ratio, '', note)
      : atLeast(name, pair.ratio, leastRatio, '', note),
    reported(`${measurement}: CPU, of the floor's`, pair.cpuRatio, ' ×', cpuNote(pair)),
  );
  if (samples !== null) {
    if (samples.count === 0) throw new WrongAnswer('replica: no sample of its lag');
    const how = `${samples.count} samples: an entry's number read from the journal, until Redis has it; p50 ${samples.p50Ms.toFixed(0)} ms, most ${samples.mostMs.toFixed(0)} ms`;
    report.targets.push(reported('replica at full load: lag, p99', samples.p99Ms, ' ms', how));
  }
  return report;
}

function namesOf({ nats, redis, postgres }: Services): string {
  const names = [nats ? 'JetStream' : '', redis ? 'Redis' : '', postgres ? 'Postgres' : ''];
  return names.filter((name) => name !== '').join(', ');
}
