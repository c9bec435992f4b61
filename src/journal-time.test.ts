import { expect, test } from 'bun:test';
import type { PartitionTime } from '../actors/journal/newest-time.ts';
import { HeldJournal } from '../actors/testing/held-journal.ts';
import { ClockBehindJournal, requireTime, setTimesBack } from './journal-time.ts';

const now = Date.UTC(2026, 10, 22, 12);
const minuteMs = 60_000;
const at = (partition: number, aheadMs: number): PartitionTime => ({
  ...{ partition, sequence: 10, hash: 'h'.repeat(64), at: now + aheadMs },
});

test('a journal that is behind the clock, or a minute ahead at most, is taken as it is', () => {
  requireTime([], now);
  requireTime([at(0, -86_400_000), at(1, minuteMs)], now);
});

test('a journal that is further ahead is refused in one line that names the furthest', () => {
  const ahead = () => requireTime([at(0, 0), at(1, minuteMs + 1), at(2, 3_600_000)], now);
  expect(ahead).toThrow(ClockBehindJournal);
  expect(ahead).toThrow(
    "the journal's time is 2026-11-22T13:00:00.000Z (partition 2), 3600 s ahead of this machine's " +
      'clock, 2026-11-22T12:00:00.000Z: set the clock; or, where the clock is right now and was ' +
      'wrong then, start once with --set-time-back',
  );
});

test('time is set back only in partitions that need it, and are whole', async () => {
  const journal = new HeldJournal(1, false);
  const times = [at(0, minuteMs), at(1, 3_600_000), at(2, 7_200_000)];
  // SQL holds more of partition 2 than its journal, which has lost entries: nothing may follow there.
  const built = (partition: number) => (partition === 2 ? 11 : 10);
  const set = setTimesBack(journal, times, built, { writer: 'w', now });
  await journal.acknowledge();
  expect((await set).map(({ partition }) => partition)).toEqual([1]);
  const [entry] = journal.stored.map((bytes) => JSON.parse(Buffer.from(bytes).toString()));
  expect(journal.stored).toHaveLength(1);
  expect(entry).toMatchObject({ partition: 1, at: now, timeSetBackFrom: now + 3_600_000 });
});
