/**
 * The sold-out item: most requests are new buyers whom the board refuses; every tenth is a buyer who
 * asks again with a spent token, and must get the old answer from the actor.
 */
import { generators, type LoadResult } from '../load/generators.ts';
import { measurePair } from '../load/pairs.ts';
import {
  atLeast,
  type BenchSettings,
  emptyReport,
  type Part,
  type Report,
  reported,
  WrongAnswer,
} from '../report/report.ts';
import { type EngineServer, type Server, withServers } from '../servers/servers.ts';
import { openSale, orderBodies, postOrder, type Sale, statementOf } from '../servers/shop.ts';
import { busyNote } from './orders-over-http.ts';

const units = 1_000;
const connections = 256;
const repeatEvery = 10;
/** Repeats whose answers are compared, letter by letter, after each run. */
const comparedRepeats = 100;

interface SoldOutSale {
  sale: Sale;
  spent: Spent[];
}

/** A token that bought, and what it was answered. */
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
        const refused = await postOrder(engine, orderBodies(sold.sale, units + 1).at(-1)!);
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
  { sale, spent }: SoldOutSale,
): Promise<Report> {
  const report = emptyReport();
  const [first, ...others] = generators();
  const pair = async (generator = first!, rounds = settings.quick ? 1 : 3) => {
    let refusedBefore = 0;
    return measurePair({
      measurement: 'sold out',
      engine,
      floor,
      generator,
      connections,
      seconds: settings.quick ? 1 : 3,
      rounds,
      progress: settings.progress,
      async prepare(count) {
        refusedBefore = await refusals(engine, sale);
        const fresh = orderBodies(sale, units + count).slice(units);
        return fresh.map((body, index) =>
          index % repeatEvery === 0 ? spent[index % spent.length]!.body : body,
        );
      },
      async check(result) {
        const counted = (await refusals(engine, sale)) - refusedBefore;
        checkCounts(result, counted);
        await checkRepeats(engine, spent);
      },
    });
  };
  await pair(first, 1); // Compilers and allocators are warm after this.
  const measured = await pair();
  report.loads.push(measured.floor, measured.engine);
  const name = "sold out: of the floor's throughput";
  report.targets.push(
    atLeast(name, measured.ratio, 0.95, '', busyNote(measured)),
    reported('sold out: CPU above the floor', measured.cpuAboveMicros, ' µs'),
  );
  for (const generator of settings.quick ? [] : others) {
    const other = await pair(generator, 1);
    report.loads.push(other.floor, other.engine);
    report.targets.push(
      reported(`${name}, by ${generator.name}`, other.ratio, '', busyNote(other)),
    );
  }
  return report;
}

async function refusals(engine: EngineServer, { itemId }: Sale): Promise<number> {
  return (await statementOf(engine, itemId)).refused['30001'] ?? 0;
}

/** Nine of ten answers were "out of stock", by the generator's count and by the engine's. */
function checkCounts({ requests, refused, statuses }: LoadResult, counted: number): void {
  const share = refused / requests;
  const wanted = 1 - 1 / repeatEvery;
  if (Math.abs(share - wanted) > 0.02) {
    throw new WrongAnswer(`sold out: ${refused} of ${requests} were refused`);
  }
  if (counted < refused || counted > refused + connections) {
    throw new WrongAnswer(`sold out: ${refused} refusals came, but ${counted} were counted`);
  }
  if (statuses !== null && (statuses[200] ?? 0) + (statuses[409] ?? 0) !== requests) {
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
