/** wrk as a load generator: the least CPU for a request, so that the server is the bottleneck. */
import { fileURLToPath } from 'node:url';
import { type Generator, generatorThreads, type LoadResult } from './generators.ts';

const script = fileURLToPath(new URL('./wrk.lua', import.meta.url));

/** What `wrk.lua` prints. */
interface WrkSummary {
  requests: number;
  micros: number;
  refused: number;
  unanswered: number;
  p50Micros: number;
  p99Micros: number;
  exhausted: boolean;
}

export const wrk: Generator = {
  name: 'wrk',
  requestsPerSecondMax: 45_000 * generatorThreads(),
  async run({ url, connections, seconds, bodiesFile }) {
    const threads = generatorThreads();
    const load = [`-t${threads}`, `-c${connections}`, `-d${seconds}s`, '--timeout', '10s'];
    const bodies = bodiesFile === null ? [] : ['--', bodiesFile, `${threads}`];
    const child = Bun.spawn(['wrk', ...load, '-s', script, url, ...bodies], {
      stdout: 'pipe',
      stderr: 'pipe',
    });
    const output = await new Response(child.stdout).text();
    if ((await child.exited) !== 0) {
      throw new Error(`wrk failed: ${output}${await new Response(child.stderr).text()}`);
    }
    const summary = JSON.parse(output.trim().split('\n').at(-1)!) as WrkSummary; // As `wrk.lua` prints it.
    if (summary.exhausted) throw new Error('wrk ran out of bodies');
    return {
      requests: summary.requests,
      seconds: summary.micros / 1e6,
      refused: summary.refused,
      unanswered: summary.unanswered,
      statuses: null,
      p50Ms: summary.p50Micros / 1000,
      p99Ms: summary.p99Micros / 1000,
    } satisfies LoadResult;
  },
};
