/**
 * What audits a journal, one partition after the other: it opens what the settings name, and of each partition keeps
 * only what the report says of it. So an audit takes as much memory as its largest partition.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openJournal } from '../../../actors/journal/open.ts';
import type { JournalWithSnapshots } from '../../../actors/journal/opening.ts';
import { SnapshotFiles } from '../../../actors/snapshot/files.ts';
import type { Config } from '../../config.ts';
import { journalSettings, snapshotsFolder, sqlSettings } from '../../parts-settings.ts';
import type { Audit } from '../audit/audit.ts';
import type { Comparison } from '../compare/comparison.ts';
import { KeptRows } from '../compare/kept-rows.ts';
import { openRows } from '../compare/open-sql.ts';
import { SnapshotChecks, type SnapshotSource } from '../compare/snapshots.ts';
import { sqlComparison } from '../compare/sql.ts';
import type { DrawnItem } from '../html/sections.tsx';
import { type PartReport, partOf } from '../part-report.ts';
import type { EntrySource } from '../reader/read-ahead.ts';
import { replay } from '../replay.ts';

/** How long to wait for a journal server that is away. */
export const patienceMs = 5_000;

export interface AuditAsked {
  item: number | null;
  to: number | null;
  /** Where the HTML report goes; null without one. */
  html: string | null;
}

/** What is left of a partition that was audited. */
export interface AuditedPart {
  report: PartReport;
  /** The items with the most orders, drawn for the HTML report; none without one. */
  drawn: DrawnItem[];
}

interface HowToRead {
  /** Reads the same journal, ahead. */
  source?: EntrySource | undefined;
  /** Hot: called after each entry. */
  onEntry: (audit: Audit) => void;
  /** Called when the partition is read, before it is compared. */
  onRead: () => void;
}

/** What is to be closed, in this order. */
type Closing = () => Promise<unknown>;

export class Auditor {
  private constructor(
    readonly journal: JournalWithSnapshots,
    private readonly config: Config,
    private readonly asked: AuditAsked,
    private readonly comparisons: readonly Comparison[],
    private readonly snapshotSources: readonly SnapshotSource[],
    private readonly closings: readonly Closing[],
  ) {}

  /** Only reads, even while an engine runs. @throws where the journal cannot be read. */
  static async open(config: Config, asked: AuditAsked): Promise<Auditor> {
    const settings = journalSettings(config);
    const journal = await openJournal(settings, config.partitions, { readonly: true, patienceMs });
    const closings: Closing[] = [() => journal.close()];
    const rows = openRows(sqlSettings(config));
    const kept = rows === null ? null : new KeptRows(rows);
    if (kept !== null) closings.unshift(() => kept.close());
    const comparisons = [sqlComparison(kept)];
    if (journal.copies !== null) {
      const { copiesComparison } = await import('../compare/copies.ts');
      comparisons.push(copiesComparison(journal.copies));
    }
    if (config.redisUrl !== null) {
      const { redisComparison } = await import('../compare/redis.ts');
      comparisons.push(redisComparison(config.redisUrl));
    }
    const sources: SnapshotSource[] = [new SnapshotFiles(snapshotsFolder(config))];
    // Where engines that share a journal share snapshots, there are those beside the ones this machine keeps.
    if (settings.kind === 'jetstream') {
      const folder = await mkdtemp(join(tmpdir(), 'stampede-replay-'));
      closings.push(() => rm(folder, { recursive: true, force: true }));
      sources.push(fetchedSnapshots(journal, folder));
    }
    return new Auditor(journal, config, asked, comparisons, sources, closings);
  }

  /** Audits a partition, or one item of it where that was asked for. @throws where something cannot be read. */
  async audit(partition: number, { source, onEntry, onRead }: HowToRead): Promise<AuditedPart> {
    const { journal, config, comparisons, snapshotSources } = this;
    const { item, to, html } = this.asked;
    const snapshots = new SnapshotChecks(snapshotSources);
    const asked = { journal, partitions: config.partitions, partition, item, to, comparisons };
    const read = { onEntry, onRead, ...(source === undefined ? {} : { source }) };
    const chronicles = html !== null;
    const replayed = await replay({ ...asked, ...read, snapshots, chronicles });
    const report = partOf(replayed);
    if (!chronicles) return { report, drawn: [] };
    const { drawnItems } = await import('../html/sections.tsx');
    const drawn = await drawnItems(replayed.audit.items(), report, replayed.names, config.currency);
    return { report, drawn };
  }

  async close(): Promise<void> {
    for (const close of this.closings) await close();
  }
}

/** What is fetched is not to take the place of what this machine keeps. */
function fetchedSnapshots(journal: JournalWithSnapshots, folder: string): SnapshotSource {
  const shared = journal.snapshots(folder);
  return {
    list: (partition) => shared.list(partition),
    async open(snapshot, pace) {
      const opened = await shared.open(snapshot, pace);
      // It is mapped, and gives its room back when it is no more.
      await rm(join(folder, snapshot.name), { force: true });
      return opened;
    },
  };
}
