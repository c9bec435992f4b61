import { expect, test } from 'bun:test';
import { setImmediate } from 'node:timers/promises';
import { Fenced, JournalUnavailable, OutcomeUnknown } from '../journal/journal.ts';
import { HeldJournal } from '../testing/held-journal.ts';
import { emptyBoard, Rig } from '../testing/partition-rig.ts';

/** A partition over a journal that nobody has written to, while it starts. */
async function starting(): Promise<{ b: Rig; started: Promise<void> }> {
  const b = new Rig(new HeldJournal(1, false), emptyBoard());
  const started = b.partition.recover('start');
  await setImmediate();
  return { b, started };
}

test('a partition without any entry is ready only once it has a first one, without events', async () => {
  const { b, started } = await starting();
  expect(b.partition.mode).toBe('recovering');
  await b.journal.acknowledge();
  await started;
  expect(b.partition.mode).toBe('ready');
  expect(b.journal.entries).toMatchObject([{ seq: 1, writer: 'this run', events: [] }]);
  expect(b.positions.get(0, 'journalSeq')).toBe(1);
});

test('a partition that has an entry gets no other when its engine starts', async () => {
  const { b, started } = await starting();
  await b.journal.acknowledge();
  await started;
  const next = new Rig(b.journal, emptyBoard(), 'next run');
  await next.partition.recover('start');
  expect(next.partition.mode).toBe('ready');
  expect(b.journal.entries).toHaveLength(1);
});

test('of two engines that make a partition at once one is refused, and both are ready', async () => {
  const { b, started } = await starting();
  b.journal.storeBeside([]);
  await b.journal.refuse(new Fenced(0, 0));
  await started;
  expect([b.partition.mode, b.positions.get(0, 'fences')]).toEqual(['unavailable', 0]);
  await b.wake();
  expect(b.partition.mode).toBe('ready');
  expect(b.journal.entries).toHaveLength(1);
});

test('a first entry that the journal does not take is tried again; one stored late is read', async () => {
  for (const late of [false, true]) {
    const { b, started } = await starting();
    const { bytes } = b.journal.held[0]!;
    await b.journal.refuse(late ? new OutcomeUnknown('silence') : new JournalUnavailable('full'));
    await started;
    expect(b.partition.mode).toBe('unavailable');
    if (late) b.journal.stored.push(bytes);
    await b.wake();
    if (!late) await b.journal.acknowledge();
    expect(b.partition.mode).toBe('ready');
    expect(b.journal.entries).toHaveLength(1);
  }
});
