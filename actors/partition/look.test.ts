import { expect, test } from 'bun:test';
import { setImmediate } from 'node:timers/promises';
import { encodeEntry } from '../journal/codec.ts';
import { item, newRig, oneMoreUnit, start } from '../testing/partition-rig.ts';

test('a partition without commands finds out that another engine has written', async () => {
  const b = newRig();
  await b.open(9);
  b.journal.storeBeside([oneMoreUnit]);
  await b.partition.look();
  await setImmediate();
  expect(b.partition.mode).toBe('fenced');
  expect(b.positions.get(0, 'fences')).toBe(1);
  await b.wakeAll();
  await b.journal.acknowledgeBarrier();
  expect(b.partition.mode).toBe('ready');
  expect(b.partition.items.get(item)?.loaded).toBe(10);
});

test('it stays fenced, and not merely recovering, until it has read what the other engine wrote', async () => {
  const b = newRig();
  await b.open(9);
  b.journal.storeBeside([oneMoreUnit]);
  await b.partition.look();
  expect(b.partition.mode).toBe('fenced');
});

test('a partition does not take its own append under way for that of another engine', async () => {
  const b = newRig();
  await b.open(9);
  await b.partition.look();
  expect(b.partition.mode).toBe('ready');
  b.place(1);
  b.partition.commit();
  b.journal.store();
  await b.partition.look();
  expect(b.partition.mode).toBe('ready');
  await b.journal.acknowledgeAll();
  expect(b.partition.items.get(item)?.orders.count).toBe(1);
});

test("another engine's barriers make nothing untrue: an idle partition passes them and stays ready", async () => {
  const b = newRig();
  await b.open(9);
  b.journal.storeBeside([]);
  b.journal.storeBeside([]);
  await b.partition.look();
  expect([b.partition.mode, b.positions.get(0, 'journalSeq')]).toEqual(['ready', 4]);
  expect(b.positions.get(0, 'fences')).toBe(0);
  const bought = b.place(1);
  b.partition.commit();
  await b.journal.acknowledge();
  expect(b.codes(bought)).toEqual([0]);
  expect(b.journal.entries.at(-1)).toMatchObject({ seq: 5, writer: 'this run' });
});

test('events behind a barrier are not passed', async () => {
  const b = newRig();
  await b.open(9);
  b.journal.storeBeside([]);
  b.journal.storeBeside([oneMoreUnit]);
  await b.partition.look();
  expect(b.partition.mode).toBe('fenced');
});

test('a barrier that does not follow is not passed: the partition reads all, and refuses to serve', async () => {
  const b = newRig();
  await b.open(9);
  const head = { partition: 0, seq: 3, prev: 'nothing', writer: 'other run', at: start + 1 };
  b.journal.stored.push(encodeEntry(head, []));
  await b.partition.look();
  await setImmediate();
  expect(b.partition.mode).toBe('refusing');
});
