import { expect, test } from 'bun:test';
import { heirMs } from '../limits.ts';
import { Orders } from './orders.ts';

const following = { mode: 'following', seq: 41 } as const;
const ready = { mode: 'ready', seq: 41 } as const;
const toB = { what: 'hand over', why: 'b is ready', to: 'b' } as const;

function newOrders() {
  const given: string[] = [];
  const order = ({ type, partition }: { type: string; partition: number }) =>
    given.push(`${type} ${partition}`);
  return { given, orders: new Orders({ order, log: () => undefined }) };
}

test('whom a partition is handed to is its heir for a moment, also when it is given up', () => {
  const { given, orders } = newOrders();
  expect(orders.heir(3, 0)).toBeNull();
  expect(orders.carryOut(3, toB, ready, 1_000)).toBe(true);
  orders.carryOut(3, { what: 'nothing' }, following, 1_050);
  expect(orders.heir(3, 1_000 + heirMs - 1)).toEqual({ id: 'b', seq: 41 });
  expect(orders.heir(3, 1_000 + heirMs)).toBeNull();
  expect(orders.heir(4, 1_000)).toBeNull();
  expect(given).toEqual(['hand over 3']);
});

test('who takes a partition knows of no heir any more', () => {
  const { orders } = newOrders();
  orders.carryOut(3, toB, ready, 1_000);
  orders.carryOut(3, { what: 'take', why: 'nobody owns it' }, following, 1_100);
  expect(orders.heir(3, 1_100)).toBeNull();
});
