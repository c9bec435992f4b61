import { describe, expect, test } from 'bun:test';
import { DrawOrder } from './draw-order.ts';

/** A number that looks like a hash's beginning, from one as good as any. */
const scattered = (seed: number) => Math.imul(seed + 1, 0x9e37_79b1) >>> 0;
const hex = (value: number) => value.toString(16).padStart(8, '0');

/** The order that hashes have: their beginnings, and what follows. */
function inOrder(hashes: readonly string[]): number[] {
  return hashes.map((_, entrant) => entrant).sort((a, b) => (hashes[a]! < hashes[b]! ? -1 : 1));
}

function orderOf(hashes: readonly string[], strideEntrants: number): Int32Array {
  const order = new DrawOrder(
    hashes.length,
    (entrant) => Number.parseInt(hashes[entrant]!.slice(0, 8), 16),
    (entrant) => hashes[entrant]!,
  );
  for (;;) {
    const found = order.stride(strideEntrants);
    if (found !== null) return found;
  }
}

describe('the order of a draw', () => {
  test('is that of the hashes, whatever the stride and however many there are', () => {
    for (const entrants of [0, 1, 2, 7, 8, 9, 1_000, 4_321]) {
      const hashes = Array.from({ length: entrants }, (_, n) => `${hex(scattered(n))}${hex(n)}`);
      const expected = inOrder(hashes);
      for (const stride of [1, 64, 10_000]) {
        expect(Array.from(orderOf(hashes, stride))).toEqual(expected);
      }
    }
  });

  test('goes by the rest of the hashes where many begin alike', () => {
    const beginnings = [0, 5, 2 ** 32 - 1];
    const hashes = Array.from({ length: 300 }, (_, n) => {
      return `${hex(beginnings[n % beginnings.length]!)}${hex(scattered(n))}`;
    });
    expect(Array.from(orderOf(hashes, 7))).toEqual(inOrder(hashes));
  });

  test('asks for no more hashes in one stride than it was told', () => {
    let asked = 0;
    const beginningOf = (entrant: number) => {
      asked++;
      return scattered(entrant);
    };
    const order = new DrawOrder(1_000, beginningOf, String);
    for (let found = null; found === null; ) {
      asked = 0;
      found = order.stride(100);
      expect(asked).toBeLessThanOrEqual(100);
    }
  });
});
