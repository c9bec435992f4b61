import { expect, test } from 'bun:test';
import fc from 'fast-check';
import * as v from 'valibot';
import { orderUnitsMax } from '../../../actors/limits.ts';
import { purchaseTokenLengthMax } from '../../admission/purchase-token.ts';
import { isPlaceBody, placeSchema } from './placing.ts';

const token = fc.oneof(
  fc.string({ maxLength: purchaseTokenLengthMax + 2, size: 'max' }),
  fc.constantFrom('', 't'.repeat(purchaseTokenLengthMax), 't'.repeat(purchaseTokenLengthMax + 1)),
  fc.jsonValue(),
);
const amount = fc.oneof(
  fc.integer({ min: -1, max: orderUnitsMax + 2 }),
  fc.constantFrom(1, orderUnitsMax, orderUnitsMax + 1, 2 ** 53, 1.5, Number.POSITIVE_INFINITY),
  fc.jsonValue(),
);
const others = fc.oneof(
  { weight: 3, arbitrary: fc.constant({}) },
  fc.dictionary(fc.constantFrom('token', 'amount', 'more', '__proto__'), fc.jsonValue()),
);
const body = fc.oneof(
  { weight: 9, arbitrary: fc.tuple(fc.record({ token, amount }), others).map(merged) },
  fc.jsonValue(),
);

/** As JSON.parse would make it: `__proto__` is a field like any other. */
function merged([known, more]: [object, object]): unknown {
  const fields = [...Object.entries(known), ...Object.entries(more)];
  return Object.fromEntries(fields);
}

test('the quick check of a body accepts what the schema accepts, and nothing else', () => {
  let taken = 0;
  fc.assert(
    fc.property(body, (value) => {
      const { success } = v.safeParse(placeSchema, value);
      const plain = typeof value === 'object' && value !== null && Object.keys(value).length === 2;
      expect(isPlaceBody(value)).toBe(success && plain);
      if (success && plain) taken++;
    }),
    { numRuns: 3_000 },
  );
  expect(taken).toBeGreaterThan(100);
});
