/** How throughput, latency and batches grow with connections, and throughput with HTTP threads. */
import { availableParallelism } from 'node:os';
import { generatorThreads } from '../load/generator.ts';
import { runOrders } from '../load/order-load.ts';
import { Pace } from '../load/pace.ts';
import { type BenchSettings, type Chart, emptyReport, type Part } from '../report/report.ts';
import { startEngineServer } from '../servers/servers.ts';

/** The generator has at least one connection per thread. */
const connectionSteps = [1, 4, 16, 64, 256, 1_024].filter((step) => step >= generatorThreads());
const threadSteps = [1, 2, 4, 8].filter((threads) => threads <= availableParallelism());
const seconds = 1;

export const scaling: Part = {
  name: 'scaling',
  async run(settings) {
    if (settings.quick) return emptyReport();
    const overConnections = await connectionCharts(settings);
    const overThreads = await threadChart(settings);
    return { ...emptyReport(), charts: [...overConnections, overThreads] };
  },
};

async function connectionCharts({ progress }: BenchSettings): Promise<Chart[]> {
  const throughput: [number, number][] = [];
  const p50: [number, number][] = [];
  const p99: [number, number][] = [];
  const batches: [number, number][] = [];
  const engine = await startEngineServer();
  try {
    const load = { engine, pace: new Pace(), seconds };
    await runOrders({ ...load, connections: 64 }); // Compilers and allocators are warm after this.
    for (const connections of connectionSteps) {
      progress(`scaling: ${connections} connections`);
      const result = await runOrders({ ...load, connections });
      const { before, after } = result;
      throughput.push([connections, result.requests / result.seconds]);
      p50.push([connections, result.p50Ms]);
      p99.push([connections, result.p99Ms]);
      batches.push([connections, after.held / (after.journalSeq - before.journalSeq)]);
    }
  } finally {
    await engine.stop();
  }
  const axis = { xLabel: 'connections', steps: true };
  return [
    {
      title: 'Throughput against connections',
      ...axis,
      yLabel: 'orders a second',
      lines: [{ name: 'engine', points: throughput }],
    },
    {
      title: 'Latency against connections',
      ...axis,
      yLabel: 'milliseconds',
      lines: [
        { name: 'p50', points: p50 },
        { name: 'p99', points: p99 },
      ],
    },
    {
      title: 'Batch size against load',
      ...axis,
      yLabel: 'orders in one entry of the journal',
      lines: [{ name: 'mean', points: batches }],
    },
  ];
}

async function threadChart({ progress }: BenchSettings): Promise<Chart> {
  const points: [number, number][] = [];
  for (const threads of threadSteps) {
    progress(`scaling: ${threads} HTTP threads`);
    const engine = await startEngineServer({ env: { HTTP_THREADS: `${threads}` } });
    try {
      const load = { engine, pace: new Pace(), connections: 256, seconds };
      await runOrders(load); // Compilers and allocators are warm after this.
      const result = await runOrders(load);
      points.push([threads, result.requests / result.seconds]);
    } finally {
      await engine.stop();
    }
  }
  return {
    title: 'Throughput against HTTP threads',
    xLabel: 'HTTP threads, beside the usual actor threads and the load generator',
    yLabel: 'orders a second',
    steps: true,
    lines: [{ name: '256 connections', points }],
  };
}
