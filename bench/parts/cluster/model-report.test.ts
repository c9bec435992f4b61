import { describe, expect, test } from 'bun:test';
import { figureTable } from '../../report/table.ts';
import type { ByProcess, ByThread } from './by-process.ts';
import { costsOf, modelReport } from './model-report.ts';
import { addedIn, loadsOf, type Measured, processTable } from './process-table.ts';

const roles = { owner: 1, other: 2, third: 0 };
const of = (http: number, actor: number, projector = 0, rest = 0): ByThread => {
  return { http, actor, projector, rest };
};
const local: ByProcess = { engines: [of(0, 2), of(16, 4, 3, 1), of(0, 2)], nats: [4, 1, 1] };
const sent: ByProcess = { engines: [of(0, 2), of(0, 5, 3, 1), of(18, 2)], nats: [5, 2, 1] };
const run = {
  ...{ requestsPerSecond: 10_000, p50Ms: 5, p99Ms: 9, shedShare: 0, httpBusy: 0.9 },
  ...{ generatorMicros: 20, generatorBusy: 0.5, cpu: local, floorCpu: of(12, 0) },
};
const measured: Measured = {
  ...{ connections: 256, stream: '1 replica', generator: 'wrk', rounds: 5 },
  runs: { owner: run, other: { ...run, cpu: sent }, floor: run },
  added: addedIn({ owner: [run], other: [{ ...run, cpu: sent }], floor: [run] }),
};

describe('what an order costs', () => {
  test('is taken from both ways, and is all there', () => {
    const costs = costsOf(local, sent, roles, 0.05);
    expect(costs).toEqual({
      ...{ http: 17, sent: 2, received: 1, decide: 4, follow: 2, project: 3, nats: 8, idle: 0.05 },
    });
  });

  test('is in a table by process, with what forwarding adds in all', () => {
    const lines = figureTable(processTable(measured, roles, 2)).split('\n');
    expect(lines.find((line) => line.startsWith('the owner'))).toMatch(/ 24\.0 .* 9\.0 +-15\.0$/);
    expect(lines.find((line) => line.includes('leads the stream'))).toStartWith('nats-server 3');
    expect(lines.find((line) => line.startsWith('all '))).toMatch(/ 34\.0 +39\.0 +5\.0$/);
  });

  test('is more where it is forwarded, as a ratio to the floor', () => {
    expect(measured.added).toEqual({ all: 5, nats: 2, ofFloor: 5 / 12, throughput: 1 });
  });

  test('is a row beside the floor for each way, of all engines', () => {
    const rows = loadsOf(measured).map(({ measurement, server, cpuMicros }) => [
      ...[measurement.split(',')[0], server, cpuMicros],
    ]);
    expect(rows).toEqual([
      ['order at its owner', 'floor', 12],
      ['order at its owner', 'engine', 28],
      ['forwarded order', 'floor', 12],
      ['forwarded order', 'engine', 31],
    ]);
  });
});

test('the model says that it is one, and from where on following costs the most', () => {
  const { tables, charts } = modelReport(costsOf(local, sent, roles, 0), '1 replica');
  const text = tables.map(figureTable).join('\n');
  expect(text).toContain('A model, not a measurement');
  expect(text).toMatch(/^16 +[\d,]+\/s/m);
  expect(text).toMatch(/at about \d+ machines/);
  expect(charts[0]!.lines.map(({ name }) => name)).toContain('many items');
});
