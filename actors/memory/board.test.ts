import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { itemIdMax } from '../limits.ts';
import { code } from '../protocol.ts';
import { boardRow } from '../testing/board-row.ts';
import { evenRow, type TestThreadTask } from '../testing/memory-thread.ts';
import { Board, saleStatus } from './board.ts';

const row = boardRow({
  ...{ loaded: 9, held: 2, sold: 3, left: 4, admitted: 5, seq: 12, leftSeq: 11 },
  ...{ outstanding: 2, orders: 6, refundsDue: 1 },
  ...{ promo: 7, startAt: 1_000, endAt: 2_000, price: 500, promoPrice: 300 },
});

function newBoard(): Board {
  return new Board(new SharedArrayBuffer(Board.bytes()));
}

describe('the board', () => {
  test('shows what was written last, for the first and the last item', () => {
    const board = newBoard();
    for (const item of [1, itemIdMax]) {
      expect(board.read(item)).toBeNull();
      board.write(item, row);
      expect(board.read(item)).toEqual(row);
      const version = board.version(item);
      board.write(item, { ...row, left: 1 });
      expect(board.read(item)?.left).toBe(1);
      expect(board.version(item)).not.toBe(version);
    }
    expect([...board.items()]).toEqual([1, itemIdMax]);
    expect([board.opened, board.lastItem()]).toEqual([2, itemIdMax]);
  });

  test('knows no item outside its range', () => {
    const board = newBoard();
    for (const item of [0, -1, itemIdMax + 1]) {
      expect(board.has(item)).toBe(false);
      expect(board.read(item)).toBeNull();
      expect(board.refusal(item, 0, 1, 0)).toBe(code.notOnSale);
    }
  });

  test('never shows a row that is half written', async () => {
    const memory = new SharedArrayBuffer(Board.bytes());
    const board = new Board(memory);
    const writes = 200_000;
    const thread = new Worker(new URL('../testing/memory-thread.ts', import.meta.url));
    let done = false;
    thread.onmessage = () => {
      done = true;
    };
    thread.postMessage({ type: 'write', board: memory, item: 42, writes } satisfies TestThreadTask);
    let [torn, last, looks] = [0, 0, 0];
    while (!done || last < writes) {
      const seen = board.read(42);
      looks++;
      if (seen !== null) {
        if (!Bun.deepEquals(seen, evenRow(seen.left)) || seen.left < last) torn++;
        last = seen.left;
      }
      if (looks % 64 === 0) await new Promise(setImmediate);
    }
    expect({ torn, last }).toEqual({ torn: 0, last: writes });
  });

  test('can be read again after a writer died half-way', () => {
    const memory = new SharedArrayBuffer(Board.bytes());
    const board = new Board(memory);
    board.write(42, row);
    const versions = new Int32Array(memory, (itemIdMax + 1) * 128, itemIdMax + 1);
    versions[42]!++; // As `write` leaves it before the fields.
    board.repair(42);
    board.write(42, { ...row, left: 2 });
    board.repair(42);
    expect(board.read(42)?.left).toBe(2);
  });
});

describe('a refusal by the board', () => {
  const board = newBoard();
  board.write(42, row);

  test('depends on the stock', () => {
    expect(board.refusal(42, 7, 4, 1_500)).toBe(code.ok);
    expect(board.refusal(42, 7, 5, 1_500)).toBe(code.outOfStock);
    expect(board.refusal(42, 0, 5, 9_999)).toBe(code.outOfStock);
    expect(board.refusal(43, 7, 1, 1_500)).toBe(code.notOnSale);
  });

  test('depends on the time of the promo it shows, and of no other', () => {
    expect(board.refusal(42, 7, 1, 999)).toBe(code.notStarted);
    expect(board.refusal(42, 7, 1, 1_000)).toBe(code.ok);
    expect(board.refusal(42, 7, 1, 1_999)).toBe(code.ok);
    expect(board.refusal(42, 7, 1, 2_000)).toBe(code.ended);
    expect(board.refusal(42, 6, 1, 999)).toBe(code.ok);
    expect(board.refusal(42, 0, 1, 999)).toBe(code.ok);
  });

  test('for stock says since which entry', () => {
    expect(board.outOfStockSince(42, 5)).toBe(11);
    expect(board.outOfStockSince(42, 4)).toBe(0);
  });

  test('is counted by item and code', () => {
    for (const refused of [code.outOfStock, code.outOfStock, code.ended, code.notFound]) {
      board.count(42, refused);
      board.count(43, refused);
    }
    expect(board.refused(42)).toEqual({ 30001: 2, 30005: 1 });
    expect(board.refused(43)).toEqual({});
  });
});

describe('the filter of buyers', () => {
  test('has no false negatives', () => {
    const board = newBoard();
    const someBuyer = fc.tuple(fc.integer({ min: 1, max: itemIdMax }), fc.maxSafeNat());
    fc.assert(
      fc.property(fc.array(someBuyer), (buyers) => {
        for (const [item, user] of buyers) board.markBuyer(item, user);
        for (const [item, user] of buyers) expect(board.maybeBuyer(item, user)).toBe(true);
      }),
    );
  });

  test('passes few who never bought, with a million orders in it', () => {
    const board = newBoard();
    board.buyers.begin(1_000_000);
    board.buyers.finish();
    for (let user = 1; user <= 1_000_000; user++) board.markBuyer(42, user);
    let passed = 0;
    for (let user = 2_000_001; user <= 2_100_000; user++) if (board.maybeBuyer(42, user)) passed++;
    expect(passed / 100_000).toBeLessThan(0.001);
  });
});

describe('the status of a sale', () => {
  test('follows the last promo', () => {
    expect(saleStatus({ ...row, promo: 0 }, 1_500)).toBe('none');
    const statuses = [999, 1_000, 1_999, 2_000].map((now) => saleStatus(row, now));
    expect(statuses).toEqual(['pending', 'running', 'running', 'ended']);
  });
});
