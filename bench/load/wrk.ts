/**
 * wrk as a load generator: it needs the least CPU per request, so that the server is the bottleneck.
 */
import { fileURLToPath } from 'node:url';
import { type Generator, generatorThreads, type LoadResult } from './generator.ts';

const script = fileURLToPath(new URL('./wrk.lua', import.meta.url));

/** What `wrk.lua` prints at the end. */
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
  async run({ url, connections, seconds, bodies }) {
    const threads = generatorThreads();
    const load = [`-t${threads}`, `-c${connections}`, `-d${seconds}s`, '--timeout', '10s'];
    const posted = bodies === null ? [] : ['--', bodies.again ? 'again' : 'once', ...bodies.files];
    const child = Bun.spawn(['wrk', ...load, '-s', script, url, ...posted], {
      stdout: 'pipe',
      stderr: 'pipe',
    });
    let output = '';
    for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
      output += text;
      // It would wait for its end, with nothing more to post; ended now, it reports how fast that went.
      if (output.includes('ran out\n')) child.kill('SIGINT');
    }
    if ((await child.exited) !== 0) {
      throw new Error(`wrk failed: ${output}${await new Response(child.stderr).text()}`);
    }
    const summary = JSON.parse(output.trim().split('\n').at(-1)!) as WrkSummary; // As `wrk.lua` prints it.
    return {
      requests: summary.requests,
      seconds: summary.micros / 1e6,
      exhausted: summary.exhausted,
      refused: summary.refused,
      unanswered: summary.unanswered,
      statuses: null,
      p50Ms: summary.p50Micros / 1000,
      p99Ms: summary.p99Micros / 1000,
      cpuSeconds: Number(child.resourceUsage()!.cpuTime.total) / 1e6,
      threads,
    } satisfies LoadResult;
  },
};
