import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import type { View } from '../../layout.tsx';
import { lengthText, percentBelow, priceText } from './words.ts';

const view = (language: 'en' | 'zh') =>
  ({ visitor: { language, userId: null, path: '/' }, currency: 'CNY' }) as View; // What texts need.

describe('a price beside the normal one', () => {
  test('is so many percent below or above it, and never 0 where it differs', () => {
    const cases = [
      [9_900, 89_900, 89],
      [89_899, 89_900, 1],
      [1, 1_000_000, 99],
      [0, 89_900, 100],
      [89_900, 89_900, 0],
      [0, 0, 0],
      [89_901, 89_900, -1],
      [1_500, 1_000, -50],
      [5, 0, -100],
    ] as const;
    for (const [price, normal, percent] of cases) {
      expect([price, normal, percentBelow(price, normal)]).toEqual([price, normal, percent]);
    }
    const price = fc.integer({ min: 0, max: 1_000_000_000 });
    fc.assert(
      fc.property(price, price, (one, normal) => {
        expect(Math.sign(percentBelow(one, normal))).toBe(Math.sign(normal - one));
      }),
    );
  });

  test('is told in both languages', () => {
    expect(priceText(9_900, 89_900, view('en'))).toBe('¥99 instead of ¥899: 89% off');
    expect(priceText(9_900, 89_900, view('zh'))).toBe('¥99，原价 ¥899，优惠 89%');
    expect(priceText(1_500, 1_000, view('en'))).toContain('50% above');
    expect(priceText(1_000, 1_000, view('en'))).toContain('as at the normal price');
  });
});

test('a length of time has only the units it needs', () => {
  expect(lengthText(5_400_000, view('en'))).toBe('1 hour, 30 minutes');
  expect(lengthText(90_061_000, view('en'))).toBe('1 day, 1 hour, 1 minute, 1 second');
  expect(lengthText(900_000, view('zh'))).toBe('15分钟');
  expect(lengthText(3, view('en'))).toBe('1 second');
});
