import { beforeEach, describe, expect, test } from 'bun:test';
import {
  snapshotOrdersShare,
  snapshotQuietEvents,
  snapshotQuietMs,
  snapshotTailEvents,
} from '../limits.ts';
import { Positions, partitionModes } from '../memory/positions.ts';
import { isSnapshotDue } from './due.ts';

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

const isDue = (restedMs = 0) => isSnapshotDue(partition, positions, () => lastEntryAt + restedMs);

describe('a snapshot is due', () => {
  test('when so many events came after the last', () => {
    positions.set(partition, 'journalEvents', snapshotTailEvents - 1);
    expect(isDue()).toBe(false);
    positions.add(partition, 'journalEvents', 1);
    expect(isDue()).toBe(true);
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
