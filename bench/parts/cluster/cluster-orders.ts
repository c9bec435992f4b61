/**
 * What a cluster costs: an order at the engine that owns its item and one that another engine sends on, by
 * process, on streams with one replica and with three; what following costs the others; and a model of
 * larger clusters, computed from that.
 */
import { nameOf } from '../../../actors/journal/jetstream-streams.ts';
import { waitUntil } from '../../../actors/testing/process.ts';
import {
  addTo,
  atMost,
  type BenchSettings,
  emptyReport,
  median,
  type Part,
  type Report,
  reported,
  type Target,
  thousands,
  WrongAnswer,
} from '../../report/report.ts';
import { type Cluster, engineCount, untilSteady, withCluster } from '../../servers/cluster.ts';
import { startFloorServer } from '../../servers/servers.ts';
import { openSale, orderBodies, postOrder, statementOf, stock } from '../../servers/shop.ts';
import { residentNow } from '../memory.ts';
import { sumOf, sumOfAll } from './by-process.ts';
import { costsOf, modelReport } from './model-report.ts';
import { medianRun, OrderRuns } from './order-runs.ts';
import { addedIn, loadsOf, type Measured, processTable, type Roles } from './process-table.ts';

const connectionSteps = [256, 64] as const;
/** 5 µs where the floor takes 12. */
const mostAdded = 0.42;
/** Fewer orders would not show beside what a process takes anyway. */
const ordersMeasurable = 200_000;
const dayOfSeconds = 86_400;

export const clusterOrders: Part = {
  name: 'cluster',
  cluster: true,
  async run(settings) {
    const report = emptyReport();
    for (const replicas of [1, 3]) {
      const stream = `${replicas} ${replicas === 1 ? 'replica' : 'replicas'}`;
      settings.progress(`cluster: three engines, ${stream}`);
      addTo(report, await withCluster(replicas, (cluster) => measure(settings, cluster, stream)));
    }
    return report;
  },
};

async function measure(settings: BenchSettings, cluster: Cluster, stream: string): Promise<Report> {
  const sale = await openSale(cluster.engines[0]!, stock, { payWindowSeconds: dayOfSeconds });
  const owners = await untilSteady(cluster);
  const partition = sale.itemId % owners.length;
  const owner = owners[partition]!;
  const roles = { owner, other: (owner + 1) % engineCount, third: (owner + 2) % engineCount };
  const sample = await postOrder(cluster.engines[owner]!, orderBodies(sale, 1)[0]!);
  if (sample.status !== 201) throw new WrongAnswer(`the first order: ${sample.text}`);
  const leader = await leaderOf(cluster, partition);
  const floor = await startFloorServer(sample);
  try {
    const { progress } = settings;
    const runs = new OrderRuns({ cluster, floor, sale, ...roles, progress });
    const idle = await restingOf(runs, settings, stream);
    await runs.warmUp();
    const memory = await followMemory(cluster, sale.itemId, roles, stream);
    const report = emptyReport();
    for (const connections of connectionSteps) {
      const measured = await measureAt(connections, settings, runs, stream);
      report.loads.push(...loadsOf(measured));
      report.tables.push(processTable(measured, roles, leader));
      report.targets.push(...targetsOf(measured, runs.disturbed));
      if (connections !== connectionSteps[0]) continue;
      const costs = costsOf(measured.runs.owner.cpu, measured.runs.other.cpu, roles, idle.cores);
      addTo(report, { ...emptyReport(), ...modelReport(costs, stream) });
    }
    report.targets.push(...(await memory()), ...idle.targets);
    return report;
  } finally {
    await floor.stop();
  }
}

/** The NATS server that leads a partition's stream, which one that does not keep it cannot tell. */
async function leaderOf({ nats }: Cluster, partition: number): Promise<number> {
  const stream = nameOf(partition);
  let leader: number | null = null;
  await waitUntil(`${stream} is led`, async () => {
    const said = await Promise.all(nats.nodes.map((_, node) => nats.leaderOf(stream, node)));
    leader = said.find((each) => each !== null) ?? null;
    return leader !== null;
  });
  return leader!;
}

async function measureAt(
  connections: number,
  { quick }: BenchSettings,
  runs: OrderRuns,
  stream: string,
): Promise<Measured> {
  const [seconds, rounds] = quick ? [1, 1] : [3, 5];
  const all = await runs.rounds(connections, seconds, rounds);
  const { owner, other, floor } = all;
  const { generator } = runs;
  return {
    ...{ connections, stream, generator, rounds },
    runs: { owner: medianRun(owner), other: medianRun(other), floor: medianRun(floor) },
    added: addedIn(all),
  };
}

function targetsOf({ connections, stream, runs, added }: Measured, disturbed: number): Target[] {
  const name = `forwarded orders, ${connections} connections, ${stream}:`;
  const ratio = `${name} CPU added, of the floor's`;
  const floor = sumOf(runs.floor.floorCpu).toFixed(1);
  const local = sumOfAll(runs.owner.cpu).toFixed(1);
  const note = `the floor ${floor} µs; an order at its owner ${local} in all processes`;
  const again =
    disturbed === 0 ? '' : `; loads that were disturbed, and run again, so far: ${disturbed}`;
  return [
    connections === connectionSteps[0]
      ? atMost(ratio, added.ofFloor, mostAdded, ' ×', `${note}; 5 µs where the floor takes 12`)
      : reported(ratio, added.ofFloor, ' ×', note),
    reported(
      `${name} CPU added`,
      added.all,
      ' µs',
      `${added.nats.toFixed(1)} in NATS servers${again}`,
    ),
    reported(
      `${name} of the throughput at the owner`,
      added.throughput,
      '',
      'all processes share this machine',
    ),
  ];
}

/**
 * How the third engine, which only follows, grows beside the owner; measured from here until it is asked
 * for.
 */
async function followMemory(
  cluster: Cluster,
  itemId: number,
  { owner, third }: Roles,
  stream: string,
): Promise<() => Promise<Target[]>> {
  const resident = () => cluster.engines.map(({ process }) => residentNow(process.pid));
  const held = async () => (await statementOf(cluster.engines[owner]!, itemId)).held;
  const [bytesBefore, heldBefore] = [resident(), await held()];
  return async () => {
    const orders = (await held()) - heldBefore;
    if (orders < ordersMeasurable) return [];
    const bytes = resident().map((after, number) => (after - bytesBefore[number]!) / orders);
    const name = `following, ${stream}: resident memory, for each order`;
    const note = `of ${thousands(orders)} orders, garbage included; at the owner ${bytes[owner]!.toFixed(0)}`;
    return [reported(name, bytes[third]!, ' bytes', note)];
  };
}

/** What the processes use when nobody asks for anything; `cores` of an engine. */
async function restingOf(
  runs: OrderRuns,
  { quick }: BenchSettings,
  stream: string,
): Promise<{ cores: number; targets: Target[] }> {
  const seconds = quick ? 2 : 5;
  const { engines, nats } = await runs.rest(seconds);
  const cores = (nanos: readonly number[]) => median(nanos) / 1e9 / seconds;
  const engine = cores(engines.map(sumOf));
  const name = `idle cluster, ${stream}: CPU of`;
  const unit = ' % of a core';
  const targets = [
    reported(`${name} an engine`, engine * 100, unit, 'beats, looks and probes; the median'),
    reported(`${name} a NATS server`, cores(nats) * 100, unit, 'the median'),
  ];
  return { cores: engine, targets };
}
