/**
 * Orders against how flash sales are usually built: Hono, ioredis and one Lua script on Redis. That keeps
 * less of its promises: an order is on the disk within a second, not when it is answered, and in no SQL.
 */
import { generators } from '../load/generators.ts';
import { Pace } from '../load/pace.ts';
import { measurePair, type Pair, type PairOptions, warmUp } from '../load/pairs.ts';
import { bothNote, bottleneckNote } from '../report/notes.ts';
import {
  atLeast,
  atMost,
  type BenchSettings,
  emptyReport,
  type Part,
  type Report,
  reported,
  type Target,
  WrongAnswer,
} from '../report/report.ts';
import { type EngineServer, startEngineServer } from '../servers/servers.ts';
import { openSale, orderBodies, postOrder, type Sale, stock } from '../servers/shop.ts';
import { startUsualWay, type UsualWay } from '../servers/usual-way.ts';
import { orderPair } from './orders-over-http.ts';

const leastRatio = 1.5;
const mostCpu = 0.65;
const promise = 'there an order is not fsynced when it is answered, and in no SQL';

export const usualWay: Part = {
  name: 'usual way',
  needs: ['redis-server'],
  async run(settings) {
    const engine = await startEngineServer();
    const usuals: UsualWay[] = [];
    try {
      for (const pipelined of [true, false]) {
        const usual = await startUsualWay(pipelined);
        usuals.push(usual);
        await compareAnswers(engine, usual);
      }
      return await measure(settings, engine, usuals);
    } finally {
      for (const usual of usuals) await usual.stop();
      await engine.stop();
    }
  },
};

/** Both say the same of one unit that is sold, asked for again, and asked for by another. */
async function compareAnswers(engine: EngineServer, usual: UsualWay): Promise<void> {
  const sale = await openSale(engine, 1);
  await usual.openSale(sale.itemId, 1);
  const [buyer, late] = orderBodies(sale, 2) as [string, string];
  for (const body of [buyer, buyer, late]) {
    const [ours, theirs] = [await postOrder(engine, body), await postOrder(usual, body)];
    // They were asked one after the other.
    const timeless = (text: string) => text.replace(/"payBy":"[^"]*"/, '');
    if (ours.status !== theirs.status || timeless(ours.text) !== timeless(theirs.text)) {
      throw new WrongAnswer(`usual way: ${theirs.status} ${theirs.text}, not as ${ours.text}`);
    }
  }
}

async function measure(
  settings: BenchSettings,
  engine: EngineServer,
  usuals: readonly UsualWay[],
): Promise<Report> {
  const report = emptyReport();
  const pace = new Pace();
  const span = settings.quick ? { seconds: 1, rounds: 1 } : { seconds: 3, rounds: 3 };
  for (const usual of usuals) await warmUp(pairOf(settings, engine, usual, pace, 64));
  for (const connections of [256, 64]) {
    const pairs: Pair[] = [];
    for (const usual of usuals) {
      const pair = await measurePair(pairOf(settings, engine, usual, pace, connections), span);
      report.loads.push(pair.other, pair.engine);
      pairs.push(pair);
    }
    report.targets.push(...targetsOf(pairs, connections));
  }
  return report;
}

function pairOf(
  settings: BenchSettings,
  engine: EngineServer,
  usual: UsualWay,
  pace: Pace,
  connections: number,
): PairOptions {
  const [generator] = generators();
  let sale: Sale = { itemId: 0, promoId: 0 };
  const measurement = `order beside ${usual.name}`;
  const pair = { measurement, engine, other: usual, pace, generator, connections };
  const onSale = async (opened: Sale) => {
    sale = opened;
    await usual.openSale(sale.itemId, stock);
  };
  return {
    ...orderPair(settings, { ...pair, onSale }),
    async checkOther({ requests, refused }) {
      const orders = await usual.ordersOf(sale.itemId, stock);
      const placed = requests - refused;
      // Those whose answer the generator did not wait for are sold, too.
      if (refused > 0 || orders < placed || orders > placed + connections) {
        throw new WrongAnswer(
          `usual way: ${placed} orders and ${refused} refusals came, but Redis has ${orders} orders`,
        );
      }
    },
  };
}

/** Of several ways, each figure is of the one that is best at it. */
export function targetsOf(pairs: readonly Pair[], connections: number): Target[] {
  const [fastest] = pairs.toSorted((a, b) => a.ratio - b.ratio) as [Pair];
  const [cheapest] = pairs.toSorted((a, b) => b.cpuRatio - a.cpuRatio) as [Pair];
  const [smoothest] = pairs.toSorted((a, b) => b.p99Ratio - a.p99Ratio) as [Pair];
  const name = `order, ${connections} connections:`;
  const throughput = [`the faster: ${fastest.other.server}`, promise, bottleneckNote(fastest)];
  const note = throughput.filter((text) => text !== '').join('; ');
  return [
    atLeast(`${name} of Redis's throughput`, fastest.ratio, leastRatio, ' ×', note),
    atMost(`${name} CPU, of Redis's`, cheapest.cpuRatio, mostCpu, ' ×', bothNote(cheapest)),
    reported(
      `${name} p99, of Redis's`,
      smoothest.p99Ratio,
      ' ×',
      `the smoother: ${smoothest.other.server}`,
    ),
  ];
}
