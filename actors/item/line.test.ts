import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { Line } from './line.ts';
import { Waiting } from './waiting.ts';

/** What happens to a line: so many come; each of so many who stand there leaves. */
interface Step {
  what: 'come' | 'leaveFront' | 'leaveAnywhere' | 'comeBefore' | 'clear';
  count: number;
  lot: number;
}

/** Some steps are of thousands: a line closes up only where many have left. */
const steps = fc.array(
  fc.record<Step>({
    what: fc.constantFrom(
      ...(['come', 'come', 'come', 'leaveFront', 'leaveFront', 'leaveAnywhere'] as const),
      ...(['leaveAnywhere', 'comeBefore', 'clear'] as const),
    ),
    count: fc.constantFrom(1, 3, 7, 40, 1_100, 1_400),
    lot: fc.nat(),
  }),
  { minLength: 15, maxLength: 40 },
);

/** The same people in an array, and the rows that the line says they stand at. */
class Naive {
  people: number[] = [];
  readonly rows = new Map<number, number>();
  #next = 0;

  come(count: number): number[] {
    return Array.from({ length: count }, () => this.#next++);
  }

  /** Takes somebody out, and returns their row. */
  leave(place: number): number {
    const [buyer] = this.people.splice(place, 1);
    return this.rows.get(buyer!)!;
  }
}

function play(line: Line | Waiting, naive: Naive, { what, count, lot }: Step): void {
  if (what === 'clear' || what === 'comeBefore') {
    if (!(line instanceof Waiting)) return;
    if (what === 'clear') {
      line.clear();
      naive.people = [];
      return;
    }
    const before = naive.come(count);
    naive.people = [...before, ...naive.people];
    line.prepend(Int32Array.from(before));
    return;
  }
  if (what === 'come') {
    for (const buyer of naive.come(count)) {
      naive.people.push(buyer);
      naive.rows.set(buyer, line.push(buyer));
    }
    return;
  }
  for (let left = Math.min(count, naive.people.length); left > 0; left--) {
    const place = what === 'leaveFront' ? 0 : (lot * left) % naive.people.length;
    line.remove(naive.leave(place));
  }
}

function expectSame(line: Line | Waiting, { people, rows }: Naive): void {
  expect(line.count).toBe(people.length);
  expect(Array.from({ [Symbol.iterator]: () => line[Symbol.iterator]() })).toEqual(people);
  const first = line.first();
  expect(first < 0 ? undefined : line.buyerAt(first)).toBe(people[0]);
  if (!(line instanceof Waiting)) return;
  const ahead = people.map((buyer) => line.ahead(rows.get(buyer)!));
  expect(ahead).toEqual(people.map((_, place) => place));
}

describe('whoever comes and leaves, in whatever order', () => {
  for (const [name, Kind] of [
    ['line', Line],
    ['queue', Waiting],
  ] as const) {
    test(`a ${name} has everybody in it, in order, and knows who is ahead`, () => {
      fc.assert(
        fc.property(steps, (all) => {
          const naive = new Naive();
          const line = new Kind((buyer, row) => naive.rows.set(buyer, row));
          for (const step of all) {
            play(line, naive, step);
            expectSame(line, naive);
          }
        }),
        { numRuns: 60 },
      );
    });
  }

  test('a line that thousands have passed through takes no more room than those in it', () => {
    const rows = new Map<number, number>();
    const waiting = new Waiting((buyer, row) => rows.set(buyer, row));
    for (let buyer = 0; buyer < 100_000; buyer++) {
      rows.set(buyer, waiting.push(buyer));
      if (buyer >= 10) waiting.remove(rows.get(buyer - 10)!);
    }
    expect(waiting.count).toBe(10);
    expect(waiting.ahead(rows.get(99_999)!)).toBe(9);
    expect(waiting.bytes).toBeLessThan(40_000);
  });
});
