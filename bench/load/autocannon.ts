/**
 * autocannon as a load generator, in processes of its own, each with its share of the bodies. Its own
 * latencies are whole milliseconds, so each process keeps a histogram in microseconds.
 */
import { fileURLToPath } from 'node:url';
import { build, decodeFromCompressedBase64 } from 'hdr-histogram-js';
import {
  type Generator,
  generatorThreads,
  type LoadOptions,
  type LoadResult,
} from './generator.ts';

const script = fileURLToPath(new URL('./autocannon-process.ts', import.meta.url));

export interface AutocannonSettings {
  url: string;
  connections: number;
  seconds: number;
  /** Sends each body once and then ends, instead of sending for some seconds. */
  all: boolean;
  /** The bodies of this process, one in each line; null for GET. */
  file: string | null;
  /** Starts over at the end of the file. */
  again: boolean;
}

export interface AutocannonResult {
  seconds: number;
  statuses: Record<string, number>;
  unanswered: number;
  exhausted: boolean;
  cpuSeconds: number;
  /** Latencies in microseconds: a compressed hdr histogram. */
  latencies: string;
  /** With `all`: the latencies of answers in each span of `spanMs` since the start. */
  overTime: string[];
}

/** The resolution of latencies over time. */
export const spanMs = 100;

interface PostedAll extends LoadResult {
  /** Latencies of answers by time of arrival: the end of each span, in seconds since the start. */
  overTime: { atSeconds: number; p50Ms: number; p99Ms: number }[];
}

export const autocannon: Generator = {
  name: 'autocannon',
  run: (options) => runProcesses({ ...options, all: false }),
};

/** Posts every body of the files once, and returns when all are answered. */
export function postAll({
  files,
  ...options
}: {
  url: string;
  connections: number;
  files: readonly string[];
}): Promise<PostedAll> {
  const bodies = { files, again: false };
  return runProcesses({ ...options, bodies, seconds: 0, all: true });
}

async function runProcesses({
  bodies,
  ...options
}: LoadOptions & { all: boolean }): Promise<PostedAll> {
  const processes = generatorThreads();
  const connections = Math.ceil(options.connections / processes);
  const again = bodies?.again ?? true;
  const results = await Promise.all(
    Array.from({ length: processes }, (_, number) =>
      runProcess({ ...options, connections, again, file: bodies?.files[number] ?? null }),
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
  const sum = (of: (result: AutocannonResult) => number) =>
    results.reduce((total, result) => total + of(result), 0);
  return {
    requests,
    seconds: Math.max(...results.map((result) => result.seconds)),
    exhausted: results.some(({ exhausted }) => exhausted),
    refused,
    unanswered: sum(({ unanswered }) => unanswered),
    cpuSeconds: sum(({ cpuSeconds }) => cpuSeconds),
    threads: processes,
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
  return JSON.parse(output) as AutocannonResult; // As the process writes it.
}
