import { describe, expect, test } from 'bun:test';
import { htmlOf } from './html.tsx';
import { inPairs } from './loads.tsx';
import { bottleneckNote, cpuNote } from './notes.ts';
import { emptyReport, type Load } from './report.ts';
import { loadTable } from './table.ts';

const engine: Load = {
  ...{ measurement: 'order', server: 'engine', generator: 'wrk', connections: 256, runs: 3 },
  ...{ requestsPerSecond: 40_000, p50Ms: 5, p99Ms: 10, cpuMicros: 23, httpMicros: 16 },
  ...{ actorMicros: 3.5, projectorMicros: 3, restMicros: 0.5, helperMicros: 0, httpBusy: 0.64 },
  ...{ shedShare: 0, generatorMicros: 23.4, generatorBusy: 0.98 },
};
const floor: Load = {
  ...engine,
  ...{ server: 'floor', requestsPerSecond: 80_000, cpuMicros: 12, httpMicros: 11.9 },
  ...{ actorMicros: 0, projectorMicros: 0, restMicros: 0.1, httpBusy: 0.97, generatorMicros: 11.7 },
};

describe('a load', () => {
  test('is a row with the CPU of its generator', () => {
    const [head, , row] = loadTable([engine]).split('\n');
    expect(head).toMatch(/generator µs +busy$/);
    expect(row).toMatch(/ 23\.4 +98 %$/);
  });

  test('is in the page with the CPU of its generator', async () => {
    const machine = {
      ...{ cores: 2, processor: 'x', memoryGib: 8, bun: '1', commit: 'c', loadBefore: 0 },
    };
    const report = { ...emptyReport(), loads: [floor, engine], machine, quick: true, seconds: 1 };
    const page = await htmlOf(report);
    expect(page).toContain('CPU of the load generator');
    expect(page).toMatch(/generator busy.*23\.4<\/td><td class="number">98 %/s);
  });
});

test('a page says which parts were skipped', async () => {
  const machine = {
    ...{ cores: 2, processor: 'x', memoryGib: 8, bun: '1', commit: 'c', loadBefore: 0 },
  };
  const skipped = ['usual way: skipped, for want of redis-server'];
  const page = await htmlOf({ ...emptyReport(), skipped, machine, quick: true, seconds: 1 });
  expect(page).toContain(skipped[0]!);
});

describe('loads in the page', () => {
  test('are beside each other where servers took turns, by who they were', () => {
    const beside = { ...floor, server: 'Redis', measurement: 'order beside Redis' };
    const own = { ...engine, measurement: beside.measurement };
    const pairs = inPairs([floor, engine, beside, own, { ...engine, measurement: 'alone' }]);
    const found = [...pairs].map(([servers, [first]]) => [servers, first!.other, first!.own]);
    expect(found).toEqual([
      ['engine beside floor', floor, engine],
      ['engine beside Redis', beside, own],
    ]);
  });
});

describe('the note beside a ratio', () => {
  test('names the server that was not the bottleneck, and how busy the generator was instead', () => {
    const note = 'not the bottleneck: HTTP thread busy engine 64 %, its generator 98 %';
    expect(bottleneckNote({ engine, other: floor })).toBe(note);
  });

  test('says how many orders the engine was too busy for', () => {
    const busy = { ...engine, httpBusy: 0.95, shedShare: 0.0123 };
    expect(bottleneckNote({ engine: busy, other: floor })).toBe('1.23 % were told to come again');
  });

  test('is empty where both servers were', () => {
    expect(bottleneckNote({ engine: { ...engine, httpBusy: 0.95 }, other: floor })).toBe('');
  });

  test('says where the CPU above the floor goes', () => {
    const note = '23.0 µs beside 12.0; above it HTTP 4.1, actor 3.5, projector 3.0, runtime 0.4';
    expect(cpuNote({ engine, other: floor })).toBe(note);
  });
});
