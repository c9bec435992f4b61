/**
 * Paired runs: engine and floor take turns under the same load, so that what else the machine does
 * falls on both. The floor always gets the very bodies that the engine got.
 */
import { writeFileSync } from 'node:fs';
import { type Load, median, WrongAnswer } from '../report/report.ts';
import { cpuBetween, cpuTimes } from '../servers/cpu.ts';
import type { EngineServer, Server } from '../servers/servers.ts';
import { caughtUp } from '../servers/shop.ts';
import type { Generator, LoadResult } from './generators.ts';

export interface PairOptions {
  measurement: string;
  engine: EngineServer;
  floor: Server;
  generator: Generator;
  connections: number;
  seconds: number;
  rounds: number;
  /** `/api/orders` when not given. */
  path?: string;
  /** Makes the bodies of one round, and whatever they need of the engine; null for GET. */
  prepare(count: number): Promise<string[] | null>;
  /** Checks the books of the engine after a run. @throws WrongAnswer */
  check(result: LoadResult): Promise<void>;
  progress(what: string): void;
}

export interface Pair {
  engine: Load;
  floor: Load;
  /** The engine's throughput as a share of the floor's: the median over the rounds. */
  ratio: number;
  /** CPU per request above the floor's, all threads but the projector's, microseconds. */
  cpuAboveMicros: number;
  /** The engine's p99 as a multiple of the floor's: the median over the rounds. */
  p99Ratio: number;
}

export async function measurePair(options: PairOptions): Promise<Pair> {
  const { engine, floor, generator, rounds, seconds, connections } = options;
  const engineRuns: Load[] = [];
  const floorRuns: Load[] = [];
  for (let round = 0; round < rounds; round++) {
    options.progress(
      `${options.measurement}, ${generator.name}, ${connections} connections: round ${round + 1} of ${rounds}`,
    );
    const bodies = await options.prepare(Math.ceil(generator.requestsPerSecondMax * seconds));
    const bodiesFile = bodies === null ? null : engine.folder.file('bodies');
    if (bodies !== null && bodiesFile !== null) writeFileSync(bodiesFile, bodies.join('\n'));
    const onFloor = async () => floorRuns.push(await run(options, floor, bodiesFile));
    const onEngine = async () => engineRuns.push(await run(options, engine, bodiesFile));
    for (const turn of round % 2 === 0 ? [onFloor, onEngine] : [onEngine, onFloor]) await turn();
  }
  const perRound = (figure: (engine: Load, floor: Load) => number) =>
    median(engineRuns.map((run, round) => figure(run, floorRuns[round]!)));
  return {
    engine: medianOf(engineRuns),
    floor: medianOf(floorRuns),
    ratio: perRound((a, b) => a.requestsPerSecond / b.requestsPerSecond),
    cpuAboveMicros: perRound((a, b) => a.cpuMicros - b.cpuMicros),
    p99Ratio: perRound((a, b) => a.p99Ms / b.p99Ms),
  };
}

async function run(options: PairOptions, server: Server, bodiesFile: string | null): Promise<Load> {
  const { measurement, engine, generator, connections, seconds, check } = options;
  const url = server.url + (options.path ?? '/api/orders');
  const before = cpuTimes(server.process.pid);
  const result = await generator.run({ url, connections, seconds, bodiesFile });
  if (result.unanswered > 0) {
    throw new WrongAnswer(
      `${measurement}: ${result.unanswered} requests of ${server.kind} unanswered`,
    );
  }
  if (server.kind === 'engine') {
    await check(result);
    await caughtUp(engine);
  }
  const used = cpuBetween(before, cpuTimes(server.process.pid));
  const micros = (nanos: number) => nanos / 1000 / result.requests;
  return {
    measurement,
    server: server.kind,
    generator: generator.name,
    connections,
    runs: 1,
    requestsPerSecond: result.requests / result.seconds,
    p50Ms: result.p50Ms,
    p99Ms: result.p99Ms,
    cpuMicros: micros(used.http + used.actor + used.rest),
    httpMicros: micros(used.http),
    actorMicros: micros(used.actor),
    projectorMicros: micros(used.projector),
    restMicros: micros(used.rest),
    httpBusy: Math.max(...used.httpThreads.values()) / 1e9 / result.seconds,
  };
}

/** The median of each figure. */
function medianOf(runs: Load[]): Load {
  const of = (key: keyof Load) => median(runs.map((run) => Number(run[key])));
  return {
    ...runs[0]!,
    runs: runs.length,
    requestsPerSecond: of('requestsPerSecond'),
    p50Ms: of('p50Ms'),
    p99Ms: of('p99Ms'),
    cpuMicros: of('cpuMicros'),
    httpMicros: of('httpMicros'),
    actorMicros: of('actorMicros'),
    projectorMicros: of('projectorMicros'),
    restMicros: of('restMicros'),
    httpBusy: of('httpBusy'),
  };
}
