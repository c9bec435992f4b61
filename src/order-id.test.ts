import { describe, expect, test } from 'bun:test';
import { itemIdMax, ordersPerItemMax } from '../actors/limits.ts';
import { orderId, orderKey, parseOrderId } from './order-id.ts';

describe('order ids', () => {
  test('name the UTC day of placing, the item and the number', () => {
    expect(orderId(42, 1001, Date.UTC(2026, 10, 22, 23, 59, 59, 999))).toBe('20261122-42-1001');
  });

  test('change with the day, to the millisecond, in either direction', () => {
    const midnight = Date.UTC(2027, 0, 1);
    expect(orderId(1, 1, midnight - 1)).toBe('20261231-1-1');
    expect(orderId(1, 2, midnight)).toBe('20270101-1-2');
    expect(orderId(1, 3, midnight - 1)).toBe('20261231-1-3');
    expect(orderId(1, 4, 0)).toBe('19700101-1-4');
  });

  test('are read back', () => {
    expect(parseOrderId('20261122-42-1001')).toEqual({ item: 42, n: 1001 });
    const largest = orderId(itemIdMax, ordersPerItemMax, 0);
    expect(parseOrderId(largest)).toEqual({ item: itemIdMax, n: ordersPerItemMax });
  });

  test.each([
    ['nothing', ''],
    ['a word', 'order'],
    ['a short day', '2026112-42-1'],
    ['item 0', '20261122-0-1'],
    ['number 0', '20261122-42-0'],
    ['leading zeros', '20261122-042-1'],
    ['a sign', '20261122--42-1'],
    ['an item beyond the largest', `20261122-${itemIdMax + 1}-1`],
    ['a number beyond the largest', `20261122-1-${ordersPerItemMax + 1}`],
    ['a trailing newline', '20261122-42-1\n'],
    ['other digits', '20261122-４２-1'],
  ])('refuse %s', (_what, text) => {
    expect(parseOrderId(text)).toBeNull();
  });

  test('keys are safe integers in the order of items, then numbers', () => {
    const keys = [
      orderKey(1, 1),
      orderKey(1, ordersPerItemMax),
      orderKey(2, 1),
      orderKey(itemIdMax, ordersPerItemMax),
    ];
    expect(keys).toEqual(keys.toSorted((a, b) => a - b));
    expect(keys.every(Number.isSafeInteger)).toBe(true);
  });
});
