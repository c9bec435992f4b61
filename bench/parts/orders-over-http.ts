/** Orders against the floor: every request is a new buyer's accepted, fsynced order. */
import type { Generator, LoadResult } from '../load/generator.ts';
import { generators } from '../load/generators.ts';
import { Pace } from '../load/pace.ts';
import { measurePair, type Pair, type PairOptions, warmUp } from '../load/pairs.ts';
import { bottleneckNote, cpuNote } from '../report/notes.ts';
import {
  atLeast,
  atMost,
  type BenchSettings,
  emptyReport,
  type Part,
  type Report,
  reported,
  WrongAnswer,
} from '../report/report.ts';
import { type EngineServer, type Sample, type Server, withServers } from '../servers/servers.ts';
import {
  openSale,
  orderBodies,
  postOrder,
  type Sale,
  statementOf,
  stock,
} from '../servers/shop.ts';
import { mostProjectorMicros } from './projector.ts';

/** At least of the floor's throughput, and at most times its CPU, for each number of connections. */
const aims = [
  { connections: 256, leastRatio: 0.75, mostCpu: 1.5 },
  { connections: 64, leastRatio: 0.65, mostCpu: 1.8 },
] as const;
const mostP99 = 2;

export const orders: Part = {
  name: 'order',
  run: (settings) => withServers(firstOrder, (engine, floor) => measure(settings, engine, floor)),
};

/** The answer to an accepted order, for the floor. */
export async function firstOrder(engine: EngineServer): Promise<Sample> {
  const sale = await openSale(engine, stock);
  const sample = await postOrder(engine, orderBodies(sale, 1)[0]!);
  if (sample.status !== 201) throw new WrongAnswer(`the first order: ${sample.text}`);
  return sample;
}

async function measure(
  settings: BenchSettings,
  engine: EngineServer,
  floor: Server,
): Promise<Report> {
  const report = emptyReport();
  const [first, ...others] = generators();
  const pace = new Pace();
  const load = (connections: number, generator: Generator) =>
    orderPair(settings, { engine, other: floor, pace, generator, connections });
  const span = settings.quick ? { seconds: 1, rounds: 1 } : { seconds: 3, rounds: 3 };
  await warmUp(load(64, first));
  for (const aim of aims) {
    const { connections } = aim;
    const measured = await measurePair(load(connections, first), span);
    report.loads.push(measured.other, measured.engine);
    report.targets.push(...targetsOf(measured, aim));
    for (const generator of settings.quick ? [] : others) {
      const byOther = await measurePair(load(connections, generator), { ...span, rounds: 1 });
      report.loads.push(byOther.other, byOther.engine);
      const name = `order, ${connections} connections: of the floor's throughput, by ${generator.name}`;
      report.targets.push(reported(name, byOther.ratio, '', bottleneckNote(byOther)));
    }
  }
  return report;
}

interface OrderPair
  extends Pick<PairOptions, 'engine' | 'other' | 'pace' | 'generator' | 'connections'> {
  /** `order` when not given. */
  measurement?: string;
  /** Called with each new sale, before its orders are. */
  onSale?(sale: Sale): Promise<void> | void;
}

/** Orders on the engine and another server, each run with a sale of its own. */
export function orderPair({ progress }: BenchSettings, load: OrderPair): PairOptions {
  const { engine, connections } = load;
  let sale: Sale = { itemId: 0, promoId: 0 };
  return {
    measurement: 'order',
    ...load,
    progress,
    async prepare(count) {
      sale = await openSale(engine, stock);
      await load.onSale?.(sale);
      return orderBodies(sale, count);
    },
    check: (result, shed) => checkBooks(engine, [sale.itemId], connections, result, shed),
  };
}

/**
 * Every answer was an order, except those that the engine shed, and the actor's books show one for
 * each. A repeat would hold nothing; orders whose answer the generator did not wait for are held, too.
 */
export async function checkBooks(
  engine: EngineServer,
  itemIds: readonly number[],
  connections: number,
  { requests, refused, statuses }: LoadResult,
  shed: number,
): Promise<void> {
  const statements = await Promise.all(itemIds.map((itemId) => statementOf(engine, itemId)));
  const held = statements.reduce((sum, statement) => sum + statement.held, 0);
  if (refused > shed) {
    throw new WrongAnswer(
      `order: ${refused} of ${requests} were refused, and ${shed} of them shed`,
    );
  }
  if (statuses !== null && (statuses[201] ?? 0) + (statuses[503] ?? 0) !== requests) {
    throw new WrongAnswer(`order: other answers came: ${JSON.stringify(statuses)}`);
  }
  const placed = requests - refused;
  if (held < placed || held > placed + connections) {
    throw new WrongAnswer(`order: ${placed} answers of success, but ${held} units held`);
  }
}

function targetsOf(pair: Pair, { connections, leastRatio, mostCpu }: (typeof aims)[number]) {
  const name = `order, ${connections} connections:`;
  const note = bottleneckNote(pair);
  return [
    atLeast(`${name} of the floor's throughput`, pair.ratio, leastRatio, '', note),
    atMost(`${name} CPU, of the floor's`, pair.cpuRatio, mostCpu, ' ×', cpuNote(pair)),
    ...(connections === 256
      ? [
          atMost(
            `${name} CPU of the projector`,
            pair.engine.projectorMicros,
            mostProjectorMicros,
            ' µs',
          ),
        ]
      : []),
    // With more connections, p99 measures the queue in front of the server.
    ...(connections === 64
      ? [atMost(`${name} p99, of the floor's`, pair.p99Ratio, mostP99, ' ×', note)]
      : []),
  ];
}
