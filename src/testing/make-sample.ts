/**
 * `bun src/testing/make-sample.ts`: writes the sample journal of the release in `package.json`, and the
 * books that this very code makes of it. Run it once, for a release, and never again: what it wrote is
 * what later releases are held to.
 */
import { Database } from 'bun:sqlite';
import { existsSync, writeFileSync } from 'node:fs';
import { newestTimes, setTimeBack } from '../../actors/journal/newest-time.ts';
import { openJournal } from '../../actors/journal/open.ts';
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
const path = folder.file('journal.db');
const journal = await openJournal({ kind: 'sqlite', path }, partitions);
const scale = { partitions, items: 5, users: 12, commandsPerEntry: 6 };
await new JournalMaker({ journal, seed: 34, ...scale }).write(150);
const [, ahead] = await newestTimes(journal, partitions);
await setTimeBack(journal, ahead!, 'maker', ahead!.at - dayMs);
const report = reportOf(await replay({ journal, partitions }), null, 'CNY');
await journal.close();
if (!report.holds) throw new Error('the sample does not hold');

const database = new Database(path, { readonly: true });
const rows = database
  .query<{ body: Uint8Array }, []>('SELECT body FROM journal ORDER BY partition, seq')
  .all();
database.close();
folder.remove();
const lines = rows.map(({ body }) => `${new TextDecoder().decode(body)}\n`);
// A seed that leaves an event out makes no sample: take another.
for (const type of eventTypes) {
  if (!lines.some((line) => line.includes(`{"type":"${type}",`)))
    throw new Error(`no ${type} in it`);
}
writeFileSync(to('jsonl'), lines.join(''));
const books = { partitions: report.partitions, items: report.items };
writeFileSync(to('json'), `${JSON.stringify(books, null, 2)}\n`);
