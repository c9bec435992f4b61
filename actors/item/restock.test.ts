import { expect, test } from 'bun:test';
import type { Restock } from '../protocol.ts';
import { apply, decide, type Item } from './item.ts';

function opened(): Item {
  return apply(undefined, { type: 'opened', item: 1, price: 100, units: 5 }, 1_000);
}

function carryOut(item: Item, command: Restock): Item {
  const { event } = decide(item, command, 2_000);
  return event === null ? item : apply(item, event, 2_000);
}

test('a delivery with a key is added once, however often its restock is sent', () => {
  const item = opened();
  const delivery: Restock = { type: 'restock', item: 1, units: 7, key: 77 };
  expect(carryOut(item, delivery).loaded).toBe(12);
  expect(decide(item, delivery, 3_000)).toMatchObject({ code: 0, event: null, repeated: true });
  expect(carryOut(item, { ...delivery, key: 78 }).loaded).toBe(19);
});

test('deliveries without a key are added each time', () => {
  const item = opened();
  carryOut(item, { type: 'restock', item: 1, units: 7, key: 0 });
  expect(carryOut(item, { type: 'restock', item: 1, units: 7, key: 0 }).loaded).toBe(19);
});
