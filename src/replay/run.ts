/** A whole audit: of how many threads, and what comes of it. */
import { availableParallelism } from 'node:os';
import type { Config } from '../config.ts';
import { journalSettings } from '../parts-settings.ts';
import { partitionsToRead } from './audit/audit.ts';
import { type AuditAsked, type AuditedPart, Auditor, patienceMs } from './auditor/auditor.ts';
import { auditInThreads } from './auditor/auditor-threads.ts';
import { RunningTally } from './auditor/tally.ts';
import type { Progress } from './progress.ts';
import { lastOf } from './read-journal.ts';
import { ReadAhead } from './reader/read-ahead.ts';
import { joined, type Report } from './report.ts';

/** With fewer, another thread would hardly have begun. */
const entriesMin = 1_000;
/** Where one partition has more of the entries than this, other threads would have little to do beside it. */
const largestShareMax = 0.6;

/** A partition to audit, and how many entries there are to read. */
interface Share {
  partition: number;
  entries: number;
}

/** Only reads, even while an engine runs. @throws where the journal or SQL cannot be read. */
export async function runAudit(
  config: Config,
  asked: AuditAsked,
  progress: Progress,
  cores = availableParallelism(),
): Promise<Report> {
  const auditor = await Auditor.open(config, asked);
  try {
    const shares = await sharesOf(auditor, config, asked);
    progress.expect(shares.reduce((sum, { entries }) => sum + entries, 0));
    const count = Math.min(cores, shares.filter(({ entries }) => entries > 0).length);
    const largestFirst = shares.toSorted((a, b) => b.entries - a.entries);
    const byThread =
      count > 1 && areEven(largestFirst)
        ? await auditInThreads(config, asked, {
            count,
            partitions: largestFirst.map(({ partition }) => partition),
            onTally: (tally) => {
              progress.reading(() => tally);
              progress.read(tally);
            },
          })
        : [await auditInTurn(auditor, config, shares, progress)];
    return await reportOf(auditor, config, asked, byThread);
  } finally {
    progress.end();
    await auditor.close();
  }
}

async function sharesOf(
  { journal }: Auditor,
  { partitions }: Config,
  { item, to }: AuditAsked,
): Promise<Share[]> {
  const shares: Share[] = [];
  for (const partition of partitionsToRead({ partitions, onlyItem: item })) {
    const last = await lastOf(journal, partition, 0);
    shares.push({ partition, entries: Math.min(last, to ?? last) });
  }
  return shares;
}

/** Whether several threads would share the work. */
function areEven(largestFirst: readonly Share[]): boolean {
  const entries = largestFirst.reduce((sum, share) => sum + share.entries, 0);
  return entries >= entriesMin && largestFirst[0]!.entries <= entries * largestShareMax;
}

/** One partition after the other, while a thread reads ahead where there is enough to read. */
async function auditInTurn(
  auditor: Auditor,
  config: Config,
  shares: readonly Share[],
  progress: Progress,
): Promise<AuditedPart[]> {
  const isLong = shares.some(({ entries }) => entries >= entriesMin);
  const settings = journalSettings(config);
  const ahead = isLong ? new ReadAhead(settings, config.partitions, patienceMs) : null;
  const tally = new RunningTally();
  const parts: AuditedPart[] = [];
  try {
    for (const { partition } of shares) {
      const part = await auditor.audit(partition, {
        source: ahead ?? undefined,
        onEntry: (audit) => {
          tally.reading(audit);
          progress.reading(() => tally.sum());
        },
        onRead: () => progress.read(tally.sum()),
      });
      tally.read();
      parts.push(part);
      // The books would stay beside those of the next partition.
      if (isLong) Bun.gc(true);
    }
  } finally {
    ahead?.close();
  }
  return parts;
}

async function reportOf(
  { journal }: Auditor,
  { partitions, currency, natsUrl }: Config,
  { item, to, html }: AuditAsked,
  byThread: readonly (readonly AuditedPart[])[],
): Promise<Report> {
  const reports = byThread.map((parts) => parts.map((part) => part.report));
  const report = joined(reports, { partitions, limits: { item, to }, currency });
  if (item !== null && report.items.length === 0 && report.holds) {
    throw new Error(`the journal knows no item ${item}`);
  }
  if (html !== null) {
    const { documentOf } = await import('./html/document.tsx');
    const { text: acknowledgement } = journal.acknowledgement();
    const journalKind = natsUrl === null ? 'files' : 'NATS JetStream';
    const drawn = byThread.flat().flatMap((part) => part.drawn);
    const about = { journalKind, acknowledgement, at: Date.now() };
    await Bun.write(html, await documentOf({ report, drawn, ...about }));
  }
  return report;
}
