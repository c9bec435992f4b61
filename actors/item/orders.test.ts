import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { integerMax } from '../limits.ts';
import { orderStatus } from '../protocol.ts';
import { chunkRows, inOrder } from './columns.ts';
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
    const kept = [orders.userOf(1), orders.termsOf(1), orders.amountOf(1), orders.nonceOf(1)];
    expect(kept).toEqual([integerMax, 65_535, 100_000, integerMax]);
    expect([orders.createdAtOf(1), orders.changedAtOf(1)]).toEqual([
      ...[253_402_300_799_999, 253_402_300_799_998],
    ]);
    expect(orders.statusOf(1)).toBe(orderStatus.paid);
  });

  test('take at most 60 bytes of memory each once they are settled', () => {
    const orders = new Orders();
    for (let n = 1; n <= 100_000; n++) orders.add(n, 1, 1, 5, n * 7_919, 1, n);
    endHolds(orders);
    expect(orders.bytes / orders.count).toBeLessThan(60);
  });

  /** Every third is placed still, every third was paid, every third refunded; each in the index. */
  function mixed(count: number): Orders {
    const orders = new Orders();
    for (let n = 1; n <= count; n++) {
      orders.add(n % 50, 1, 1, 5, n * 7, 1_000 + n, 9_000 - (n % 100));
      orders.indexToken(n);
      if (n % 3 > 0) orders.settle(n, orderStatus.paid, 2_000 + n);
      if (n % 3 === 2) orders.settle(n, orderStatus.refunded, 3_000 + n);
    }
    return orders;
  }

  test('are given up from the first on: numbers, holds and tokens of the others stay', () => {
    const count = 2 * chunkRows + 11;
    for (const upTo of [1, chunkRows - 1, chunkRows, chunkRows + 1, count - 1]) {
      const orders = mixed(count);
      for (let n = 1; n <= upTo; n++) {
        if (n % 3 === 0) orders.settle(n, orderStatus.cancelled, 1);
      }
      orders.archive(upTo);
      expect([orders.has(upTo), orders.has(upTo + 1), orders.count]).toEqual([false, true, count]);
      expect([...orders.numbers()].length).toBe(count - upTo);
      expect(orders.find(upTo % 50, 1, upTo * 7)).toBe(0);
      expect(orders.find((upTo + 1) % 50, 1, (upTo + 1) * 7)).toBe(upTo + 1);
      expect(orders.createdAtOf(upTo + 1)).toBe(1_001 + upTo);
      const held = endHolds(orders);
      expect(held.length).toBe([...orders.numbers()].filter((n) => n % 3 === 0).length);
      expect([...orders.paidAtOfRefunded.keys()].every((n) => n > upTo)).toBe(true);
      expect(orders.add(1, 0, 1, 5, 1, 1, 1)).toBe(count + 1);
    }
  });

  test('are given up all together: what comes next takes little room', () => {
    const orders = withDeadlines([1, 2, 3]);
    endHolds(orders);
    orders.archive(3);
    expect(orders.add(1, 0, 1, 5, 9, 77, 80)).toBe(4);
    expect([orders.createdAtOf(4), orders.firstHold()]).toEqual([77, 4]);
    expect(orders.bytes).toBeLessThan(2_000);
  });

  test('are given up all together, whole chunks of them: nothing of them shows in what comes next', () => {
    const orders = mixed(2 * chunkRows + 5);
    for (const n of orders.numbers()) if (n % 3 === 0) orders.settle(n, orderStatus.cancelled, 1);
    orders.archive(orders.count);
    for (let added = 0; added < chunkRows; added++) {
      const n = orders.add(1, 0, 1, 5, 9, 77, 80);
      const rest = [orders.statusOf(n), orders.changedAtOf(n), orders.paymentOf(n)];
      expect(rest).toEqual([orderStatus.placed, 0, 0]);
    }
    expect(orders.find(1, 0, 9)).toBe(0);
  });

  test('are given up again and again, over the borders of chunks, while others come: the rest stays found', () => {
    const orders = new Orders();
    const steps = [7, chunkRows - 7, 1, chunkRows, 3 * chunkRows + 2, 5, chunkRows - 8];
    const nonceOf = (n: number) => n * 7;
    for (const archived of steps) {
      // Some more than are to leave, of which only every fifth is in the index.
      for (let added = 0; added < archived + 3; added++) {
        const n = orders.add(orders.count % 50, 1, 1, 5, nonceOf(orders.count + 1), 1_000, 2_000);
        if (n % 5 === 0) orders.indexToken(n);
      }
      const upTo = orders.archived + archived;
      for (let n = orders.archived + 1; n <= upTo; n++) orders.settle(n, orderStatus.paid, 1_500);
      orders.archive(upTo);
      expect(orders.kept).toBe(orders.count - upTo);
      for (const n of orders.numbers()) {
        expect([orders.userOf(n), orders.nonceOf(n)]).toEqual([(n - 1) % 50, nonceOf(n)]);
        expect(orders.find((n - 1) % 50, 1, nonceOf(n))).toBe(n % 5 === 0 ? n : 0);
      }
      for (let n = Math.max(5, upTo - 60); n <= upTo; n++)
        expect(orders.find((n - 1) % 50, 1, nonceOf(n))).toBe(0);
      expect(orders.firstHold()).toBe(upTo + 1);
    }
    // A chunk and what is left over of the index, however many there were.
    expect(orders.bytes).toBeLessThan(3 * chunkRows * 51 + 2 ** 17);
  });

  test('leave nothing behind of those that were refunded, or whose tokens live long', () => {
    const orders = withDeadlines([1, 2, 3]);
    for (const n of [1, 2, 3]) {
      orders.longTokens.set(n, 10 * n);
      orders.settle(n, orderStatus.paid, 5);
      orders.settle(n, orderStatus.refunded, 6);
    }
    orders.archive(2);
    expect([...orders.paidAtOfRefunded]).toEqual([[3, 5]]);
    expect([...orders.longTokens]).toEqual([[3, 30]]);
    expect([0, 1, 2, 3, 4].map((n) => orders.isArchived(n))).toEqual([
      ...[false, true, true, false, false],
    ]);
  });

  test('are the same when they are restored from their memory', () => {
    for (const archived of [0, chunkRows + 3]) {
      const orders = mixed(chunkRows * 2 + 5);
      for (let n = 3; n <= archived; n += 3) orders.settle(n, orderStatus.cancelled, 1);
      if (archived > 0) orders.archive(archived);
      const { orders: shape, memories } = orders.stored();
      const restored = Orders.restore(
        JSON.parse(JSON.stringify(shape)),
        inOrder(memories.map((memory) => memory.slice())),
        (_, createdAt) => 9_000 - ((createdAt - 1_000) % 100),
      );
      expect(restored.stored()).toEqual(orders.stored());
      expect(restored.find(48, 1, 10_048 * 7)).toBe(10_048);
      expect(endHolds(restored)).toEqual(endHolds(orders));
    }
  });
});
