import { describe, expect, test } from 'bun:test';
import { ClockWatch, clockDrift, createSteadyClock, wallClock } from './clock.ts';

const hourMs = 3_600_000;

/** Runs while the wall clock of this thread is ahead. */
function withWallClockAhead<T>(aheadMs: number, run: () => T): T {
  const real = Date.now;
  Date.now = () => real() + aheadMs;
  try {
    return run();
  } finally {
    Date.now = real;
  }
}

describe('the wall clock', () => {
  test('is followed when it is set', () => {
    const before = wallClock();
    const after = withWallClockAhead(hourMs, wallClock);
    expect(after - before).toBeGreaterThanOrEqual(hourMs);
    expect(Number.isInteger(before)).toBe(true);
  });
});

describe('the steady clock', () => {
  test('returns whole milliseconds that never go backwards', () => {
    const clock = createSteadyClock();
    let last = clock();
    for (let look = 0; look < 10_000; look++) {
      const now = clock();
      expect(Number.isInteger(now) && now >= last).toBe(true);
      last = now;
    }
  });

  test('does not move when the wall clock is set', () => {
    const clock = createSteadyClock();
    const before = clock();
    expect(withWallClockAhead(hourMs, clock) - before).toBeLessThan(hourMs);
  });

  test('of a thread started after the wall clock was set agrees with older threads', () => {
    // A thread's time origin includes the step of the wall clock; its settings take the step out.
    const late = createSteadyClock(hourMs);
    expect(Math.abs(late() + hourMs - createSteadyClock()())).toBeLessThanOrEqual(1);
  });
});

describe('the drift', () => {
  test('is how far the wall clock was set, either way', () => {
    for (const stepMs of [hourMs, -hourMs]) {
      expect(
        clockDrift(
          () => 5_000,
          () => 5_000 + stepMs,
        ),
      ).toBe(stepMs);
    }
  });

  test('does not count the time a thread had to wait between two readings', () => {
    let now = 1_000;
    let waits = 2;
    const wall = () => {
      if (waits-- > 0) now += 700;
      return now;
    };
    expect(clockDrift(() => now, wall)).toBe(0);
  });
});

describe('the watch', () => {
  test('tells of a step once, and of the step back as well', () => {
    let driftMs = 0;
    const watch = new ClockWatch(() => driftMs, 1_000);
    expect(watch.look()).toBe(0);
    driftMs = hourMs;
    expect([watch.look(), watch.look(), watch.look()]).toEqual([hourMs, 0, 0]);
    driftMs = 0;
    expect([watch.look(), watch.look()]).toEqual([-hourMs, 0]);
  });

  test('tells of small steps once they have added up', () => {
    let driftMs = 0;
    const watch = new ClockWatch(() => driftMs, 1_000);
    const told = Array.from({ length: 5 }, () => {
      driftMs += 400;
      return watch.look();
    });
    expect(told).toEqual([0, 0, 1_200, 0, 0]);
  });
});
