import { beforeEach, describe, expect, test } from 'bun:test';
import {
  snapshotLullMs,
  snapshotOrdersShare,
  snapshotQuietEvents,
  snapshotQuietMs,
  snapshotRushEvents,
  snapshotTailEvents,
} from '../limits.ts';
import { Positions, partitionModes } from '../memory/positions.ts';
import { dueSnapshots } from './due.ts';

const lastEntryAt = 1_700_000_000_000;
const partition = 3;

let positions: Positions;

/** A partition that this engine owns, and whose last entry has just been made. */
beforeEach(() => {
  positions = new Positions(new SharedArrayBuffer(Positions.bytes));
  positions.setMode(partition, 'ready');
  positions.noteEntry(partition, 9, lastEntryAt);
  positions.set(partition, 'journalSeq', 9);
});

const due = (restedMs: number) => dueSnapshots(5, positions, () => lastEntryAt + restedMs);
const isDue = (restedMs = snapshotLullMs) => due(restedMs).includes(partition);

describe('a snapshot is due', () => {
  test('when so many events came after the last', () => {
    positions.set(partition, 'journalEvents', snapshotTailEvents - 1);
    expect(isDue()).toBe(false);
    positions.add(partition, 'journalEvents', 1);
    expect(isDue()).toBe(true);
  });

  test('only after a moment without an entry, of any partition', () => {
    positions.set(partition, 'journalEvents', snapshotTailEvents);
    expect(isDue(snapshotLullMs - 1)).toBe(false);
    expect(isDue(snapshotLullMs)).toBe(true);
    positions.setMode(1, 'ready');
    // One that has no entry is in nobody's way.
    expect(isDue(snapshotLullMs)).toBe(true);
    positions.noteEntry(1, 4, lastEntryAt + 1);
    positions.set(1, 'journalSeq', 4);
    expect(isDue(snapshotLullMs)).toBe(false);
    expect(isDue(snapshotLullMs + 1)).toBe(true);
    // What another engine is about keeps nobody waiting here.
    positions.set(1, 'elsewhere', 1);
    expect(isDue(snapshotLullMs)).toBe(true);
  });

  test('without a moment of rest once a start would read very much of all partitions', () => {
    positions.setMode(1, 'ready');
    positions.noteEntry(1, 4, lastEntryAt);
    positions.set(1, 'journalSeq', 4);
    positions.set(1, 'journalEvents', snapshotRushEvents - snapshotTailEvents - 1);
    positions.set(partition, 'journalEvents', snapshotTailEvents);
    expect(due(0)).toEqual([]);
    positions.add(1, 'journalEvents', 1);
    expect(due(0)).toEqual([1, partition]);
    positions.set(partition, 'journalEvents', snapshotTailEvents - 1);
    positions.add(1, 'journalEvents', 1);
    expect(due(0)).toEqual([1]);
  });

  test('of many orders when a share of them came after the last', () => {
    const orders = (2 * snapshotTailEvents) / snapshotOrdersShare;
    positions.set(partition, 'ordersKept', orders);
    positions.set(partition, 'journalEvents', 2 * snapshotTailEvents - 1);
    expect(isDue()).toBe(false);
    positions.add(partition, 'journalEvents', 1);
    expect(isDue()).toBe(true);
  });

  test('after fewer events where the sale has rested for a while', () => {
    positions.set(partition, 'journalEvents', snapshotQuietEvents);
    expect(isDue(snapshotQuietMs - 1)).toBe(false);
    expect(isDue(snapshotQuietMs)).toBe(true);
    positions.set(partition, 'journalEvents', snapshotQuietEvents - 1);
    expect(isDue(snapshotQuietMs)).toBe(false);
  });

  test('after a rest also of so many orders that a share of them is more', () => {
    positions.set(partition, 'ordersKept', 100 * snapshotTailEvents);
    positions.set(partition, 'journalEvents', snapshotQuietEvents);
    expect(isDue(snapshotQuietMs)).toBe(true);
  });

  test('not while another engine owns the partition', () => {
    positions.set(partition, 'journalEvents', snapshotTailEvents);
    positions.set(partition, 'elsewhere', 1);
    expect(isDue(snapshotQuietMs)).toBe(false);
  });

  test.each(partitionModes.filter((mode) => mode !== 'ready'))('not while it is %s', (mode) => {
    positions.set(partition, 'journalEvents', snapshotTailEvents);
    positions.setMode(partition, mode);
    expect(isDue(snapshotQuietMs)).toBe(false);
  });

  test('not for events that one has', () => {
    positions.set(partition, 'eventsFrom', 17);
    positions.set(partition, 'coveredFrom', 17);
    positions.set(partition, 'journalEvents', 3 * snapshotTailEvents);
    positions.set(partition, 'coveredEvents', 2 * snapshotTailEvents + 1);
    expect(isDue()).toBe(false);
    positions.add(partition, 'journalEvents', 1);
    expect(isDue()).toBe(true);
  });

  test('for all events of a state that began elsewhere than the one that was covered', () => {
    positions.set(partition, 'coveredFrom', 17);
    positions.set(partition, 'coveredEvents', 2 * snapshotTailEvents);
    positions.set(partition, 'eventsFrom', 0);
    positions.set(partition, 'journalEvents', snapshotTailEvents);
    expect(isDue()).toBe(true);
  });
});
