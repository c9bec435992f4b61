import { beforeEach, describe, expect, test } from 'bun:test';
import { Board } from '../../actors/memory/board.ts';
import { Positions } from '../../actors/memory/positions.ts';
import { code } from '../../actors/protocol.ts';
import { boardRow } from '../../actors/testing/board-row.ts';
import { refusalElsewhere } from './refusal-elsewhere.ts';

const item = 5;
const token = { userId: 1, itemId: item, promoId: 0, expiresAt: 9_999, nonce: 1 };

let board: Board;
let tallied: number[];
/** What comes from the owner while it is asked how far it is; false: no answer. */
let comes: () => boolean;
let questions: number;

beforeEach(() => {
  board = new Board(new SharedArrayBuffer(Board.bytes()));
  show(0);
  tallied = [];
  questions = 0;
  comes = () => true;
});

function show(left: number): void {
  board.write(item, boardRow({ loaded: 9, sold: 9 - left, left, seq: 3, leftSeq: 3 }));
}

function asked() {
  return refusalElsewhere(
    {
      board,
      positions: new Positions(new SharedArrayBuffer(Positions.bytes)),
      partitions: 4,
      clock: () => 1_000,
      steadyClock: () => 0,
      tally: { add: (refused) => tallied.push(refused) },
      inStep: {
        with: async () => {
          questions++;
          return comes();
        },
      },
    },
    token,
    1,
  );
}

describe('an order for an item that another engine owns', () => {
  test('is refused by the board here only when it shows what the owner knew', async () => {
    expect(await asked()).toBe(code.outOfStock);
    expect([tallied, questions]).toEqual([[item], 1]);
  });

  test('goes to the owner at once when the board would take it', async () => {
    show(1);
    expect(await asked()).toBe(code.ok);
    expect(questions).toBe(0);
  });

  test('goes to the owner when a unit has come back', async () => {
    comes = () => {
      show(1);
      return true;
    };
    expect(await asked()).toBe(code.ok);
    expect(tallied).toEqual([]);
  });

  test('goes to the owner when its buyer has bought by it: they are to get that answer', async () => {
    comes = () => {
      board.markBuyer(item, token.userId);
      return true;
    };
    expect(await asked()).toBe(code.ok);
    expect(tallied).toEqual([]);
  });

  test('goes to the owner when that one is silent', async () => {
    comes = () => false;
    expect(await asked()).toBe(code.ok);
    expect(tallied).toEqual([]);
  });
});
