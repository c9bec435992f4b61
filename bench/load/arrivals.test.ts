import { describe, expect, test } from 'bun:test';
import { Arrivals } from './arrivals.ts';

describe('arrivals', () => {
  const arrivals = new Arrivals(5_000, 7_000, 250);

  test('come at their rate, and none before its time', () => {
    expect([5_000, 5_003.9, 5_004, 5_100].map((now) => arrivals.by(now))).toEqual([0, 0, 1, 25]);
    for (const index of [0, 1, 24, 499]) {
      expect(arrivals.by(arrivals.at(index) + 1e-6)).toBe(index + 1);
      expect(arrivals.by(arrivals.at(index) - 1e-6)).toBe(index);
    }
  });

  test('end in time', () => {
    expect([7_000, 9_000].map((now) => arrivals.by(now))).toEqual([500, 500]);
  });
});
