import { expect, test } from 'bun:test';
import { emptyBoard, newRig, Rig, start } from '../testing/partition-rig.ts';

test('a copy that stands still is as old as the first entry that it lacks, also after a restart', async () => {
  const b = newRig();
  await b.open(9);
  b.positions.reached(0, 'sql', b.positions.get(0, 'journalSeq'));
  for (const [user, at] of [
    [1, start + 5_000],
    [2, start + 9_000],
  ] as const) {
    b.place(user, 1, at);
    b.partition.commit();
    await b.journal.acknowledge();
  }
  const now = start + 10_000;
  expect(b.positions.lag(0, 'sql', now)).toEqual({ entries: 2, ms: 5_000 });
  // Another process: it reads in the journal what this one has seen.
  const again = new Rig(b.journal, emptyBoard(), 'another run');
  again.positions.reached(0, 'sql', b.positions.get(0, 'sqlSeq'));
  await again.partition.recover('start');
  expect(again.positions.lag(0, 'sql', now)).toEqual({ entries: 2, ms: 5_000 });
  expect(again.positions.lag(0, 'replica', now)).toEqual({ entries: 0, ms: 0 });
});

test('an entry that the journal has not acknowledged is not missing anywhere', async () => {
  const b = newRig();
  await b.open(9);
  b.positions.reached(0, 'sql', b.positions.get(0, 'journalSeq'));
  b.place(1);
  b.partition.commit();
  expect(b.positions.lag(0, 'sql', start + 10_000)).toEqual({ entries: 0, ms: 0 });
});

test("another engine's barrier, passed, ages from when it was written", async () => {
  const b = newRig();
  await b.open(9);
  b.positions.reached(0, 'sql', b.positions.get(0, 'journalSeq'));
  b.journal.storeBeside([]);
  await b.partition.look();
  expect(b.positions.lag(0, 'sql', start + 2_000)).toEqual({ entries: 1, ms: 2_000 });
});
