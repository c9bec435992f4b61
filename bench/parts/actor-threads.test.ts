import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { openJournal } from '../../actors/journal/open.ts';
import { type TemporaryFolder, temporaryFolder } from '../../actors/testing/process.ts';
import { journalAt, partitions, startActorThreads } from './actor-thread.ts';
import { inTurn } from './actor-threads.ts';
import { coreOrders } from './core-orders.ts';
import { Feeder } from './feeder.ts';

test('bodies of several items come in turn', () => {
  expect(
    inTurn([
      ['a', 'b'],
      ['c', 'd'],
      ['e', 'f'],
    ]),
  ).toEqual(['a', 'c', 'e', 'b', 'd', 'f']);
});

describe.each([1, 2])('with %p actor threads', (threads) => {
  const items = partitions / threads;
  let folder: TemporaryFolder;

  beforeAll(() => {
    folder = temporaryFolder();
  });

  afterAll(() => folder.remove());

  test('items of all partitions sell, each thread its own, into one journal', async () => {
    const journal = journalAt(folder.file('journal'), threads);
    const snapshotsFolder = folder.file('snapshots');
    const own = { journal, snapshotsFolder, retainMs: Number.POSITIVE_INFINITY };
    const { feeders, board, stop } = await startActorThreads(own, threads);
    for (const feeder of feeders) await feeder.openSales(items, 1_000);
    await Feeder.placeTogether(feeders, 800, items);
    const left = Array.from(
      { length: partitions },
      (_, index) => board.read(threads + index)?.left,
    );
    await stop();
    expect(left).toEqual(left.map(() => 900));
    const opened = await openJournal(journal, partitions, { readonly: true });
    for (let partition = 0; partition < partitions; partition++) {
      expect(await opened.last(partition)).toBeGreaterThan(0);
    }
    await opened.close();
  });

  test('a round of orders has its figures', async () => {
    const { perSecond, actorMicros, feederBusy } = await coreOrders(4_000, { threads, items });
    for (const figure of [perSecond, actorMicros, feederBusy]) expect(figure).toBeGreaterThan(0);
  });
});
