import { beforeEach, describe, expect, test } from 'bun:test';
import { Positions } from './positions.ts';

const partition = 2;
let positions: Positions;

beforeEach(() => {
  positions = new Positions(new SharedArrayBuffer(Positions.bytes));
});

/** The journal has an entry, made at a time. */
function journaled(sequence: number, at: number): void {
  positions.noteEntry(partition, sequence, at);
  positions.set(partition, 'journalSeq', sequence);
}

describe('how far a copy is behind', () => {
  test('is nothing while it has every entry, after however quiet a time', () => {
    journaled(1, 1_000);
    positions.reached(partition, 'sql', 1);
    expect(positions.lag(partition, 'sql', 50_000_000)).toEqual({ entries: 0, ms: 0 });
    // Another engine's projector may be ahead of what this engine knows of the journal.
    positions.reached(partition, 'sql', 3);
    expect(positions.lag(partition, 'sql', 50_000_000)).toEqual({ entries: 0, ms: 0 });
  });

  test('is the age of the oldest entry that it lacks', () => {
    journaled(1, 1_000);
    positions.reached(partition, 'sql', 1);
    journaled(2, 9_000);
    journaled(3, 12_000);
    expect(positions.lag(partition, 'sql', 12_500)).toEqual({ entries: 2, ms: 3_500 });
    positions.reached(partition, 'sql', 2);
    expect(positions.lag(partition, 'sql', 12_500)).toEqual({ entries: 1, ms: 500 });
  });

  test('counts from the start of the engine until the copy has said where it stands', () => {
    journaled(7, 1_000);
    positions.set(partition, 'startSeq', 7);
    expect(positions.lag(partition, 'replica', 60_000)).toEqual({ entries: 0, ms: 0 });
    journaled(8, 50_000);
    expect(positions.lag(partition, 'replica', 60_000)).toEqual({ entries: 1, ms: 10_000 });
    positions.reached(partition, 'replica', 6);
    expect(positions.lag(partition, 'replica', 60_000)).toEqual({ entries: 2, ms: 59_000 });
  });

  test('is the whole journal where a rebuild has emptied the rows', () => {
    journaled(1, 1_000);
    journaled(2, 2_000);
    positions.set(partition, 'startSeq', 2);
    positions.reached(partition, 'sql', 2);
    positions.reached(partition, 'sql', 0);
    expect(positions.lag(partition, 'sql', 5_000)).toEqual({ entries: 2, ms: 4_000 });
  });

  test('is told of entries whose time is ahead of the clock, because it was set back', () => {
    const now = Date.now();
    positions.reached(partition, 'sql', 0);
    journaled(1, now + 3_600_000);
    expect(positions.lag(partition, 'sql', now - 1).ms).toBe(0);
    expect(positions.lag(partition, 'sql', now + 60_000).ms).toBeGreaterThan(50_000);
  });

  test('is of each copy and each partition alone', () => {
    journaled(1, 1_000);
    positions.reached(partition, 'sql', 1);
    positions.reached(partition, 'replica', 0);
    expect(positions.lag(partition, 'replica', 3_000)).toEqual({ entries: 1, ms: 2_000 });
    expect(positions.lag(partition, 'sql', 3_000)).toEqual({ entries: 0, ms: 0 });
    expect(positions.lag(partition + 1, 'replica', 3_000)).toEqual({ entries: 0, ms: 0 });
  });
});
