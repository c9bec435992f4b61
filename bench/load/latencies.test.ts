import { expect, test } from 'bun:test';
import { Latencies, percentilesMs } from './latencies.ts';

test('percentiles are of the latencies of all processes together, each of its own kind', () => {
  const [first, second] = [new Latencies(0), new Latencies(0)];
  for (let ms = 1; ms <= 500; ms++) {
    first.accepted(100, 100 + ms);
    second.accepted(0, 500 + ms);
  }
  first.refused(0, 7);
  second.late(0, 3);
  const printed = [first.printed(), second.printed()];
  const accepted = percentilesMs(
    printed.map((each) => each.accepted),
    [50, 99, 99.9],
  );
  for (const [index, ms] of [500, 990, 999].entries()) {
    expect(Math.abs(accepted[index]! - ms)).toBeLessThan(2);
  }
  expect(percentilesMs([printed[0]!.refused], [50])[0]).toBeCloseTo(7, 1);
  expect(percentilesMs([printed[1]!.late], [50])[0]).toBeCloseTo(3, 1);
});

test('what began before they count is left out, however late it ended', () => {
  const latencies = new Latencies(1_000);
  latencies.accepted(999, 9_000);
  expect(percentilesMs([latencies.printed().accepted], [99.9])).toEqual([0]);
  latencies.accepted(1_000, 1_004);
  expect(percentilesMs([latencies.printed().accepted], [99.9])[0]).toBeCloseTo(4, 1);
});
