/**
 * The sold-out item: most requests are new buyers whom the board refuses; every tenth is a buyer who
 * asks again with a spent token, and must get the old answer from the actor.
 */
import type { Generator, LoadResult } from '../load/generator.ts';
import { generators } from '../load/generators.ts';
import { Pace } from '../load/pace.ts';
import { measurePair, type PairOptions, warmUp } from '../load/pairs.ts';
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
import { type EngineServer, type Server, withServers } from '../servers/servers.ts';
import { openSale, orderBodies, postOrder, type Sale, statementOf } from '../servers/shop.ts';

const units = 1_000;
const connections = 256;
/** The first of the users who have not bought. */
const newBuyer = 2_000_000;
const leastRatio = 0.9;
const mostCpu = 1.15;
const repeatEvery = 10;
/** Repeats whose answers are compared, character by character, after each run. */
const comparedRepeats = 100;

interface SoldOutSale {
  sale: Sale;
  spent: Spent[];
}

/** A token that bought, and the answer it got. */
interface Spent {
  body: string;
  text: string;
}

export const soldOut: Part = {
  name: 'sold out',
  async run(settings) {
    let sold: SoldOutSale | undefined;
    return withServers(
      async (engine) => {
        sold = await sellOut(engine);
        const refused = await postOrder(engine, orderBodies(sold.sale, 1, newBuyer)[0]!);
        if (refused.status !== 409) throw new WrongAnswer(`sold out: ${refused.text}`);
        return refused;
      },
      (engine, floor) => measure(settings, engine, floor, sold!),
    );
  },
};

async function sellOut(engine: EngineServer): Promise<SoldOutSale> {
  const sale = await openSale(engine, units);
  const spent = await Promise.all(
    orderBodies(sale, units).map(async (body) => {
      const { status, text } = await postOrder(engine, body);
      if (status !== 201) throw new WrongAnswer(`sold out: a first order: ${text}`);
      return { body, text };
    }),
  );
  return { sale, spent };
}

async function measure(
  settings: BenchSettings,
  engine: EngineServer,
  floor: Server,
  sold: SoldOutSale,
): Promise<Report> {
  const report = emptyReport();
  const [first, ...others] = generators();
  const pace = new Pace();
  const load = (generator: Generator): PairOptions => ({
    ...{ measurement: 'sold out', engine, other: floor, pace, generator, connections },
    ...askingAgain(engine, sold),
    progress: settings.progress,
  });
  const span = settings.quick ? { seconds: 1, rounds: 1 } : { seconds: 3, rounds: 3 };
  await warmUp(load(first));
  const measured = await measurePair(load(first), span);
  report.loads.push(measured.other, measured.engine);
  const name = "sold out: of the floor's throughput";
  report.targets.push(
    atLeast(name, measured.ratio, leastRatio, '', bottleneckNote(measured)),
    atMost("sold out: CPU, of the floor's", measured.cpuRatio, mostCpu, ' ×', cpuNote(measured)),
  );
  for (const generator of settings.quick ? [] : others) {
    const byOther = await measurePair(load(generator), { ...span, rounds: 1 });
    report.loads.push(byOther.other, byOther.engine);
    report.targets.push(
      reported(`${name}, by ${generator.name}`, byOther.ratio, '', bottleneckNote(byOther)),
    );
  }
  return report;
}

/** New buyers, and among them those who have bought and ask again. */
function askingAgain(
  engine: EngineServer,
  { sale, spent }: SoldOutSale,
): Pick<PairOptions, 'prepare' | 'check'> {
  let refusedBefore = 0;
  return {
    async prepare(count) {
      refusedBefore = await refusals(engine, sale);
      const fresh = orderBodies(sale, count, newBuyer);
      return fresh.map((body, index) =>
        index % repeatEvery === 0 ? spent[index % spent.length]!.body : body,
      );
    },
    async check(result, shed) {
      const counted = (await refusals(engine, sale)) - refusedBefore;
      checkCounts(result, counted, shed);
      await checkRepeats(engine, spent);
    },
  };
}

async function refusals(engine: EngineServer, { itemId }: Sale): Promise<number> {
  return (await statementOf(engine, itemId)).refused['30001'] ?? 0;
}

/**
 * Nine of ten answers that were not shed said "out of stock", as counted by both generator and engine.
 */
function checkCounts(
  { requests, refused, statuses }: LoadResult,
  counted: number,
  shed: number,
): void {
  const share = (refused - shed) / (requests - shed);
  const wanted = 1 - 1 / repeatEvery;
  if (Math.abs(share - wanted) > 0.02) {
    throw new WrongAnswer(`sold out: ${refused} of ${requests} were refused, and ${shed} shed`);
  }
  // Those whose answer the generator did not wait for are counted, too, whatever it was.
  if (counted < refused - shed || counted > refused - shed + 2 * connections) {
    throw new WrongAnswer(`sold out: ${refused} refusals came, but ${counted} were counted`);
  }
  const usual = ['200', '409', '503'];
  if (Object.keys(statuses ?? {}).some((status) => !usual.includes(status))) {
    throw new WrongAnswer(`sold out: other answers came: ${JSON.stringify(statuses)}`);
  }
}

async function checkRepeats(engine: EngineServer, spent: readonly Spent[]): Promise<void> {
  for (const { body, text } of spent.slice(0, comparedRepeats)) {
    const again = await postOrder(engine, body);
    if (again.status !== 200 || again.text !== text) {
      throw new WrongAnswer(`sold out: a spent token was answered ${again.text}, before: ${text}`);
    }
  }
}
