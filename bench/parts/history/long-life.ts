/**
 * What a history of years costs: starts with up to ten million orders, with snapshots and without, and when most of
 * them have left the memory; audits; bytes on the disk; and what the archivist does to the orders beside it.
 */
import type { TemporaryFolder } from '../../../actors/testing/process.ts';
import {
  type BenchSettings,
  type Report,
  reported,
  type Target,
  thousands,
} from '../../report/report.ts';
import { dataBytes, newestSnapshotsBytes } from '../../servers/data-folder.ts';
import { replay } from '../replay.ts';
import { besideArchivist } from './beside-archivist.ts';
import { GrownHistory } from './grown-history.ts';
import { startEmpty, startsArchived, startsOf } from './starts.ts';

/** One history that grows. */
const sizes = [1_000_000, 3_000_000, 10_000_000];
const sizesOfQuick = [100_000, 300_000];
/** With so many, orders are placed beside the archivist: the second size. */
const sizeBeside = 1;
/** How old a snapshot is, and how much stays when most is archived: a share of the orders. */
const share = 1 / 100;
/** The audit is of the journal and its snapshots: the items were made without SQL, which would differ. */
const sqlFiles = ['stampede.db', 'stampede.db-wal', 'stampede.db-shm'];

/** Adds what it finds to a report, as it goes. */
export async function longLife(
  report: Report,
  folder: TemporaryFolder,
  { quick, progress }: BenchSettings,
): Promise<void> {
  const add = (targets: Target[]) => report.targets.push(...targets);
  const history = new GrownHistory(folder);
  const empty = await startEmpty();
  add([
    reported('start, nothing sold yet: until ready', empty.seconds, ' s', 'process start included'),
  ]);
  for (const [index, orders] of (quick ? sizesOfQuick : sizes).entries()) {
    const behind = orders * share;
    progress(`history: selling ${thousands(orders)} orders`);
    await history.growTo(orders - behind);
    await history.takeSnapshots();
    await history.growTo(orders);
    await history.project();
    progress(`history: starts with ${thousands(orders)} orders`);
    add(await startsOf(history, behind, empty));
    progress(`history: audit of ${thousands(orders)} orders`);
    const audited = { rounds: 1, of: 'placed and paid' };
    add(await history.without(sqlFiles, () => replay(folder, orders, audited)));
    if (index !== sizeBeside) continue;
    progress('history: orders beside the archivist');
    add(await besideArchivist(folder, quick));
  }
  add(bytesOf(history));
  const kept = history.orders * share;
  progress(`history: archiving all but ${thousands(kept)} orders`);
  await history.archiveAllBut(kept);
  await history.takeSnapshots();
  add(await startsArchived(history, kept));
}

/** What an order takes on the disk, once it is paid. */
function bytesOf({ folder, orders }: GrownHistory): Target[] {
  const { journal, sql } = dataBytes(folder.path);
  const snapshot = newestSnapshotsBytes(folder.path);
  const note = (bytes: number) =>
    `placed and paid; ${thousands((bytes / orders) * 10)} MB for ten million a year`;
  return [
    reported('journal: bytes of an order', journal / orders, '', note(journal)),
    reported('SQL: bytes of an order', sql / orders, '', note(sql)),
    reported(
      'snapshot: bytes of an order that is in memory',
      snapshot / orders,
      '',
      'while it is kept; two snapshots are',
    ),
  ];
}
