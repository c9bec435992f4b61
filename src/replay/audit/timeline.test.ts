import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { pointsMax, Timeline } from './timeline.ts';

const nothing = { loaded: 0, held: 0, sold: 0, left: 0 };

test('a timeline of any length keeps its totals, its last units and its bound', () => {
  const gaps = fc.array(fc.integer({ min: 0, max: 40_000_000 }), {
    minLength: 1,
    maxLength: 3_000,
  });
  fc.assert(
    fc.property(gaps, (afterMs) => {
      let at = Date.UTC(2026, 10, 22, 12);
      const timeline = new Timeline(at, nothing);
      for (const [index, gap] of afterMs.entries()) {
        at += gap;
        timeline.note('placed', 1, { ...nothing, sold: index + 1 }, at);
      }
      expect(timeline.points.length).toBeLessThanOrEqual(pointsMax);
      expect(timeline.total('placed')).toBe(afterMs.length);
      expect(timeline.points.at(-1)!.units.sold).toBe(afterMs.length);
      expect(timeline.endAt).toBeGreaterThan(at);
      const slots = timeline.points.map(({ slot }) => slot);
      expect(slots).toEqual([...new Set(slots)].sort((a, b) => a - b));
    }),
    { numRuns: 50 },
  );
});

test('a point holds what happened in its time, and the units at its end', () => {
  const timeline = new Timeline(1_000, { ...nothing, loaded: 5, left: 5 });
  timeline.note('placed', 1, { loaded: 5, held: 1, sold: 0, left: 4 }, 1_000);
  timeline.note('paid', 1, { loaded: 5, held: 0, sold: 1, left: 4 }, 1_000);
  timeline.note('refused', 7, { loaded: 5, held: 0, sold: 1, left: 4 }, 1_003);
  expect(timeline.points).toMatchObject([
    { slot: 1_000, units: { held: 0, sold: 1 }, counts: { placed: 1, paid: 1, refused: 0 } },
    { slot: 1_003, counts: { placed: 0, refused: 7 } },
  ]);
});

test('time that goes backwards counts as the latest', () => {
  const timeline = new Timeline(1_000, nothing);
  for (const at of [1_005, 900, 1_002]) timeline.note('placed', 1, nothing, at);
  expect(timeline.points).toMatchObject([{ slot: 1_005, counts: { placed: 3 } }]);
});
