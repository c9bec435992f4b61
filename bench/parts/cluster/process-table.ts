/** The loads of a cluster in a report: as rows beside the floor, and by process. */
import { type FigureTable, type Load, median } from '../../report/report.ts';
import { type ByProcess, type ByThread, sum, sumOf, sumOfAll } from './by-process.ts';
import type { OrderRun, Way } from './order-runs.ts';

/** Numbers of the engines, by what they do for the item that is sold. */
export interface Roles {
  owner: number;
  /** The one that orders are forwarded from; while they are posted to the owner, it follows. */
  other: number;
  third: number;
}

export interface Measured {
  connections: number;
  /** "1 replica", say. */
  stream: string;
  generator: string;
  rounds: number;
  /** Medians over the rounds. */
  runs: Record<Way, OrderRun>;
  added: Added;
}

/** What forwarding adds, each figure taken within a round: medians over the rounds. */
export interface Added {
  /** Microseconds an order, in all processes and in NATS servers. */
  all: number;
  nats: number;
  ofFloor: number;
  /** Of the throughput at the owner. */
  throughput: number;
}

export function addedIn({ owner, other, floor }: Record<Way, readonly OrderRun[]>): Added {
  const inRounds = (figure: (local: OrderRun, forwarded: OrderRun, floor: OrderRun) => number) =>
    median(owner.map((local, round) => figure(local, other[round]!, floor[round]!)));
  const more = (local: OrderRun, forwarded: OrderRun) =>
    sumOfAll(forwarded.cpu) - sumOfAll(local.cpu);
  return {
    all: inRounds(more),
    nats: inRounds((local, forwarded) => sum(forwarded.cpu.nats) - sum(local.cpu.nats)),
    ofFloor: inRounds((local, forwarded, floor) => more(local, forwarded) / sumOf(floor.floorCpu)),
    throughput: inRounds(
      (local, forwarded) => forwarded.requestsPerSecond / local.requestsPerSecond,
    ),
  };
}

/** One row for each way, with the floor beside each: engines are taken together. */
export function loadsOf({ connections, stream, generator, rounds, runs }: Measured): Load[] {
  const rowOf = (measurement: string, server: 'floor' | 'engine', run: OrderRun): Load => {
    const threads = server === 'floor' ? [run.floorCpu] : run.cpu.engines;
    const of = (kind: keyof ByThread) => sum(threads.map((each) => each[kind]));
    return {
      ...{ measurement, server, generator, connections, runs: rounds },
      ...{ requestsPerSecond: run.requestsPerSecond, p50Ms: run.p50Ms, p99Ms: run.p99Ms },
      cpuMicros: sum(threads.map(sumOf)),
      ...{ httpMicros: of('http'), actorMicros: of('actor'), projectorMicros: of('projector') },
      ...{
        restMicros: of('rest'),
        helperMicros: 0,
        httpBusy: run.httpBusy,
        shedShare: run.shedShare,
      },
      ...{ generatorMicros: run.generatorMicros, generatorBusy: run.generatorBusy },
    };
  };
  return (['owner', 'other'] as const).flatMap((way) => {
    const what = way === 'owner' ? 'order at its owner' : 'forwarded order';
    const name = `${what}, three engines, ${stream}`;
    return [rowOf(name, 'floor', runs.floor), rowOf(name, 'engine', runs[way])];
  });
}

/** Both ways side by side: what each process uses for an order. */
export function processTable(measured: Measured, roles: Roles, leader: number): FigureTable {
  const { connections, stream, runs } = measured;
  const threads = ['HTTP', 'actor', 'projector', 'rest', 'all'];
  const head = ['process', ...threads, ...threads.map((name) => `forwarded: ${name}`), 'added'];
  const both = [runs.owner.cpu, runs.other.cpu] as const;
  const engine = (name: string, number: number) => {
    const [local, forwarded] = both.map(({ engines }) => engines[number]!) as [ByThread, ByThread];
    const cells = [local, forwarded].flatMap((each) => [
      ...[each.http, each.actor, each.projector, each.rest, sumOf(each)].map(micros),
    ]);
    return [name, ...cells, micros(sumOf(forwarded) - sumOf(local))];
  };
  const whole = (name: string, of: (cpu: ByProcess) => number) => {
    const [local, forwarded] = both.map(of) as [number, number];
    const cells = [local, forwarded].flatMap((value) => ['', '', '', '', micros(value)]);
    return [name, ...cells, micros(forwarded - local)];
  };
  const server = (number: number) =>
    whole(
      `nats-server ${number + 1}${number === leader ? ', leads the stream' : ''}`,
      ({ nats }) => nats[number]!,
    );
  return {
    title: `CPU of an order by process, ${connections} connections, ${stream}: µs, posted to its owner, and forwarded`,
    head,
    rows: [
      engine('the owner', roles.owner),
      engine('the engine that forwards', roles.other),
      engine('the third engine', roles.third),
      ...runs.owner.cpu.nats.map((_, number) => server(number)),
      whole('all', sumOfAll),
    ],
    note:
      'Less what each process uses when nobody asks for anything. An engine that neither owns the item nor is ' +
      'asked only follows it, on its actor thread. All processes and the generator share the cores of this machine.',
  };
}

const micros = (value: number) => value.toFixed(1);
