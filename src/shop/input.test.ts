import { describe, expect, test } from 'bun:test';
import * as v from 'valibot';
import { pictureField } from './input.ts';

const takes = (text: string) => v.safeParse(pictureField(), text).success;

describe('the address of a picture', () => {
  test.each([
    '/lamp.png',
    '/a/b.png?x=1#y',
    '/灯.png',
    'https://cdn.example/lamp.png',
    'http://cdn.example:8080/lamp.png',
    'https://cdn.example',
    'https://cdn.example/灯.png',
  ])('may be a path of this site, or an http or https URL: %p', (text) => {
    expect(takes(text)).toBe(true);
  });

  test.each([
    '',
    'lamp.png',
    '//evil.example/x',
    '/\\evil.example/x',
    '/\\/evil.example/x',
    '\\\\evil.example/x',
    '\\/evil.example/x',
    '/\t/evil.example/x',
    '/\n/evil.example/x',
    '/\r\\evil.example/x',
    '\t//evil.example/x',
    ' //evil.example/x',
    '/a b.png',
    '/lamp\0.png',
    '/lamp\u0085.png',
    'https:evil.example',
    'https:/evil.example',
    'https:///evil.example',
    'https:\\\\evil.example',
    'https://\\evil.example',
    'https://cdn.example\\@evil.example/',
    'https://user:password@cdn.example/x',
    'https://',
    'https://cdn.example:99999999/x',
    'https://%zz/x',
    'javascript:alert(1)',
    'data:image/svg+xml,x',
    'ftp://cdn.example/x',
    `/${'a'.repeat(2_000)}`,
  ])('is nothing that a browser would read as something else: %p', (text) => {
    expect(takes(text)).toBe(false);
  });

  test('leads nowhere else, as a browser reads it', () => {
    const parts = ['/', '\\', '\t', '\n', '\r', ' ', '.', ':', '@', '?', '#', 'evil', 'https'];
    for (let n = 0; n < 20_000; n++) {
      const text = Array.from({ length: 1 + (n % 6) }, (_, at) => parts[(n * (at + 3)) % 13]).join(
        '',
      );
      if (!takes(text) || !text.startsWith('/')) continue;
      expect([text, new URL(text, 'https://shop.example').host]).toEqual([text, 'shop.example']);
    }
  });
});
