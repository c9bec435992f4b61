import { expect, test } from 'bun:test';
import type { OpenLoopResult } from '../load/open-loop.ts';
import { targetsOf } from './open-loop.ts';

const round = (p50: number, p99: number, p999: number): OpenLoopResult => ({
  ...{ seconds: 5, arrivals: 100, sent: 100, statuses: {}, withoutRetryAfter: 0, gaveUp: 0 },
  ...{ broken: 0, unanswered: 0, exhausted: false, cpuSeconds: 0.002, accepted: 98, refused: 2 },
  ...{ acceptedPerTenth: [], acceptedP50Ms: p50, acceptedP99Ms: p99, acceptedP999Ms: p999 },
  ...{ refusedP99Ms: 1, lateP50Ms: 0.6 },
});

test('each percentile is judged by its median over the rounds', () => {
  const rounds = [round(1, 9, 20), round(3, 5, 90), round(1.5, 8, 26)];
  const targets = targetsOf(20_000, rounds);
  expect(targets.map(({ value, reached }) => [value, reached])).toEqual([
    [1.5, true],
    [8, true],
    [26, false],
  ]);
  expect(targets[0]!.note).toBe(
    'each round: 1.00, 3.00, 1.50; 20,000 orders a second; ' +
      'they were sent 0.60 ms after they were due, p50; the generator used 20 µs a request; ' +
      '6 were told to come again',
  );
});
