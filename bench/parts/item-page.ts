/** The data of an item page, from the thread's cache and the board, against the floor. */
import { generators } from '../load/generators.ts';
import { Pace } from '../load/pace.ts';
import { measurePair, type PairOptions } from '../load/pairs.ts';
import { bottleneckNote, cpuNote } from '../report/notes.ts';
import {
  atLeast,
  type BenchSettings,
  emptyReport,
  type Part,
  type Report,
  reported,
  WrongAnswer,
} from '../report/report.ts';
import { type EngineServer, type Sample, type Server, withServers } from '../servers/servers.ts';
import { openSale } from '../servers/shop.ts';

const connections = 64;
const leastRatio = 0.85;

export const itemPage: Part = {
  name: 'item page',
  async run(settings) {
    let path = '';
    return withServers(
      async (engine) => {
        const { itemId } = await openSale(engine, 1_000);
        path = `/api/items/${itemId}`;
        return page(engine, path);
      },
      (engine, floor) => measure(settings, engine, floor, path),
    );
  },
};

async function page(server: Server, path: string): Promise<Sample> {
  const response = await fetch(server.url + path);
  const text = await response.text();
  if (response.status !== 200) throw new WrongAnswer(`item page: ${response.status} ${text}`);
  return { status: 200, text };
}

async function measure(
  settings: BenchSettings,
  engine: EngineServer,
  floor: Server,
  path: string,
): Promise<Report> {
  const expected = await page(engine, path);
  const [generator] = generators();
  const load: PairOptions = {
    ...{
      measurement: 'item page',
      engine,
      other: floor,
      pace: new Pace(),
      generator,
      connections,
      path,
    },
    progress: settings.progress,
    prepare: async () => null,
    async check({ refused }) {
      const { text } = await page(engine, path);
      if (refused > 0 || text !== expected.text) {
        throw new WrongAnswer(`item page: ${refused} were refused; at the end: ${text}`);
      }
    },
  };
  await measurePair(load, { seconds: 1, rounds: 1 }); // Compilers are warm after this.
  const span = settings.quick ? { seconds: 1, rounds: 1 } : { seconds: 2, rounds: 5 };
  const measured = await measurePair(load, span);
  const name = 'item page data, cached:';
  const note = bottleneckNote(measured);
  return {
    ...emptyReport(),
    loads: [measured.other, measured.engine],
    targets: [
      atLeast(`${name} of the floor's throughput`, measured.ratio, leastRatio, '', note),
      reported(`${name} CPU, of the floor's`, measured.cpuRatio, ' ×', cpuNote(measured)),
    ],
  };
}
