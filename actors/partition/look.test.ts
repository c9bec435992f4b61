import { expect, test } from 'bun:test';
import { setImmediate } from 'node:timers/promises';
import { Chain, encodeEntry } from '../journal/codec.ts';
import { item, newRig, type Rig, start } from '../testing/partition-rig.ts';

/** Another engine writes the entry after the first: one more unit. */
function writeBeside({ journal }: Rig): void {
  const chain = new Chain(0);
  chain.next(1, journal.stored[0]!);
  const head = { partition: 0, seq: 2, prev: chain.hash, writer: 'other run', at: start + 1 };
  journal.stored.push(encodeEntry(head, [`{"type":"restocked","item":${item},"units":1}`]));
}

test('a partition without commands finds out that another engine has written', async () => {
  const b = newRig();
  await b.open(9);
  writeBeside(b);
  await b.partition.look();
  await setImmediate();
  expect(b.partition.mode).toBe('fenced');
  expect(b.positions.get(0, 'fences')).toBe(1);
  await b.wakeAll();
  expect(b.partition.mode).toBe('ready');
  expect(b.partition.items.get(item)?.loaded).toBe(10);
});

test('it stays fenced, and not merely recovering, until it has read what the other engine wrote', async () => {
  const b = newRig();
  await b.open(9);
  writeBeside(b);
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
