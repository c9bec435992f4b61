import { expect, test } from 'bun:test';
import { Board, type BoardRow } from '../../actors/memory/board.ts';
import { boardRow } from '../../actors/testing/board-row.ts';
import {
  decodeListCursor,
  encodeListCursor,
  type ItemSort,
  itemSorts,
  type ListCursor,
  placesAfter,
} from './item-ranking.ts';

const now = 10_000;

const plain = boardRow();

function boardOf(rows: readonly Partial<BoardRow>[]): Board {
  const board = new Board(new SharedArrayBuffer(Board.bytes()));
  for (const [index, row] of rows.entries()) board.write(index + 1, { ...plain, ...row });
  return board;
}

const running = { promo: 1, startAt: now - 1, endAt: now + 1 };
const ended = { promo: 1, startAt: now - 2, endAt: now };
const opensAt = (startAt: number) => ({ promo: 1, startAt, endAt: startAt + 1 });

/** All ids of a list, read page by page, as clients do. */
function walk(board: Board, sort: ItemSort, limit: number, between?: () => void): number[] {
  const ids: number[] = [];
  for (let cursor: ListCursor = { sort, at: now, after: null }; ; ) {
    const page = placesAfter(board, cursor, limit);
    ids.push(...page.map(({ id }) => id));
    if (page.length < limit) return ids;
    cursor = decodeListCursor(encodeListCursor({ ...cursor, after: page.at(-1)! }))!;
    between?.();
  }
}

test('running sales come first, then those that are paused or open soonest, then the newest', () => {
  const paused = { ...running, paused: 1 };
  const rows = [{}, opensAt(now + 9), running, ended, opensAt(now + 5), running, paused, {}];
  expect(walk(boardOf(rows), 'running', 50)).toEqual([6, 3, 7, 5, 2, 8, 4, 1]);
});

test('best selling items come first, newer ones of equals first', () => {
  const board = boardOf([{ sold: 3 }, { sold: 9 }, { sold: 3 }, { sold: 0 }]);
  expect(walk(board, 'sales', 50)).toEqual([2, 3, 1, 4]);
});

test('pages of any size make the same list, each item once', () => {
  const rows = Array.from({ length: 211 }, (_, index) => ({
    sold: (index * 7) % 13,
    ...[{}, running, ended, opensAt(now + 1 + ((index * 5) % 17))][index % 4],
  }));
  const board = boardOf(rows);
  for (const sort of itemSorts) {
    const whole = walk(board, sort, 1_000);
    expect(whole.toSorted((a, b) => a - b)).toEqual(rows.map((_, index) => index + 1));
    for (const limit of [1, 2, 7, 50, 211]) expect(walk(board, sort, limit)).toEqual(whole);
  }
});

test('what opens, sells and starts while someone turns pages makes no item appear twice', () => {
  const board = boardOf(Array.from({ length: 30 }, () => ({})));
  let next = 31;
  const ids = walk(board, 'newest', 7, () => board.write(next++, { ...plain, ...running }));
  expect(ids).toEqual(Array.from({ length: 30 }, (_, index) => 30 - index));
});

test('a list of some items keeps to them', () => {
  const board = boardOf([running, running, running, {}]);
  const cursor: ListCursor = { sort: 'running', at: now, after: null };
  const some = placesAfter(board, cursor, 10, { wanted: new Set([4, 2, 99]) });
  expect(some.map(({ id }) => id)).toEqual([2, 4]);
  const others = placesAfter(board, cursor, 10, { unwanted: new Set([4, 2, 99]) });
  expect(others.map(({ id }) => id)).toEqual([3, 1]);
});

test.each([
  '',
  'x',
  'running',
  'running.1',
  'running.1.0.0',
  'best.1.0.0.1',
  'running.1.0.0.1e3',
  'newest.1.0.0.99999999999999999',
  'newest.1.0.0.1.1',
])('the text %j is no cursor', (text) => expect(decodeListCursor(text)).toBeNull());
