/** One load on one server: what came of it, what CPU it took, and whether the books are right. */
import { type Load, WrongAnswer } from '../report/report.ts';
import { cpuBetween, cpuTimes, threadNanos } from '../servers/cpu.ts';
import { isEngine, type Server } from '../servers/servers.ts';
import { caughtUp, shedOrders } from '../servers/shop.ts';
import type { Bodies, Generator, LoadResult } from './generator.ts';

/**
 * Checks the books of a server after a run in which it shed this many orders.
 * @throws WrongAnswer
 */
export type CheckBooks = (result: LoadResult, shed: number) => Promise<void>;

interface OneRun {
  measurement: string;
  server: Server;
  generator: Generator;
  connections: number;
  path?: string;
  check?: CheckBooks | undefined;
}

export async function runOne(
  options: OneRun,
  seconds: number,
  bodies: Bodies | null,
): Promise<{ load: Load; result: LoadResult }> {
  const { measurement, server, generator, connections, check } = options;
  const url = server.url + (options.path ?? '/api/orders');
  const shedSoFar = async () => (isEngine(server) ? await shedOrders(server) : 0);
  const shedBefore = await shedSoFar();
  const before = cpuTimes(server.process.pid);
  const helpersBefore = helperNanos(server);
  const result = await generator.run({ url, connections, seconds, bodies });
  if (result.unanswered > 0) {
    throw new WrongAnswer(
      `${measurement}: ${result.unanswered} requests of ${server.name} unanswered`,
    );
  }
  if (isEngine(server)) await caughtUp(server);
  const used = cpuBetween(before, cpuTimes(server.process.pid));
  const helpers = helperNanos(server) - helpersBefore;
  const shed = (await shedSoFar()) - shedBefore;
  if (!result.exhausted) await check?.(result, shed);
  const micros = (nanos: number) => nanos / 1000 / result.requests;
  const load: Load = {
    measurement,
    server: server.name,
    generator: generator.name,
    connections,
    runs: 1,
    requestsPerSecond: result.requests / result.seconds,
    p50Ms: result.p50Ms,
    p99Ms: result.p99Ms,
    cpuMicros: micros(used.http + used.actor + used.projector + used.rest + helpers),
    httpMicros: micros(used.http),
    actorMicros: micros(used.actor),
    projectorMicros: micros(used.projector),
    restMicros: micros(used.rest),
    helperMicros: micros(helpers),
    httpBusy: Math.max(...used.httpThreads.values()) / 1e9 / result.seconds,
    shedShare: shed / result.requests,
    generatorMicros: micros(result.cpuSeconds * 1e9),
    generatorBusy: result.cpuSeconds / result.threads / result.seconds,
  };
  return { load, result };
}

function helperNanos({ helperPids = [] }: Server): number {
  return helperPids.reduce((sum, pid) => sum + threadNanos(pid), 0);
}
