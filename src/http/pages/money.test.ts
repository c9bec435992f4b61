import { describe, expect, test } from 'bun:test';
import { amountText, minorOf, money } from './money.ts';

const shown = (minor: number, currency: string, language: 'en' | 'zh' = 'en') =>
  money(minor, { currency, visitor: { language } }).replaceAll('\u00a0', ' ');

describe('an amount', () => {
  test('has the symbol and the digits of its currency, and none of these where it is whole', () => {
    for (const language of ['en', 'zh'] as const) {
      expect(shown(9_900, 'CNY', language)).toBe('¥99');
      expect(shown(9_950, 'CNY', language)).toBe('¥99.50');
      expect(shown(123_456_789, 'CNY', language)).toBe('¥1,234,567.89');
      expect(shown(9_900, 'JPY', language)).toBe('¥9,900');
      expect(shown(1_500, 'KWD', language)).toBe('KWD 1.500');
      expect(shown(2_000, 'KWD', language)).toBe('KWD 2');
      expect(shown(1_999, 'USD', language)).toBe('$19.99');
    }
  });

  test('comes back from a form as it was shown there', () => {
    for (const [minor, currency, text] of [
      [9_900, 'CNY', '99.00'],
      [5, 'CNY', '0.05'],
      [9_900, 'JPY', '9900'],
      [1_505, 'KWD', '1.505'],
      [1_000_000_000, 'KWD', '1000000.000'],
    ] as const) {
      expect(amountText(minor, currency)).toBe(text);
      expect(minorOf(text, currency)).toBe(minor);
    }
  });

  test('may be typed with fewer digits, but not with more than its currency has', () => {
    expect(minorOf(' 89.9 ', 'CNY')).toBe(8_990);
    expect(minorOf('1.5', 'KWD')).toBe(1_500);
    for (const [text, currency] of [
      ['89.999', 'CNY'],
      ['89.5', 'JPY'],
      ['89.0', 'JPY'],
      ['1.2345', 'KWD'],
    ] as const)
      expect([text, minorOf(text, currency)]).toEqual([text, null]);
    for (const text of ['', 'free', '-1', '1e3', '1,5', '.5', '1.'])
      expect([text, minorOf(text, 'CNY')]).toEqual([text, null]);
  });
});
