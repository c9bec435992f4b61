import { expect, test } from 'bun:test';
import { Texts } from './texts.ts';

test('texts are found at the places that they were given, over many blocks', () => {
  const texts = new Texts();
  const textOf = (n: number) => `${n}`.padEnd(1 + (n % 64), '.-_');
  const places = Array.from({ length: 80_000 }, (_, n) => texts.add(textOf(n)));
  expect(places.length).toBe(new Set(places).size);
  for (const [n, place] of places.entries()) expect(texts.at(place)).toBe(textOf(n));
});

test('an empty text and the longest have their places, and a longer one has none', () => {
  const texts = new Texts();
  const [empty, long] = ['', '~'.repeat(255)].map((text) => texts.add(text));
  expect([texts.at(empty!), texts.at(long!)]).toEqual(['', '~'.repeat(255)]);
  expect(() => texts.add('~'.repeat(256))).toThrow('too long');
});
