/** How throughput, latency and batches grow with connections, and throughput with HTTP threads. */

import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { generators, generatorThreads, type LoadResult } from '../load/generators.ts';
import {
  type BenchSettings,
  type Chart,
  emptyReport,
  type Part,
  WrongAnswer,
} from '../report/report.ts';
import { type EngineServer, startEngineServer } from '../servers/servers.ts';
import { caughtUp, openSale, orderBodies, statementOf } from '../servers/shop.ts';

const connectionSteps = [1, 4, 16, 64, 256, 1_024];
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
    await orders(engine, 64); // Compilers and allocators are warm after this.
    for (const connections of connectionSteps) {
      progress(`scaling: ${connections} connections`);
      const { result, ordersPerEntry } = await orders(engine, connections);
      throughput.push([connections, result.requests / result.seconds]);
      p50.push([connections, result.p50Ms]);
      p99.push([connections, result.p99Ms]);
      batches.push([connections, ordersPerEntry]);
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
      await orders(engine, 256);
      const { result } = await orders(engine, 256);
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

async function orders(
  engine: EngineServer,
  wanted: number,
): Promise<{ result: LoadResult; ordersPerEntry: number }> {
  const generator = generators()[0]!;
  const connections = Math.max(wanted, generatorThreads());
  const sale = await openSale(engine, 100_000_000);
  const bodiesFile = engine.folder.file('bodies');
  const count = Math.ceil(generator.requestsPerSecondMax * (seconds + 0.5));
  writeFileSync(bodiesFile, orderBodies(sale, count).join('\n'));
  const before = await statementOf(engine, sale.itemId);
  const url = `${engine.url}/api/orders`;
  const result = await generator.run({ url, connections, seconds, bodiesFile });
  if (result.refused + result.unanswered > 0) {
    throw new WrongAnswer(`scaling: ${JSON.stringify(result)}`);
  }
  const after = await statementOf(engine, sale.itemId);
  await caughtUp(engine);
  return { result, ordersPerEntry: after.held / (after.journalSeq - before.journalSeq) };
}
