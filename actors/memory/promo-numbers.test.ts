import { expect, test } from 'bun:test';
import { promoIdMax } from '../limits.ts';
import { PromoNumbers } from './promo-numbers.ts';

test('every number that was added is listed once, in order, by any thread that has the memory', () => {
  const memory = new SharedArrayBuffer(64 + PromoNumbers.bytes);
  const numbers = new PromoNumbers(memory, 64);
  expect([numbers.last, ...numbers]).toEqual([0]);
  const added = [1, 31, 32, 63, 64, 100_000, promoIdMax];
  for (const promo of [...added, 64, 1].reverse()) numbers.add(promo);
  const elsewhere = new PromoNumbers(memory, 64);
  expect([...elsewhere]).toEqual(added);
  expect(elsewhere.last).toBe(promoIdMax);
  for (const promo of added) expect([promo, elsewhere.has(promo)]).toEqual([promo, true]);
  for (const promo of [2, 33, 65, 99_999])
    expect([promo, elsewhere.has(promo)]).toEqual([promo, false]);
});

test('the last is the highest, whatever was added after it', () => {
  const numbers = new PromoNumbers(new SharedArrayBuffer(PromoNumbers.bytes), 0);
  for (const promo of [5, 63, 2]) numbers.add(promo);
  expect(numbers.last).toBe(63);
});

test('a number beyond the limit is not taken for another', () => {
  const numbers = new PromoNumbers(new SharedArrayBuffer(PromoNumbers.bytes), 0);
  numbers.add(promoIdMax + 7);
  numbers.add(Number.MAX_SAFE_INTEGER);
  expect([...numbers]).toEqual([]);
  for (const promo of [7, promoIdMax + 7, Number.MAX_SAFE_INTEGER]) {
    expect(numbers.has(promo)).toBe(false);
  }
});
