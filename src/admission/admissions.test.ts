import { beforeEach, expect, test } from 'bun:test';
import { Board } from '../../actors/memory/board.ts';
import { Positions } from '../../actors/memory/positions.ts';
import { code } from '../../actors/protocol.ts';
import { boardRow } from '../../actors/testing/board-row.ts';
import type { PromoRow } from '../db/sql.ts';
import { saleRefusal } from './admissions.ts';

const itemId = 42;
const partitions = 8;
const now = 1_500;

let board: Board;
let positions: Positions;

beforeEach(() => {
  board = new Board(new SharedArrayBuffer(Board.bytes()));
  positions = new Positions(new SharedArrayBuffer(Positions.bytes));
  const units = { loaded: 9, held: 9, left: 0 };
  board.write(itemId, boardRow({ ...units, promo: 7, startAt: 1_000, endAt: 2_000 }));
});

const draft = { publishedAt: null } as PromoRow; // Nothing else of it is looked at.
const over = { publishedAt: 1 } as PromoRow; // As above.
const promos = new Map([
  [6, over],
  [8, draft],
]);
const catalog = { promo: async (id: number) => promos.get(id) ?? null };

function refused(promoId: number): Promise<number> {
  return saleRefusal({ board, positions, partitions }, catalog, { itemId, promoId }, now);
}

test('nobody is admitted to a sale that the board shows as sold out', async () => {
  expect(await refused(7)).toBe(code.outOfStock);
  expect(await refused(0)).toBe(code.outOfStock);
});

test('of the other promos those that were published are over, and drafts are not on sale', async () => {
  expect(await refused(6)).toBe(code.ended);
  expect(await refused(8)).toBe(code.notOnSale);
  expect(await refused(9)).toBe(code.notOnSale);
});

test('while the board is behind the journal the actor alone knows', async () => {
  positions.set(itemId % partitions, 'behind', 1);
  for (const promo of [0, 6, 7, 8]) expect(await refused(promo)).toBe(code.ok);
});
