import { afterEach, beforeEach, expect, test } from 'bun:test';
import { openJournal } from '../../../actors/journal/open.ts';
import { orderStatus } from '../../../actors/protocol.ts';
import { decodeState } from '../../../actors/snapshot/format.ts';
import { type TemporaryFolder, temporaryFolder } from '../../../actors/testing/process.ts';
import { openSql } from '../../../src/db/open.ts';
import { journalAt, partitions } from '../actor-thread.ts';
import { GrownHistory } from './grown-history.ts';

let folder: TemporaryFolder;

beforeEach(() => {
  folder = temporaryFolder();
});

afterEach(() => folder.remove());

/** What the newest snapshots say: orders that were ever made, those in memory, and how many of these are paid. */
async function inSnapshots({ snapshotsFolder }: GrownHistory) {
  const path = folder.file('journal');
  const journal = await openJournal(journalAt(path), partitions, { readonly: true });
  const snapshots = journal.snapshots(snapshotsFolder);
  const found = { made: 0, kept: 0, paid: 0 };
  for (let partition = 0; partition < partitions; partition++) {
    const [newest] = await snapshots.list(partition);
    const { header, body } = await snapshots.open(newest!, () => Promise.resolve());
    for (const { orders } of decodeState(header, body).items.values()) {
      found.made += orders.count;
      for (const n of orders.numbers()) {
        found.kept++;
        if (orders.statusOf(n) === orderStatus.paid) found.paid++;
      }
    }
  }
  await journal.close();
  return found;
}

async function inSql(): Promise<number> {
  const sql = await openSql({ databaseUrl: null, dataDir: folder.path });
  let paid = 0;
  await sql.projection.snapshot(async (view) => {
    for await (const page of view.orderPages(0, Number.MAX_SAFE_INTEGER))
      paid += page.filter(({ status }) => status === 'paid').length;
  });
  await sql.close();
  return paid;
}

test('a history grows by orders that are paid, which leave the memory once SQL has them', async () => {
  const history = new GrownHistory(folder);
  await history.growTo(160);
  await history.takeSnapshots();
  expect(await inSnapshots(history)).toEqual({ made: 160, kept: 160, paid: 160 });
  await history.growTo(240);
  await history.project();
  expect(await inSql()).toBe(240);
  expect(await inSnapshots(history)).toMatchObject({ made: 160 });
  await history.archiveAllBut(40);
  await history.takeSnapshots();
  expect(await inSnapshots(history)).toEqual({ made: 280, kept: 40, paid: 40 });
  expect([history.orders, await inSql()]).toEqual([280, 280]);
});

test('what is done without some files finds them again, whatever came in their place', async () => {
  const history = new GrownHistory(folder);
  await Bun.write(folder.file('a'), 'before');
  const seen = await history.without(['a', 'b'], async () => {
    const isThere = await Bun.file(folder.file('a')).exists();
    await Bun.write(folder.file('a'), 'other');
    return isThere;
  });
  expect([seen, await Bun.file(folder.file('a')).text()]).toEqual([false, 'before']);
  expect(await Bun.file(folder.file('b')).exists()).toBe(false);
});
