import { describe, expect, test } from 'bun:test';
import { maskedTelephone, normalTelephone } from './telephone.ts';

describe('a telephone number', () => {
  test.each([
    ['+8613800000001', '+8613800000001'],
    ['13800000001', '+8613800000001'],
    ['138 0000 0001', '+8613800000001'],
    ['+86 138-0000-0001', '+8613800000001'],
    ['+1 (202) 555-0123', '+12025550123'],
    ['+442079460123', '+442079460123'],
  ])('%s is %s', (text, normal) => {
    expect(normalTelephone(text)).toBe(normal);
  });

  test.each([
    '',
    '1',
    '12800000001',
    '1380000000',
    '138000000011',
    '008613800000001',
    '+0123456789',
    '+861380000',
    '+86138000000011',
    '+13800000001x5',
    'tel:+8613800000001',
    '+8613800000001\r\nx: y',
    '+８６13800000001',
  ])('%j is not one', (text) => {
    expect(normalTelephone(text)).toBeNull();
  });

  test('shows only its ends in a log', () => {
    expect(maskedTelephone('+8613800001234')).toBe('+861******1234');
    expect(maskedTelephone('+12025550123')).toBe('+120****0123');
    expect(maskedTelephone('+3161234')).toBe('+316****');
  });
});
