import { describe, expect, test } from 'bun:test';
import {
  forwardDoubtMs,
  forwardGatherMs,
  forwardQuietMs,
  forwardRecordsEnough,
  forwardRecordsMin,
} from '../../actors/limits.ts';
import { Gathering } from './gathering.ts';

/** A moment long after the first. */
const later = 10_000;

/** Commands come, this many in each millisecond, and each turn's go at once: until `later`. */
function gatheringAfter(perMs: number, ms = 50): Gathering {
  const gathering = new Gathering();
  for (let at = later - ms; at < later; at++) {
    for (let each = 0; each < perMs; each++) gathering.add();
    gathering.isDue(perMs, 0, at);
    gathering.sent(forwardRecordsMin, at);
  }
  return gathering;
}

const crowd = Math.ceil(forwardRecordsMin / forwardGatherMs) + 1;

describe('what gathers for another engine', () => {
  test('goes at once where nothing is on its way and few come', () => {
    expect(new Gathering().isDue(1, 0, later)).toBe(true);
    expect(gatheringAfter(crowd - 2).isDue(1, 0, later)).toBe(true);
  });

  test('waits for those that are on their way, or until it is full enough beside them', () => {
    const gathering = new Gathering();
    expect(gathering.isDue(1, 1, later)).toBe(false);
    expect(gathering.isDue(forwardRecordsEnough - 1, 1, later)).toBe(false);
    expect(gathering.isDue(forwardRecordsEnough, 2 * forwardRecordsEnough, later)).toBe(true);
    expect(gathering.isDue(forwardRecordsEnough, 2 * forwardRecordsEnough + 1, later)).toBe(false);
    expect(gathering.isDue(1, 0, later)).toBe(true);
  });

  test('waits where so many come that a fuller message is hoped for', () => {
    const gathering = gatheringAfter(crowd);
    expect(gathering.isDue(forwardRecordsMin - 1, 0, later)).toBe(false);
    expect(gathering.isDue(forwardRecordsEnough, 0, later)).toBe(true);
  });

  test('hopes no more after a time without anybody', () => {
    expect(gatheringAfter(crowd).isDue(1, 0, later + 1_000)).toBe(true);
  });

  test('gives up for a while a hope that did not come true', () => {
    const gathering = gatheringAfter(crowd);
    expect(gathering.isDue(10, 0, later)).toBe(false);
    gathering.sent(forwardRecordsMin - 1, later);
    expect(gathering.isDue(10, 0, later)).toBe(true);
    gathering.sent(10, later);
    for (let at = later; at < later + forwardDoubtMs; at++) {
      for (let each = 0; each < crowd; each++) gathering.add();
      expect(gathering.isDue(crowd, 0, at)).toBe(true);
      gathering.sent(crowd, at);
    }
    expect(gathering.isDue(10, 0, later + forwardDoubtMs)).toBe(false);
  });

  test('waits no longer once none has joined for a moment, and never longer than its time', () => {
    const gathering = new Gathering();
    expect(gathering.isDue(10, 1, later)).toBe(false);
    expect(gathering.isOverdue(10, later + forwardQuietMs)).toBe(true);
    gathering.sent(10, later);
    expect(gathering.isDue(10, 1, later)).toBe(false);
    let waiting = 10;
    for (let at = later + 1; at < later + forwardGatherMs; at++)
      expect(gathering.isOverdue(++waiting, at)).toBe(false);
    expect(gathering.isOverdue(++waiting, later + forwardGatherMs)).toBe(true);
    gathering.sent(waiting, later + forwardGatherMs);
    // The next ones have a time of their own.
    expect(gathering.isDue(1, 1, later + forwardGatherMs)).toBe(false);
    expect(gathering.isOverdue(2, later + forwardGatherMs + 1)).toBe(false);
  });
});
