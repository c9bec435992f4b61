import { beforeEach, expect, test } from 'bun:test';
import { type Code, code } from '../protocol.ts';
import { boardRow } from '../testing/board-row.ts';
import { Board } from './board.ts';
import { boardRefusal } from './board-answers.ts';
import { Positions } from './positions.ts';

const item = 42;
const partitions = 8;
const [startAt, endAt] = [1_000_000, 2_000_000];
/** While the sale runs, and before any token of these tests expires. */
const now = 1_500_000;
const expiresAt = 1_600;

let board: Board;
let positions: Positions;
let tallied: number[][];
let steadyNow: number;

beforeEach(() => {
  board = new Board(new SharedArrayBuffer(Board.bytes()));
  positions = new Positions(new SharedArrayBuffer(Positions.bytes));
  tallied = [];
  steadyNow = 0;
  show(3);
});

function show(left: number): void {
  const units = { loaded: 9, held: 9 - left, left };
  const terms = { promo: 7, startAt, endAt, price: 500, promoPrice: 300 };
  board.write(item, boardRow({ ...units, seq: 12, leftSeq: 11, ...terms }));
}

/** The board's answer to user 1, who asks for some units. */
function asked(amount: number, at = now, itemId = item, promoId = 7): Code {
  const tally = { add: (...refused: number[]) => tallied.push(refused) };
  const token = { userId: 1, itemId, promoId, expiresAt };
  return boardRefusal(
    { board, positions, steadyClock: () => steadyNow, partitions, tally },
    token,
    amount,
    at,
  );
}

test('an order for which there are units goes to its actor', () => {
  expect(asked(3)).toBe(code.ok);
  expect([tallied, board.refused(item)]).toEqual([[], {}]);
});

test('an order for more than is left is refused, tallied and counted', () => {
  expect(asked(4)).toBe(code.outOfStock);
  expect(tallied).toEqual([[item, 4, 11]]);
  expect(board.refused(item)).toEqual({ [code.outOfStock]: 1 });
});

test('an order outside the sale, or with an expired token, is refused and counted, not tallied', () => {
  expect(asked(1, startAt - 1)).toBe(code.notStarted);
  expect(asked(1, expiresAt * 1_000 - 1)).toBe(code.ok);
  expect(asked(1, expiresAt * 1_000)).toBe(code.tokenExpired);
  expect(asked(4, expiresAt * 1_000)).toBe(code.tokenExpired);
  expect(tallied).toEqual([]);
  const counted = { [code.notStarted]: 1, [code.tokenExpired]: 2 };
  expect(board.refused(item)).toEqual(counted);
});

test('an order of a user who may have bought goes to the actor, who knows their earlier answer', () => {
  board.markBuyer(item, 1);
  expect(asked(4)).toBe(code.ok);
  expect(asked(1, expiresAt * 1_000)).toBe(code.ok);
  expect([tallied, board.refused(item)]).toEqual([[], {}]);
});

test('an order for an item that the board does not show goes to its actor, even with an expired token', () => {
  expect(asked(1, now, 43)).toBe(code.ok);
  expect(asked(1, expiresAt * 1_000, 43)).toBe(code.ok);
});

test('a board that is behind the journal answers no one until it has caught up', () => {
  positions.set(item % partitions, 'behind', 1);
  expect(asked(4)).toBe(code.ok);
  expect(asked(1, expiresAt * 1_000)).toBe(code.ok);
  expect([tallied, board.refused(item)]).toEqual([[], {}]);
  positions.set(item % partitions, 'behind', 0);
  expect(asked(4)).toBe(code.outOfStock);
});

test('a board that is older than its owner was last heard of answers no one until it is heard again', () => {
  positions.set(item % partitions, 'boardStaleAt', 500);
  steadyNow = 499;
  expect(asked(4)).toBe(code.outOfStock);
  steadyNow = 500;
  expect(asked(4)).toBe(code.ok);
  positions.set(item % partitions, 'boardStaleAt', 700);
  expect(asked(4)).toBe(code.outOfStock);
});

test('an order with a token that may have bought what is archived goes to its actor, who says so', () => {
  const expired = expiresAt * 1_000;
  const archived = (of: Partial<ReturnType<typeof boardRow>>) => {
    board.write(item, boardRow({ left: 0, startAt, endAt, archived: 9, ...of }));
  };
  // At the normal price one that ends later has bought nothing that is archived.
  for (const [spentTokensEndAt, answer] of [
    [0, code.tokenExpired],
    [expired - 1, code.tokenExpired],
    [expired, code.ok],
  ] as const) {
    archived({ spentTokensEndAt });
    expect([spentTokensEndAt, asked(1, expired, item, 0)]).toEqual([spentTokensEndAt, answer]);
  }
  // Orders of a promo are archived when it is over.
  archived({ promo: 7 });
  expect([asked(1), asked(1, expired), asked(1, endAt)]).toEqual([
    ...[code.outOfStock, code.tokenExpired, code.ok],
  ]);
  archived({ promo: 8 });
  expect(asked(1)).toBe(code.ok);
  archived({ promo: 8, archived: 0 });
  expect(asked(1)).toBe(code.outOfStock);
});
