import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { BuyerFilter } from './buyer-filter.ts';

const memory = new SharedArrayBuffer(BuyerFilter.bytes);
const newFilter = () => {
  new Uint8Array(memory).fill(0);
  return new BuyerFilter(memory, 0);
};

describe('the filter of buyers', () => {
  test('through a renewal knows all whom somebody knows, and forgets the others at its end', () => {
    const filter = newFilter();
    for (let user = 1; user <= 1_000; user++) filter.mark(7, user);
    expect([filter.marks, filter.renewal]).toEqual([1_000, 0]);
    filter.begin(1_000);
    expect(filter.renewal).toBe(1);
    filter.markAll([7, 2_001, 8, 2_002]);
    for (let user = 901; user <= 1_000; user++) filter.mark(7, user);
    for (let user = 1; user <= 1_000; user++) expect(filter.maybe(7, user)).toBe(true);
    filter.finish();
    expect([filter.marks, filter.renewal]).toEqual([102, 0]);
    expect([filter.maybe(7, 2_001), filter.maybe(8, 2_002)]).toEqual([true, true]);
    const known = Array.from({ length: 1_000 }, (_, index) => filter.maybe(7, index + 1));
    expect(known.slice(900)).toEqual(Array(100).fill(true));
    expect(known.slice(0, 900).filter(Boolean).length).toBeLessThan(5);
  });

  test('can be made anew again and again, each time with another number', () => {
    const filter = newFilter();
    for (let turn = 1; turn <= 5; turn++) {
      filter.mark(1, turn);
      filter.begin(1_000);
      expect(filter.renewal).toBe(turn);
      filter.finish();
      expect([filter.maybe(1, turn), filter.marks]).toEqual([false, 0]);
    }
  });

  test('is made larger where more buyers come than it was made for, and smaller again', () => {
    const filter = newFilter();
    expect(filter.isFull).toBe(false);
    for (let user = 1; user <= 90_000; user++) filter.mark(7, user);
    expect(filter.isFull).toBe(true);
    const strangers = () => {
      let taken = 0;
      for (let user = 1_000_001; user <= 1_010_000; user++) if (filter.maybe(7, user)) taken++;
      return taken;
    };
    const before = strangers();
    filter.begin(360_000);
    for (let user = 1; user <= 90_000; user++) filter.mark(7, user);
    filter.finish();
    expect(filter.isFull).toBe(false);
    for (let user = 1; user <= 90_000; user++) expect(filter.maybe(7, user)).toBe(true);
    expect(strangers()).toBeLessThanOrEqual(before);
    filter.begin(10);
    filter.mark(7, 3);
    filter.finish();
    expect([filter.maybe(7, 3), filter.isFull]).toEqual([true, false]);
    // The largest is never full: there is no larger one.
    filter.begin(1e9);
    for (let user = 1; user <= 1_500; user++) filter.mark(7, user);
    filter.finish();
    expect([filter.maybe(7, 3), filter.maybe(7, 1_500), filter.isFull]).toEqual([
      true,
      true,
      false,
    ]);
  });

  test('in whatever order buyers come and renewals go, never misses one that was not forgotten', () => {
    const step = fc.oneof(
      { weight: 6, arbitrary: fc.record({ what: fc.constant('mark'), user: fc.nat(40) }) },
      { weight: 1, arbitrary: fc.record({ what: fc.constantFrom('begin', 'scan', 'finish') }) },
      { weight: 1, arbitrary: fc.record({ what: fc.constant('forget'), user: fc.nat(40) }) },
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const filter = newFilter();
        const known = new Set<number>();
        let scanned = 0;
        for (const { what, ...rest } of steps) {
          const user = 'user' in rest ? rest.user : 0;
          const { renewal } = filter;
          if (what === 'mark') {
            known.add(user);
            filter.mark(1, user);
          } else if (what === 'forget') known.delete(user);
          else if (what === 'begin' && renewal === 0) filter.begin(1_000);
          else if (what === 'scan' && renewal !== 0) {
            for (const each of known) filter.mark(1, each);
            scanned = renewal;
          } else if (what === 'finish' && renewal !== 0 && scanned === renewal) filter.finish();
          for (const each of known) expect(filter.maybe(1, each)).toBe(true);
        }
      }),
      { numRuns: 40 },
    );
  });
});
