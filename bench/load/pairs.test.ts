import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { startProcess, type TestProcess, temporaryFolder } from '../../actors/testing/process.ts';
import type { EngineServer, Server } from '../servers/servers.ts';
import type { Bodies, Generator, LoadOptions, LoadResult } from './generator.ts';
import { Pace } from './pace.ts';
import { measurePair, type PairOptions, warmUp } from './pairs.ts';

/** The engine's API: it lists no items, so that its books are settled at once. */
let books: ReturnType<typeof Bun.serve>;
let idle: TestProcess;
const folder = temporaryFolder();

beforeAll(() => {
  books = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    fetch: ({ url }) =>
      url.endsWith('/metrics')
        ? new Response('stampede_orders_shed_total 0\n')
        : Response.json({ data: { items: [] } }),
  });
  idle = startProcess({ command: ['sleep', '600'] });
});

afterAll(async () => {
  await idle.stop();
  await books.stop(true);
  folder.remove();
});

/** Takes this many requests a second on either server, and records what it was given. */
class SteadyGenerator implements Generator {
  readonly name = 'steady';
  readonly runs: { engine: boolean; lines: number; bodies: Bodies }[] = [];

  constructor(
    private readonly engineUrl: string,
    private readonly enginePerSecond: number,
    private readonly otherPerSecond: number,
  ) {}

  async run({ url, seconds, bodies }: LoadOptions): Promise<LoadResult> {
    const engine = url.startsWith(this.engineUrl);
    const lines = bodies!.files.flatMap((file) => readFileSync(file, 'utf8').trim().split('\n'));
    this.runs.push({ engine, lines: lines.length, bodies: bodies! });
    const perSecond = engine ? this.enginePerSecond : this.otherPerSecond;
    const exhausted = !bodies!.again && lines.length <= perSecond * seconds;
    const requests = exhausted ? lines.length : perSecond * seconds;
    return {
      ...{ requests, seconds: requests / perSecond, exhausted, refused: 0, unanswered: 0 },
      ...{ statuses: null, p50Ms: engine ? 2 : 1, p99Ms: engine ? 6 : 2 },
      ...{ cpuSeconds: requests / 1e5, threads: 1 },
    };
  }
}

function pairOf(
  perSecond: number,
  otherPerSecond = perSecond,
): {
  options: PairOptions;
  generator: SteadyGenerator;
  checked: LoadResult[];
} {
  const server = { process: idle, stop: async () => undefined };
  const engine: EngineServer = { ...server, name: 'engine', url: `${books.url.origin}`, folder };
  const floor: Server = { ...server, name: 'floor', url: 'http://floor.invalid' };
  const generator = new SteadyGenerator(engine.url, perSecond, otherPerSecond);
  const checked: LoadResult[] = [];
  const options: PairOptions = {
    ...{ measurement: 'order', engine, other: floor, generator, connections: 8, pace: new Pace() },
    prepare: async (count) => Array.from({ length: count }, (_, number) => `${number}`),
    check: async (result) => {
      checked.push(result);
    },
    progress: () => undefined,
  };
  return { options, generator, checked };
}

describe('a pair', () => {
  test('whose engine ran out of bodies is measured again, with enough', async () => {
    const { options, generator, checked } = pairOf(40_000);
    const pair = await measurePair(options, { seconds: 1, rounds: 1 });
    const onEngine = generator.runs.filter(({ engine }) => engine);
    expect(onEngine.map(({ lines }) => lines)).toEqual([10_000, 60_000]);
    expect(pair.engine.requestsPerSecond).toBe(40_000);
    // Only the books of a whole run can be right.
    expect(checked.map(({ exhausted }) => exhausted)).toEqual([false]);
  });

  test('that was warmed up is measured once per round, on the same bodies, each server first in turn', async () => {
    const { options, generator } = pairOf(40_000);
    await warmUp(options);
    generator.runs.length = 0;
    await measurePair(options, { seconds: 1, rounds: 2 });
    expect(generator.runs.map(({ engine }) => engine)).toEqual([false, true, true, false]);
    expect(new Set(generator.runs.map(({ lines }) => lines))).toEqual(new Set([60_000]));
    expect(generator.runs.map(({ bodies }) => bodies.again)).toEqual([true, false, false, true]);
  });

  test('whose other server keeps orders, too, gives it each body once, and checks its books', async () => {
    const { options, generator } = pairOf(40_000, 20_000);
    const books: LoadResult[] = [];
    const checkOther = async (result: LoadResult) => void books.push(result);
    const pair = await measurePair({ ...options, checkOther }, { seconds: 1, rounds: 2 });
    expect(generator.runs.map(({ bodies }) => bodies.again)).not.toContain(true);
    // The first round's bodies were not enough, and its books could not be right.
    expect(books.map(({ requests }) => requests)).toEqual([20_000, 20_000]);
    expect(pair.ratio).toBe(2);
  });

  test('whose other server is faster, and keeps orders, is measured with enough for that one', async () => {
    const { options, generator } = pairOf(20_000, 50_000);
    const checkOther = async () => undefined;
    await measurePair({ ...options, checkOther }, { seconds: 1, rounds: 1 });
    const lines = [10_000, 10_000, 75_000, 75_000];
    expect(generator.runs.map((run) => run.lines)).toEqual(lines);
  });

  test('counts the CPU of the processes that work for a server', async () => {
    const { options } = pairOf(40_000);
    const helper = startProcess({ command: ['sh', '-c', 'while :; do :; done'] });
    const other = { ...options.other, helperPids: [helper.pid] };
    const run = async (load: LoadOptions) => {
      const result = await options.generator.run(load);
      await Bun.sleep(100); // The kernel counts in ticks.
      return result;
    };
    const load = { ...options, other, generator: { name: 'slow', run } };
    const pair = await measurePair(load, { seconds: 1, rounds: 1 });
    await helper.kill();
    expect(pair.other.helperMicros).toBeGreaterThan(0);
    expect(pair.other.cpuMicros).toBeGreaterThanOrEqual(pair.other.helperMicros);
    expect(pair.engine.helperMicros).toBe(0);
  });

  test('reports what the generator used per request, and how busy it was', async () => {
    const { options } = pairOf(40_000);
    const { engine, other, p99Ratio, ratio } = await measurePair(options, {
      seconds: 1,
      rounds: 1,
    });
    expect({ ratio, p99Ratio }).toEqual({ ratio: 1, p99Ratio: 3 });
    for (const load of [engine, other]) {
      expect(load.generatorMicros).toBeCloseTo(10, 5);
      expect(load.generatorBusy).toBeCloseTo(0.4, 5);
    }
  });
});
