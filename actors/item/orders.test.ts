import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { integerMax } from '../limits.ts';
import { orderStatus } from '../protocol.ts';
import { Orders } from './orders.ts';

/** Adds orders that differ only in their deadlines. */
function withDeadlines(deadlines: readonly number[]): Orders {
  const orders = new Orders();
  for (const [index, deadline] of deadlines.entries())
    orders.add(1, 0, 1, 5, index + 1, 0, deadline);
  return orders;
}

/** Ends one hold after another, and returns their numbers. */
function endHolds(orders: Orders): number[] {
  const ended: number[] = [];
  for (let n = orders.firstHold(); n !== 0; n = orders.firstHold()) {
    ended.push(n);
    orders.settle(n, orderStatus.expired, 1);
  }
  return ended;
}

describe('the holds', () => {
  test('end by deadline, then by number, whatever was settled before', () => {
    const someDeadlines = fc.array(fc.nat(20), { maxLength: 80 });
    fc.assert(
      fc.property(someDeadlines, fc.infiniteStream(fc.boolean()), (deadlines, settled) => {
        const orders = withDeadlines(deadlines);
        const holds = deadlines.map((deadline, index) => ({ deadline, n: index + 1 }));
        const open = holds.filter(() => settled.next().value === true);
        for (const { n } of holds) {
          if (!open.some((hold) => hold.n === n)) orders.settle(n, orderStatus.paid, 1);
        }
        open.sort((a, b) => a.deadline - b.deadline || a.n - b.n);
        expect(orders.firstDeadline()).toBe(open[0]?.deadline ?? Number.POSITIVE_INFINITY);
        expect(endHolds(orders)).toEqual(open.map(({ n }) => n));
        expect(orders.firstDeadline()).toBe(Number.POSITIVE_INFINITY);
      }),
    );
  });

  test('may be added while others end', () => {
    const orders = withDeadlines([30, 10]);
    orders.settle(orders.firstHold(), orderStatus.expired, 1);
    orders.add(1, 0, 1, 5, 99, 0, 20);
    expect(endHolds(orders)).toEqual([3, 1]);
  });
});

describe('the orders of an item', () => {
  test('are found by their purchase token, as in a map', () => {
    const someToken = fc.record({
      user: fc.oneof(fc.nat(3), fc.maxSafeNat()),
      terms: fc.nat(2),
      nonce: fc.oneof(fc.nat(3), fc.constant(integerMax)),
    });
    fc.assert(
      fc.property(fc.array(someToken, { maxLength: 150 }), (tokens) => {
        const orders = new Orders();
        const model = new Map<string, number>();
        for (const { user, terms, nonce } of tokens) {
          const key = `${user}/${terms}/${nonce}`;
          expect(orders.find(user, terms, nonce)).toBe(model.get(key) ?? 0);
          if (model.has(key)) continue;
          const n = orders.add(user, terms, 1, 5, nonce, 5, 10);
          orders.indexToken(n);
          model.set(key, n);
        }
        expect([...model.values()]).toEqual([...model.values()].map((_, index) => index + 1));
        expect(orders.count).toBe(model.size);
      }),
    );
  });

  test('keep every column exactly, at the ends of its range', () => {
    const orders = new Orders();
    expect(orders.add(integerMax, 65_535, 100_000, 5, integerMax, 253_402_300_799_999, 1)).toBe(1);
    orders.settle(1, orderStatus.paid, 253_402_300_799_998);
    const columns = [orders.user, orders.terms, orders.amount, orders.nonce, orders.createdAt];
    expect(columns.map((column) => column[0])).toEqual([
      ...[integerMax, 65_535, 100_000, integerMax, 253_402_300_799_999],
    ]);
    expect(orders.changedAt[0]).toBe(253_402_300_799_998);
    expect(orders.status[0]).toBe(orderStatus.paid);
  });

  test('take at most 200 bytes of memory each', () => {
    const orders = new Orders();
    for (let n = 1; n <= 100_000; n++) orders.add(n, 1, 1, 5, n * 7_919, 1, n);
    expect(orders.bytes / orders.count).toBeLessThan(200);
  });
});
