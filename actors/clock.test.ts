import { describe, expect, test } from 'bun:test';
import { clockStep, createClock } from './clock.ts';

describe('the engine clock', () => {
  test('returns whole milliseconds that never go backwards', () => {
    const clock = createClock();
    let last = clock();
    for (let look = 0; look < 10_000; look++) {
      const now = clock();
      expect(Number.isInteger(now) && now >= last).toBe(true);
      last = now;
    }
  });

  test('of a thread started after the wall clock was set agrees with older threads', () => {
    const hourMs = 3_600_000;
    // A thread's time origin includes the step of the wall clock; its settings take the step out.
    expect(Math.abs(createClock(hourMs)() + hourMs - createClock()())).toBeLessThanOrEqual(1);
  });

  test('says how far the wall clock is ahead of it', () => {
    const clock = createClock();
    expect(clockStep(() => clock() - 5_000) - clockStep(clock)).toBeGreaterThanOrEqual(4_999);
  });
});
