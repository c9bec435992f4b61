/**
 * `bun src/testing/make-sample.ts`: writes the sample journal of the release in `package.json`, the
 * books that this very code makes of it, and a snapshot of each of its partitions. Run it once, for a release, and never again: what it wrote is
 * what later releases are held to.
 */
import { copyFileSync, existsSync, writeFileSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { newestTimes, setTimeBack } from '../../actors/journal/newest-time.ts';
import { openJournal } from '../../actors/journal/open.ts';
import { tokenLifeMsMax } from '../../actors/limits.ts';
import { Positions } from '../../actors/memory/positions.ts';
import { takeSnapshot } from '../../actors/snapshot/archivist.ts';
import { SnapshotFiles } from '../../actors/snapshot/files.ts';
import { logAt } from '../../actors/testing/log.ts';
import { temporaryFolder } from '../../actors/testing/process.ts';
import { version } from '../../package.json' with { type: 'json' };
import { ownPath } from '../own-files.ts';
import { eventTypes } from '../replay/audit/event-form.ts';
import { replay } from '../replay/replay.ts';
import { reportOf } from '../replay/report.ts';
import { JournalMaker } from './journal-maker.ts';

const partitions = 3;
const dayMs = 24 * 3_600_000;

const to = (ending: string) => ownPath(`src/testing/samples/${version}.${ending}`);
if (existsSync(to('jsonl'))) throw new Error(`${version} has its sample, which is for ever`);

const folder = temporaryFolder();
const journal = await openJournal(logAt(folder.file('journal')), partitions);
const scale = { partitions, items: 5, users: 12, commandsPerEntry: 6 };
const maker = new JournalMaker({ journal, seed: 37, ...scale });
await maker.write(110);
// Then no token of the first orders buys any more: they leave the memory.
maker.atMs += tokenLifeMsMax + dayMs;
await maker.write(60);
const [, ahead] = await newestTimes(journal, partitions);
await setTimeBack(journal, ahead!, 'maker', ahead!.at - dayMs);
const report = reportOf(await replay({ journal, partitions }), null, 'CNY');
if (!report.holds) throw new Error('the sample does not hold');
const snapshots = await snapshotsOfAll();
const lines: string[] = [];
for (let partition = 0; partition < partitions; partition++)
  for await (const { bytes } of journal.read(partition, 1))
    lines.push(`${new TextDecoder().decode(bytes)}\n`);
await journal.close();

// A seed that leaves an event out makes no sample: take another.
const wanted = eventTypes.map((type) => `{"type":"${type}",`);
for (const text of [...wanted, '"promos":[', '"reason":"archived"', '"tokenEndsAt":']) {
  if (!lines.some((line) => line.includes(text))) throw new Error(`no ${text} in it`);
}
writeFileSync(to('jsonl'), lines.join(''));
const books = { partitions: report.partitions, items: report.items };
writeFileSync(to('json'), `${JSON.stringify(books, null, 2)}\n`);
for (const [partition, made] of snapshots.entries())
  copyFileSync(made, ownPath(`src/testing/samples/${version}-p${partition}.snapshot`));
folder.remove();

/** By partition: the file of a snapshot of all its entries. */
async function snapshotsOfAll(): Promise<string[]> {
  const store = new SnapshotFiles(folder.file('snapshots'));
  const positions = new Positions(new SharedArrayBuffer(Positions.bytes));
  const world = { journal, snapshots: store, positions, pace: setImmediate, log: () => undefined };
  const files: string[] = [];
  for (let partition = 0; partition < partitions; partition++) {
    await takeSnapshot(partition, world);
    const [snapshot] = await store.list(partition);
    files.push(store.pathOf(snapshot!.name));
  }
  return files;
}
