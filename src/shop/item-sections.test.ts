import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { Board, type BoardRow } from '../../actors/memory/board.ts';
import { boardRow } from '../../actors/testing/board-row.ts';
import {
  decodeListCursor,
  encodeListCursor,
  type ListCursor,
  type Place,
  placesAfter,
} from './item-ranking.ts';
import { census, type ItemSection, itemSections, sectionOf } from './item-sections.ts';

const now = 10_000;
const before = now - 1_000;
const after = now + 1_000;

const running = { promo: 1, startAt: before, endAt: after };
const coming = { promo: 1, startAt: after, endAt: after + 1 };
const ended = { promo: 1, startAt: before - 1, endAt: before };
const soldOut = { left: 0, sold: 10 };

describe('an item is in the section', () => {
  test.each([
    ['running', 'while its sale goes on', running],
    ['running', 'while that is paused', { ...running, paused: 1 }],
    ['running', 'while that has nothing left', { ...running, ...soldOut }],
    ['coming', 'before its sale begins', coming],
    ['coming', 'before it begins, paused or not', { ...coming, paused: 1 }],
    ['normal', 'without a sale, at its normal price', {}],
    ['normal', 'without a sale, also when it is sold out', soldOut],
    ['normal', 'after its sale, with units left', ended],
    ['normal', 'after its sale, with units held', { ...ended, left: 0, held: 1, sold: 9 }],
    ['ended', 'after a sale that has sold everything', { ...ended, ...soldOut }],
    ['ended', 'after its sale, sold under promos alone', { ...ended, normalSale: 0 }],
    ['ended', 'between two sales', { ...ended, promosEndAt: after }],
    ['ended', 'without a sale, sold under promos alone', { normalSale: 0 }],
  ] as const satisfies [ItemSection, string, Partial<BoardRow>][])('%s %s', (section, _, shown) => {
    expect(sectionOf(boardRow(shown), now)).toBe(section);
  });
});

const someRow = fc.record({
  promo: fc.constantFrom(0, 1),
  startAt: fc.integer({ min: now - 50, max: now + 50 }),
  lastsMs: fc.integer({ min: 1, max: 60 }),
  paused: fc.constantFrom(0, 1),
  normalSale: fc.constantFrom(0, 1),
  left: fc.integer({ min: 0, max: 2 }),
  held: fc.integer({ min: 0, max: 2 }),
});

function boardOf(rows: readonly Partial<BoardRow>[]): Board {
  const board = new Board(new SharedArrayBuffer(Board.bytes()));
  for (const [index, row] of rows.entries()) board.write(index + 1, boardRow(row));
  return board;
}

/** The whole list, page by page. */
function walk(board: Board, section: ItemSection | null, limit: number): Place[] {
  const places: Place[] = [];
  for (let cursor: ListCursor = { sort: 'urgent', at: now, after: null }; ; ) {
    const page = placesAfter(board, cursor, limit, { section });
    places.push(...page);
    if (page.length < limit) return places;
    cursor = decodeListCursor(encodeListCursor({ ...cursor, after: page.at(-1)! }))!;
  }
}

describe('the list by urgency', () => {
  // A board is large: one serves all runs.
  const board = new Board(new SharedArrayBuffer(Board.bytes()));
  const items = 24;

  test('has every item in exactly one section, the sections in order, the most urgent first', () => {
    fc.assert(
      fc.property(
        fc.array(someRow, { minLength: items, maxLength: items }),
        fc.integer({ min: 1, max: items + 1 }),
        (rows, limit) => {
          for (const [index, { lastsMs, ...row }] of rows.entries()) {
            const endAt = row.startAt + lastsMs;
            board.write(index + 1, boardRow({ ...row, endAt, promosEndAt: endAt }));
          }
          const list = walk(board, null, limit).map(({ id }) => id);
          const apart = itemSections.map((section) =>
            walk(board, section, limit).map(({ id }) => id),
          );
          expect(list).toEqual(apart.flat());
          expect(list.toSorted((a, b) => a - b)).toEqual(rows.map((_, index) => index + 1));
          const { counts, nextStartAt } = census(board, now, {});
          expect(Object.values(counts)).toEqual(apart.map(({ length }) => length));
          const rowsOf = (ids: number[]) => ids.map((id) => board.read(id)!);
          const [onNow, next, , over] = apart.map(rowsOf) as [
            BoardRow[],
            BoardRow[],
            BoardRow[],
            BoardRow[],
          ];
          expect(onNow.map(({ endAt }) => endAt)).toEqual(ascending(onNow, ({ endAt }) => endAt));
          const starts = next.map(({ startAt }) => startAt);
          expect(starts).toEqual(ascending(next, ({ startAt }) => startAt));
          expect(nextStartAt).toBe(starts[0] ?? null);
          const ends = over.map(({ endAt }) => -endAt);
          expect(ends).toEqual(ascending(over, ({ endAt }) => -endAt));
        },
      ),
      { numRuns: 60 },
    );
  });

  test('misses no item whose sale begins, ends, is paused or followed by another between two pages', () => {
    const rows = Array.from({ length: 30 }, (_, n) => [running, coming, ended][n % 3]!);
    const moving = boardOf(rows);
    const seen = new Set<number>();
    let cursor: ListCursor = { sort: 'urgent', at: now, after: null };
    for (let turned = 0; ; turned++) {
      const page = placesAfter(moving, cursor, 4);
      for (const { id } of page) seen.add(id);
      if (page.length < 4) break;
      cursor = { ...cursor, after: page.at(-1)! };
      // Of three sales that run one is paused, and one is over and another of the item announced.
      moving.write(1 + 3 * turned, boardRow({ ...running, paused: 1 }));
      moving.write(1 + 3 * ((turned + 5) % 10), boardRow({ ...coming, promo: 2 }));
    }
    expect([...seen].toSorted((a, b) => a - b)).toEqual(rows.map((_, index) => index + 1));
  });

  test('counts what a search has found alone, and never what is hidden', () => {
    const some = boardOf([running, coming, {}, running]);
    expect(census(some, now, { wanted: new Set([1, 3, 99]) }).counts).toEqual({
      ...{ running: 1, coming: 0, normal: 1, ended: 0 },
    });
    const others = census(some, now, { unwanted: new Set([2, 4]) });
    expect(others).toEqual({
      counts: { running: 1, coming: 0, normal: 1, ended: 0 },
      nextStartAt: null,
    });
  });
});

function ascending(rows: readonly BoardRow[], key: (row: BoardRow) => number): number[] {
  return rows.map(key).toSorted((a, b) => a - b);
}
