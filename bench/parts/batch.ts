/** Orders as gateways send them, many in a request: each is a new buyer's, accepted and fsynced. */
import { writeBodies } from '../load/bodies.ts';
import type { LoadResult } from '../load/generator.ts';
import { generators } from '../load/generators.ts';
import { Pace, type Share } from '../load/pace.ts';
import {
  atLeast,
  type BenchSettings,
  emptyReport,
  median,
  type Part,
  percent,
  type Report,
  reported,
  thousands,
  WrongAnswer,
} from '../report/report.ts';
import { cpuBetween, cpuTimes } from '../servers/cpu.ts';
import { type EngineServer, startEngineServer } from '../servers/servers.ts';
import {
  answeredOrders,
  caughtUp,
  openSale,
  orderBodies,
  shedOrders,
  statementOf,
  stock,
} from '../servers/shop.ts';

const ordersEach = 64;
/** Enough that others are on their way while some wait for the journal. */
const connections = 96;
/** What is promised of two cores, one for the HTTP thread and one for the actor thread. */
const leastPerSecond = 200_000;
/** Orders after which compilers and allocators are warm. */
const warmingOrders = 250_000;

export const batch: Part = {
  name: 'batch',
  async run(settings) {
    const engine = await startEngineServer();
    try {
      return await measure(settings, engine);
    } finally {
      await engine.stop();
    }
  },
};

/** What one load showed; microseconds of CPU are those of an order. */
interface BatchLoad {
  /** Orders: a pace is that of orders here, whatever they came in. */
  requests: number;
  seconds: number;
  exhausted: boolean;
  httpMicros: number;
  httpBusy: number;
  actorMicros: number;
  projectorMicros: number;
  generatorBusy: number;
}

async function measure({ quick, progress }: BenchSettings, engine: EngineServer): Promise<Report> {
  const pace = new Pace();
  progress('batch: warming up');
  pace.saw(await load(engine, { bodies: warmingOrders, seconds: 5 }));
  const rounds: BatchLoad[] = [];
  for (let round = 0; round < (quick ? 1 : 3); round++) {
    progress(`batch: round ${round + 1}, ${ordersEach} orders a request`);
    rounds.push(await pace.runWithEnough(quick ? 1 : 3, (share) => load(engine, share)));
  }
  return { ...emptyReport(), targets: targetsOf(rounds) };
}

function targetsOf(rounds: readonly BatchLoad[]) {
  const of = (figure: (round: BatchLoad) => number) => median(rounds.map(figure));
  const rates = rounds.map(({ requests, seconds }) => requests / seconds);
  const note = [
    `${connections} connections; each round: ${rates.map(thousands).join(', ')}`,
    `HTTP thread busy ${percent(of(({ httpBusy }) => httpBusy))}, the generator ${percent(of(({ generatorBusy }) => generatorBusy))}`,
  ].join('; ');
  const name = `batch: accepted orders, fsynced, ${ordersEach} a request`;
  const cpu = (thread: string, figure: (round: BatchLoad) => number, about = '') =>
    reported(`batch: CPU of an order, ${thread}`, of(figure), ' µs', about);
  return [
    atLeast(name, median(rates), leastPerSecond, '/s', note),
    cpu('HTTP thread', ({ httpMicros }) => httpMicros),
    cpu('actor thread', ({ actorMicros }) => actorMicros),
    cpu('projector', ({ projectorMicros }) => projectorMicros, 'some of it after the load'),
  ];
}

/** Posts orders for a sale of their own, in batches, and returns when they are in SQL. */
async function load(engine: EngineServer, { bodies, seconds }: Share): Promise<BatchLoad> {
  const [generator] = generators();
  const sale = await openSale(engine, stock);
  const batches = batchesOf(orderBodies(sale, bodies));
  const files = writeBodies(engine.folder.file('bodies'), batches);
  const counts = await countsOf(engine);
  const before = cpuTimes(engine.process.pid);
  const result = await generator.run({
    url: `${engine.url}/api/orders/batch`,
    connections,
    seconds,
    bodies: { files, again: false },
  });
  const during = cpuBetween(before, cpuTimes(engine.process.pid));
  await caughtUp(engine);
  const { projector } = cpuBetween(before, cpuTimes(engine.process.pid));
  if (!result.exhausted) await checkBooks(engine, sale.itemId, result, counts);
  const orders = (result.requests - result.refused) * ordersEach;
  const micros = (nanos: number) => nanos / 1000 / orders;
  return {
    requests: orders,
    seconds: result.seconds,
    exhausted: result.exhausted,
    httpMicros: micros(during.http),
    httpBusy: Math.max(...during.httpThreads.values()) / 1e9 / result.seconds,
    actorMicros: micros(during.actor),
    projectorMicros: micros(projector),
    generatorBusy: result.cpuSeconds / result.threads / result.seconds,
  };
}

function batchesOf(orders: readonly string[]): string[] {
  const batches: string[] = [];
  for (let at = 0; at + ordersEach <= orders.length; at += ordersEach) {
    batches.push(`{"orders":[${orders.slice(at, at + ordersEach).join(',')}]}`);
  }
  return batches;
}

/**
 * Every order of every batch was answered 201, and holds a unit, but for whole batches that the engine shed. Those whose
 * answer the generator did not wait for were taken, too: no more than one for each connection.
 */
async function checkBooks(
  engine: EngineServer,
  itemId: number,
  { requests, refused, unanswered }: LoadResult,
  before: Counts,
): Promise<void> {
  const { held } = await statementOf(engine, itemId);
  const after = await countsOf(engine);
  const shed = after.shed - before.shed;
  if (refused > shed || unanswered > 0) {
    throw new WrongAnswer(`batch: ${refused} refused, ${shed} of them shed, ${unanswered} lost`);
  }
  const came = [...after.answered]
    .map(([status, count]) => [status, count - (before.answered.get(status) ?? 0)] as const)
    .filter(([, count]) => count > 0);
  // A batch that is shed counts as one order.
  const wrong = came.filter(([status, count]) => count !== { 201: held, 503: shed }[status]);
  if (wrong.length > 0) {
    throw new WrongAnswer(`batch: ${held} units held, and answers: ${JSON.stringify(came)}`);
  }
  const placed = requests - refused;
  if (held < placed * ordersEach || held > (placed + connections) * ordersEach) {
    throw new WrongAnswer(`batch: ${placed} batches were placed, but ${held} units held`);
  }
}

/** What the engine has counted so far. */
interface Counts {
  shed: number;
  /** Orders, by the status that each was answered with. */
  answered: ReadonlyMap<string, number>;
}

async function countsOf(engine: EngineServer): Promise<Counts> {
  return { shed: await shedOrders(engine), answered: await answeredOrders(engine) };
}
