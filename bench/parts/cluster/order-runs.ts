/**
 * Orders for one item, posted to its owner and to another engine in turn, and to the floor beside them: what
 * an order costs each process where it is decided at once, and where it is sent on first.
 */
import { writeBodies } from '../../load/bodies.ts';
import type { LoadResult } from '../../load/generator.ts';
import { generators } from '../../load/generators.ts';
import { Pace, type Run, type Share } from '../../load/pace.ts';
import { median, WrongAnswer } from '../../report/report.ts';
import { type Cluster, untilSettled } from '../../servers/cluster.ts';
import { cpuBetween, cpuTimes } from '../../servers/cpu.ts';
import type { Server } from '../../servers/servers.ts';
import { orderBodies, type Sale, shedOrders, statementOf } from '../../servers/shop.ts';
import {
  type ByProcess,
  type ByThread,
  measureCpu,
  medianOfRounds,
  perOrder,
} from './by-process.ts';

/** Where orders are posted. */
const ways = ['owner', 'other', 'floor'] as const;
export type Way = (typeof ways)[number];

/** How often ownership may change, or an order be refused, before the machine is too busy to measure. */
const disturbedMax = 8;

export interface OrderRunsOptions {
  cluster: Cluster;
  floor: Server;
  sale: Sale;
  /** Numbers of the engine that owns the item and of the one that orders are forwarded from. */
  owner: number;
  other: number;
  progress(what: string): void;
}

/** One load, or the medians of several. */
export interface OrderRun {
  requestsPerSecond: number;
  p50Ms: number;
  p99Ms: number;
  shedShare: number;
  /** Of the HTTP thread that takes the requests, 0 to 1. */
  httpBusy: number;
  generatorMicros: number;
  generatorBusy: number;
  /** Of the cluster; all zero while the floor is asked. */
  cpu: ByProcess;
  floorCpu: ByThread;
}

export class OrderRuns {
  /** Loads that were thrown away: the item changed hands, or an order was refused. */
  disturbed = 0;
  readonly #paces = { owner: new Pace(), other: new Pace() };
  readonly #generator = generators()[0];
  #idle: ReturnType<ReturnType<typeof measureCpu>> | null = null;
  /** Each order is another user's. */
  #nextUser = 1_000_000;
  #floorFiles: string[] = [];

  constructor(private readonly options: OrderRunsOptions) {}

  get generator(): string {
    return this.#generator.name;
  }

  /** Measures what every process uses while nobody asks for anything. */
  async rest(seconds: number): Promise<ByProcess> {
    const used = measureCpu(this.options.cluster);
    await Bun.sleep(seconds * 1_000);
    this.#idle = used();
    return this.#idle;
  }

  async warmUp(): Promise<void> {
    const share = { bodies: 30_000, seconds: 5 };
    for (const way of ['owner', 'other'] as const) {
      this.options.progress(`cluster: warming up, orders at the ${way}`);
      this.#paces[way].saw(await this.#undisturbed(way, 64, share));
    }
    await this.#onFloor(64, 1);
  }

  /** Each way once in a round, in another order the next time. */
  async rounds(connections: number, seconds: number, rounds: number) {
    const runs: Record<Way, OrderRun[]> = { owner: [], other: [], floor: [] };
    for (let round = 0; round < rounds; round++) {
      this.options.progress(`cluster: ${connections} connections, round ${round + 1} of ${rounds}`);
      const order = round % 2 === 0 ? ways : ways.toReversed();
      for (const way of order) {
        runs[way].push(
          way === 'floor'
            ? await this.#onFloor(connections, seconds)
            : await this.#paces[way].runWithEnough(seconds, (share) =>
                this.#undisturbed(way, connections, share),
              ),
        );
      }
    }
    return runs;
  }

  async #undisturbed(way: 'owner' | 'other', connections: number, share: Share) {
    for (;;) {
      const run = await this.#onEngine(way, connections, share);
      if (run !== null) return run;
      this.disturbed++;
      this.options.progress(`cluster: disturbed ${this.disturbed} times, once more`);
      if (this.disturbed > disturbedMax) throw new Error('the item does not stay with its owner');
    }
  }

  /** Null where it does not count. @throws WrongAnswer where an order that was accepted is not there */
  async #onEngine(
    way: 'owner' | 'other',
    connections: number,
    { bodies: count, seconds }: Share,
  ): Promise<(OrderRun & Run) | null> {
    const { cluster, sale, owner } = this.options;
    const asked = cluster.engines[this.options[way]]!;
    const files = this.#write(count);
    await untilSettled(cluster);
    const heldBefore = (await statementOf(cluster.engines[owner]!, sale.itemId)).held;
    const shedBefore = await shedOrders(asked);
    const http = cpuTimes(asked.process.pid);
    const used = measureCpu(cluster);
    const bodies = { files, again: false };
    const url = `${asked.url}/api/orders`;
    const result = await this.#generator.run({ url, connections, seconds, bodies });
    const httpNanos = cpuBetween(http, cpuTimes(asked.process.pid)).httpThreads;
    const owners = await untilSettled(cluster);
    const spent = used();
    const shed = (await shedOrders(asked)) - shedBefore;
    const held = (await statementOf(cluster.engines[owner]!, sale.itemId)).held - heldBefore;
    if (!result.exhausted && held < result.requests - result.refused) {
      const placed = result.requests - result.refused;
      throw new WrongAnswer(`cluster: ${placed} answers of success, but ${held} units held`);
    }
    const stayed = owners[sale.itemId % owners.length] === owner;
    if (!stayed || result.refused > shed || result.unanswered > 0) return null;
    return {
      ...loadFigures(result),
      shedShare: shed / result.requests,
      httpBusy: Math.max(...httpNanos.values()) / 1e9 / result.seconds,
      cpu: perOrder(spent, this.#idle!, result.requests),
      floorCpu: nothing,
    };
  }

  async #onFloor(connections: number, seconds: number): Promise<OrderRun> {
    const { floor, cluster } = this.options;
    const before = cpuTimes(floor.process.pid);
    const result = await this.#generator.run({
      ...{ url: `${floor.url}/api/orders`, connections, seconds },
      bodies: { files: this.#floorFiles, again: true },
    });
    const used = cpuBetween(before, cpuTimes(floor.process.pid));
    const micros = (nanos: number) => nanos / 1_000 / result.requests;
    return {
      ...loadFigures(result),
      shedShare: 0,
      httpBusy: Math.max(...used.httpThreads.values()) / 1e9 / result.seconds,
      cpu: { engines: cluster.engines.map(() => nothing), nats: cluster.nats.nodes.map(() => 0) },
      floorCpu: { ...nothing, http: micros(used.http), rest: micros(used.rest) },
    };
  }

  /** Bodies of new buyers, which the floor may get, too. */
  #write(count: number): string[] {
    const { cluster, sale, owner } = this.options;
    const bodies = orderBodies(sale, count, this.#nextUser);
    this.#nextUser += count;
    this.#floorFiles = writeBodies(cluster.engines[owner]!.folder.file('bodies'), bodies);
    return this.#floorFiles;
  }
}

const nothing: ByThread = { http: 0, actor: 0, projector: 0, rest: 0 };

function loadFigures(result: LoadResult) {
  return {
    ...{ requests: result.requests, seconds: result.seconds, exhausted: result.exhausted },
    requestsPerSecond: result.requests / result.seconds,
    ...{ p50Ms: result.p50Ms, p99Ms: result.p99Ms },
    generatorMicros: (result.cpuSeconds * 1e6) / result.requests,
    generatorBusy: result.cpuSeconds / result.threads / result.seconds,
  };
}

/** The median of each figure. */
export function medianRun(runs: readonly OrderRun[]): OrderRun {
  const of = (figure: (run: OrderRun) => number) => median(runs.map(figure));
  const floor = (kind: keyof ByThread) => of(({ floorCpu }) => floorCpu[kind]);
  return {
    requestsPerSecond: of((run) => run.requestsPerSecond),
    p50Ms: of((run) => run.p50Ms),
    p99Ms: of((run) => run.p99Ms),
    shedShare: of((run) => run.shedShare),
    httpBusy: of((run) => run.httpBusy),
    generatorMicros: of((run) => run.generatorMicros),
    generatorBusy: of((run) => run.generatorBusy),
    cpu: medianOfRounds(runs.map(({ cpu }) => cpu)),
    floorCpu: { ...nothing, http: floor('http'), rest: floor('rest') },
  };
}
