/** Orders against the floor: every request is a new buyer's accepted, fsynced order. */
import { generators, type LoadResult } from '../load/generators.ts';
import { measurePair, type Pair } from '../load/pairs.ts';
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
import { openSale, orderBodies, postOrder, type Sale, statementOf } from '../servers/shop.ts';

export const stock = 100_000_000;

/** Below this share of the time on a core, the server is not what limits the throughput. */
export const busyShare = 0.9;

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
  const seconds = settings.quick ? 1 : 3;
  const pair = (connections: number, generator = first!, rounds = settings.quick ? 1 : 3) =>
    measureOrders(settings, { engine, floor, generator, connections, seconds, rounds });
  await pair(64, first, 1); // Compilers and allocators are warm after this.
  for (const connections of [256, 64]) {
    const measured = await pair(connections);
    report.loads.push(measured.floor, measured.engine);
    report.targets.push(...targetsOf(measured, connections));
    for (const generator of settings.quick ? [] : others) {
      const other = await pair(connections, generator, 1);
      report.loads.push(other.floor, other.engine);
      const name = `order, ${connections} connections: of the floor's throughput, by ${generator.name}`;
      report.targets.push(reported(name, other.ratio, '', busyNote(other)));
    }
  }
  return report;
}

export interface OrderLoad {
  /** `order` when not given. */
  measurement?: string;
  engine: EngineServer;
  floor: Server;
  generator: ReturnType<typeof generators>[number];
  connections: number;
  seconds: number;
  rounds: number;
  /** Is told of each new sale. */
  onSale?(sale: Sale): void;
}

export function measureOrders(settings: BenchSettings, load: OrderLoad): Promise<Pair> {
  const { engine, connections } = load;
  let sale: Sale = { itemId: 0, promoId: 0 };
  return measurePair({
    measurement: 'order',
    ...load,
    progress: settings.progress,
    async prepare(count) {
      sale = await openSale(engine, stock);
      load.onSale?.(sale);
      return orderBodies(sale, count);
    },
    check: async (result) => checkBooks(engine, sale.itemId, connections, result),
  });
}

/**
 * Every answer was an order: none was refused, and the actor's books show one for each answer. A
 * repeat would hold nothing; orders whose answer the generator did not wait for are held, too.
 */
async function checkBooks(
  engine: EngineServer,
  itemId: number,
  connections: number,
  { requests, refused, statuses }: LoadResult,
): Promise<void> {
  const { held } = await statementOf(engine, itemId);
  if (refused > 0) throw new WrongAnswer(`order: ${refused} of ${requests} were refused`);
  if (statuses !== null && statuses[201] !== requests) {
    throw new WrongAnswer(`order: not only 201 came: ${JSON.stringify(statuses)}`);
  }
  if (held < requests || held > requests + connections) {
    throw new WrongAnswer(`order: ${requests} answers of success, but ${held} units held`);
  }
}

function targetsOf(pair: Pair, connections: number) {
  const name = `order, ${connections} connections:`;
  const note = busyNote(pair);
  if (connections === 64) {
    return [
      atLeast(`${name} of the floor's throughput`, pair.ratio, 0.8, '', note),
      atMost(`${name} p99, of the floor's`, pair.p99Ratio, 2, '', note),
      reported(`${name} CPU above the floor`, pair.cpuAboveMicros, ' µs'),
    ];
  }
  return [
    atLeast(`${name} of the floor's throughput`, pair.ratio, 0.85, '', note),
    atMost(`${name} CPU above the floor`, pair.cpuAboveMicros, 6, ' µs', cpuNote(pair)),
  ];
}

/** Says where a ratio of throughputs does not count. */
export function busyNote({ engine, floor }: Pair): string {
  const idle = [floor, engine].filter(({ httpBusy }) => httpBusy < busyShare);
  if (idle.length === 0) return '';
  const shares = idle.map((load) => `${load.server} ${Math.round(load.httpBusy * 100)} %`);
  return `not the bottleneck: HTTP thread busy ${shares.join(', ')}`;
}

function cpuNote({ engine, floor }: Pair): string {
  const parts = [
    `HTTP ${(engine.httpMicros - floor.httpMicros).toFixed(1)}`,
    `actor ${engine.actorMicros.toFixed(1)}`,
    `runtime ${(engine.restMicros - floor.restMicros).toFixed(1)}`,
  ];
  return `${parts.join(', ')}; projector apart: ${engine.projectorMicros.toFixed(1)}`;
}
