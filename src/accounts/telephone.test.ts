import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { maskedTelephone, normalTelephone } from './telephone.ts';

const mobile = '+8613800000001';

describe('a telephone number', () => {
  test.each([
    '+8613800000001',
    '13800000001',
    '138 0000 0001',
    '+86 138-0000-0001',
    '8613800000001',
    '86 138 0000 0001',
    '008613800000001',
    '0086 (138) 0000-0001',
    '+008613800000001',
    '+86 0138 0000 0001',
    '013800000001',
    '(+86)13800000001',
    '［＋86］138．0000．0001',
    '+８６13800000001',
    '１３８０００００００１',
    '１３８　００００　０００１',
    '١٣٨٠٠٠٠٠٠٠١',
    '𝟏𝟑𝟖𝟎𝟎𝟎𝟎𝟎𝟎𝟎𝟏',
    '138–0000—0001',
    '138‑0000−0001',
    '138ー0000ー0001',
    '138.0000.0001',
    '138·0000·0001',
    'tel:+86-138-0000-0001',
    'TEL://+8613800000001',
    'tel：13800000001',
    '\u202dtel:+8613800000001\u202c',
    '\ufeff13800000001',
    '\u200e+86 138\u200b0000\u200d0001\u202c',
    '\u2066138\u00a00000\u20600001\u2069',
    '138\u00ad0000\u00ad0001',
    '1\ufe0f3\ufe0f8\ufe0f00000001',
    '\t13800000001\r\n',
  ])('written %j is one and the same', (text) => {
    expect(normalTelephone(text)).toBe(mobile);
  });

  test.each([
    ['+1 (202) 555-0123', '+12025550123'],
    ['001 202 555 0123', '+12025550123'],
    ['+442079460123', '+442079460123'],
    ['0044 20 7946 0123', '+442079460123'],
    ['+44 (0)20 7946 0123', '+442079460123'],
    ['tel:+49-30/123456', '+4930123456'],
  ])('of another country, %s, is %s', (text, normal) => {
    expect(normalTelephone(text)).toBe(normal);
  });

  test.each([
    '',
    '1',
    '+',
    '00',
    'tel:',
    '12800000001',
    '1380000000',
    '138000000011',
    '+0123456789',
    '+861380000',
    '+86138000000011',
    '2025550123',
    '+13800000001x5',
    'tel:+13800000001;ext=5',
    'mailto:13800000001',
    '+8613800000001\r\nx: y',
    '13800000001,13800000002',
    '138\u00000000001',
    '१३८०००००००१x',
    '²13800000001',
  ])('%j is not one', (text) => {
    expect(normalTelephone(text)).toBeNull();
  });

  test('has one form however it is pasted', () => {
    const marks = [
      ...[' ', '\u00a0', '\u3000', '\t', '-', '–', '‑', '−', '.', '·', '(', ')', '（', '）', '/'],
      ...['\u200b', '\u200c', '\u200d', '\u200e', '\u200f', '\u202a', '\u202c', '\u2060', '\u2066'],
      ...['\u2069', '\ufeff', '\u00ad', '\ufe0f', '\u180e'],
    ];
    const mark = fc.array(fc.constantFrom(...marks), { maxLength: 3 }).map((all) => all.join(''));
    const rest = fc.tuple(fc.constantFrom(...'3456789'), fc.stringMatching(/^\d{9}$/));
    const prefix = fc.constantFrom('', '+86', '86', '0086', '0', '＋86', 'tel:', 'tel:+86');
    const zero = fc.constantFrom(...[...'0٠۰０𝟎'].map((digit) => digit.codePointAt(0)!));
    fc.assert(
      fc.property(
        rest,
        prefix,
        fc.infiniteStream(mark),
        fc.infiniteStream(zero),
        ([second, more], before, gaps, zeros) => {
          const number = `1${second}${more}`;
          const next = <T>(stream: Iterator<T>): T => stream.next().value as T; // It never ends.
          const typed = [...number].map(
            (digit) => next(gaps) + String.fromCodePoint(next(zeros) + Number(digit)),
          );
          expect(normalTelephone(next(gaps) + before + typed.join('') + next(gaps))).toBe(
            `+86${number}`,
          );
        },
      ),
    );
  });

  test('in its canonical form is its own form, so that rows written long ago are found', () => {
    let possible = 0;
    const digits = fc.stringMatching(/^\+[1-9]\d{6,14}$/);
    fc.assert(
      fc.property(digits, (typed) => {
        const normal = normalTelephone(typed);
        if (normal === null) return;
        possible++;
        expect(normalTelephone(normal)).toBe(normal);
        expect(normalTelephone(`00${normal.slice(1)}`)).toBe(normal);
      }),
      { numRuns: 5_000 },
    );
    expect(possible).toBeGreaterThan(500);
  });

  test('shows only its ends in a log', () => {
    expect(maskedTelephone('+8613800001234')).toBe('+861******1234');
    expect(maskedTelephone('+12025550123')).toBe('+120****0123');
    expect(maskedTelephone('+3161234')).toBe('+316****');
  });
});
