import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { integerMax } from '../limits.ts';
import { Buyers } from './buyers.ts';
import { grown, HashIndex, hashJoin, hashOf } from './columns.ts';

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

  test('ends every walk for a hash it does not hold', () => {
    expect(rowsAt(new HashIndex(), 3)).toEqual([]);
    expect(rowsAt(filled([1, 1, 1]), 9)).toEqual([]);
  });
});

describe('the buyers of an item', () => {
  test('have one row for each user and terms, as in a map', () => {
    const somePair = fc.tuple(fc.oneof(fc.nat(5), fc.maxSafeNat()), fc.nat(2));
    fc.assert(
      fc.property(fc.array(somePair, { maxLength: 150 }), (pairs) => {
        const buyers = new Buyers();
        const model = new Map<string, number>();
        for (const [user, terms] of pairs) {
          const known = model.get(`${user}/${terms}`);
          expect(buyers.find(user, terms)).toBe(known ?? -1);
          const row = buyers.row(user, terms);
          expect(row).toBe(known ?? model.size);
          model.set(`${user}/${terms}`, row);
          expect([buyers.user[row], buyers.terms[row]]).toEqual([user, terms]);
        }
        expect(buyers.count).toBe(model.size);
      }),
    );
  });
});
