import { expect, test } from 'bun:test';
import { Repeats } from './repeats.ts';

const wish = (nonce: number, changed: object = {}, amount = 2) => ({
  token: { userId: 1, itemId: 6, promoId: 3, expiresAt: 9_999, nonce, ...changed },
  amount,
});

test('a token that was sent again is answered as before, whenever it ends', () => {
  const repeats = new Repeats();
  expect(repeats.find(wish(7))).toBeNull();
  repeats.keep(wish(7), '{"n":1}');
  expect(repeats.find(wish(7))).toBe('{"n":1}');
  expect(repeats.find(wish(7, { expiresAt: 1 }))).toBe('{"n":1}');
});

test('nobody gets the answer to another token, nor to another amount', () => {
  const repeats = new Repeats();
  repeats.keep(wish(7), '{"n":1}');
  const others = [wish(8), wish(7, { userId: 2 }), wish(7, { itemId: 7 }), wish(7, { promoId: 0 })];
  for (const other of [...others, wish(7, {}, 1)]) expect(repeats.find(other)).toBeNull();
});

test('of many, the newest are kept', () => {
  const repeats = new Repeats();
  for (let nonce = 1; nonce <= 4_100; nonce++) repeats.keep(wish(nonce), `${nonce}`);
  const kept = Array.from({ length: 4_100 }, (_, index) => repeats.find(wish(index + 1)));
  expect(kept.findIndex((text) => text !== null)).toBe(4);
  expect(kept.slice(4)).toEqual(Array.from({ length: 4_096 }, (_, index) => `${index + 5}`));
});
