import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { hashOf, inOrder } from './columns.ts';
import { HashIndex } from './hash-index.ts';

describe('a hash index', () => {
  /** Only a few hashes are used, so that most walks meet other rows. */
  function filled(hashes: readonly number[]): HashIndex {
    const index = new HashIndex();
    for (const [row, hash] of hashes.entries()) index.add(row, hash);
    return index;
  }

  function rowsAt(index: HashIndex, hash: number): number[] {
    const rows: number[] = [];
    for (let slot = index.start(hash); index.rowAt(slot) >= 0; slot = index.after(slot, hash)) {
      rows.push(index.rowAt(slot));
    }
    return rows;
  }

  test('finds every row by its hash, however many share it and however far it has grown', () => {
    const someHash = fc.oneof(fc.integer({ min: 0, max: 5 }), fc.constant(2 ** 32 - 1), fc.nat());
    fc.assert(
      fc.property(fc.array(someHash, { maxLength: 200 }), (hashes) => {
        const index = filled(hashes);
        for (const [row, hash] of hashes.entries()) expect(rowsAt(index, hash)).toContain(row);
      }),
    );
  });

  test('finds a hundred thousand rows, of which none was copied more often than it takes to double', () => {
    const rows = 100_000;
    const index = filled(Array.from({ length: rows }, (_, row) => hashOf(row)));
    for (let row = 0; row < rows; row++) expect(rowsAt(index, hashOf(row))).toContain(row);
    expect(index.bytes / rows).toBeLessThan(24);
  });

  test('forgets rows below a limit, and is about as large as without them', () => {
    for (const [rows, least] of [
      [50_000, 49_000],
      [50_000, 20_000],
      [10, 9],
      [10, 10],
    ] as const) {
      const index = filled(Array.from({ length: rows }, (_, row) => hashOf(row)));
      const before = index.bytes;
      index.forgetBelow(least);
      if (least * 2 > rows) expect(index.bytes).toBeLessThanOrEqual(Math.max(before / 4, 128));
      for (let row = rows; row < rows * 2; row++) index.add(row, hashOf(row));
      for (let row = least; row < rows * 2; row++)
        expect(rowsAt(index, hashOf(row))).toContain(row);
      // Without the rows that it has forgotten it would have the same size.
      const kept = filled(
        Array.from({ length: rows * 2 - least }, (_, row) => hashOf(row + least)),
      );
      expect(index.bytes).toBeLessThanOrEqual(kept.bytes * 2);
    }
  });

  test('forgets step by step: each touches a few segments, and all together give back what the rows took', () => {
    const rows = 300_000;
    const step = 10_000;
    const index = filled(Array.from({ length: rows }, (_, row) => hashOf(row)));
    const memories = () => new Set(index.stored().segments.map(({ buffer }) => buffer));
    for (let least = step; least < rows; least += step) {
      const before = memories();
      index.forgetBelow(least);
      const made = [...memories()].filter((each) => !before.has(each));
      expect(made.length).toBeLessThan(12);
      const kept = filled(Array.from({ length: rows - least }, (_, row) => hashOf(row + least)));
      expect(index.bytes).toBeLessThanOrEqual(kept.bytes * 3 + 2 ** 17);
      for (let row = least; row < rows; row += 97)
        expect(rowsAt(index, hashOf(row))).toContain(row);
    }
    index.clear(rows);
    expect(index.stored()).toEqual(new HashIndex().stored());
  });

  test('forgets again and again while rows come, of which not each is in it: it finds what is left, and no row twice', () => {
    const someStep = fc.record({
      hash: fc.oneof(fc.integer({ min: 0, max: 5 }), fc.nat()),
      gap: fc.integer({ min: 1, max: 9 }),
      /** How many of the last rows are kept; all where it is 0. */
      kept: fc.constantFrom(0, 0, 0, 0, 0, 0, 0, 1, 3, 12, 40),
    });
    fc.assert(
      fc.property(fc.array(someStep, { minLength: 50, maxLength: 300 }), (steps) => {
        const index = new HashIndex();
        const model = new Map<number, number>();
        let [row, least] = [0, 0];
        for (const { hash, gap, kept } of steps) {
          row += gap;
          index.add(row, hash);
          model.set(row, hash);
          if (kept === 0) continue;
          least = Math.max(least, row - kept);
          index.forgetBelow(least);
          for (const each of model.keys()) if (each < least) model.delete(each);
        }
        for (const [each, hash] of model) {
          const found = rowsAt(index, hash).filter((met) => met >= least);
          const wanted = [...model].filter(([, other]) => other === hash).map(([other]) => other);
          expect(found.toSorted((a, b) => a - b)).toEqual(wanted);
          expect(found).toContain(each);
        }
      }),
    );
  });

  test('is the same when it is restored from its memory, and goes on the same way', () => {
    for (const rows of [0, 7, 5_000, 60_000]) {
      const index = filled(Array.from({ length: rows }, (_, row) => hashOf(row)));
      const least = rows >> 2;
      index.forgetBelow(least);
      const { index: shape, segments } = index.stored();
      const restored = new HashIndex();
      restored.restore(shape, inOrder(segments.map((memory) => memory.slice())), least);
      expect(restored.stored()).toEqual(index.stored());
      for (const each of [index, restored]) {
        for (let row = rows; row < rows + 40_000; row++) {
          each.add(row, hashOf(row));
          if (row % 1_000 === 0) each.forgetBelow(least + (row - rows));
        }
      }
      expect(restored.stored()).toEqual(index.stored());
    }
  });

  test('refuses hashes that nobody has mixed, rather than to fill the memory with segments', () => {
    const index = new HashIndex();
    expect(() => {
      for (let row = 0; row < 10_000; row++) index.add(row, 7);
    }).toThrow('similar hashes');
  });

  test('ends every walk for a hash it does not hold', () => {
    expect(rowsAt(new HashIndex(), 3)).toEqual([]);
    expect(rowsAt(filled([1, 1, 1]), 9)).toEqual([]);
  });
});
