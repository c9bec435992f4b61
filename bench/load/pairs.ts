/**
 * Paired runs: engine and floor take turns under the same load, so that whatever else the machine does
 * affects both. The floor gets exactly the bodies that the engine gets, and may get them again.
 */
import { type Load, median, WrongAnswer } from '../report/report.ts';
import { cpuBetween, cpuTimes } from '../servers/cpu.ts';
import type { EngineServer, Server } from '../servers/servers.ts';
import { caughtUp, shedOrders } from '../servers/shop.ts';
import { writeBodies } from './bodies.ts';
import type { Bodies, Generator, LoadResult } from './generator.ts';
import type { Pace, Run, Share } from './pace.ts';

export interface PairOptions {
  measurement: string;
  engine: EngineServer;
  floor: Server;
  /** How fast the engine has been so far. */
  pace: Pace;
  generator: Generator;
  connections: number;
  /** `/api/orders` when not given. */
  path?: string;
  /** Makes the bodies of one round, and what they need from the engine; null for GET. */
  prepare(count: number): Promise<string[] | null>;
  /**
   * Checks the books of the engine after a run in which it shed this many orders.
   * @throws WrongAnswer
   */
  check(result: LoadResult, shed: number): Promise<void>;
  progress(what: string): void;
}

interface Span {
  seconds: number;
  rounds: number;
}

export interface Pair {
  engine: Load;
  floor: Load;
  /** The engine's throughput as a share of the floor's: the median over the rounds. */
  ratio: number;
  /**
   * The engine's CPU per request as a multiple of the floor's, all threads: the median over the rounds.
   */
  cpuRatio: number;
  /** The engine's p99 as a multiple of the floor's: the median over the rounds. */
  p99Ratio: number;
}

export async function measurePair(options: PairOptions, span: Span): Promise<Pair> {
  const { measurement, generator, connections, pace } = options;
  const { seconds, rounds } = span;
  const engineRuns: Load[] = [];
  const floorRuns: Load[] = [];
  for (let round = 0; round < rounds; round++) {
    const load = `${measurement}, ${generator.name}, ${connections} connections`;
    options.progress(`${load}: round ${round + 1} of ${rounds}`);
    const turns = { floorFirst: round % 2 === 0, floorAgain: true };
    const { engine, floor } = await pace.runWithEnough(seconds, (share) =>
      turnAbout(options, turns, share),
    );
    engineRuns.push(engine);
    floorRuns.push(floor);
  }
  const perRound = (figure: (engine: Load, floor: Load) => number) =>
    median(engineRuns.map((run, round) => figure(run, floorRuns[round]!)));
  return {
    engine: medianOf(engineRuns),
    floor: medianOf(floorRuns),
    ratio: perRound((a, b) => a.requestsPerSecond / b.requestsPerSecond),
    cpuRatio: perRound((a, b) => a.cpuMicros / b.cpuMicros),
    p99Ratio: perRound((a, b) => a.p99Ms / b.p99Ms),
  };
}

/** Enough to warm up the compilers and allocators of both servers; its figures are not shown. */
const warmingBodies = 30_000;
/** A slow machine is not asked for all of them. */
const warmingSecondsMax = 5;

/** Warms both servers up, and so measures how fast the engine is. */
export async function warmUp(options: PairOptions): Promise<void> {
  options.progress(`${options.measurement}: warming up`);
  const share = { bodies: warmingBodies, seconds: warmingSecondsMax };
  options.pace.saw(await turnAbout(options, { floorFirst: true, floorAgain: false }, share));
}

interface Turns {
  floorFirst: boolean;
  /** Whether the floor gets the bodies again when it has used them all. */
  floorAgain: boolean;
}

/** One run of each; the rate is the engine's. */
async function turnAbout(
  options: PairOptions,
  { floorFirst, floorAgain }: Turns,
  { bodies: count, seconds }: Share,
): Promise<Run & { engine: Load; floor: Load }> {
  const bodies = await options.prepare(count);
  const files = bodies === null ? null : writeBodies(options.engine.folder.file('bodies'), bodies);
  const on = (server: Server, again: boolean) =>
    run(options, server, seconds, files === null ? null : { files, again });
  const before = floorFirst ? await on(options.floor, floorAgain) : null;
  const { load: engine, result } = await on(options.engine, false);
  const { load: floor } = before ?? (await on(options.floor, floorAgain));
  return { ...result, engine, floor };
}

async function run(
  options: PairOptions,
  server: Server,
  seconds: number,
  bodies: Bodies | null,
): Promise<{ load: Load; result: LoadResult }> {
  const { measurement, engine, generator, connections, check } = options;
  const url = server.url + (options.path ?? '/api/orders');
  const onEngine = server.kind === 'engine';
  const shedBefore = onEngine ? await shedOrders(engine) : 0;
  const before = cpuTimes(server.process.pid);
  const result = await generator.run({ url, connections, seconds, bodies });
  if (result.unanswered > 0) {
    throw new WrongAnswer(
      `${measurement}: ${result.unanswered} requests of ${server.kind} unanswered`,
    );
  }
  if (onEngine) await caughtUp(engine);
  const used = cpuBetween(before, cpuTimes(server.process.pid));
  const shed = onEngine ? (await shedOrders(engine)) - shedBefore : 0;
  if (onEngine && !result.exhausted) await check(result, shed);
  const micros = (nanos: number) => nanos / 1000 / result.requests;
  const load: Load = {
    measurement,
    server: server.kind,
    generator: generator.name,
    connections,
    runs: 1,
    requestsPerSecond: result.requests / result.seconds,
    p50Ms: result.p50Ms,
    p99Ms: result.p99Ms,
    cpuMicros: micros(used.http + used.actor + used.projector + used.rest),
    httpMicros: micros(used.http),
    actorMicros: micros(used.actor),
    projectorMicros: micros(used.projector),
    restMicros: micros(used.rest),
    httpBusy: Math.max(...used.httpThreads.values()) / 1e9 / result.seconds,
    shedShare: shed / result.requests,
    generatorMicros: micros(result.cpuSeconds * 1e9),
    generatorBusy: result.cpuSeconds / result.threads / result.seconds,
  };
  return { load, result };
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
    shedShare: of('shedShare'),
    generatorMicros: of('generatorMicros'),
    generatorBusy: of('generatorBusy'),
  };
}
