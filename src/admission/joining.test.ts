import { beforeEach, expect, test } from 'bun:test';
import { type QueueMode, queueModes } from '../../actors/events.ts';
import { Board, type BoardRow } from '../../actors/memory/board.ts';
import { Positions } from '../../actors/memory/positions.ts';
import { code } from '../../actors/protocol.ts';
import { joiningOf } from './joining.ts';

const itemId = 42;
const promoId = 7;
const partitions = 8;

let board: Board;
let positions: Positions;

beforeEach(() => {
  board = new Board(new SharedArrayBuffer(Board.bytes()));
  positions = new Positions(new SharedArrayBuffer(Positions.bytes));
});

/** A sale from 1,000 to 2,000, whose draw is open from 500, with units left. */
function show(queue: QueueMode, row: Partial<BoardRow> = {}): void {
  board.write(itemId, {
    ...{ loaded: 9, held: 0, sold: 0, left: 9, admitted: 0, outstanding: 0, waiting: 0, orders: 0 },
    ...{
      gateFactor: 5,
      ...{ archived: 0, spentTokensEndAt: 0 },
      refundsDue: 0,
      seq: 12,
      leftSeq: 11,
      price: 500,
      promoPrice: 300,
      promosEndAt: 2_000,
      paused: 0,
    },
    ...{ promo: promoId, startAt: 1_000, endAt: 2_000, normalSale: 1 },
    ...{ queue: queueModes.indexOf(queue), queueOpenAt: queue === 'draw' ? 500 : 1_000 },
    ...row,
  });
}

const joining = (now: number, promo = promoId) =>
  joiningOf(
    { board, positions, steadyClock: () => 0, partitions },
    { itemId, promoId: promo },
    now,
  );
const refused = (now = 1_500) => joining(now)?.refused;

test('a sold-out sale can be joined while units may come back, unless it has no queue', () => {
  for (const [queue, held, answer] of [
    ['fifo', 3, code.ok],
    ['draw', 3, code.ok],
    ['off', 3, code.outOfStock],
    ['fifo', 0, code.outOfStock],
    ['draw', 0, code.outOfStock],
  ] as const) {
    show(queue, { left: 0, held, sold: 9 - held });
    expect([queue, held, refused()]).toEqual([queue, held, answer]);
  }
});

test('a draw can be joined before its sale, but not before it opens; a queue from the start on', () => {
  show('draw', { left: 0 });
  expect([499, 500, 999].map(refused)).toEqual([code.notStarted, code.ok, code.ok]);
  show('fifo');
  expect([999, 1_000].map(refused)).toEqual([code.notStarted, code.ok]);
});

test('nobody joins what is paused, or over', () => {
  show('fifo', { paused: 1 });
  expect([1_500, 2_000].map(refused)).toEqual([code.paused, code.ended]);
});

test('whether anybody stands somewhere is seen on the board', () => {
  for (const [row, expected] of [
    [{}, false],
    [{ waiting: 1 }, true],
    [{ outstanding: 1 }, true],
  ] as const) {
    show('fifo', row);
    expect(joining(1_500)!.mayStand).toBe(expected);
  }
});

test('the actor alone knows other promos, and all while the board is behind the journal', () => {
  show('fifo');
  expect(joining(1_500, promoId + 1)).toBeNull();
  positions.set(itemId % partitions, 'behind', 1);
  expect(joining(1_500)).toBeNull();
});
