/** A whole audit: opens what the settings name, replays, compares, and writes the report. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type JournalSettings,
  type JournalWithSnapshots,
  openJournal,
} from '../../actors/journal/open.ts';
import { SnapshotFiles } from '../../actors/snapshot/files.ts';
import type { Config } from '../config.ts';
import { journalSettings, snapshotsFolder, sqlSettings } from '../parts-settings.ts';
import { openRows } from './compare/open-sql.ts';
import { SnapshotChecks, type SnapshotSource } from './compare/snapshots.ts';
import { sqlComparison } from './compare/sql.ts';
import type { ProgressLine } from './progress.ts';
import { ReadAhead } from './reader/read-ahead.ts';
import { replay } from './replay.ts';
import { type Report, reportOf } from './report.ts';

/** How long to wait for a journal server that is away. */
const patienceMs = 5_000;

export interface AuditAsked {
  item: number | null;
  to: number | null;
  /** Where the HTML report goes; null without one. */
  html: string | null;
}

/** Only reads, even while an engine runs. @throws where the journal or SQL cannot be read. */
export async function runAudit(
  config: Config,
  { item, to, html }: AuditAsked,
  progress: ProgressLine,
): Promise<Report> {
  const { partitions } = config;
  const settings = journalSettings(config);
  const journal = await openJournal(settings, partitions, { readonly: true, patienceMs });
  try {
    const comparisons = [sqlComparison(openRows(sqlSettings(config)))];
    if (journal.copies !== null) {
      const { copiesComparison } = await import('./compare/copies.ts');
      comparisons.push(copiesComparison(journal.copies));
    }
    if (config.redisUrl !== null) {
      const { redisComparison } = await import('./compare/redis.ts');
      comparisons.push(redisComparison(config.redisUrl));
    }
    const chronicles = html !== null;
    const readAhead = () => new ReadAhead(settings, partitions, patienceMs);
    const asked = { journal, partitions, item, to, comparisons, chronicles, progress };
    const replayed = await withSnapshots(config, settings, journal, (snapshots) =>
      replay({ ...asked, snapshots, readAhead }),
    );
    const report = reportOf(replayed, to, config.currency);
    if (item !== null && report.items.length === 0 && report.holds) {
      throw new Error(`the journal knows no item ${item}`);
    }
    if (html !== null) {
      const { documentOf } = await import('./html/document.tsx');
      const { text: acknowledgement } = journal.acknowledgement();
      const journalKind = { sqlite: 'SQLite', jetstream: 'NATS JetStream' }[settings.kind];
      const books = replayed.audit.items();
      const about = { journalKind, acknowledgement, at: Date.now() };
      await Bun.write(html, await documentOf({ report, books, names: replayed.names, ...about }));
    }
    return report;
  } finally {
    progress.end();
    await journal.close();
  }
}

/** Where engines that share a journal share snapshots, this reads both those and the ones this machine keeps. */
async function withSnapshots<T>(
  config: Config,
  { kind }: JournalSettings,
  journal: JournalWithSnapshots,
  read: (snapshots: SnapshotChecks) => Promise<T>,
): Promise<T> {
  const own = new SnapshotFiles(snapshotsFolder(config));
  if (kind === 'sqlite') return await read(new SnapshotChecks([own]));
  // What is fetched is not to take the place of what this machine keeps.
  const folder = await mkdtemp(join(tmpdir(), 'stampede-replay-'));
  try {
    const shared = journal.snapshots(folder);
    const fetched: SnapshotSource = {
      list: (partition) => shared.list(partition),
      async open(snapshot, pace) {
        const opened = await shared.open(snapshot, pace);
        // It is mapped, and gives its room back when it is no more.
        await rm(join(folder, snapshot.name), { force: true });
        return opened;
      },
    };
    return await read(new SnapshotChecks([own, fetched]));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
