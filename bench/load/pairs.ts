/**
 * Paired runs: the engine and another server take turns under the same load, so that whatever else the
 * machine does affects both. The other gets exactly the bodies that the engine gets. The floor may get them
 * again; a server that keeps orders gets each once, as the engine does.
 */
import { type Load, median } from '../report/report.ts';
import type { EngineServer, Server } from '../servers/servers.ts';
import { writeBodies } from './bodies.ts';
import type { Generator, LoadResult } from './generator.ts';
import type { Pace, Run, Share } from './pace.ts';
import { type CheckBooks, runOne } from './run-one.ts';

export interface PairOptions {
  measurement: string;
  engine: EngineServer;
  /** What the engine is measured beside: the floor, another way to do the same, or another engine. */
  other: Server | EngineServer;
  /** How fast the engine has been so far. */
  pace: Pace;
  generator: Generator;
  connections: number;
  /** `/api/orders` when not given. */
  path?: string;
  /** Makes the bodies of one round, and what they need from the servers; null for GET. */
  prepare(count: number): Promise<string[] | null>;
  /** Checks the books of the engine after a run. */
  check: CheckBooks;
  /** Checks those of the other, where it keeps any: then it gets each body once. */
  checkOther?: CheckBooks;
  progress(what: string): void;
}

interface Span {
  seconds: number;
  rounds: number;
}

export interface Pair {
  engine: Load;
  other: Load;
  /** The engine's throughput as a share of the other's: the median over the rounds. */
  ratio: number;
  /**
   * The engine's CPU per request as a multiple of the other's, all threads: the median over the rounds.
   */
  cpuRatio: number;
  /** The engine's p99 as a multiple of the other's: the median over the rounds. */
  p99Ratio: number;
}

export async function measurePair(options: PairOptions, span: Span): Promise<Pair> {
  const { measurement, generator, connections, pace } = options;
  const { seconds, rounds } = span;
  const engineRuns: Load[] = [];
  const otherRuns: Load[] = [];
  for (let round = 0; round < rounds; round++) {
    const load = `${measurement}, ${generator.name}, ${connections} connections`;
    options.progress(`${load}: round ${round + 1} of ${rounds}`);
    const turns = { otherFirst: round % 2 === 0, again: options.checkOther === undefined };
    const { engine, other } = await pace.runWithEnough(seconds, (share) =>
      turnAbout(options, turns, share),
    );
    engineRuns.push(engine);
    otherRuns.push(other);
  }
  const perRound = (figure: (engine: Load, other: Load) => number) =>
    median(engineRuns.map((run, round) => figure(run, otherRuns[round]!)));
  return {
    engine: medianOf(engineRuns),
    other: medianOf(otherRuns),
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
  options.pace.saw(await turnAbout(options, { otherFirst: true, again: false }, share));
}

interface Turns {
  otherFirst: boolean;
  /** Whether the other gets the bodies again when it has used them all. */
  again: boolean;
}

/** One run of each; the rate is that of whoever must not run out of bodies. */
async function turnAbout(
  options: PairOptions,
  { otherFirst, again }: Turns,
  { bodies: count, seconds }: Share,
): Promise<Run & { engine: Load; other: Load }> {
  const bodies = await options.prepare(count);
  const files = bodies === null ? null : writeBodies(options.engine.folder.file('bodies'), bodies);
  const onOther = () =>
    runOne(
      { ...options, server: options.other, check: options.checkOther },
      seconds,
      files === null ? null : { files, again },
    );
  const before = otherFirst ? await onOther() : null;
  const engine = await runOne(
    { ...options, server: options.engine },
    seconds,
    files === null ? null : { files, again: false },
  );
  const other = before ?? (await onOther());
  const once = options.checkOther === undefined ? [engine.result] : [engine.result, other.result];
  return { ...fastest(once), engine: engine.load, other: other.load };
}

/** The fastest of some runs, which ran out where any of them did. */
function fastest(runs: readonly LoadResult[]): Run {
  const [first] = runs.toSorted((a, b) => b.requests / b.seconds - a.requests / a.seconds);
  const { requests, seconds } = first!; // A pair has runs.
  return { requests, seconds, exhausted: runs.some(({ exhausted }) => exhausted) };
}

/** The median of each figure. */
function medianOf(runs: Load[]): Load {
  const figures = Object.entries(runs[0]!).filter(([, value]) => typeof value === 'number');
  const of = (key: string) => median(runs.map((run) => Number(run[key as keyof Load]))); // They are its keys.
  const medians = Object.fromEntries(figures.map(([key]) => [key, of(key)]));
  return { ...runs[0]!, ...medians, runs: runs.length };
}
