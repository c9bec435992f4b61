import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { NumbersSeen } from './numbers-seen.ts';

test('a number is new once, in whatever order, as long as it is not far behind', () => {
  const disorder = fc.array(fc.integer({ min: 0, max: 15 }), { minLength: 1, maxLength: 200 });
  fc.assert(
    fc.property(disorder, (early) => {
      const seen = new NumbersSeen();
      const known = new Set<number>();
      for (const [at, ahead] of early.entries()) {
        const number = Math.max(1, at + 16 - ahead);
        expect(seen.isNew(number)).toBe(!known.has(number));
        known.add(number);
      }
    }),
  );
});

test('a number that is far behind counts as old', () => {
  const seen = new NumbersSeen();
  expect([
    seen.isNew(1),
    seen.isNew(1_000),
    seen.isNew(2),
    seen.isNew(969),
    seen.isNew(968),
  ]).toEqual([true, true, false, true, false]);
});
