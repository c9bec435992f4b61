/**
 * Two actor threads against one, on one embedded journal, while items of all partitions sell at once: through
 * HTTP, and with orders straight in the threads' mailboxes.
 */
import { generators } from '../load/generators.ts';
import { Pace } from '../load/pace.ts';
import { measurePair, type Pair, type PairOptions, warmUp } from '../load/pairs.ts';
import { bothNote, bottleneckNote } from '../report/notes.ts';
import {
  atLeast,
  type BenchSettings,
  emptyReport,
  median,
  type Part,
  percent,
  reported,
  type Target,
  WrongAnswer,
} from '../report/report.ts';
import { type EngineServer, startEngineServer } from '../servers/servers.ts';
import { openSale, orderBodies, type Sale, stock } from '../servers/shop.ts';
import { partitions } from './actor-thread.ts';
import { coreOrders } from './core-orders.ts';
import { checkBooks } from './orders-over-http.ts';

const connections = 256;
/** As fast, but for what one run differs from the next by. */
const leastOverHttp = 0.97;
const leastOfCore = 1;

export const actorThreads: Part = {
  name: 'two actor threads',
  async run(settings) {
    const pair = await overHttp(settings);
    return {
      ...emptyReport(),
      loads: [pair.other, pair.engine],
      targets: [...targetsOf(pair), ...(await ofCore(settings))],
    };
  },
};

async function overHttp(settings: BenchSettings): Promise<Pair> {
  const start = (name: string, threads: number) =>
    startEngineServer({
      name,
      env: { ACTOR_THREADS: `${threads}`, PARTITIONS: `${partitions}` },
    });
  const one = await start('one actor thread', 1);
  try {
    const two = await start('two actor threads', 2);
    try {
      const options = pairOf(settings, two, one);
      const span = settings.quick ? { seconds: 1, rounds: 1 } : { seconds: 3, rounds: 5 };
      await warmUp(options);
      return await measurePair(options, span);
    } finally {
      await two.stop();
    }
  } finally {
    await one.stop();
  }
}

function pairOf(settings: BenchSettings, two: EngineServer, one: EngineServer): PairOptions {
  const [generator] = generators();
  let itemIds: number[] = [];
  return {
    ...{
      measurement: 'orders for all partitions',
      engine: two,
      other: one,
      generator,
      connections,
    },
    pace: new Pace(),
    progress: settings.progress,
    async prepare(count) {
      const [sales, same] = [await openSales(two), await openSales(one)];
      // One secret, and one token for both: each body is an order at either.
      if (!Bun.deepEquals(sales, same)) {
        throw new WrongAnswer(`two actor threads: ${JSON.stringify({ sales, same })}`);
      }
      itemIds = sales.map(({ itemId }) => itemId);
      return inTurn(sales.map((sale) => orderBodies(sale, Math.ceil(count / sales.length))));
    },
    check: (result, shed) => checkBooks(two, itemIds, connections, result, shed),
    checkOther: (result, shed) => checkBooks(one, itemIds, connections, result, shed),
  };
}

/** One in each partition: items are numbered one after the other. */
async function openSales(engine: EngineServer): Promise<Sale[]> {
  const sales: Sale[] = [];
  while (sales.length < partitions) sales.push(await openSale(engine, stock));
  return sales;
}

/** The first of each list, then the second of each, and so on: lists of one length. */
export function inTurn<T>(lists: readonly (readonly T[])[]): T[] {
  return lists[0]!.flatMap((_, index) => lists.map((list) => list[index]!));
}

function targetsOf(pair: Pair): Target[] {
  const name = 'two actor threads, 256 connections:';
  return [
    atLeast(`${name} of one's throughput`, pair.ratio, leastOverHttp, '', bottleneckNote(pair)),
    reported(`${name} CPU, of one's`, pair.cpuRatio, ' ×', bothNote(pair)),
  ];
}

async function ofCore({ quick, progress }: BenchSettings): Promise<Target[]> {
  const orders = quick ? 200_000 : 1_000_000;
  type Core = Awaited<ReturnType<typeof coreOrders>>;
  const [ones, twos]: [Core[], Core[]] = [[], []];
  for (let round = 0; round < (quick ? 1 : 3); round++) {
    progress(`two actor threads: core, round ${round + 1}`);
    const turns = [
      async () => ones.push(await coreOrders(orders, { threads: 1, items: partitions })),
      async () => twos.push(await coreOrders(orders, { threads: 2, items: partitions / 2 })),
    ];
    for (const turn of round % 2 === 0 ? turns : turns.toReversed()) await turn();
  }
  const ratios = ones.map((one, round) => twos[round]!.perSecond / one.perSecond);
  const rate = (name: string, rounds: readonly Core[]) => {
    const of = (figure: (round: Core) => number) => median(rounds.map(figure));
    const cpu = of(({ actorMicros }) => actorMicros).toFixed(2);
    const busy = percent(of(({ feederBusy }) => feederBusy));
    const note = `actor threads ${cpu} µs of CPU an order; the thread that feeds them busy ${busy}`;
    return reported(
      `core, ${name}: accepted orders, fsynced`,
      of((each) => each.perSecond),
      '/s',
      note,
    );
  };
  const note = `${partitions} items; each round: ${ratios.map((ratio) => ratio.toFixed(2)).join(', ')}`;
  return [
    rate('one actor thread', ones),
    rate('two actor threads', twos),
    atLeast("core, two actor threads: of one's throughput", median(ratios), leastOfCore, '', note),
  ];
}
