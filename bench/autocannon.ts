/**
 * autocannon as a load generator, in processes of its own, each with its share of the bodies. Its
 * own latencies are whole milliseconds, so each process keeps a histogram of microseconds.
 */
import { fileURLToPath } from 'node:url';
import { build, decodeFromCompressedBase64 } from 'hdr-histogram-js';
import { type Generator, generatorThreads, type LoadResult } from './generators.ts';

const script = fileURLToPath(new URL('./autocannon-process.ts', import.meta.url));

export interface AutocannonSettings {
  url: string;
  connections: number;
  seconds: number;
  bodiesFile: string;
  /** The process takes the lines `number`, `number + processes`, … of the file. */
  number: number;
  processes: number;
}

export interface AutocannonResult {
  requests: number;
  seconds: number;
  refused: number;
  unanswered: number;
  exhausted: boolean;
  /** Latencies in microseconds: a compressed hdr histogram. */
  latencies: string;
}

export const autocannon: Generator = {
  name: 'autocannon',
  requestsPerSecondMax: 30_000 * generatorThreads(),
  async run({ url, connections, seconds, bodiesFile }) {
    const processes = generatorThreads();
    const share = Math.ceil(connections / processes);
    const results = await Promise.all(
      Array.from({ length: processes }, (_, number) =>
        runProcess({ url, connections: share, seconds, bodiesFile, number, processes }),
      ),
    );
    const latencies = build({ useWebAssembly: false });
    for (const result of results) latencies.add(decodeFromCompressedBase64(result.latencies));
    const sum = (key: 'requests' | 'refused' | 'unanswered') =>
      results.reduce((total, result) => total + result[key], 0);
    return {
      requests: sum('requests'),
      seconds: Math.max(...results.map((result) => result.seconds)),
      refused: sum('refused'),
      unanswered: sum('unanswered'),
      p50Ms: latencies.getValueAtPercentile(50) / 1000,
      p99Ms: latencies.getValueAtPercentile(99) / 1000,
    } satisfies LoadResult;
  },
};

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
