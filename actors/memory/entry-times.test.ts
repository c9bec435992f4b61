import { beforeEach, describe, expect, test } from 'bun:test';
import { EntryTimes } from './entry-times.ts';

const hourMs = 3_600_000;
let times: EntryTimes;

beforeEach(() => {
  const partitions = 2;
  // An offset, as where they lie behind something else.
  const memory = new SharedArrayBuffer(16 + EntryTimes.bytes(partitions));
  times = new EntryTimes(memory, 16, partitions);
});

describe('the times of entries', () => {
  test('are exact while there are few, however far apart, and apart by partition', () => {
    expect(times.at(0, 1)).toBeNull();
    for (const [seq, at] of [
      [1, 5],
      [2, 5],
      [3, 9 * hourMs],
      [4, 9 * hourMs + 1],
    ] as const)
      times.note(0, seq, at);
    times.note(1, 7, 77);
    expect([1, 2, 3, 4].map((seq) => times.at(0, seq))).toEqual([5, 5, 9 * hourMs, 9 * hourMs + 1]);
    expect([6, 7].map((seq) => times.at(1, seq))).toEqual([null, 77]);
  });

  test('stay as they are when entries are read again', () => {
    for (let life = 0; life < 2; life++)
      for (let seq = 1; seq <= 10; seq++) times.note(0, seq, seq * 1_000 + life);
    for (let seq = 1; seq <= 10; seq++) expect(times.at(0, seq)).toBe(seq * 1_000);
  });

  test('of a long journal are known to a thirty-second part of their age, and never too young', () => {
    // A burst, a quiet night, a steady day, a week without anything, a rush: a million entries.
    const made: number[] = [0];
    let at = 1_000;
    const go = (entries: number, everyMs: number) => {
      for (let n = 0; n < entries; n++) {
        at += everyMs;
        made.push(at);
        times.note(0, made.length - 1, at);
      }
    };
    go(50_000, 1);
    go(1, 9 * hourMs);
    go(600_000, 150);
    go(1, 168 * hourMs);
    go(3, 20_000);
    go(350_000, 2);
    for (let seq = 1; seq < made.length; seq += 97) {
      const told = times.at(0, seq)!;
      const real = made[seq]!;
      expect(told).toBeLessThanOrEqual(real);
      expect(real - told).toBeLessThanOrEqual(Math.max(50, (at - real) / 32));
    }
    expect(times.at(0, made.length - 1)).toBe(at);
  });

  test('that lay ahead of a clock that was set back are not younger than the entry after them', () => {
    times.note(0, 1, 1_000);
    times.note(0, 2, 9_000);
    times.note(0, 3, 9_500);
    times.note(0, 4, 2_000);
    expect([1, 2, 3, 4].map((seq) => times.at(0, seq))).toEqual([1_000, 2_000, 2_000, 2_000]);
  });

  test('have room whatever the clock does', () => {
    for (let seq = 1; seq <= 20_000; seq++) times.note(0, seq, seq % 2 === 0 ? seq : 20_000 - seq);
    for (let seq = 20_001; seq <= 40_000; seq++) times.note(0, seq, 2 ** (seq / 1_000));
    expect(times.at(0, 40_000)).toBe(2 ** 40);
    expect(times.at(0, 1)).toBeLessThanOrEqual(1);
  });
});
