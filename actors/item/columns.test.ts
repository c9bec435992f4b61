import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { integerMax } from '../limits.ts';
import {
  type Chunk,
  Chunks,
  carve,
  chunkRows,
  grown,
  hashJoin,
  hashOf,
  inOrder,
} from './columns.ts';

describe('a growing column', () => {
  test('keeps its type and its contents', () => {
    const column = Float64Array.of(1, 2, integerMax);
    const wider = grown(column, 4);
    expect(wider).toBeInstanceOf(Float64Array);
    expect(wider.length).toBeGreaterThanOrEqual(4);
    expect([...wider.subarray(0, 3)]).toEqual([1, 2, integerMax]);
    expect(grown(wider, 4)).toBe(wider);
  });

  test('grows by half, so that a million rows cost few copies', () => {
    let column = new Uint8Array(0);
    let copies = 0;
    for (let rows = 1; rows <= 1_000_000; rows++) {
      const wider = grown(column, rows);
      if (wider !== column) copies++;
      column = wider;
    }
    expect(copies).toBeLessThan(40);
  });
});

class Pair implements Chunk {
  static readonly rowBytes = 8 + 1;
  readonly rows: number;
  readonly wide: Float64Array;
  readonly narrow: Uint8Array;

  constructor(readonly memory: Uint8Array) {
    this.rows = memory.byteLength / Pair.rowBytes;
    const column = carve(this);
    this.wide = column(Float64Array);
    this.narrow = column(Uint8Array);
  }
}

describe('rows in chunks', () => {
  const within = (row: number) => row & (chunkRows - 1);
  /** Each row holds its number, and the last digit of it. */
  function filled(rows: number): Chunks<Pair> {
    const chunks = new Chunks(Pair);
    for (let row = 0; row < rows; row++) {
      chunks.grown(row).wide[within(row)] = row;
      chunks.at(row).narrow[within(row)] = row % 10;
    }
    return chunks;
  }
  function expectRows(chunks: Chunks<Pair>, from: number, to: number): void {
    const seen = Array.from({ length: to - from }, (_, index) => {
      const row = from + index;
      return [chunks.at(row).wide[within(row)], chunks.at(row).narrow[within(row)]];
    });
    expect(seen).toEqual(seen.map((_, index) => [from + index, (from + index) % 10]));
  }

  test('keep what was written while they grow', () => {
    for (const rows of [1, 16, 17, 1_000, chunkRows, chunkRows + 1, 3 * chunkRows]) {
      expectRows(filled(rows), 0, rows);
    }
  });

  test('take little room for few rows, and never twice the room for many', () => {
    expect(filled(3).bytes).toBe(16 * Pair.rowBytes);
    expect(filled(10 * chunkRows + 1).bytes).toBe(11 * chunkRows * Pair.rowBytes);
  });

  test('tell which rows are not there', () => {
    const chunks = filled(3);
    expect(chunks.find(-1)).toBeUndefined();
    expect(chunks.find(15)).toBe(chunks.at(0));
    expect(chunks.find(16)).toBeUndefined();
    chunks.grown(2 * chunkRows);
    expect(chunks.find(chunkRows)).toBeUndefined();
    expect(chunks.find(2 * chunkRows)).toBe(chunks.at(2 * chunkRows));
  });

  test('are given up from the front, a chunk at a time, and go on after that', () => {
    const rows = 3 * chunkRows + 5;
    const chunks = filled(rows);
    chunks.drop(2 * chunkRows + 7, false);
    expect(chunks.bytes).toBe(2 * chunkRows * Pair.rowBytes);
    expectRows(chunks, 2 * chunkRows, rows);
    chunks.drop(rows, true);
    expect(chunks.bytes).toBe(0);
    chunks.grown(rows).wide[within(rows)] = 42;
    expect(chunks.at(rows).wide[within(rows)]).toBe(42);
    // Five rows and one more do not need room for thousands.
    expect(chunks.bytes).toBe(16 * Pair.rowBytes);
  });

  test('are the same when they are restored from their memory, and go on', () => {
    const rows = 2 * chunkRows + 5;
    const chunks = filled(rows);
    chunks.grown(5 * chunkRows).wide[0] = 5 * chunkRows;
    chunks.drop(chunkRows, false);
    const { chunks: there, memories } = chunks.stored();
    const restored = new Chunks(Pair);
    restored.restore(chunkRows, there, inOrder(memories.map((memory) => memory.slice())));
    expectRows(restored, chunkRows, rows);
    expect(restored.find(3 * chunkRows)).toBeUndefined();
    expect(restored.at(5 * chunkRows).wide[0]).toBe(5 * chunkRows);
    expect(restored.stored()).toEqual({ chunks: there, memories });
  });
});

describe('a hash', () => {
  test('is a 32-bit integer for any safe integer', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (value) => {
        expect(hashOf(value)).toBe(hashOf(value) | 0);
      }),
    );
  });

  test('tells numbers apart that differ only beyond 32 bits', () => {
    const hashes = Array.from({ length: 1_000 }, (_, high) => hashOf(7 + high * 2 ** 32));
    expect(new Set(hashes).size).toBeGreaterThan(990);
  });

  test('of a pair depends on the order', () => {
    expect(hashJoin(1, 2)).not.toBe(hashJoin(2, 1));
  });
});
