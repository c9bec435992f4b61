/** What an order costs by process: read from `/proc` before and after a load, less what passes idly. */
import { median } from '../../report/report.ts';
import type { Cluster } from '../../servers/cluster.ts';
import { cpuBetween, cpuTimes, threadNanos } from '../../servers/cpu.ts';

/** CPU by kind of thread; `rest` are the runtime's own and main. */
export interface ByThread {
  http: number;
  actor: number;
  projector: number;
  rest: number;
}

/** By number, as in the cluster. */
export interface ByProcess {
  engines: readonly ByThread[];
  nats: readonly number[];
}

/** Nanoseconds that were used in a span of time. */
interface Used extends ByProcess {
  seconds: number;
}

/** Begins to measure; call what it returns for what was used since. */
export function measureCpu({ engines, nats }: Cluster): () => Used {
  const pids = engines.map(({ process }) => process.pid);
  const before = pids.map(cpuTimes);
  const natsBefore = nats.nodes.map(({ pid }) => threadNanos(pid));
  const startedAt = performance.now();
  return () => ({
    seconds: (performance.now() - startedAt) / 1_000,
    engines: pids.map((pid, number) => cpuBetween(before[number]!, cpuTimes(pid))),
    nats: nats.nodes.map(({ pid }, number) => threadNanos(pid) - natsBefore[number]!),
  });
}

/** Microseconds an order, less what the processes use in the same time when nobody asks for anything. */
export function perOrder(used: Used, idle: Used, orders: number): ByProcess {
  const share = used.seconds / idle.seconds;
  return combine([used, idle], ([busy = 0, resting = 0]) =>
    Math.max(0, (busy - resting * share) / 1_000 / orders),
  );
}

/** The median of each figure over the rounds. */
export function medianOfRounds(rounds: readonly ByProcess[]): ByProcess {
  return combine(rounds, median);
}

function combine(all: readonly ByProcess[], how: (values: number[]) => number): ByProcess {
  const { engines, nats } = all[0]!;
  return {
    engines: engines.map((_, number) => {
      const of = (kind: keyof ByThread) => how(all.map((each) => each.engines[number]![kind]));
      return { http: of('http'), actor: of('actor'), projector: of('projector'), rest: of('rest') };
    }),
    nats: nats.map((_, number) => how(all.map((each) => each.nats[number]!))),
  };
}

/** All threads of one process. */
export function sumOf({ http, actor, projector, rest }: ByThread): number {
  return http + actor + projector + rest;
}

export const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

/** All processes. */
export function sumOfAll({ engines, nats }: ByProcess): number {
  return sum(engines.map(sumOf)) + sum(nats);
}
