import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { askAgainSeconds, askingSecondsMax, askingSecondsMin } from './asking-again.ts';

const middle = 0.5;

describe('when those who wait are to ask again', () => {
  test('is sooner the nearer they are, by the estimate where there is one', () => {
    const of = (ahead: number, etaSeconds: number | null) =>
      askAgainSeconds({ ahead, etaSeconds, waiting: ahead + 1 }, middle);
    expect([0, 100, 500, 1_000, 9_000].map((ahead) => of(ahead, null))).toEqual([2, 2, 10, 20, 30]);
    expect([1, 60, 120, 900].map((eta) => of(5_000, eta))).toEqual([5, 6, 12, 30]);
  });

  test('is so late in a crowd that all of them ask a thousand times a second together', () => {
    const first = { ahead: 0, etaSeconds: 1 };
    const seconds = (waiting: number) => askAgainSeconds({ ...first, waiting }, middle);
    expect([1_000, 10_000, 20_000, 1_000_000].map(seconds)).toEqual([2, 10, 20, 30]);
  });

  test('is right after a draw, spread over the time in which all can ask', () => {
    const before = (etaSeconds: number, waiting: number, random: number) =>
      askAgainSeconds({ ahead: null, etaSeconds, waiting }, random);
    expect([before(9, 3, 0), before(9, 3, 1)]).toEqual([9, 11]);
    expect([before(9, 20_000, 0), before(9, 20_000, 1)]).toEqual([9, 29]);
    expect([before(600, 3, 0), before(600, 3, 1)]).toEqual([30, 23]);
  });

  test('is a whole number of seconds within the bounds, whatever is known', () => {
    const count = fc.nat(10_000_000);
    const unknown = fc.option(count);
    fc.assert(
      fc.property(unknown, unknown, count, fc.double({ min: 0, max: 1, noNaN: true }), (...of) => {
        const [ahead, etaSeconds, waiting, random] = of;
        const seconds = askAgainSeconds({ ahead, etaSeconds, waiting }, random);
        expect(Number.isInteger(seconds)).toBe(true);
        expect(seconds).toBeGreaterThanOrEqual(askingSecondsMin);
        expect(seconds).toBeLessThanOrEqual(askingSecondsMax);
      }),
    );
  });
});
