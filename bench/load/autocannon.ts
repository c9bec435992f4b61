/**
 * autocannon as a load generator, in processes of its own, each with its share of the bodies. Its
 * own latencies are whole milliseconds, so each process keeps a histogram of microseconds.
 */
import { fileURLToPath } from 'node:url';
import { build, decodeFromCompressedBase64 } from 'hdr-histogram-js';
import {
  type Generator,
  generatorThreads,
  type LoadOptions,
  type LoadResult,
} from './generators.ts';

const script = fileURLToPath(new URL('./autocannon-process.ts', import.meta.url));

export interface AutocannonSettings {
  url: string;
  connections: number;
  seconds: number;
  /** Sends each body once and then ends, instead of sending for some seconds. */
  all: boolean;
  /** Null for GET. */
  bodiesFile: string | null;
  /** The process takes the lines `number`, `number + processes`, … of the file. */
  number: number;
  processes: number;
}

export interface AutocannonResult {
  seconds: number;
  statuses: Record<string, number>;
  unanswered: number;
  exhausted: boolean;
  /** Latencies in microseconds: a compressed hdr histogram. */
  latencies: string;
  /** With `all`: the latencies of answers in each span of `spanMs` since the start. */
  overTime: string[];
}

/** How finely latencies over time are kept. */
export const spanMs = 100;

export interface PostedAll extends LoadResult {
  /** Latencies of answers by when they came: the end of each span, in seconds since the start. */
  overTime: { atSeconds: number; p50Ms: number; p99Ms: number }[];
}

export const autocannon: Generator = {
  name: 'autocannon',
  requestsPerSecondMax: 30_000 * generatorThreads(),
  run: (options) => runProcesses({ ...options, all: false }),
};

/** Posts every body of a file once, and returns when all are answered. */
export function postAll(options: Omit<LoadOptions, 'seconds'>): Promise<PostedAll> {
  return runProcesses({ ...options, seconds: 0, all: true });
}

async function runProcesses(options: LoadOptions & { all: boolean }): Promise<PostedAll> {
  const processes = generatorThreads();
  const connections = Math.ceil(options.connections / processes);
  const results = await Promise.all(
    Array.from({ length: processes }, (_, number) =>
      runProcess({ ...options, connections, number, processes }),
    ),
  );
  const latencies = build({ useWebAssembly: false });
  const statuses: Record<string, number> = {};
  let requests = 0;
  let refused = 0;
  for (const result of results) {
    latencies.add(decodeFromCompressedBase64(result.latencies));
    for (const [status, count] of Object.entries(result.statuses)) {
      statuses[status] = (statuses[status] ?? 0) + count;
      requests += count;
      if (Number(status) >= 400) refused += count;
    }
  }
  return {
    requests,
    seconds: Math.max(...results.map((result) => result.seconds)),
    refused,
    unanswered: results.reduce((total, result) => total + result.unanswered, 0),
    statuses,
    p50Ms: latencies.getValueAtPercentile(50) / 1000,
    p99Ms: latencies.getValueAtPercentile(99) / 1000,
    overTime: spansOf(results),
  };
}

function spansOf(results: readonly AutocannonResult[]): PostedAll['overTime'] {
  const spans = Math.max(...results.map(({ overTime }) => overTime.length));
  return Array.from({ length: spans }, (_, span) => {
    const latencies = build({ useWebAssembly: false });
    for (const { overTime } of results) {
      const ofProcess = overTime[span];
      if (ofProcess !== undefined) latencies.add(decodeFromCompressedBase64(ofProcess));
    }
    const ms = (percentile: number) => latencies.getValueAtPercentile(percentile) / 1000;
    return { atSeconds: ((span + 1) * spanMs) / 1000, p50Ms: ms(50), p99Ms: ms(99) };
  });
}

async function runProcess(settings: AutocannonSettings): Promise<AutocannonResult> {
  const child = Bun.spawn([process.execPath, script, JSON.stringify(settings)], {
    stdout: 'pipe',
    stderr: 'pipe',
  });
  const output = await new Response(child.stdout).text();
  if ((await child.exited) !== 0) {
    throw new Error(`autocannon failed: ${output}${await new Response(child.stderr).text()}`);
  }
  const result = JSON.parse(output) as AutocannonResult; // As the process writes it.
  if (result.exhausted) throw new Error('autocannon ran out of bodies');
  return result;
}
