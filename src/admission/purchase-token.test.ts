import { describe, expect, test } from 'bun:test';
import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { itemIdMax } from '../../actors/limits.ts';
import { purchaseTokenLengthMax, purchaseTokens, randomNonce } from './purchase-token.ts';

const secret = 'the secret of these tests, and of no shop';
const tokens = purchaseTokens(secret);

const positive = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER });
const claims = fc.record({
  userId: positive,
  itemId: fc.integer({ min: 1, max: itemIdMax }),
  promoId: fc.oneof(fc.constant(0), positive),
  expiresAt: positive,
  nonce: positive,
});
const sample = { userId: 7, itemId: 42, promoId: 3, expiresAt: 1_800_000_000, nonce: 123_456_789 };

/** Signs any text as the README describes, with another implementation of HMAC. */
function signed(text: string, key = secret): string {
  const mac = createHmac('sha256', key).update(text).digest().subarray(0, 16);
  return `${text}.${mac.toString('base64url')}`;
}

describe('a purchase token', () => {
  test('says what was signed', () => {
    fc.assert(
      fc.property(claims, (token) => {
        const text = tokens.sign(token);
        expect(text.length).toBeLessThanOrEqual(purchaseTokenLengthMax);
        expect(tokens.verify(text)).toEqual(token);
      }),
    );
  });

  test('can be made by any gateway that knows the secret', () => {
    const text = signed('st1.7.42.3.1800000000.123456789');
    expect(tokens.sign(sample)).toBe(text);
    expect(tokens.verify(text)).toEqual(sample);
    expect(text).toMatch(/\.[\w-]{22}$/);
  });

  test('is not accepted when it is signed with another secret', () => {
    expect(tokens.verify(signed('st1.7.42.3.1800000000.123456789', `${secret}!`))).toBeNull();
  });

  test('is not accepted with one character changed', () => {
    const text = tokens.sign(sample);
    const alphabet = 'AZaz09-_. ';
    for (let at = 0; at < text.length; at++) {
      for (const character of alphabet) {
        const changed = text.slice(0, at) + character + text.slice(at + 1);
        if (changed !== text) expect([changed, tokens.verify(changed)]).toEqual([changed, null]);
      }
    }
  });

  test('is not accepted when it is cut short, or something is added to it', () => {
    const text = tokens.sign(sample);
    for (let length = 0; length < text.length; length++) {
      expect(tokens.verify(text.slice(0, length))).toBeNull();
    }
    for (const more of ['A', '=', '\n', ' ', '\0', '.']) {
      expect(tokens.verify(text + more)).toBeNull();
      expect(tokens.verify(more + text)).toBeNull();
    }
  });

  test('is not accepted with numbers that are not exact positive integers, even when correctly signed', () => {
    const wrong = ['0', '-7', '07', '7.0', '7e0', '+7', '9007199254740992', '９', '', ' 7', '٧'];
    for (const number of wrong) {
      expect(tokens.verify(signed(`st1.${number}.42.3.1800000000.5`))).toBeNull();
      expect(tokens.verify(signed(`st1.7.${number}.3.1800000000.5`))).toBeNull();
      expect(tokens.verify(signed(`st1.7.42.3.${number}.5`))).toBeNull();
      expect(tokens.verify(signed(`st1.7.42.3.1800000000.${number}`))).toBeNull();
    }
    expect(tokens.verify(signed(`st1.7.${itemIdMax + 1}.3.1800000000.5`))).toBeNull();
    expect(tokens.verify(signed('st2.7.42.3.1800000000.5'))).toBeNull();
    expect(tokens.verify(signed('st1.7.42.3.1800000000'))).toBeNull();
    expect(tokens.verify(signed('st1.7.42.0.1800000000.5'))?.promoId).toBe(0);
  });

  test('is not read out of any other text', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => tokens.verify(text) === null));
  });
});

test('nonces are safe positive integers, and use all of their 53 bits', () => {
  const nonces = Array.from({ length: 2_000 }, randomNonce);
  expect(nonces.every((nonce) => Number.isSafeInteger(nonce) && nonce >= 1)).toBe(true);
  expect(new Set(nonces).size).toBe(nonces.length);
  for (let bit = 0; bit < 53; bit++) {
    expect(nonces.some((nonce) => Math.floor(nonce / 2 ** bit) % 2 === 1)).toBe(true);
  }
});
